// Sums of columns that go through blocks of rows: f32 within a block, f64 from block to block, kept in the thread's scratch area.

import {
  type Code,
  type FunctionBuilder,
  f32x4,
  f64x2,
  i32,
  type Local,
  times,
  v128,
  when,
} from "../emit/assembler";
import { eachStep, inPortions, type Step } from "../emit/loops";
import { regions } from "../emit/scratch";

/** Rows of a block: an f32 sum takes no more terms (see `loops.ts`). */
const block = 32;
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

/** Runs `body` for blocks of rows, `now` rows each; `starts` advance from block to block. */
export function eachBlock(
  f: FunctionBuilder,
  rows: Code,
  stride: Code,
  starts: readonly Local[],
  now: Local,
  body: Code,
): Code {
  const left = f.local("i32");
  const blocks = inPortions(left, now, block, [
    body,
    starts.map((start) => start.advance(i32.mul(now.get, stride))),
  ]);
  return [left.set(rows), when(left.get, blocks)];
}

/** eachStep over channels whose sums lie in the scratch area, at the cursor `sums`. */
export function eachChannelStep(
  f: FunctionBuilder,
  channels: Code,
  streams: readonly Local[],
  sums: Local,
  body: (step: Step) => Code,
): Code {
  return [
    sums.set(regions.sums),
    eachStep(f, channels, streams, 4, (step) => [
      body(step),
      sums.advance(step.lanes === 4 ? step.vectors * 64 : 32),
    ]),
  ];
}

export function clearSums(f: FunctionBuilder, channels: Code, sums: Local): Code {
  const left = f.local("i32");
  return [
    sums.set(regions.sums),
    times(left, i32.add(channels, i32.const(4)), [v128.store(sums.get, v128.zero), sums.advance(16)]),
  ];
}
