// The sizes of a pooling, and what its sums are divided by.

/**
 * Sizes of 2-D pooling x[planes, inHeight, inWidth] → y[planes, outHeight, outWidth]; none is 0, paddings are ≥ 0. The
 * last windows may reach past the padding (ceil mode). The same sizes are mostly the same object.
 */
export interface Pool2dShape {
  readonly planes: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  /** On either side. */
  readonly paddingHeight: number;
  readonly paddingWidth: number;
  /** 1 for averages. */
  readonly dilationHeight: number;
  readonly dilationWidth: number;
}

/**
 * What a window's sum is divided by: a number, or how many of its places lie inside the padded input ("padded") or inside
 * the input ("inside").
 */
export type PoolDivisor = number | "padded" | "inside";
