// Batch normalization over the channel axis of [N, C, ...] (Ioffe & Szegedy 2015), by PyTorch's conventions.

import { requireKnown, requireNumbers, requireVector } from "../arguments";
import { type Node, type Rule, record, savedTensor } from "../autograd";
import type { BackwardPass } from "../backwardPass";
import type { Engine } from "../engine";
import { countOf, show } from "../shape";
import type { Storage } from "../storage";
import type { Tensor } from "../tensor";
import type { Activation } from "../wasm/kernels";
import { norms } from "../wasm/table";
import { requireFloat } from "./check";
import { slopesByOutput } from "./elementwise";
import { contiguous } from "./view";

export interface BatchNormOptions {
  /** γ [C]; absent: 1. */
  readonly weight?: Tensor | null;
  /** β [C]; absent: 0. */
  readonly bias?: Tensor | null;
  /** Running mean [C]: normalizes when not training, updated in place when training. */
  readonly runningMean?: Tensor | null;
  /** Running variance [C], unbiased unless told otherwise. */
  readonly runningVar?: Tensor | null;
  /** Move the running variance towards the biased one of the batch, as Keras does (default false). */
  readonly biasedRunningVar?: boolean;
  /** Normalize by the statistics of the batch (default false). */
  readonly training?: boolean;
  /** running ← (1 − momentum)·running + momentum·batch (default 0.1). */
  readonly momentum?: number;
  /** Added to the variance under the root. Default 1e-5. */
  readonly eps?: number;
}

/** x[outer, channels, inner]. */
interface Extent {
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
}

interface Info extends Extent {
  readonly hasWeight: boolean;
  readonly training: boolean;
  readonly activation: Activation | null;
  readonly eps: number;
}

/** Every number of dy is read before that of dx takes its place. */
function backward(node: Node<Info>, dy: Storage, pass: BackwardPass): void {
  const x = node.inputs[0]!;
  const { outer, channels, inner, hasWeight, training, activation } = node.info;
  const weight = hasWeight ? node.inputs[1]! : null;
  const bias = node.inputs[hasWeight ? 2 : 1] ?? null;
  const [mean, invStd] = node.saved as [Storage, Storage];
  const { engine } = pass;
  const dx = training ? pass.target(dy, x) : pass.allocate(x);
  const dWeight = engine.allocate(channels);
  const dBias = engine.allocate(channels);
  const y = node.output;
  if (training) {
    engine.kernels.of(norms).batchNormBackward({
      x: x.pointer,
      mean: mean.pointer,
      invStd: invStd.pointer,
      weight: weight?.pointer ?? 0,
      dy: dy.pointer,
      dx: dx.pointer,
      dWeight: dWeight.pointer,
      dBias: dBias.pointer,
      outer,
      channels,
      inner,
      activation,
      y: activation === null ? 0 : y.pointer,
      bias: bias?.pointer ?? 0,
    });
  } else {
    let slope = dy;
    if (activation !== null) {
      slope = pass.target(dy, x);
      engine.kernels.unaryGrad(activation, {
        saved: y.pointer,
        dy: dy.pointer,
        dx: slope.pointer,
        n: y.count,
      });
    }
    frozenBackward(engine, node.info, x, mean, invStd, weight, slope, dx, dWeight, dBias);
    if (slope !== dy) engine.release(slope);
  }
  if (weight?.requiresGrad) pass.give(weight, dWeight);
  else engine.release(dWeight);
  if (bias?.requiresGrad) pass.give(bias, dBias);
  else engine.release(dBias);
  if (x.requiresGrad) pass.give(x, dx);
  else if (dx !== dy) engine.release(dx);
}

