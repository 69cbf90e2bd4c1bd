// Batch normalization of [N, C, inner], run after run as they lie in memory: all channels of the first image, then of the next.
// What is summed is cut by images, or where there are few, by channels.

import { type Device, grainOf } from "../call/device";
import { once, variants } from "../call/variants";
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
import { compile, count, each, element, shared, units, type Values } from "../emit/kernel";
import { eachVector, loadStep, type Step, sumRun } from "../emit/loops";
import { regions } from "../emit/scratch";
import type { Target } from "../emit/target";
import { type Activation, activated } from "../map/unary";
import { clearSums, cutOf, eachLot, mergersOf, ofChannel, sumChunks, toNextChannel } from "./batchNormChunks";
import { eachKept, eachOf, type Kept, keepAffine, keepSlopes, kept, Row } from "./batchNormKept";
import {
  type Affine,
  type applyParameters,
  type backwardParameters,
  type forwardParameters,
  gradient,
  normalized,
} from "./batchNormParts";

interface Walk {
  readonly image?: Code;
  readonly afterImage?: Code;
  /** Where the numbers of the next run are: `body` leaves them behind the run. */
  readonly data: readonly Local[];
  /** What is kept of its channel. */
  readonly kept?: Kept;
  /** Where its channel's two f64 sums are. */
  readonly sums?: Local;
}

/** Runs `body` for each run, and what is to be done before and after those of an image. */
function eachRun(
  f: FunctionBuilder,
  { outer, channels, inner, stride }: Record<"outer" | "channels" | "inner" | "stride", Local>,
  { image = [], afterImage = [], data, kept, sums }: Walk,
  body: Code,
): Code {
  const [images, left, skip, first] = f.integers(4);
  return [
    skip.set(i32.sub(stride.get, i32.mul(i32.mul(channels.get, inner.get), i32.const(4)))),
    sums ? first.set(sums.get) : [],
    times(images, outer.get, [
      image,
      kept ? kept.at.set(regions.columns) : [],
      times(left, channels.get, [
        body,
        kept ? kept.at.advance(4) : [],
        sums ? sums.advance(toNextChannel(left.get, channels.get)) : [],
      ]),
      data.map((pointer) => pointer.advance(skip.get)),
      sums ? sums.set(first.get) : [],
      afterImage,
    ]),
  ];
}

const run = each(4, "inner");
const sizes = { outer: count, channels: units, inner: count, stride: count };
/** Two f64 a channel: parts are cut in whole fours of them. */
const sums = each(16);
const [meanAt, squaresAt] = ofChannel;

const demoted = (value: Code): Code => f32x4.splat(f32.demote(value));

/**
 * Leaves the mean of some images, and Σ(x − mean)², as f64 at `sums`. The first image's runs are centered by their own means, later
 * ones by that of all before them: were theirs far from it, squares would lose digits to Σd²/n; but then what lies between the
 * means is as large, and these digits do not count.
 */
function statisticsKernel(target: Target) {
  return compile(target, { x: run, sums, ...sizes }, (given, f) => {
    const { x, sums, channels, inner } = given;
    const [from, done] = f.integers(2);
    const [before, take, between, size, perSize] = f.doubles(5);
    const [sum, squares, rest, delta] = f.doubles(4);
    const [center, d] = f.vectors(2);
    const walk: Walk = {
      image: [
        before.set(f64.fromU32(done.get)),
        take.set(f64.div(f64.const(1), f64.add(before.get, f64.const(1)))),
        between.set(f64.mul(f64.mul(size.get, take.get), before.get)),
      ],
      afterImage: done.advance(1),
      ...{ data: [x], sums },
    };
    const ownMean = [
      from.set(x.get),
      sumRun(f, inner.get, [from], [sum], (step, at, put) => put(0, loadStep(step, from, at))),
      center.set(demoted(f64.mul(sum.get, perSize.get))),
      sum.set(f64.const(0)),
    ];
    return [
      clearSums(f, sums.get, channels.get),
      [done.set(i32.const(0)), size.set(f64.fromU32(inner.get))],
      perSize.set(f64.div(f64.const(1), size.get)),
      eachRun(f, given, walk, [
        [sum.set(f64.const(0)), squares.set(f64.const(0))],
        when(done.get, center.set(demoted(f64.load(sums.get, meanAt))), ownMean),
        sumRun(f, inner.get, [x], [sum, squares], (step, at, put) => [
          d.set(f32x4.sub(loadStep(step, x, at), center.get)),
          put(0, d.get),
          put(1, f32x4.mul(d.get, d.get)),
        ]),
        rest.set(f64.mul(sum.get, perSize.get)), // the run's mean of what is left
        squares.set(f64.sub(squares.get, f64.mul(sum.get, rest.get))),
        delta.set(
          f64.add(f64.sub(f64.promote(f32x4.lane(center.get, 0)), f64.load(sums.get, meanAt)), rest.get),
        ),
        // Chan, Golub & LeVeque, as `united` has it.
        squares.set(f64.add(squares.get, f64.mul(f64.mul(delta.get, delta.get), between.get))),
        f64.store(sums.get, f64.add(f64.load(sums.get, meanAt), f64.mul(delta.get, take.get)), meanAt),
        f64.store(sums.get, f64.add(f64.load(sums.get, squaresAt), squares.get), squaresAt),
      ]),
    ];
  });
}

