// Batch normalization (Ioffe & Szegedy 2015) of x[outer, channels, inner]: which kernel takes a call, and what it means.

import { type Device, define, grainOf } from "../call/device";
import type { Memory } from "../call/memory";
import { variants } from "../call/variants";
import type { Kernel, Pointer, Values } from "../emit/kernel";
import { type Activation, unary, unaryFunctions, unaryGrad, unaryGradFunctions } from "../map/unary";
import { batchNormColumns } from "./batchNormColumns";
import type { Affine, applyParameters, backwardParameters, forwardParameters } from "./batchNormParts";
import { batchNormBackwardRowsKernel, batchNormForwardRowsKernel, mostRows } from "./batchNormRows";
import { batchNormRuns } from "./batchNormRuns";

export interface Activated {
  readonly activation?: Activation | null;
}
export type ForwardCall = Values<Omit<typeof forwardParameters, "stride">> & Activated;
export type ApplyCall = Values<Omit<typeof applyParameters, "stride">> & Activated;
/** With an activation: the activated output, and the forward's bias (0: absent). */
export type BackwardCall = Values<Omit<typeof backwardParameters, "stride">> &
  Activated & { readonly y?: Pointer; readonly bias?: Pointer };

interface Shape {
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
}

/** Runs a kernel of few rows by channels, in parts of whole steps. */
function runChannels<N extends string>(
  device: Device,
  kernel: Kernel<N>,
  values: { readonly [name in N]: number } & { readonly outer: number },
): void {
  device.run(kernel, values, grainOf(values.outer, 16));
}

// Of [N, C] the activation goes by itself, over what the cache still holds. Values are written out: on Node 20 to spread a call
// into an object takes longer than a small kernel.

/**
 * Train-mode BatchNorm of x[outer, channels, inner], m = outer·inner values a channel: writes mean[c],
 * invStd[c] = 1/√(variance + eps) of the biased variance (from Σ(x−μ)²: E[x²]−E[x]² loses every digit at a large mean)
 * and y = weight·(x − mean)·invStd + bias, and moves the running statistics:
 * running = (1 − momentum)·running + momentum·batch, where the batch's variance counts `correction` times.
 * weight, bias, runningMean and runningVar may be 0 (absent). With an activation, y is what unary() makes of that.
 */
export const batchNormForward = define<(call: ForwardCall) => void>({
  emit(device) {
    const { target } = device;
    const runs = device.once(batchNormRuns);
    const rows = variants((affine: Affine) => batchNormForwardRowsKernel(target, affine));
    const columns = device.once(batchNormColumns);
    const activate = device.kernel(unary);
    return (call) => {
      const { x, weight, bias, runningMean, runningVar, y, mean, invStd } = call;
      const { outer, channels, inner, eps, momentum, correction, activation = null } = call;
      if (inner !== 1) {
        runs.forward(call);
        return;
      }
      if (outer > mostRows) columns.forward(call);
      else
        runChannels(device, rows({ weight: weight !== 0, bias: bias !== 0 }), {
          x,
          weight,
          bias,
          runningMean,
          runningVar,
          y,
          mean,
          invStd,
          outer,
          channels,
          inner,
          stride: channels * 4,
          eps,
          momentum,
          correction,
        });
      if (activation !== null) activate(activation, { x: y, y, n: outer * channels });
    };
  },
  reference: (memory) => (call) => {
    const { outer, channels, inner, eps, momentum, correction } = call;
    const m = outer * inner;
    const x = memory.floats(call.x, m * channels);
    const [mean, invStd] = [memory.floats(call.mean, channels), memory.floats(call.invStd, channels)];
    const runningMean = memory.floatsIf(call.runningMean, channels);
    const runningVar = memory.floatsIf(call.runningVar, channels);
    const moved = (old: number, value: number) => (1 - momentum) * old + momentum * value;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      eachOfChannel(call, c, (i) => {
        sum += x[i]!;
      });
      const mu = sum / m;
      let squares = 0;
      eachOfChannel(call, c, (i) => {
        squares += (x[i]! - mu) ** 2;
      });
      mean[c] = mu;
      invStd[c] = 1 / Math.sqrt(squares / m + eps);
      if (runningMean !== null) runningMean[c] = moved(runningMean[c]!, mu);
      if (runningVar !== null) runningVar[c] = moved(runningVar[c]!, (correction * squares) / m);
    }
    applied(memory)(call);
  },
});

/** Calls visit(index of an element of channel c) for every element of that channel in x[outer, channels, inner]. */
function eachOfChannel({ outer, channels, inner }: Shape, c: number, visit: (index: number) => void): void {
  for (let o = 0; o < outer; o++) {
    const start = (o * channels + c) * inner;
    for (let i = start; i < start + inner; i++) visit(i);
  }
}