// By the batch's statistics: dx = γ·r·(dy − mean dy − x̂·mean(dy·x̂)); by fixed ones: γ·r·dy. dγ = Σ dy·x̂, dβ = Σ dy.
function formula(node: Node<Info>, gradient: Tensor): (() => Tensor)[] {
  const { outer, channels, inner, hasWeight, training, activation, eps } = node.info;
  const [given, weight] = node.inputs as [Tensor, Tensor?];
  const rows = (each: Tensor) => each.reshape(outer, channels, inner);
  const column = (each: Tensor) => each.reshape(channels, 1);
  const after = activation === null ? gradient : slopesByOutput[activation](gradient, node.output);
  const [x, dy] = [rows(given), rows(after)];
  const dims = [0, 2];
  const fixed = (i: number) => savedTensor(node.saved[i]!, [channels, 1], "float32");
  const centered = x.sub(training ? x.mean(dims, true) : fixed(0));
  const invStd = training ? centered.square().mean(dims, true).add(eps).rsqrt() : fixed(1);
  const normal = centered.mul(invStd);
  const dx = () => {
    const scaled = hasWeight ? dy.mul(column(weight!)) : dy;
    const inside = training
      ? scaled.sub(scaled.mean(dims, true)).sub(normal.mul(scaled.mul(normal).mean(dims, true)))
      : scaled;
    return inside.mul(invStd).reshape(given.shape);
  };
  const dBias = () => dy.sum(dims);
  return hasWeight ? [dx, () => dy.mul(normal).sum(dims), dBias] : [dx, dBias];
}

const batchNormRule: Rule<Info> = {
  name: "batchNorm",
  reads: "inputs",
  sharesGradient: true,
  backward,
  formula,
};
const activated = (activation: Activation): Rule<Info> => ({
  ...batchNormRule,
  name: `batchNorm + ${activation}`,
  reads: "both",
});
const activatedRules: { [A in Activation]: Rule<Info> } = {
  relu: activated("relu"),
  sigmoid: activated("sigmoid"),
  tanh: activated("tanh"),
};

/** With fixed statistics: dx = γ·r·dy, dβ = Σdy, dγ = Σdy·x̂. */
function frozenBackward(
  engine: Engine,
  { outer, channels, inner }: Extent,
  x: Tensor,
  mean: Storage,
  invStd: Storage,
  weight: Tensor | null,
  dy: Storage,
  dx: Storage,
  dWeight: Storage,
  dBias: Storage,
): void {
  const { kernels } = engine;
  const zero = engine.allocate(channels);
  const sums = engine.allocate(outer * channels);
  const sumOverChannel = (from: Storage, to: Storage) => {
    kernels.reduce("sum", { x: from.pointer, y: sums.pointer, outer: outer * channels, n: inner, inner: 1 });
    kernels.reduce("sum", { x: sums.pointer, y: to.pointer, outer: 1, n: outer, inner: channels });
  };
  sumOverChannel(dy, dBias);
  kernels.of(norms).batchNormApply({
    x: x.pointer,
    mean: mean.pointer,
    invStd: invStd.pointer,
    weight: 0,
    bias: 0,
    y: dx.pointer,
    outer,
    channels,
    inner,
  });
  kernels.binary("mul", "same", { a: dx.pointer, b: dy.pointer, y: dx.pointer, columns: x.count });
  sumOverChannel(dx, dWeight);
  kernels.fill({ y: zero.pointer, value: 0, n: channels });
  kernels.of(norms).batchNormApply({
    x: dy.pointer,
    mean: zero.pointer,
    invStd: invStd.pointer,
    weight: weight?.pointer ?? 0,
    bias: 0,
    y: dx.pointer,
    outer,
    channels,
    inner,
  });
  engine.release(zero);
  engine.release(sums);
}

/**
 * y = γ·(x − μ)/√(σ² + ε) + β per channel of x [N, C] or [N, C, ...]. Training: μ and σ² (biased) are the batch's, and
 * the running statistics are updated in place, with the unbiased variance unless `biasedRunningVar`, also under noGrad.
 * Otherwise they are the running ones; without running statistics the batch's are used in both modes.
 * Throws when a channel has a single value and the batch's statistics are to be used.
 */
export function batchNorm(input: Tensor, options: BatchNormOptions = {}): Tensor {
  requireKnown("batchNorm", arguments, 2, [
    "weight",
    "bias",
    "runningMean",
    "runningVar",
    "biasedRunningVar",
    "training",
    "momentum",
    "eps",
  ]);
  return batchNormThen(null, input, options);
}

