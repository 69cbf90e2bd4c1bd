// The sizes of a convolution.

/**
 * Sizes of a 2-D convolution x[batch, inChannels, inHeight, inWidth] → y[batch, outChannels, outHeight, outWidth] with
 * weight[outChannels, inChannels/groups, kernelHeight, kernelWidth]; none is 0, paddings are ≥ 0, and how much is padded
 * below and to the right follows from the output's sizes. The same sizes are mostly the same object, so that a kernel may
 * remember by identity.
 */
export interface Conv2dShape {
  readonly batch: number;
  readonly inChannels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly paddingTop: number;
  readonly paddingLeft: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly groups: number;
}