const applied =
  (memory: Memory) =>
  (call: ApplyCall): void => {
    const { channels, activation } = call;
    const size = call.outer * channels * call.inner;
    const [x, y] = [memory.floats(call.x, size), memory.floats(call.y, size)];
    const [mean, invStd] = [memory.floats(call.mean, channels), memory.floats(call.invStd, channels)];
    const [weight, bias] = [memory.floatsIf(call.weight, channels), memory.floatsIf(call.bias, channels)];
    const activate = activation ? unaryFunctions[activation] : unaryFunctions.copy;
    for (let c = 0; c < channels; c++) {
      const mu = mean[c]!;
      const scale = invStd[c]! * (weight?.[c] ?? 1);
      const shift = bias?.[c] ?? 0;
      eachOfChannel(call, c, (i) => {
        y[i] = activate((x[i]! - mu) * scale + shift);
      });
    }
  };

/** y = weight[c]·(x − mean[c])·invStd[c] + bias[c], activated; weight and bias may be 0 (absent: 1 and 0). */
export const batchNormApply = define<(call: ApplyCall) => void>({
  emit(device) {
    const runs = device.once(batchNormRuns);
    const columns = device.once(batchNormColumns);
    const activate = device.kernel(unary);
    return (call) => {
      const { y, outer, channels, inner, activation = null } = call;
      if (inner !== 1) {
        runs.apply(call);
        return;
      }
      columns.apply(call);
      if (activation !== null) activate(activation, { x: y, y, n: outer * channels });
    };
  },
  reference: applied,
});

/**
 * Gradients of train-mode BatchNorm: dBias = Σdy, dWeight = Σdy·x̂, dx = (weight·invStd/m)·(m·dy − dBias − x̂·dWeight). dBias
 * and dWeight are overwritten (never 0: pass scratch). With an activation, dy is first what unaryGrad() makes of it and y, the
 * activated output; `bias` is then the forward's (0: absent). dx may alias dy.
 */
export const batchNormBackward = define<(call: BackwardCall) => void>({
  emit(device) {
    const { target } = device;
    const runs = device.once(batchNormRuns);
    const rows = variants(({ weight }: { weight: boolean }) => batchNormBackwardRowsKernel(target, weight));
    const columns = device.once(batchNormColumns);
    const throughActivation = device.kernel(unaryGrad);
    return (call) => {
      const { x, mean, invStd, weight, dx, dWeight, dBias, outer, channels, inner } = call;
      const { activation = null, y = 0, bias = 0 } = call;
      if (inner !== 1) {
        runs.backward({ ...call, y, bias });
        return;
      }
      if (activation !== null) {
        throughActivation(activation, { saved: y, dy: call.dy, dx, n: outer * channels, accumulate: false });
      }
      const dy = activation !== null ? dx : call.dy;
      if (outer > mostRows) {
        columns.backward({ x, mean, invStd, weight, dy, dx, dWeight, dBias, outer, channels });
        return;
      }
      runChannels(device, rows({ weight: weight !== 0 }), {
        x,
        mean,
        invStd,
        weight,
        dy,
        dx,
        dWeight,
        dBias,
        outer,
        channels,
        inner,
        stride: channels * 4,
      });
    };
  },
  reference: (memory) => (call) => {
    const { outer, channels, inner, activation, y: activatedAt = 0 } = call;
    const m = outer * inner;
    const [x, dy] = [memory.floats(call.x, m * channels), memory.floats(call.dy, m * channels)];
    const [dx, y] = [memory.floats(call.dx, m * channels), memory.floatsIf(activatedAt, m * channels)];
    const [mean, invStd] = [memory.floats(call.mean, channels), memory.floats(call.invStd, channels)];
    const weight = memory.floatsIf(call.weight, channels);
    const [dWeight, dBias] = [memory.floats(call.dWeight, channels), memory.floats(call.dBias, channels)];
    const gradientAt = (i: number): number =>
      activation ? unaryGradFunctions[activation](dy[i]!, y![i]!) : dy[i]!;
    for (let c = 0; c < channels; c++) {
      const [mu, inv] = [mean[c]!, invStd[c]!];
      let [sumDy, sumDyXhat] = [0, 0];
      eachOfChannel(call, c, (i) => {
        sumDy += gradientAt(i);
        sumDyXhat += gradientAt(i) * (x[i]! - mu) * inv;
      });
      const scale = (inv * (weight?.[c] ?? 1)) / m;
      eachOfChannel(call, c, (i) => {
        const xhat = (x[i]! - mu) * inv;
        dx[i] = scale * (m * gradientAt(i) - sumDy - xhat * sumDyXhat);
      });
      dBias[c] = sumDy;
      dWeight[c] = sumDyXhat;
    }
  },
});