/**
 * batchNorm, then the activation in the same sweep, backward too: the bits of one after the other, without the memory of
 * what lies between.
 */
export function batchNormThen(
  activation: Activation | null,
  input: Tensor,
  options: BatchNormOptions,
): Tensor {
  const { weight = null, bias = null, runningMean = null, runningVar = null } = options;
  const { training = false, momentum = 0.1, eps = 1e-5, biasedRunningVar = false } = options;
  const x = contiguous(requireFloat("batchNorm", input));
  if (x.shape.length < 2)
    throw new RangeError(`batchNorm: expected input [N, C] or [N, C, ...], got ${show(x.shape)}`);
  requireNumbers("batchNorm", { momentum, eps });
  const [outer, channels] = x.shape as [number, number];
  const inner = countOf(x.shape.slice(2));
  requireVector("batchNorm", "weight", weight, channels);
  requireVector("batchNorm", "bias", bias, channels);
  requireVector("batchNorm", "runningMean", runningMean, channels);
  requireOrdered("runningMean", runningMean);
  requireVector("batchNorm", "runningVar", runningVar, channels);
  requireOrdered("runningVar", runningVar);
  const fromBatch = training || runningMean === null || runningVar === null;
  const m = outer * inner;
  if (fromBatch && m <= 1) {
    throw new RangeError(
      `batchNorm: expected more than one value per channel to take batch statistics of, got input ${show(x.shape)}; ` +
        (training
          ? "use a larger batch (dropLast in the loader), or eval mode"
          : "use a larger batch, or keep running statistics (trackRunningStats: true), which evaluation without them has not got"),
    );
  }
  const { engine } = x;
  const { f32, kernels } = engine;
  const gamma = weight && contiguous(weight);
  const beta = bias && contiguous(bias);
  const y = engine.emptyLike(x, "float32");
  const mean = engine.allocate(channels);
  const invStd = engine.allocate(channels);
  const pointer = (tensor: Tensor | null): number => tensor?.pointer ?? 0;
  if (fromBatch) {
    const [movedMean, movedVar] = training ? [runningMean, runningVar] : [null, null];
    movedMean?.storage.changes();
    movedVar?.storage.changes();
    kernels.of(norms).batchNormForward({
      x: x.pointer,
      weight: pointer(gamma),
      bias: pointer(beta),
      runningMean: pointer(movedMean),
      runningVar: pointer(movedVar),
      y: y.pointer,
      mean: mean.pointer,
      invStd: invStd.pointer,
      outer,
      channels,
      inner,
      eps,
      momentum,
      correction: biasedRunningVar ? 1 : m / (m - 1),
      activation,
    });
  } else {
    const scale = invStd.pointer >>> 2;
    const fixedVar = contiguous(runningVar).pointer >>> 2;
    for (let c = 0; c < channels; c++) f32[scale + c] = 1 / Math.sqrt(f32[fixedVar + c]! + eps);
    kernels.unary("copy", { x: contiguous(runningMean).pointer, y: mean.pointer, n: channels });
    kernels.of(norms).batchNormApply({
      x: x.pointer,
      mean: mean.pointer,
      invStd: invStd.pointer,
      weight: pointer(gamma),
      bias: pointer(beta),
      y: y.pointer,
      outer,
      channels,
      inner,
      activation,
    });
  }
  const inputs = [x, gamma, beta].filter((tensor) => tensor !== null);
  const info = { outer, channels, inner, hasWeight: gamma !== null, training: fromBatch, activation, eps };
  return record(activation === null ? batchNormRule : activatedRules[activation], y, inputs, info, [
    mean,
    invStd,
  ]);
}

function requireOrdered(name: string, running: Tensor | null): void {
  if (running === null || running.isContiguous()) return;
  throw new RangeError(
    `batchNorm: expected ${name} in order, to update in place, got strides ${show(running.strides)}`,
  );
}
