// Batch normalization of [N, C, inner] along the runs of one channel after the other, whose data stays cached from the statistics
// to what needs them.

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
import { compile } from "../emit/kernel";
import { eachVector, loadStep, type Step, sumRun } from "../emit/loops";
import type { Target } from "../emit/target";
import { type Activation, activated } from "../map/unary";
import {
  type Affine,
  activatedParameters,
  applyParameters,
  coefficients,
  forwardParameters,
  gradient,
  gradientsOf,
  moving,
  normalized,
} from "./batchNormParts";

const square = (x: Local): Code => f32x4.mul(x.get, x.get);
const bytes = (count: Code): Code => i32.shl(count, i32.const(2));

/** Calls for the run of one channel in each of `outer` blocks; the cursors start at the given pointers. */
function eachRun(
  f: FunctionBuilder,
  outer: Code,
  stride: Code,
  starts: readonly Local[],
  body: (cursors: Local[]) => Code,
): Code {
  const left = f.local("i32");
  const blocks = f.integers(starts.length);
  const cursors = f.integers(starts.length);
  return [
    blocks.map((block, s) => block.set(starts[s]!.get)),
    times(left, outer, [
      cursors.map((cursor, s) => cursor.set(blocks[s]!.get)),
      body(cursors),
      blocks.map((block) => block.advance(stride)),
    ]),
  ];
}

type ChannelLocal = "x" | "y" | "weight" | "bias" | "outer" | "inner" | "stride" | "mu" | "scale";

/** y = activation(weight·scale·(x − mu) + bias) of one channel, whose invStd is in `scale` before. */
function applyToRuns(
  f: FunctionBuilder,
  target: Target,
  affine: Affine,
  activation: Activation | null,
  { x, y, weight, bias, outer, inner, stride, mu, scale }: Record<ChannelLocal, Local>,
): Code {
  const shift = f.local("v128");
  const { vectors, apply } = activated(target, f, activation);
  return [
    affine.weight ? scale.set(f32x4.mul(scale.get, v128.loadSplat(weight.get))) : [],
    shift.set(affine.bias ? v128.loadSplat(bias.get) : v128.zero),
    eachRun(f, outer.get, stride.get, [x, y], (cursors) => {
      const [from, to] = cursors as [Local, Local];
      return eachVector(f, inner.get, cursors, vectors, [to], (step, at) => [
        apply(normalized(target, loadStep(step, from, at), mu, scale, shift)),
      ]);
    }),
  ];
}

/** See `batchNormForward`. */
export function batchNormForwardKernel(target: Target, affine: Affine, activation: Activation | null) {
  return compile(target, forwardParameters, (parameters, f) => {
    const { x, weight, bias, runningMean, runningVar, y, mean, invStd } = parameters;
    const { outer, channels, inner, stride, eps, momentum, correction } = parameters;
    const [channel, total, m] = [f.local("i32"), f.local("f64"), f.local("f64")];
    const [mu, scale, d] = f.vectors(3);
    const parts = moving(f, target, momentum, correction);
    const splat = (value: Code) => f32x4.splat(f32.demote(value));
    const sum = (put: (value: Code) => Code) => [
      total.set(f64.const(0)),
      eachRun(f, outer.get, stride.get, [x], ([from]) =>
        sumRun(f, inner.get, [from!], [total], (step, at, add) => add(0, put(loadStep(step, from!, at)))),
      ),
      total.set(f64.div(total.get, m.get)),
    ];
    const track = (running: Local, value: Code): Code =>
      when(running.get, [
        v128.storeLane(running.get, parts.moved(v128.load1(running.get), value), 0),
        running.advance(4),
      ]);
    return [
      [parts.set, m.set(f64.fromU32(i32.mul(outer.get, inner.get)))],
      times(channel, channels.get, [
        sum((value) => value),
        [mu.set(splat(total.get)), v128.storeLane(mean.get, mu.get, 0)],
        sum((value) => [d.set(f32x4.sub(value, mu.get)), square(d)]),
        track(runningMean, mu.get),
        track(runningVar, f32x4.mul(splat(total.get), parts.correction)),
        scale.set(splat(f64.div(f64.const(1), f64.sqrt(f64.add(total.get, eps.get))))),
        v128.storeLane(invStd.get, scale.get, 0),
        applyToRuns(f, target, affine, activation, { x, y, weight, bias, outer, inner, stride, mu, scale }),
        [mean, invStd, weight, bias].map((pointer) => pointer.advance(4)), // an absent one advances unread
        [x, y].map((pointer) => pointer.advance(bytes(inner.get))),
      ]),
    ];
  });
}

