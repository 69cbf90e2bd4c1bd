// How the sums of batch normalization are cut and merged: in chunks by the shape alone, so that any number of threads gives the
// same bits. A chunk's kernel leaves two f64 a channel; one merges them, one chunk after the other.

import { type Device, grainOf } from "../call/device";
import { once } from "../call/variants";
import {
  type Code,
  type FunctionBuilder,
  f32x4,
  f64,
  f64x2,
  i32,
  type Local,
  repeatWhile,
  select,
  times,
  v128,
  when,
} from "../emit/assembler";
import { compile, count, element, float32, float64, type Kernel, type Pointer, shared } from "../emit/kernel";
import { eachStep, loadStep, type Step, storeStep } from "../emit/loops";
import { chunkBytes, mostChunks, mostColumns, partials } from "../emit/scratch";
import type { Target } from "../emit/target";
import { moving } from "./batchNormParts";

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
/** Bytes of a step's sums. */
export const sumBytes = ({ lanes, vectors }: Step): number => (lanes === 4 ? vectors * 64 : 32);
/** Where the two sums of a single channel are, from where its first is. */
export const ofChannel = [0, 16] as const;
/** Bytes to those of the next channel, `left` of `channels` being left with it. */
export function toNextChannel(left: Code, channels: Code): Code {
  const odd = i32.and(i32.sub(channels, left), i32.const(1));
  const byItself = i32.less(left, i32.add(i32.and(channels, i32.const(3)), i32.const(1)));
  return select(i32.const(32), i32.add(i32.const(8), i32.shl(odd, i32.const(4))), byItself);
}

/** Sets the sums of so many channels, which begin at `first`, to 0. */
export function clearSums(f: FunctionBuilder, first: Code, channels: Code): Code {
  const [to, left] = f.integers(2);
  const vectors = i32.add(channels, i32.and(channels, i32.const(3)));
  return [to.set(first), times(left, vectors, [v128.store(to.get, v128.zero), to.advance(16)])];
}

/** So many numbers are worth a chunk of their own. */
const chunkNumbers = 32768;

/** What is summed together: `chunks` times `outer` rows or images, and `rest` of them where some are left. */
interface Cut {
  readonly chunks: number;
  readonly outer: number;
  readonly rest: number;
}

/**
 * How to cut x[outer, channels, inner]: in chunks of `least` rows or images or more, as many as `size` makes of a fair share. By the
 * shape alone.
 */
export function cutOf(
  { outer, channels, inner }: Record<"outer" | "channels" | "inner", number>,
  least: number,
  size: (share: number) => number,
): Cut {
  const worth = Math.min(
    mostChunks,
    Math.floor(outer / least),
    Math.floor((outer * channels * inner) / chunkNumbers),
  );
  if (worth < 2) return { chunks: 1, outer, rest: 0 };
  const each = size(outer / worth);
  return { chunks: Math.floor(outer / each), outer: each, rest: outer % each };
}

/** Calls a kernel that sums a chunk for each, which leaves its sums at a place of its own: where there is but one, by channels. */
export function sumChunks<N extends string>(
  device: Device,
  kernel: Kernel<N | "outer" | "channels" | "stride" | "sums">,
  values: { readonly [name in N | "channels" | "stride"]: number },
  moving: readonly N[],
  inner: number,
  { chunks, outer, rest }: Cut,
): void {
  type Each = { [name in N | "outer" | "channels" | "stride" | "sums"]: number };
  const call: Each = { ...values, outer, sums: partials };
  if (chunks === 1) {
    device.run(kernel, call, grainOf(outer * inner, 4));
    return;
  }
  const steps: Partial<Each> = {};
  steps.sums = chunkBytes;
  const last: Each = { ...values, outer: rest, sums: partials + chunks * chunkBytes };
  for (const name of moving) {
    const step = outer * values.stride;
    steps[name] = step;
    last[name] = (values[name] + chunks * step) as Each[N];
  }
  device.repeat(kernel, call, steps, chunks, Math.ceil(chunkNumbers / (outer * inner * values.channels)));
  if (rest > 0) kernel.call(last);
}

