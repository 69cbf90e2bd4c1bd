// The loop nests the kernels share: runs of f32 in vectors with exact tails, and sums that keep their digits.

import {
  type Code,
  type FunctionBuilder,
  f32x4,
  f64,
  f64x2,
  i32,
  type Local,
  repeat,
  repeatWhile,
  times,
  v128,
  when,
} from "./assembler";

/** How wide one step of a run is: `vectors` of four lanes, or a single element in lane 0 (`lanes` = 1). */
export interface Step {
  readonly vectors: number;
  readonly lanes: 4 | 1;
}

/** Reads a vector at pointer + offset; of a single element, lane 0, with 0 in the others. */
export const loadStep = ({ lanes }: Step, pointer: Local, offset = 0): Code =>
  lanes === 4 ? v128.load(pointer.get, offset) : v128.load1(pointer.get, offset);

export const storeStep = ({ lanes }: Step, pointer: Local, value: Code, offset = 0): Code =>
  lanes === 4 ? v128.store(pointer.get, value, offset) : v128.storeLane(pointer.get, value, 0, offset);

/**
 * Walks `count` elements in steps of `vectors` vectors, then of one vector, then of one element, advancing the streams;
 * so nothing outside [stream, stream + count) is touched, and an element's result never depends on its position.
 */
export function eachStep(
  f: FunctionBuilder,
  count: Code,
  streams: readonly Local[],
  vectors: 1 | 2 | 4,
  body: (step: Step) => Code,
): Code {
  const left = f.local("i32");
  const walk = (step: Step, steps: Code): Code => {
    const bytes = step.vectors * step.lanes * 4;
    return times(left, steps, [body(step), streams.map((stream) => stream.advance(bytes))]);
  };
  const wide = 4 * vectors;
  return [
    vectors > 1 ? walk({ vectors, lanes: 4 }, i32.shr(count, i32.const(Math.log2(wide)))) : [],
    walk(
      { vectors: 1, lanes: 4 },
      i32.and(i32.shr(count, i32.const(2)), i32.const(vectors > 1 ? vectors - 1 : -1)),
    ),
    walk({ vectors: 1, lanes: 1 }, i32.and(count, i32.const(3))),
  ];
}

/**
 * eachStep for maps: `values` gives a vector for each of `results`, told its byte offset. All vectors of a step are computed
 * before the first is stored: only stores side by side, with no load between them, are what V8 fuses to 256 bits.
 */
export function eachVector(
  f: FunctionBuilder,
  count: Code,
  streams: readonly Local[],
  vectors: 1 | 2 | 4,
  results: readonly Local[],
  values: (step: Step, offset: number) => readonly Code[],
): Code {
  const computed = results.map(() => f.vectors(vectors));
  return eachStep(f, count, streams, vectors, (step) => {
    const each = Array.from({ length: step.vectors }, (_, v) => v);
    return [
      each.map((v) => values(step, v * 16).map((value, r) => computed[r]![v]!.set(value))),
      results.map((result, r) => each.map((v) => storeStep(step, result, computed[r]![v]!.get, v * 16))),
    ];
  });
}

/**
 * An f32 lane takes at most this many terms before it is added to an f64: a sum's error stays under
 * 32·2⁻²⁴ ≈ 2e-6 of Σ|x| in the worst case whatever its length (about 1e-7 in practice), at the speed of f32.
 */
const block = 32;

/** Covers `left`, which must not be 0, in portions of `size`, the last one smaller: `now` is the portion's size while `body` runs. */
export function inPortions(left: Local, now: Local, size: number, body: Code): Code {
  return repeatWhile(left.get, [
    now.set(left.get),
    when(i32.less(i32.const(size), left.get), now.set(i32.const(size))),
    left.set(i32.sub(left.get, now.get)),
    body,
  ]);
}

/** Runs `body` in blocks of at most `block` iterations, with `before` and `after` around each block. */
function inBlocks(f: FunctionBuilder, count: Code, before: Code, body: Code, after: Code): Code {
  const left = f.local("i32");
  const now = f.local("i32");
  const blocks = inPortions(left, now, block, [before, repeat(now, body), after]);
  return [left.set(count), when(left.get, blocks)];
}

/** total (f64) += the four lanes of a vector. */
function addLanes(f: FunctionBuilder, total: Local, vector: Code): Code {
  const v = f.local("v128");
  const pair = f.local("v128");
  return [
    v.set(vector),
    pair.set(f64x2.add(f64x2.promoteLow(v.get), f64x2.promoteLow(highHalf(v)))),
    total.set(f64.add(total.get, f64.add(f64x2.lane(pair.get, 0), f64x2.lane(pair.get, 1)))),
  ];
}

export const highHalf = (v: Local): Code => v128.shuffle(v.get, v.get, [2, 3, 2, 3]);

/**
 * totals[t] (f64) += Σ terms[t] along a contiguous run of `count` elements, for several sums at once.
 * terms(step, offset, put) computes the terms of one vector and hands each to put(t, term).
 */
