// Reductions of the middle axis of [outer, n, inner]: along contiguous runs where inner is 1, else down columns.

import { define } from "../call/device";
import { variants } from "../call/variants";
import {
  type Code,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  i32,
  type Local,
  times,
  v128,
  when,
} from "../emit/assembler";
import { compile, count, type Kernel, shared, type Values } from "../emit/kernel";
import { eachStep, loadStep, type Step, storeStep, sumColumns, sumRun } from "../emit/loops";
import { constant } from "../emit/math";
import type { Target } from "../emit/target";

/** Reductions of f32 to f32 (`argmax`, `argmin` write i32). */
export type ReduceOp = "sum" | "mean" | "max" | "min" | "argmax" | "argmin" | "prod";

const parameters = { x: shared, y: shared, outer: count, n: count, inner: count };
type Name = keyof typeof parameters;
export type Reduction = (op: ReduceOp, call: Values<typeof parameters>) => void;

/**
 * Reduces the middle axis: x[outer, n, inner] → y[outer, inner]. Sums accumulate so that 1e6 terms keep 6 digits.
 * NaN wins max, min, argmax and argmin, which give the first of equals; over n = 0 they give −∞, ∞, 0 and 0.
 */
export const reduce = define<Reduction>({
  emit(device) {
    const kernels = variants(({ op, runs }: { op: ReduceOp; runs: boolean }) =>
      reduceKernel(device.target, op, runs),
    );
    return (op, call) => device.run(kernels({ op, runs: call.inner === 1 }), call);
  },
  reference:
    (memory) =>
    (op, { outer, n, inner, ...call }) => {
      const x = memory.floats(call.x, outer * n * inner);
      const indices = op === "argmax" || op === "argmin";
      const y = indices ? memory.integers(call.y, outer * inner) : memory.floats(call.y, outer * inner);
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          y[o * inner + i] = reductions[op](n, (j) => x[(o * n + j) * inner + i]!);
        }
      }
    },
});

/** Reduces n values read by `at`; an empty sum is 0, an empty mean NaN, an empty maximum −∞, an empty argmax 0. */
const reductions: { [O in ReduceOp]: (n: number, at: (i: number) => number) => number } = {
  sum: (n, at) => fold(n, at, 0, (sum, x) => sum + x),
  mean: (n, at) => fold(n, at, 0, (sum, x) => sum + x) / n,
  prod: (n, at) => fold(n, at, 1, (product, x) => product * x),
  max: (n, at) => fold(n, at, Number.NEGATIVE_INFINITY, Math.max),
  min: (n, at) => fold(n, at, Number.POSITIVE_INFINITY, Math.min),
  argmax: (n, at) => first(n, at, (x, best) => x > best),
  argmin: (n, at) => first(n, at, (x, best) => x < best),
};

function fold(n: number, at: (i: number) => number, start: number, f: (state: number, x: number) => number) {
  let state = start;
  for (let i = 0; i < n; i++) state = f(state, at(i));
  return state;
}

/** The first index whose value no other beats; the first NaN beats everything, as in PyTorch. */
function first(n: number, at: (i: number) => number, beats: (x: number, best: number) => boolean): number {
  let best = 0;
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(at(i))) return i;
    if (beats(at(i), at(best))) best = i;
  }
  return best;
}

function reduceKernel(target: Target, op: ReduceOp, runs: boolean): Kernel<Name> {
  switch (op) {
    case "sum":
    case "mean":
      return sumKernel(target, op === "mean", runs);
    case "max":
    case "min":
      return extremeKernel(target, op, runs);
    case "argmax":
      return argExtremeKernel(target, "max");
    case "argmin":
      return argExtremeKernel(target, "min");
    case "prod":
      return productKernel(target);
  }
}

/** Sums, or means; see `loops.ts` for how they keep their digits. */
function sumKernel(target: Target, mean: boolean, contiguous: boolean): Kernel<Name> {
  return compile(target, parameters, ({ x, y, outer, n, inner }, f) => {
    const row = f.local("i32");
    const divisor = mean ? f64.fromU32(n.get) : undefined;
    if (contiguous) {
      const total = f.local("f64");
      return times(row, outer.get, [
        total.set(f64.const(0)),
        sumRun(f, n.get, [x], [total], (step, at, put) => put(0, loadStep(step, x, at))),
        f32.store(y.get, f32.demote(divisor ? f64.div(total.get, divisor) : total.get)),
        y.advance(4),
      ]);
    }
    return eachColumn(f, { x, y, outer, n, inner }, (step, cursor, stride) => {
      const { code, sums } = sumColumns(f, step, n.get, [{ pointer: cursor, stride }], 1, (v, put) =>
        put(0, loadStep(step, cursor, v * 16)),
      );
      return [code, sums[0]!.map((sum, v) => storeStep(step, y, sum.value(divisor), v * 16))];
    });
  });
}

type Locals = Readonly<Record<Name, Local>>;

/** Visits the columns of each [n, inner] slice in steps; body walks `cursor` down the rows and stores to y. */
function eachColumn(
  f: FunctionBuilder,
  { x, y, outer, n, inner }: Locals,
  body: (step: Step, cursor: Local, stride: Code) => Code,
): Code {
  const [slice, from, cursor, stride] = f.integers(4);
  return [
    stride.set(i32.shl(inner.get, i32.const(2))),
    times(slice, outer.get, [
      from.set(x.get),
      eachStep(f, inner.get, [from, y], 4, (step) => [cursor.set(from.get), body(step, cursor, stride.get)]),
      x.advance(i32.mul(n.get, stride.get)),
    ]),
  ];
}

