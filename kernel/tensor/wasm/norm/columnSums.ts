// How kernels of [N, C] walk: along rows, some side by side, so that memory is read in the order in which it lies. What there is
// of each channel is in the thread's scratch area meanwhile: f32 sums of a block of rows, f64 sums of all blocks.

import {
  type Code,
  type FunctionBuilder,
  f32x4,
  f64x2,
  i32,
  type Local,
  repeat,
  times,
  v128,
  when,
} from "../emit/assembler";
import { eachStep, inPortions, loadStep, type Step, storeStep } from "../emit/loops";
import { columnBytes, regions } from "../emit/scratch";

/** Groups of rows in a block: an f32 sum takes no more terms (see `loops.ts`). */
const groups = 32;
/** The two halves of a step's vector as f64, one for a single element. */
export const halves = (step: Step): readonly (0 | 1)[] => (step.lanes === 4 ? [0, 1] : [0]);
export const half = (vector: Local, which: 0 | 1): Code =>
  f64x2.promoteLow(which === 0 ? vector.get : v128.shuffle(vector.get, vector.get, [2, 3, 2, 3]));
/**
 * Where half `which` of vector v has its sum 0 or 1: for two channels two f64 of one sum, then two of the other. Each sum by
 * itself would be two stores side by side, which V8 fuses at the price of taking every operand apart.
 */
export const sumAt = (sum: 0 | 1, v: number, which: 0 | 1): number => v * 64 + which * 32 + sum * 16;
/** Two pairs of f64, of which a single element has but the first, as f32. */
export const joined = (low: Code, high: Code): Code =>
  v128.shuffle(f32x4.demote(low), f32x4.demote(high), [0, 1, 4, 5]);

/** Runs `body` for blocks of rows in groups of `abreast`, `now` rows each; `starts` advance from block to block. */
export function eachBlock(
  f: FunctionBuilder,
  rows: Code,
  abreast: number,
  stride: Code,
  starts: readonly Local[],
  now: Local,
  body: Code,
): Code {
  const left = f.local("i32");
  const blocks = inPortions(left, now, groups * abreast, [
    body,
    starts.map((start) => start.advance(i32.mul(now.get, stride))),
  ]);
  return [left.set(rows), when(left.get, blocks)];
}

/** Numbers that there are of each channel, one row of the scratch area each: `at` walks along them all. */
export interface Kept {
  readonly at: Local;
  load(step: Step, which: number, v: number): Code;
  store(step: Step, which: number, v: number, value: Code): Code;
}

export function kept(f: FunctionBuilder): Kept {
  const at = f.local("i32");
  return {
    at,
    load: (step, which, v) => loadStep(step, at, which * columnBytes + v * 16),
    store: (step, which, v, value) => storeStep(step, at, value, which * columnBytes + v * 16),
  };
}

/** eachStep over channels with what is kept of them, and with streams beside it. */
export const eachKept = (
  f: FunctionBuilder,
  channels: Code,
  { at }: Kept,
  streams: readonly Local[],
  body: (step: Step) => Code,
): Code => [at.set(regions.columns), eachStep(f, channels, [at, ...streams], 4, body)];

/**
 * Walks `rows` rows of each of the arrays at `starts`, cut in `abreast` sections that are walked side by side, then the last few
 * rows one by one. body(step, rows) gets for each array where its rows are at. Sections, not neighbors: rows that share a page of
 * memory are not fetched ahead when they are read in turns.
 */
export function alongRows(
  f: FunctionBuilder,
  { rows, channels, stride }: Record<"rows" | "channels" | "stride", Code>,
  abreast: 2 | 4,
  starts: readonly Local[],
  all: Kept,
  body: (step: Step, rows: readonly (readonly Local[])[]) => Code,
): Code {
  const [left, skip, section] = f.integers(3);
  const places = starts.map(() => f.integers(abreast));
  const walk = (used: readonly (readonly Local[])[]): Code =>
    when(
      left.get,
      repeat(left, [
        eachKept(f, channels, all, used.flat(), (step) => body(step, used)),
        used.flat().map((place) => place.set(i32.add(place.get, skip.get))),
      ]),
    );
  return [
    skip.set(i32.sub(stride, i32.mul(channels, i32.const(4)))),
    left.set(i32.shr(rows, i32.const(Math.log2(abreast)))),
    section.set(i32.mul(left.get, stride)),
    places.map((each, i) =>
      each.map((place, r) => place.set(r === 0 ? starts[i]!.get : i32.add(each[r - 1]!.get, section.get))),
    ),
    walk(places),
    // The last section has ended where the rows begin that are left.
    [left.set(i32.and(rows, i32.const(abreast - 1))), walk(places.map((each) => each.slice(-1)))],
  ];
}

/** The sum of some codes in as few steps after each other as may be. */
export function tree(terms: readonly Code[]): Code {
  if (terms.length === 1) return terms[0]!;
  const middle = terms.length / 2;
  return f32x4.add(tree(terms.slice(0, middle)), tree(terms.slice(middle)));
}

/** eachKept over channels with their f64 sums, which begin at `first`, at the cursor `sums`. */
export function eachSums(
  f: FunctionBuilder,
  channels: Code,
  all: Kept,
  streams: readonly Local[],
  first: Local,
  sums: Local,
  body: (step: Step) => Code,
): Code {
  return [
    sums.set(first.get),
    eachKept(f, channels, all, streams, (step) => [
      body(step),
      sums.advance(step.lanes === 4 ? step.vectors * 64 : 32),
    ]),
  ];
}

/** Sets the f64 sums and some of what is kept of each channel to 0. */
export function clearSums(
  f: FunctionBuilder,
  channels: Code,
  all: Kept,
  first: Local,
  sums: Local,
  which: readonly number[],
): Code {
  const left = f.local("i32");
  return [
    sums.set(first.get),
    times(left, i32.add(channels, i32.const(4)), [v128.store(sums.get, v128.zero), sums.advance(16)]),
    eachKept(f, channels, all, [], (step) =>
      which.map((each) =>
        Array.from({ length: step.vectors }, (_, v) => all.store(step, each, v, v128.zero)),
      ),
    ),
  ];
}