export function sumRun(
  f: FunctionBuilder,
  count: Code,
  streams: readonly Local[],
  totals: readonly Local[],
  terms: (step: Step, offset: number, put: (t: number, term: Code) => Code) => Code,
): Code {
  const slots = 4; // independent chains hide the latency of an addition
  const partial = totals.map(() => f.vectors(slots));
  const left = f.local("i32");
  const whole: Step = { vectors: 1, lanes: 4 };
  const into = (slot: number) => (t: number, term: Code) => {
    const sum = partial[t]![slot]!;
    return sum.set(f32x4.add(sum.get, term));
  };
  const advance = (bytes: number) => streams.map((stream) => stream.advance(bytes));
  const clear = (used: number) => partial.map((sums) => sums.slice(0, used).map((sum) => sum.set(v128.zero)));
  return [
    inBlocks(
      f,
      i32.shr(count, i32.const(4)),
      clear(slots),
      [Array.from({ length: slots }, (_, s) => terms(whole, s * 16, into(s))), advance(16 * slots)],
      totals.map((total, t) => {
        const [a, b, c, d] = partial[t]!.map((sum) => sum.get) as [Code, Code, Code, Code];
        return addLanes(f, total, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
      }),
    ),
    clear(1),
    times(left, i32.and(i32.shr(count, i32.const(2)), i32.const(3)), [terms(whole, 0, into(0)), advance(16)]),
    totals.map((total, t) => addLanes(f, total, partial[t]![0]!.get)),
    times(left, i32.and(count, i32.const(3)), [
      // Only lane 0 counts: a term of the zeros beside it, such as (0 − μ)², need not be 0.
      terms({ vectors: 1, lanes: 1 }, 0, (t, term) =>
        totals[t]!.set(f64.add(totals[t]!.get, f64.promote(f32x4.lane(term, 0)))),
      ),
      advance(4),
    ]),
  ];
}

/** The f64 sums of one vector of columns. */
export interface ColumnSum {
  /** All four sums divided by an f64, or as they are, as f32x4. */
  value(divisor?: Code): Code;
}

/**
 * Sums down `rows` rows for a step of neighboring columns, several sums at once: the streams point at the first row
 * and advance by their strides. terms(v, put) computes the terms of vector v of a row. Returns the code and the sums.
 */
export function sumColumns(
  f: FunctionBuilder,
  step: Step,
  rows: Code,
  streams: readonly { pointer: Local; stride: Code }[],
  count: number,
  terms: (v: number, put: (t: number, term: Code) => Code) => Code,
): { code: Code; sums: ColumnSum[][] } {
  const eachSum = <T>(make: (t: number, v: number) => T): T[][] =>
    Array.from({ length: count }, (_, t) => Array.from({ length: step.vectors }, (_, v) => make(t, v)));
  const partial = eachSum(() => f.local("v128"));
  const low = eachSum(() => f.local("v128"));
  const high = eachSum(() => f.local("v128"));
  const put = (v: number) => (t: number, term: Code) => {
    const sum = partial[t]![v]!;
    return sum.set(f32x4.add(sum.get, term));
  };
  const code: Code = [
    [...low.flat(), ...high.flat()].map((sum) => sum.set(v128.zero)),
    inBlocks(
      f,
      rows,
      partial.flat().map((sum) => sum.set(v128.zero)),
      [
        Array.from({ length: step.vectors }, (_, v) => terms(v, put(v))),
        streams.map(({ pointer, stride }) => pointer.advance(stride)),
      ],
      eachSum((t, v) => {
        const sum = partial[t]![v]!;
        const l = low[t]![v]!;
        const h = high[t]![v]!;
        return [
          l.set(f64x2.add(l.get, f64x2.promoteLow(sum.get))),
          step.lanes === 4 ? h.set(f64x2.add(h.get, f64x2.promoteLow(highHalf(sum)))) : [],
        ];
      }).flat(),
    ),
  ];
  const sums = eachSum((t, v) => ({
    value: (divisor?: Code): Code => {
      const half = (sum: Local) => f32x4.demote(divisor ? f64x2.div(sum.get, f64x2.splat(divisor)) : sum.get);
      return v128.shuffle(half(low[t]![v]!), half(high[t]![v]!), [0, 1, 4, 5]);
    },
  }));
  return { code, sums };
}

/** Runs `body` while at least `size` are left, which it takes. */
export function whileAtLeast(left: Local, size: number, body: Code): Code {
  const again = i32.less(i32.const(size - 1), left.get);
  return when(again, repeatWhile(again, [body, left.advance(-size)]));
}

/** Bytes set to 0, a multiple of 16 of them. */
export function clear(f: FunctionBuilder, start: Code, bytes: number): Code {
  const [to, left] = [f.local("i32"), f.local("i32")];
  return [to.set(start), times(left, i32.const(bytes / 16), [v128.store(to.get, v128.zero), to.advance(16)])];
}
