// How kernels of [N, C] walk: along rows, some side by side, so that memory is read in the order in which it lies. What there is
// of each channel is in the thread's scratch area meanwhile: f32 sums of a block of rows, f64 sums of all blocks.

import {
  type Code,
  type FunctionBuilder,
  f32x4,
  i32,
  type Local,
  repeat,
  v128,
  when,
} from "../emit/assembler";
import { inPortions, type Step } from "../emit/loops";
import { clearSums, sumBytes } from "./batchNormChunks";
import { eachKept, type Kept } from "./batchNormKept";

/** Groups of rows in a block: an f32 sum takes no more terms (see `loops.ts`). */
const groups = 32;

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
    eachKept(f, channels, all, streams, (step) => [body(step), sums.advance(sumBytes(step))]),
  ];
}

/** Sets the f64 sums, which begin at `first`, and some of what is kept of each channel to 0. */
export const clearKept = (
  f: FunctionBuilder,
  channels: Code,
  all: Kept,
  first: Code,
  which: readonly number[],
): Code => [
  clearSums(f, first, channels),
  eachKept(f, channels, all, [], (step) =>
    which.map((each) => Array.from({ length: step.vectors }, (_, v) => all.store(step, each, v, v128.zero))),
  ),
];
