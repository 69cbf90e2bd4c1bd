// Layers as functions, without state: torch.nn.functional's names.

import { noGrad, pad, type Tensor, where } from "../tensor";
import {
  requireInteger,
  requireKnown,
  requireNumber,
  requireNumbers,
  requireTensor,
  show,
} from "../tensor/arguments";

export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  alphaDropout,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  batchNorm,
  celu,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  cosineSimilarity,
  crossEntropy,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  elu,
  gelu,
  groupNorm,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  instanceNorm,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  maxPool3d,
  mish,
  nllLoss,
  normalize,
  oneHot,
  pad,
  pairwiseDistance,
  relu,
  rmsNorm,
  sigmoid,
  silu,
  softmax,
  softplus,
  softshrink,
  softsign,
  tanh,
  threshold,
} from "../tensor";
export {
  glu,
  logSigmoid,
  prelu,
  type RReluOptions,
  relu6,
  rrelu,
  selu,
  softmin,
  tanhshrink,
} from "./composedActivations";

/**
 * y_k = x1ᵀ·weight_k·x2 + bias_k: [..., m] and [..., n] with weight [out, m, n] and bias [out] → [..., out]. Throws a RangeError
 * for other shapes.
 */
export function bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  requireKnown("bilinear", arguments, 4);
  requireTensor("bilinear", input1, "input1");
  requireTensor("bilinear", input2, "input2");
  requireTensor("bilinear", weight, "weight");
  if (bias !== null) requireTensor("bilinear", bias, "bias");
  const [out, m, n, ...more] = weight.shape;
  if (out === undefined || m === undefined || n === undefined || more.length > 0) {
    throw new RangeError(`bilinear: expected weight [out, m, n], got ${show(weight.shape)}`);
  }
  const places = input1.shape.slice(0, -1);
  if (input1.shape.at(-1) !== m || input2.shape.join() !== [...places, n].join()) {
    throw new RangeError(
      `bilinear: expected inputs [..., ${m}] and [..., ${n}], got ${show(input1.shape)} and ${show(input2.shape)}`,
    );
  }
  if (bias !== null && bias.shape.join() !== `${out}`) {
    throw new RangeError(`bilinear: expected bias [${out}], got ${show(bias.shape)}`);
  }
  const rows = input1.reshape(-1, m).matmul(weight.transpose(0, 1).reshape(m, out * n));
  const products = rows
    .reshape(-1, out, n)
    .mul(input2.reshape(-1, 1, n))
    .sum(2)
    .reshape([...places, out]);
  return bias === null ? products : products.add(bias);
}
export { type FoldOptions, fold, unfold } from "../tensor/doors/nn";
export { type InterpolateOptions, type InterpolationMode, interpolate } from "./interpolate";
export {
  type BCEOptions,
  type BCEWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type GaussianNLLOptions,
  gaussianNllLoss,
  type HuberLossOptions,
  huberLoss,
  type KLDivOptions,
  klDiv,
  type LossOptions,
  l1Loss,
  mseLoss,
  type PoissonNLLOptions,
  poissonNllLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
  softMarginLoss,
} from "./lossFunctions";
export {
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  type MarginLossOptions,
  type MultilabelSoftMarginOptions,
  type MultiMarginOptions,
  marginRankingLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
  type TripletMarginOptions,
  tripletMarginLoss,
} from "./marginLossFunctions";
export {
  type LPPoolOptions,
  lpPool1d,
  lpPool2d,
  type MaxUnpoolOptions,
  maxUnpool1d,
  maxUnpool2d,
} from "./poolFunctions";
export { type ScaledDotProductOptions, scaledDotProductAttention } from "./scaledDotProduct";
export { channelShuffle, pixelShuffle, pixelUnshuffle } from "./shuffles";

/** What embedding() can be told. */
export interface EmbeddingLookupOptions {
  /** The row whose picks give it no gradient. */
  paddingIdx?: number | null;
  /** Rows that are picked are first shortened, in place, to this norm. */
  maxNorm?: number | null;
  /** The p of that norm. Default 2. */
  normType?: number;
}