/** A chunk has so many images or more; fewer than two chunks are cut by channels. */
const chunkImages = 4;

/** How a call that writes may be cut: any way gives the same. */
type By = "images" | "channels";
const cuts = {
  images: {
    ...{ run: each(1, "stride"), channel: shared },
    sizes: { outer: units, channels: count, inner: count, stride: count },
  },
  channels: { run, channel: element, sizes },
} as const;
const byOf = (outer: number): By => (outer < 2 * chunkImages ? "channels" : "images");
/** Images or channels that make a part worth a thread. */
const grainBy = (by: By, { outer, channels, inner }: Record<"outer" | "channels" | "inner", number>) =>
  grainOf((by === "images" ? channels : outer) * inner);

interface Variant extends Affine {
  readonly activation: Activation | null;
  readonly by: By;
}

/** y = activation((x − mean)·invStd·weight + bias). */
function applyKernel(target: Target, { by, activation, ...affine }: Variant) {
  const { run, channel, sizes } = cuts[by];
  const parameters = {
    ...{ x: run, y: run, mean: channel, invStd: channel, weight: channel, bias: channel },
    ...sizes,
  };
  return compile(target, parameters, (given, f) => {
    const { x, y, channels, inner } = given;
    const all = kept(f);
    const [mu, scale, shift] = f.vectors(3);
    const { vectors, apply } = activated(target, f, activation);
    return [
      keepAffine(f, channels.get, all, affine, given),
      eachRun(f, given, { kept: all, data: [x, y] }, [
        [mu.set(all.splat(Row.mean)), scale.set(all.splat(Row.scale))],
        shift.set(affine.bias ? all.splat(Row.shift) : v128.zero),
        eachVector(f, inner.get, [x, y], vectors, [y], (step, at) => [
          apply(normalized(target, loadStep(step, x, at), mu, scale, shift)),
        ]),
      ]),
    ];
  });
}

/** dy through the activation, whose output is y: relu's is computed again, for y would be a third stream from memory. */
function throughOf(
  f: FunctionBuilder,
  target: Target,
  activation: Activation | null,
  { x, dy, y }: Record<"x" | "dy" | "y", Local>,
  { mu, scale, shift }: Record<"mu" | "scale" | "shift", Local>,
) {
  const { gradient } = activated(target, f, activation);
  const again = activation === "relu";
  return {
    data: activation === null || again ? [x, dy] : [x, dy, y],
    value: (step: Step, at: number): Code =>
      gradient(loadStep(step, dy, at), () =>
        again ? normalized(target, loadStep(step, x, at), mu, scale, shift) : loadStep(step, y, at),
      ),
  };
}

/** Leaves Σdy and Σdy·(x − mean) of some images as f64 at `sums`. */
function gradientSumsKernel(target: Target, { activation, ...affine }: Omit<Variant, "by">) {
  const parameters = {
    ...{ x: run, dy: run, y: run, mean: element, invStd: element, weight: element, bias: element },
    ...{ sums, ...sizes },
  };
  return compile(target, parameters, (given, f) => {
    const { x, sums, channels, inner } = given;
    const all = kept(f);
    const [mu, scale, shift, d] = f.vectors(4);
    const { data, value } = throughOf(f, target, activation, given, { mu, scale, shift });
    const totals = f.doubles(2);
    return [
      clearSums(f, sums.get, channels.get),
      keepAffine(f, channels.get, all, affine, given),
      eachRun(f, given, { kept: all, data, sums }, [
        [mu.set(all.splat(Row.mean)), scale.set(all.splat(Row.scale))],
        shift.set(affine.bias ? all.splat(Row.shift) : v128.zero),
        totals.map((total, t) => total.set(f64.load(sums.get, ofChannel[t]))),
        sumRun(f, inner.get, data, totals, (step, at, put) => [
          d.set(value(step, at)),
          put(0, d.get),
          put(1, f32x4.mul(d.get, f32x4.sub(loadStep(step, x, at), mu.get))),
        ]),
        totals.map((total, t) => f64.store(sums.get, total.get, ofChannel[t])),
      ]),
    ];
  });
}