/** See `batchNormApply`. */
export function batchNormApplyKernel(target: Target, affine: Affine, activation: Activation | null) {
  return compile(target, applyParameters, (parameters, f) => {
    const { x, mean, invStd, weight, bias, y, outer, channels, inner, stride } = parameters;
    const channel = f.local("i32");
    const [mu, scale] = f.vectors(2);
    return times(channel, channels.get, [
      mu.set(v128.loadSplat(mean.get)),
      scale.set(v128.loadSplat(invStd.get)),
      applyToRuns(f, target, affine, activation, { x, y, weight, bias, outer, inner, stride, mu, scale }),
      [mean, invStd, weight, bias].map((pointer) => pointer.advance(4)), // an absent one advances unread
      [x, y].map((pointer) => pointer.advance(bytes(inner.get))),
    ]);
  });
}

/** See `batchNormBackward`. */
export function batchNormBackwardKernel(target: Target, affine: Affine, activation: Activation | null) {
  return compile(target, activatedParameters, (parameters, f) => {
    const { x, mean, invStd, weight, dy, dx, dWeight, dBias, y, bias } = parameters;
    const { outer, channels, inner, stride } = parameters;
    const [channel, perM, dyValue] = [f.local("i32"), f.local("v128"), f.local("v128")];
    const totals = [f.local("f64"), f.local("f64")] as const;
    const value = gradientsOf(f);
    const shift = f.local("v128");
    const { gradient: throughOf } = activated(target, f, activation);
    // Whether relu let x through is computed again: y would be a third stream from memory.
    const outputs = activation === null || activation === "relu" ? [] : [y];
    const through = (step: Step, at: number, fromX: Local, fromDy: Local, fromY: Local): Code =>
      throughOf(loadStep(step, fromDy, at), () =>
        activation === "relu"
          ? normalized(target, loadStep(step, fromX, at), value.mu, value.a, shift)
          : loadStep(step, fromY, at),
      );
    const splat = (total: Local) => f32x4.splat(f32.demote(total.get));
    return [
      perM.set(f32x4.splat(f32.demote(f64.div(f64.const(1), f64.fromU32(i32.mul(outer.get, inner.get)))))),
      times(channel, channels.get, [
        value.mu.set(v128.loadSplat(mean.get)),
        value.a.set(
          affine.weight
            ? f32x4.mul(v128.loadSplat(invStd.get), v128.loadSplat(weight.get))
            : v128.loadSplat(invStd.get),
        ),
        shift.set(affine.bias ? v128.loadSplat(bias.get) : v128.zero),
        totals.map((total) => total.set(f64.const(0))),
        eachRun(f, outer.get, stride.get, [x, dy, ...outputs], (cursors) => {
          const [fromX, fromDy, fromY] = cursors as [Local, Local, Local];
          return sumRun(f, inner.get, cursors, totals, (step, at, put) => [
            dyValue.set(through(step, at, fromX, fromDy, fromY)),
            put(0, dyValue.get),
            put(1, f32x4.mul(dyValue.get, f32x4.sub(loadStep(step, fromX, at), value.mu.get))),
          ]);
        }),
        [value.sumDy.set(splat(totals[0])), value.sumDyX.set(splat(totals[1]))],
        coefficients(
          v128.loadSplat(invStd.get),
          affine.weight ? v128.loadSplat(weight.get) : null,
          perM,
          value,
        ),
        v128.storeLane(dBias.get, value.sumDy.get, 0),
        v128.storeLane(dWeight.get, value.sumDyX.get, 0),
        eachRun(f, outer.get, stride.get, [x, dy, dx, ...outputs], (cursors) => {
          const [fromX, fromDy, to, fromY] = cursors as [Local, Local, Local, Local];
          return eachVector(f, inner.get, cursors, 4, [to], (step, at) => [
            gradient(loadStep(step, fromX, at), through(step, at, fromX, fromDy, fromY), value),
          ]);
        }),
        [mean, invStd, weight, bias, dWeight, dBias].map((pointer) => pointer.advance(4)),
        [x, dy, dx, ...outputs].map((pointer) => pointer.advance(bytes(inner.get))),
      ]),
    ];
  });
}