/** Which of two is kept, what everything beats, and how a scalar beats another. */
const extremes = {
  max: {
    choose: f32x4.pmax,
    worst: "negativeInfinity",
    worstValue: Number.NEGATIVE_INFINITY,
    beats: f32.greater,
  },
  min: { choose: f32x4.pmin, worst: "infinity", worstValue: Number.POSITIVE_INFINITY, beats: f32.less },
} as const;
export type Extreme = keyof typeof extremes;

/**
 * The extreme of a contiguous run, in all lanes of `best`; NaN in the run is passed over, and marked in `odd` if given.
 * The stream ends past the run.
 */
export function extremeRun(
  f: FunctionBuilder,
  kind: Extreme,
  count: Code,
  stream: Local,
  best: Local,
  odd?: Local,
): Code {
  const { choose, worst } = extremes[kind];
  const chains = [best, ...f.vectors(3)]; // four, to hide the latency
  const value = f.local("v128");
  const [a, b, c, d] = chains.map((chain) => chain.get) as [Code, Code, Code, Code];
  const fold = (lanes: [number, number, number, number]) =>
    best.set(choose(best.get, v128.shuffle(best.get, best.get, lanes)));
  return [
    chains.map((chain) => chain.set(constant(worst))),
    odd ? odd.set(v128.zero) : [],
    eachStep(f, count, [stream], 4, (step) =>
      chains
        .slice(0, step.vectors)
        .map((chain, v) => [
          value.set(step.lanes === 4 ? v128.load(stream.get, v * 16) : v128.loadSplat(stream.get)),
          chain.set(choose(chain.get, value.get)),
          odd ? odd.set(v128.or(odd.get, f32x4.ne(value.get, value.get))) : [],
        ]),
    ),
    best.set(choose(choose(a, b), choose(c, d))),
    [fold([2, 3, 0, 1]), fold([1, 0, 3, 2])],
  ];
}

/** Maxima or minima; NaN anywhere gives NaN. */
function extremeKernel(target: Target, kind: Extreme, contiguous: boolean): Kernel<Name> {
  const { choose, worst } = extremes[kind];
  return compile(target, parameters, ({ x, y, outer, n, inner }, f) => {
    const row = f.local("i32");
    if (contiguous) {
      const [best, odd] = f.vectors(2);
      return times(row, outer.get, [
        extremeRun(f, kind, n.get, x, best, odd),
        when(v128.anyTrue(odd.get), best.set(constant("nan"))),
        v128.storeLane(y.get, best.get, 0),
        y.advance(4),
      ]);
    }
    return eachColumn(f, { x, y, outer, n, inner }, (step, cursor, stride) => {
      const best = f.vectors(step.vectors);
      const odd = f.vectors(step.vectors);
      const value = f.local("v128");
      return [
        best.map((chain, v) => [chain.set(constant(worst)), odd[v]!.set(v128.zero)]),
        times(row, n.get, [
          best.map((chain, v) => [
            value.set(loadStep(step, cursor, v * 16)),
            chain.set(choose(chain.get, value.get)),
            odd[v]!.set(v128.or(odd[v]!.get, f32x4.ne(value.get, value.get))),
          ]),
          cursor.advance(stride),
        ]),
        best.map((chain, v) =>
          storeStep(step, y, v128.select(constant("nan"), chain.get, odd[v]!.get), v * 16),
        ),
      ];
    });
  });
}

/** Visits one column of a slice after the other, one element at a time: for what is rarely asked and hard in vectors. */
function eachElement(
  f: FunctionBuilder,
  { x, y, outer, n, inner }: Locals,
  before: Code,
  body: (element: Code) => Code,
  after: (y: Code) => Code,
): Code {
  const [slice, column, row, from, cursor] = f.integers(5);
  const stride = i32.shl(inner.get, i32.const(2));
  return times(slice, outer.get, [
    from.set(x.get),
    times(column, inner.get, [
      [before, cursor.set(from.get)],
      times(row, n.get, [body(f32.load(cursor.get)), cursor.advance(stride)]),
      [after(y.get), from.advance(4), y.advance(4)],
    ]),
    x.advance(i32.mul(n.get, stride)),
  ]);
}

/** Products, in f64. */
function productKernel(target: Target): Kernel<Name> {
  return compile(target, parameters, (locals, f) => {
    const product = f.local("f64");
    return eachElement(
      f,
      locals,
      product.set(f64.const(1)),
      (element) => product.set(f64.mul(product.get, f64.promote(element))),
      (y) => f32.store(y, f32.demote(product.get)),
    );
  });
}

/** The first index of the extreme as i32; the first NaN beats everything. */
function argExtremeKernel(target: Target, kind: Extreme): Kernel<Name> {
  const { beats, worstValue } = extremes[kind];
  return compile(target, parameters, (locals, f) => {
    const [value, best] = [f.local("f32"), f.local("f32")];
    const [index, winner] = [f.local("i32"), f.local("i32")];
    const odd = f32.notEqual(value.get, value.get);
    const wins = i32.or(beats(value.get, best.get), i32.and(odd, f32.equal(best.get, best.get)));
    return eachElement(
      f,
      locals,
      [best.set(f32.const(worstValue)), index.set(i32.const(0)), winner.set(i32.const(0))],
      (element) => [
        value.set(element),
        when(wins, [best.set(value.get), winner.set(index.get)]),
        index.advance(1),
      ],
      (y) => i32.store(y, winner.get),
    );
  });
}
