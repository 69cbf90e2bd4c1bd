// Layers as functions, without state: torch.nn.functional's names.

import { softplus, type Tensor } from "../tensor";

export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  avgPool1d,
  avgPool2d,
  batchNorm,
  conv1d,
  conv2d,
  crossEntropy,
  dropout,
  dropout2d,
  elu,
  gelu,
  groupNorm,
  instanceNorm,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  maxPool1d,
  maxPool2d,
  maxPool2dWithIndices,
  nllLoss,
  pad,
  relu,
  rmsNorm,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from "../tensor";

/** How a loss brings its rows together: their mean (default), their sum, or each by itself. */
export interface LossOptions {
  reduction?: "mean" | "sum" | "none";
}

/** (input − target)², of equal shapes → [], or that shape with reduction "none". Throws a RangeError for unequal ones. */
export function mseLoss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  requireEqualShapes("mseLoss", input, target);
  return reduce("mseLoss", input.sub(target).square(), reduction);
}

/** |input − target|, of equal shapes → [], or that shape with reduction "none". Throws a RangeError for unequal ones. */
export function l1Loss(input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor {
  requireEqualShapes("l1Loss", input, target);
  return reduce("l1Loss", input.sub(target).abs(), reduction);
}

export interface SmoothL1LossOptions extends LossOptions {
  /** Where the square gives way to the absolute value, ≥ 0. Default 1; 0 is l1Loss. */
  beta?: number;
}

/**
 * d²/(2·beta) where d = |input − target| < beta, else d − beta/2; equal shapes → [], or that shape with reduction "none".
 * Girshick 2015. Throws a RangeError for unequal shapes and for beta < 0.
 */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  { beta = 1, reduction }: SmoothL1LossOptions = {},
): Tensor {
  requireEqualShapes("smoothL1Loss", input, target);
  if (!(beta >= 0)) throw new RangeError(`smoothL1Loss: expected beta ≥ 0, got ${beta}`);
  const distance = input.sub(target).abs();
  if (beta === 0) return reduce("smoothL1Loss", distance, reduction);
  const near = distance.clamp({ max: beta });
  return reduce(
    "smoothL1Loss",
    near
      .square()
      .div(2 * beta)
      .add(distance.sub(near)),
    reduction,
  );
}

export interface BCEWithLogitsOptions extends LossOptions {
  /** A factor for each loss; broadcasts to the input. */
  weight?: Tensor | null;
  /** A factor for the loss of positive targets, one a class; broadcasts to the input. */
  posWeight?: Tensor | null;
}

/**
 * −(p·y·log σ(x) + (1−y)·log(1−σ(x))) of logits x and targets y in 0…1, of equal shapes, p = posWeight → [], or that shape
 * with reduction "none". As torch.nn.functional.binary_cross_entropy_with_logits, in a form that no x overflows:
 * (1−y)·x + (1 + (p−1)·y)·log(1 + e⁻ˣ). Throws a RangeError for unequal shapes.
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  { weight = null, posWeight = null, reduction }: BCEWithLogitsOptions = {},
): Tensor {
  const name = "binaryCrossEntropyWithLogits";
  requireEqualShapes(name, input, target);
  const positive = softplus(input.neg(), { threshold: Number.POSITIVE_INFINITY });
  const factored = posWeight === null ? positive : positive.mul(posWeight.sub(1).mul(target).add(1));
  const losses = target.neg().add(1).mul(input).add(factored);
  return reduce(name, weight === null ? losses : losses.mul(weight), reduction);
}

function requireEqualShapes(loss: string, input: Tensor, target: Tensor): void {
  if (input.shape.join() !== target.shape.join()) {
    throw new RangeError(
      `${loss}: expected input and target of equal shape, got [${input.shape.join(", ")}] and [${target.shape.join(", ")}]`,
    );
  }
}

function reduce(loss: string, losses: Tensor, reduction: LossOptions["reduction"] = "mean"): Tensor {
  if (reduction === "none") return losses;
  if (reduction === "mean") return losses.mean();
  if (reduction === "sum") return losses.sum();
  throw new RangeError(`${loss}: expected reduction "mean", "sum" or "none", got ${String(reduction)}`);
}
