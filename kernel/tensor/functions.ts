// Operations as functions, for those that take several tensors or that layers call by name; methods as functions are in methods.ts.

import { describe, requireKnown, requireRank, requireTensor, requireTensors } from "./arguments";
import type { Scalar } from "./dtype";
import { requireFloat, requireOperand } from "./ops/check";
import * as join from "./ops/join";
import {
  type Correction,
  correctionOf,
  type Dims,
  standardDeviation,
  sumOrMean,
  variance,
} from "./ops/reduction";
import { expand, reshape, transpose } from "./ops/view";
import type { Tensor } from "./tensor";

export {
  celu,
  elu,
  type GeluOptions,
  gelu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  mish,
  type SoftplusOptions,
  silu,
  softplus,
  softshrink,
  softsign,
  threshold,
} from "./ops/activation";
export { type BatchNormOptions, batchNorm } from "./ops/batchNorm";
export { type ConvOptions, conv1d, conv2d } from "./ops/conv";
export { type DropoutOptions, dropout, dropout2d } from "./ops/dropout";
export { type InstanceNormOptions, instanceNorm } from "./ops/instanceNorm";
export { type CrossEntropyOptions, crossEntropy } from "./ops/loss";
export { linear } from "./ops/matmul";
export { type NllOptions, nllLoss } from "./ops/nll";
export {
  groupNorm,
  type LayerNormOptions,
  layerNorm,
  type RmsNormOptions,
  rmsNorm,
} from "./ops/normalization";
export { type PaddingMode, type PadOptions, pad } from "./ops/padding";
export {
  type AdaptiveSizes,
  type AvgPoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  avgPool1d,
  avgPool2d,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool2dWithIndices,
} from "./ops/pool";
export { type AddmmOptions, addmm, einsum } from "./ops/products";
export { oneHot } from "./ops/selection";
export type { Sizes } from "./ops/windows";

/** Tensors one after the other along a dimension; all other sizes equal. */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  requireKnown("cat", arguments, 2);
  return join.cat(tensors, dim);
}

/** Tensors of one shape along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  requireKnown("stack", arguments, 2);
  return join.stack(tensors, dim);
}

/** a where the condition (bool, or not 0) holds, else b; all broadcast, and a and b may be numbers. */
export function where(condition: Tensor, a: Tensor | Scalar, b: Tensor | Scalar): Tensor {
  requireKnown("where", arguments, 3);
  requireTensor("where", condition, "the condition");
  const like = typeof a === "object" ? a : typeof b === "object" ? b : condition; // whole beside integers stays whole
  const operand = (value: Tensor | Scalar) => requireOperand("where", like, value);
  return join.where(condition, operand(a), operand(b));
}

/**
 * Coordinates of a grid: vectors [m], [n], … → views [m, n, …] each, the i-th changing along dim i ("ij", the default),
 * or with the first two dims exchanged ("xy", as pictures have them). As torch.meshgrid.
 */
export function meshgrid(
  vectors: readonly Tensor[],
  { indexing = "ij" }: { readonly indexing?: "ij" | "xy" } = {},
): Tensor[] {
  requireKnown("meshgrid", arguments, 2, ["indexing"]);
  requireTensors("meshgrid", vectors);
  for (const x of vectors) requireRank("meshgrid", x, 1, "n");
  if (indexing !== "ij" && indexing !== "xy") {
    throw new RangeError(`meshgrid: expected indexing "ij" or "xy", got ${describe(indexing)}`);
  }
  const sizes = vectors.map((x) => x.shape[0]!);
  const grids = vectors.map((x, i) =>
    expand(
      reshape(
        x,
        sizes.map((size, dim) => (dim === i ? size : 1)),
      ),
      sizes,
    ),
  );
  return indexing === "xy" && sizes.length > 1 ? grids.map((grid) => transpose(grid, 0, 1)) : grids;
}

/** Variance (unbiased by default) and mean over one dimension, several, or all, of the same numbers. As torch.var_mean. */
export function varMean(
  x: Tensor,
  dim?: Dims,
  options: Correction | boolean = {},
  ...more: [keepdim?: boolean]
): [variance: Tensor, mean: Tensor] {
  const { correction, keepdim } = correctionOf("varMean", options, more);
  const numbers = requireFloat("varMean", x);
  return [variance(numbers, dim, correction, keepdim, "varMean"), sumOrMean("mean", numbers, dim, keepdim)];
}

/** Standard deviation (unbiased by default) and mean over one dimension, several, or all. As torch.std_mean. */
export function stdMean(
  x: Tensor,
  dim?: Dims,
  options: Correction | boolean = {},
  ...more: [keepdim?: boolean]
): [deviation: Tensor, mean: Tensor] {
  const { correction, keepdim } = correctionOf("stdMean", options, more);
  const numbers = requireFloat("stdMean", x);
  return [
    standardDeviation(numbers, dim, correction, keepdim, "stdMean"),
    sumOrMean("mean", numbers, dim, keepdim),
  ];
}