/** Brings the rows that are longer than `maxNorm` to that length, in place. */
function shorten(weight: Tensor, rows: ReadonlySet<number>, maxNorm: number, normType: number): void {
  noGrad(() => {
    for (const row of rows) {
      const vector = weight.detach().select(0, row);
      const length = vector.norm(normType).item();
      if (length > maxNorm) vector.mul_(maxNorm / (length + 1e-7));
    }
  });
}

/**
 * Row i of `weight` [n, d] for each number i of the int32 `input` [...] → [..., d]. Rows of `paddingIdx` get no gradient.
 * Throws a TypeError unless the input is int32, a RangeError for a number outside 0 … n − 1 and for other shapes.
 */
export function embedding(
  input: Tensor,
  weight: Tensor,
  { paddingIdx = null, maxNorm = null, normType = 2 }: EmbeddingLookupOptions = {},
): Tensor {
  requireKnown("embedding", arguments, 3, ["paddingIdx", "maxNorm", "normType"]);
  requireTensor("embedding", input);
  requireTensor("embedding", weight, "weight");
  if (paddingIdx !== null) requireNumber("embedding", "paddingIdx", paddingIdx);
  if (maxNorm !== null) requireNumber("embedding", "maxNorm", maxNorm);
  requireNumber("embedding", "normType", normType);
  const [rows, width, ...more] = weight.shape;
  if (rows === undefined || width === undefined || more.length > 0) {
    throw new RangeError(`embedding: expected weight [n, d], got ${show(weight.shape)}`);
  }
  if (input.dtype !== "int32") {
    throw new TypeError(
      `embedding: expected int32 row numbers, got ${input.dtype} ${show(input.shape)}; convert them with .to("int32")`,
    );
  }
  const outside = input.data.find((row) => row < 0 || row >= rows);
  if (outside !== undefined) {
    throw new RangeError(`embedding: expected row numbers from 0 to ${rows - 1}, got ${outside}`);
  }
  if (maxNorm !== null) shorten(weight, new Set(input.data), maxNorm, normType);
  const picked = weight.indexSelect(0, input.reshape(-1)).reshape([...input.shape, width]);
  if (paddingIdx === null) return picked;
  return where(input.eq(paddingIdx).unsqueeze(-1), picked.detach(), picked);
}

/** The constants of localResponseNorm(). */
export interface LocalResponseNormOptions {
  /** The factor of the mean of squares. Default 1e-4. */
  alpha?: number;
  /** The exponent. Default 0.75. */
  beta?: number;
  /** Added to the mean. Default 1. */
  k?: number;
}

/**
 * x / (k + α·m)^β, where m is the mean of x² over `size` channels around each, as many before it as after it or one more
 * before; beyond the ends they count as 0: [N, C, L, ...] → the same. Krizhevsky, Sutskever & Hinton 2012, with α divided by
 * the size as in PyTorch. Throws a RangeError for other shapes and for a size below 1.
 */
export function localResponseNorm(
  input: Tensor,
  size: number,
  { alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseNormOptions = {},
): Tensor {
  requireKnown("localResponseNorm", arguments, 3, ["alpha", "beta", "k"]);
  requireTensor("localResponseNorm", input);
  const [n, channels] = input.shape;
  if (n === undefined || channels === undefined || input.shape.length < 3) {
    throw new RangeError(`localResponseNorm: expected input [N, C, L, ...], got ${show(input.shape)}`);
  }
  requireInteger("localResponseNorm", "size", size, 1);
  requireNumbers("localResponseNorm", { alpha, beta, k });
  const before = Math.floor(size / 2);
  const squares = pad(input.square().flatten(2), [0, 0, before, size - 1 - before]); // [N, C + size − 1, L]
  let sum = squares.narrow(1, 0, channels);
  for (let i = 1; i < size; i++) sum = sum.add(squares.narrow(1, i, channels));
  const divisor = sum
    .mul(alpha / size)
    .add(k)
    .pow(beta);
  return input.div(divisor.reshape(input.shape));
}