/**
 * Chan, Golub & LeVeque: Σ(x−μ)² of a union is the sum of both, plus (difference of means)²·n·n′/(n + n′), of which the last is
 * `between`.
 */
export const united = (these: Code, those: Code, delta: Local, between: Code): Code =>
  f64x2.add(these, f64x2.add(those, f64x2.mul(f64x2.mul(delta.get, delta.get), between)));

/** How many numbers a channel has in a chunk, and in what is left, and where the sums of chunks begin. */
const merged = { sums: shared, chunks: count, size: count, rest: count };
const mergedOf = ({ chunks, outer, rest }: Cut, inner: number) => ({
  ...{ sums: partials, chunks, size: outer * inner, rest: rest * inner },
});

/** From the chunks' statistics those of all rows: mean, invStd, and the running ones moved. */
function mergedStatisticsKernel(target: Target) {
  const parameters = {
    ...merged,
    ...{ mean: element, invStd: element, runningMean: element, runningVar: element, channels: count },
    ...{ eps: float64, momentum: float32, correction: float32 },
  };
  return compile(target, parameters, (given, f) => {
    const { sums, chunks, size, rest, channels, mean, invStd, runningMean, runningVar } = given;
    const [at, k] = f.integers(2);
    const [now, before, total] = [f.local("f64"), f.local("f64"), f.local("f64")];
    const [take, between, delta] = f.vectors(3);
    const [means, squares] = [f.vectors(2), f.vectors(2)];
    const [perM, epsilon, one] = f.vectors(3);
    const [average, variance] = f.vectors(2);
    const cursors = f.integers(2);
    const [meansTo, variancesTo] = cursors;
    const parts = moving(f, target, given.momentum, given.correction);
    const load = (sum: 0 | 1, which: 0 | 1) => v128.load(at.get, sumAt(sum, 0, which));
    const first = f.local("i32");
    return [
      [parts.set, one.set(f64x2.splat(f64.const(1))), epsilon.set(f64x2.splat(given.eps.get))],
      total.set(f64.fromU32(i32.add(i32.mul(chunks.get, size.get), rest.get))),
      perM.set(f64x2.splat(f64.div(f64.const(1), total.get))),
      [first.set(sums.get), meansTo.set(runningMean.get), variancesTo.set(runningVar.get)],
      eachStep(f, channels.get, [mean, invStd, ...cursors], 1, (step) => {
        const pair = (of: (which: 0 | 1) => Code): Code =>
          joined(of(0), step.lanes === 4 ? of(1) : v128.zero);
        const move = (running: Local, pointer: Local, value: Code): Code =>
          when(running.get, storeStep(step, pointer, parts.moved(loadStep(step, pointer), value)));
        return [
          at.set(first.get),
          halves(step).map((which) => [means[which].set(load(0, which)), squares[which].set(load(1, which))]),
          [before.set(f64.fromU32(size.get)), k.set(i32.const(1))],
          eachFurther(chunks, rest, k, at, [
            now.set(f64.fromU32(select(size.get, rest.get, i32.less(k.get, chunks.get)))),
            take.set(f64x2.splat(f64.div(now.get, f64.add(before.get, now.get)))),
            between.set(f64x2.mul(take.get, f64x2.splat(before.get))),
            halves(step).map((which) => [
              delta.set(f64x2.sub(load(0, which), means[which].get)),
              means[which].set(f64x2.add(means[which].get, f64x2.mul(delta.get, take.get))),
              squares[which].set(united(squares[which].get, load(1, which), delta, between.get)),
            ]),
            before.set(f64.add(before.get, now.get)),
          ]),
          halves(step).map((which) => squares[which].set(f64x2.mul(squares[which].get, perM.get))),
          average.set(pair((which) => means[which].get)),
          variance.set(pair((which) => squares[which].get)),
          storeStep(step, mean, average.get),
          storeStep(
            step,
            invStd,
            pair((which) => f64x2.div(one.get, f64x2.sqrt(f64x2.add(squares[which].get, epsilon.get)))),
          ),
          move(runningMean, meansTo, average.get),
          move(runningVar, variancesTo, f32x4.mul(variance.get, parts.correction)),
          first.advance(sumBytes(step)),
        ];
      }),
    ];
  });
}

