// Operations as functions, for those that take several tensors or that layers call by name; methods as functions are in methods.ts.

import {
  describe,
  requireInteger,
  requireKnown,
  requireRank,
  requireTensor,
  requireTensors,
} from "./arguments";
import type { Scalar } from "./dtype";
import { requireFloat, requireOperand } from "./ops/check";
import { positionsAmong, type Search } from "./ops/distinct";
import * as join from "./ops/join";
import {
  type Correction,
  correctionOf,
  type Dims,
  standardDeviation,
  sumOrMean,
  variance,
} from "./ops/reduction";
import { expand, reshape, transpose, unsqueeze } from "./ops/view";
import { broadcastShapes } from "./shape";
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
export {
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from "./ops/adaptiveMaxPool";
export { type BatchNormOptions, batchNorm } from "./ops/batchNorm";
export { type ConvOptions, conv1d, conv2d } from "./ops/conv";
export { conv3d } from "./ops/conv3d";
export { type ConvTransposeOptions, convTranspose1d, convTranspose2d } from "./ops/convTranspose";
export { blockDiag } from "./ops/diagonals";
export {
  type CosineOptions,
  cdist,
  cosineSimilarity,
  type DistanceOptions,
  type NormalizeOptions,
  normalize,
  pairwiseDistance,
} from "./ops/distance";
export {
  type AlphaDropoutOptions,
  alphaDropout,
  type DropoutOptions,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
} from "./ops/dropout";
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
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
} from "./ops/pool";
export { adaptiveAvgPool3d, avgPool3d, maxPool3d } from "./ops/pool3d";
export { type AddmmOptions, einsum } from "./ops/products";
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

/** Tensors side by side: along dimension 1, vectors and numbers along 0. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  requireKnown("hstack", arguments, 1);
  const parts = atLeast("hstack", tensors, 1);
  return join.cat(parts, Number((parts[0]?.shape.length ?? 1) > 1), "hstack");
}

/** Tensors as rows below each other: along dimension 0, vectors and numbers as rows. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  requireKnown("vstack", arguments, 1);
  return join.cat(atLeast("vstack", tensors, 2), 0, "vstack");
}

/** Tensors behind each other: along dimension 2, vectors as [1, n, 1] and matrices as [m, n, 1]. */
export function dstack(tensors: readonly Tensor[]): Tensor {
  requireKnown("dstack", arguments, 1);
  return join.cat(atLeast("dstack", tensors, 3), 2, "dstack");
}

/** Each with at least so many dimensions: new ones in front, but the third behind. */
function atLeast(operation: string, tensors: readonly Tensor[], rank: 1 | 2 | 3): Tensor[] {
  requireTensors(operation, tensors);
  return tensors.map((x) => {
    let y = x;
    while (y.shape.length < Math.min(rank, 2)) y = unsqueeze(y, 0);
    return y.shape.length < rank ? unsqueeze(y, 2) : y;
  });
}

/** All of the tensors in the shape that they broadcast to; views. */
export function broadcastTensors(...tensors: Tensor[]): Tensor[] {
  requireTensors("broadcastTensors", tensors);
  const shape = tensors.map((x) => x.shape).reduce((a, b) => broadcastShapes("broadcastTensors", a, b), []);
  return tensors.map((x) => expand(x, shape));
}

/** Every choice of one element of each vector: [m], [n], … → [m·n·…, number of vectors]; of one vector, itself. */
export function cartesianProd(...vectors: Tensor[]): Tensor {
  requireTensors("cartesianProd", vectors);
  for (const x of vectors) requireRank("cartesianProd", x, 1, "n");
  if (vectors.length === 0) throw new RangeError("cartesianProd: expected at least one vector, got none");
  if (vectors.length === 1) return vectors[0]!;
  return join.stack(
    meshgrid(vectors).map((grid) => reshape(grid, [grid.numel()])),
    1,
  );
}

const longestChoice = 1_000;
const mostChoices = 2 ** 26;

/** Every choice of r elements of a vector, in their order: [n] → [n over r, r]; with replacement, repeats too. */
export function combinations(
  vector: Tensor,
  r = 2,
  { withReplacement = false }: { readonly withReplacement?: boolean } = {},
): Tensor {
  requireKnown("combinations", arguments, 3, ["withReplacement"]);
  requireRank("combinations", vector, 1, "n");
  requireInteger("combinations", "r", r, 0);
  const n = vector.shape[0]!;
  let count = 1; // (n over r), or (n + r − 1 over r)
  for (let i = 0; i < Math.min(r, longestChoice); i++) {
    count *= Math.max(0, withReplacement ? n + i : n - i) / (i + 1);
  }
  if (r > longestChoice || count * r >= mostChoices) {
    throw new RangeError(
      `combinations: expected choices of at most ${longestChoice} elements, and fewer than ${mostChoices} numbers in all, got choices of ${r} from ${n}`,
    );
  }
  let choices: number[][] = [[]];
  for (let i = 0; i < r && choices.length > 0; i++) {
    choices = choices.flatMap((chosen) => {
      const first = chosen.length === 0 ? 0 : chosen.at(-1)! + Number(!withReplacement);
      return Array.from({ length: Math.max(0, n - first) }, (_, j) => [...chosen, first + j]);
    });
  }
  if (r === 0) return vector.slice(0, 0, 0);
  return reshape(join.indexSelect(vector, 0, choices.flat()), [choices.length, r]);
}

/** Where, in rising numbers [n] or each row of [..., n], values belong, int32: before equals, or behind them with right. */
export function searchsorted(sortedSequence: Tensor, values: Tensor | number, options: Search = {}): Tensor {
  requireKnown("searchsorted", arguments, 3, ["right"]);
  return positionsAmong("searchsorted", sortedSequence, values, options);
}

/**
 * a where the condition (bool, or not 0) holds, else b; all broadcast, and a and b may be numbers. Of a condition alone, the
 * indices where it holds, one vector [count] int32 a dimension.
 */
export function where(condition: Tensor): Tensor[];
export function where(condition: Tensor, a: Tensor | Scalar, b: Tensor | Scalar): Tensor;
export function where(condition: Tensor, a?: Tensor | Scalar, b?: Tensor | Scalar): Tensor | Tensor[] {
  requireKnown("where", arguments, 3);
  requireTensor("where", condition, "the condition");
  if (a === undefined && b === undefined) return condition.nonzero({ asTuple: true });
  const like = typeof a === "object" ? a : typeof b === "object" ? b : condition; // whole beside integers stays whole
  const operand = (value: Tensor | Scalar | undefined) => requireOperand("where", like, value as Tensor);
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
