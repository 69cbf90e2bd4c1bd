// Distances and directions of vectors: normalize, cosineSimilarity, pairwiseDistance, cdist.

import { requireKnown, requireNumber, requireTensor } from "../arguments";
import { broadcastShapes, checkDim, show } from "../shape";
import type { Tensor } from "../tensor";
import { arithmetic } from "./arithmetic";
import { clamp } from "./elementwise";
import { norm } from "./norm";
import { sumOrMean } from "./reduction";
import { expand, unsqueeze } from "./view";

/** What normalize() can be told. */
export interface NormalizeOptions {
  /** The norm's order. Default 2. */
  readonly p?: number;
  /** The dimension along which vectors lie. Default 1. */
  readonly dim?: number;
  /** The least length that is divided by. Default 1e-12. */
  readonly eps?: number;
}

/** Vectors along a dimension, divided by their length or eps if that is more: any shape → the same. */
export function normalize(input: Tensor, { p = 2, dim = 1, eps = 1e-12 }: NormalizeOptions = {}): Tensor {
  requireKnown("normalize", arguments, 2, ["p", "dim", "eps"]);
  requireTensor("normalize", input);
  requireNumber("normalize", "eps", eps);
  checkDim("normalize", dim, input.shape);
  return arithmetic(
    "div",
    input,
    clamp(norm(input, p, dim, true, "normalize"), eps, Number.POSITIVE_INFINITY),
  );
}

/** What cosineSimilarity() can be told. */
export interface CosineOptions {
  /** The dimension along which vectors lie; it disappears. Default 1. */
  readonly dim?: number;
  /** The least length that is divided by. Default 1e-8. */
  readonly eps?: number;
}

/** a·b / (|a|·|b|) of vectors along a dimension, broadcast: 1 for the same direction, −1 for the opposite. */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  { dim = 1, eps = 1e-8 }: CosineOptions = {},
): Tensor {
  requireKnown("cosineSimilarity", arguments, 3, ["dim", "eps"]);
  requireTensor("cosineSimilarity", x1);
  requireTensor("cosineSimilarity", x2);
  requireNumber("cosineSimilarity", "eps", eps);
  const shape = broadcastShapes("cosineSimilarity", x1.shape, x2.shape);
  checkDim("cosineSimilarity", dim, shape);
  const [a, b] = [expand(x1, shape), expand(x2, shape)].map((x) =>
    arithmetic("div", x, clamp(norm(x, 2, dim, true, "cosineSimilarity"), eps, Number.POSITIVE_INFINITY)),
  ) as [Tensor, Tensor];
  return sumOrMean("sum", arithmetic("mul", a, b), dim, false);
}

/** What pairwiseDistance() can be told. */
export interface DistanceOptions {
  /** The norm's order. Default 2. */
  readonly p?: number;
  /** Added to each difference, so that the gradient is one at distance 0. Default 1e-6. */
  readonly eps?: number;
  /** Whether the last dimension stays, at size 1. Default false. */
  readonly keepdim?: boolean;
}

/** The length of x1 − x2 + eps along the last dimension, broadcast: [..., d], [..., d] → [...]. */
export function pairwiseDistance(
  x1: Tensor,
  x2: Tensor,
  { p = 2, eps = 1e-6, keepdim = false }: DistanceOptions = {},
): Tensor {
  requireKnown("pairwiseDistance", arguments, 3, ["p", "eps", "keepdim"]);
  requireTensor("pairwiseDistance", x1);
  requireTensor("pairwiseDistance", x2);
  requireNumber("pairwiseDistance", "eps", eps);
  broadcastShapes("pairwiseDistance", x1.shape, x2.shape);
  return norm(arithmetic("add", arithmetic("sub", x1, x2), eps), p, -1, keepdim, "pairwiseDistance");
}

/** The distance of every row of x1 to every row of x2, by the p-norm: [..., m, d], [..., n, d] → [..., m, n]. */
export function cdist(x1: Tensor, x2: Tensor, p = 2): Tensor {
  requireKnown("cdist", arguments, 3);
  requireTensor("cdist", x1);
  requireTensor("cdist", x2);
  if (x1.shape.length < 2 || x2.shape.length < 2 || x1.shape.at(-1) !== x2.shape.at(-1)) {
    throw new RangeError(
      `cdist: expected [..., m, d] and [..., n, d], got ${show(x1.shape)} and ${show(x2.shape)}`,
    );
  }
  broadcastShapes("cdist", x1.shape.slice(0, -2), x2.shape.slice(0, -2));
  return norm(arithmetic("sub", unsqueeze(x1, -2), unsqueeze(x2, -3)), p, -1, false, "cdist");
}