/** Runs `body` for each chunk after the first, `at` its sums, `k` its number. */
const eachFurther = (chunks: Local, rest: Local, k: Local, at: Local, body: Code): Code => {
  const more = i32.less(k.get, i32.add(chunks.get, select(i32.const(1), i32.const(0), rest.get)));
  return when(more, repeatWhile(more, [at.advance(chunkBytes), body, k.advance(1)]));
};

/** From the chunks' sums dBias and dWeight. */
function mergedGradientsKernel(target: Target) {
  const parameters = { ...merged, invStd: element, dWeight: element, dBias: element, channels: count };
  return compile(target, parameters, ({ sums, chunks, rest, channels, invStd, dWeight, dBias }, f) => {
    const [at, k, first] = f.integers(3);
    const [ofDy, ofDyX] = [f.vectors(2), f.vectors(2)];
    const load = (sum: 0 | 1, which: 0 | 1) => v128.load(at.get, sumAt(sum, 0, which));
    return [
      first.set(sums.get),
      eachStep(f, channels.get, [invStd, dWeight, dBias], 1, (step) => {
        const pair = (of: readonly Local[]): Code =>
          joined(of[0]!.get, step.lanes === 4 ? of[1]!.get : v128.zero);
        return [
          [at.set(first.get), k.set(i32.const(1))],
          halves(step).map((which) => [ofDy[which].set(load(0, which)), ofDyX[which].set(load(1, which))]),
          eachFurther(
            chunks,
            rest,
            k,
            at,
            halves(step).map((which) => [
              ofDy[which].set(f64x2.add(ofDy[which].get, load(0, which))),
              ofDyX[which].set(f64x2.add(ofDyX[which].get, load(1, which))),
            ]),
          ),
          storeStep(step, dBias, pair(ofDy)),
          storeStep(step, dWeight, f32x4.mul(pair(ofDyX), loadStep(step, invStd))),
          first.advance(sumBytes(step)),
        ];
      }),
    ];
  });
}

/** Moves a pointer to where a lot of channels begins, each of so many numbers; an absent one stays 0. */
type At = (pointer: Pointer, numbers?: number) => Pointer;

/** Calls `visit` for lots of neighboring channels, as many as the scratch area has room for. */
export function eachLot(channels: number, visit: (size: number, at: At) => void): void {
  for (let start = 0; start < channels; start += mostColumns) {
    visit(Math.min(mostColumns, channels - start), (pointer, numbers = 1) =>
      pointer === 0 ? 0 : pointer + 4 * numbers * start,
    );
  }
}

type Statistics = Record<
  "mean" | "invStd" | "runningMean" | "runningVar" | "eps" | "momentum" | "correction",
  number
>;

/** What makes of a lot's sums the numbers of a call. */
export function mergersOf({ target }: Device) {
  const statistics = once(() => mergedStatisticsKernel(target));
  const gradients = once(() => mergedGradientsKernel(target));
  return {
    statistics(
      { mean, invStd, runningMean, runningVar, eps, momentum, correction }: Statistics,
      inner: number,
      cut: Cut,
      channels: number,
      at: At,
    ): void {
      statistics().call({
        ...{ mean: at(mean), invStd: at(invStd), runningMean: at(runningMean), runningVar: at(runningVar) },
        ...{ ...mergedOf(cut, inner), channels, eps, momentum, correction },
      });
    },
    gradients(
      { invStd, dWeight, dBias }: Record<"invStd" | "dWeight" | "dBias", number>,
      inner: number,
      cut: Cut,
      channels: number,
      at: At,
    ): void {
      const values = { invStd: at(invStd), dWeight: at(dWeight), dBias: at(dBias) };
      gradients().call({ ...values, ...mergedOf(cut, inner), channels });
    },
  };
}