/** dx, from dWeight and dBias of `m` numbers a channel. */
function writeGradientKernel(target: Target, { by, activation, ...affine }: Variant) {
  const { run, channel, sizes } = cuts[by];
  const parameters = {
    ...{ x: run, dy: run, y: run, dx: run, mean: channel, invStd: channel, weight: channel, bias: channel },
    ...{ dWeight: channel, dBias: channel, m: count, ...sizes },
  };
  return compile(target, parameters, (given, f) => {
    const { x, dx, bias, m, channels, inner } = given;
    const all = kept(f);
    const [mu, a, b, c, shift, perM] = f.vectors(6);
    const { data, value } = throughOf(f, target, activation, given, { mu, scale: a, shift });
    return [
      perM.set(demoted(f64.div(f64.const(1), f64.fromU32(m.get)))),
      keepSlopes(f, channels.get, all, affine.weight, given, perM),
      affine.bias
        ? eachKept(f, channels.get, all, [bias], (step) =>
            eachOf(step, (v) => all.store(step, Row.shift, v, loadStep(step, bias, v * 16))),
          )
        : [],
      eachRun(f, given, { kept: all, data: [...data, dx] }, [
        [mu.set(all.splat(Row.mean)), a.set(all.splat(Row.scale))],
        [b.set(all.splat(Row.b)), c.set(all.splat(Row.c))],
        shift.set(affine.bias ? all.splat(Row.shift) : v128.zero),
        eachVector(f, inner.get, [...data, dx], 4, [dx], (step, at) => [
          gradient(loadStep(step, x, at), value(step, at), { mu, a, b, c }),
        ]),
      ]),
    ];
  });
}

type Runs<P> = Values<Omit<P, "stride">> & { readonly activation?: Activation | null };

/** What batchNormForward, batchNormApply and batchNormBackward do of [N, C, inner]. */
export function batchNormRuns(device: Device) {
  const { target } = device;
  const mergers = device.once(mergersOf);
  const statistics = once(() => statisticsKernel(target));
  const applies = variants((variant: Variant) => applyKernel(target, variant));
  const gradientSums = variants((variant: Omit<Variant, "by">) => gradientSumsKernel(target, variant));
  const writes = variants((variant: Variant) => writeGradientKernel(target, variant));

  const apply = (call: Runs<typeof applyParameters>): void => {
    const { x, mean, invStd, weight, bias, y, outer, channels, inner, activation = null } = call;
    const by = byOf(outer);
    const kernel = applies({ weight: weight !== 0, bias: bias !== 0, activation, by });
    const stride = channels * inner * 4;
    eachLot(channels, (size, at) => {
      const values = {
        ...{ x: at(x, inner), y: at(y, inner), mean: at(mean), invStd: at(invStd), weight: at(weight) },
        ...{ bias: at(bias), outer, channels: size, inner, stride },
      };
      device.run(kernel, values, grainBy(by, values));
    });
  };

  const forward = (call: Runs<typeof forwardParameters>): void => {
    const { x, channels, inner } = call;
    const cut = cutOf(call, chunkImages, Math.floor);
    eachLot(channels, (size, at) => {
      const values = { x: at(x, inner), channels: size, inner, stride: channels * inner * 4 };
      sumChunks(device, statistics(), values, ["x"], inner, cut);
      mergers.statistics(call, inner, cut, size, at);
    });
    apply(call);
  };

  const backward = (call: Runs<typeof backwardParameters> & Values<{ y: unknown; bias: unknown }>): void => {
    const { x, dy, y, dx, mean, invStd, weight, bias, dWeight, dBias } = call;
    const { outer, channels, inner, activation = null } = call;
    const stride = channels * inner * 4;
    const variant = { weight: weight !== 0, bias: bias !== 0, activation };
    const cut = cutOf(call, chunkImages, Math.floor);
    const by = byOf(outer);
    eachLot(channels, (size, at) => {
      const values = {
        ...{ x: at(x, inner), dy: at(dy, inner), y: at(y, inner), mean: at(mean), invStd: at(invStd) },
        ...{ weight: at(weight), bias: at(bias), channels: size, inner, stride },
      };
      sumChunks(device, gradientSums(variant), values, ["x", "dy", "y"], inner, cut);
      mergers.gradients(call, inner, cut, size, at);
      const all = {
        ...{ ...values, dx: at(dx, inner), dWeight: at(dWeight), dBias: at(dBias) },
        ...{ m: outer * inner, outer },
      };
      device.run(writes({ ...variant, by }), all, grainBy(by, all));
    });
  };
  return { forward, apply, backward };
}
