// Transposed convolution: a convolution's gradient by its input, taken forward. The kernels are the convolution's own.

import { requireKnown, requireVector } from "../arguments";
import { record } from "../autograd";
import { show } from "../shape";
import type { Tensor } from "../tensor";
import type { Conv2dShape } from "../wasm/kernels";
import { arithmetic } from "./arithmetic";
import { requireFloat } from "./check";
import { inputGradient } from "./conv";
import { contiguous, reshape } from "./view";
import { axesOf, emptyRule, lettersOf, SameShapes, type Sizes, type SpatialRank, sizesOf } from "./windows";

export interface ConvTransposeOptions {
  /** From one window to the next, in the output: how many times as large it gets. Default 1. */
  readonly stride?: Sizes;
  /** What is cut off on each side of the output. Default 0. */
  readonly padding?: Sizes;
  /** Added below and to the right of the output, less than the stride or the dilation. Default 0. */
  readonly outputPadding?: Sizes;
  /** Channels come in so many groups that do not mix. Default 1. */
  readonly groups?: number;
  /** From one element of the kernel to the next, in elements of the output. Default 1. */
  readonly dilation?: Sizes;
}

/** The sizes of the convolution that leads back: from the output to the input. */
const shapes = new SameShapes<Conv2dShape>();

const names = ["stride", "padding", "outputPadding", "groups", "dilation"];

/**
 * y[n, o, i·stride − padding + p·dilation, …] = bias[o] + Σ over c, p, q of x[n, c, i, j] · weight[c, o, p, q]: [N, C, H, W]
 * → [N, O, H′, W′], weight [C, O/groups, height, width], bias [O]; [C, H, W] → [O, H′, W′]. As
 * torch.nn.functional.conv_transpose2d; H′ = (H − 1)·stride − 2·padding + dilation·(height − 1) + outputPadding + 1.
 * Throws a RangeError for other shapes, channels that the groups do not divide, and an output without elements.
 */
export function convTranspose2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  requireKnown("convTranspose2d", arguments, 4, names);
  return transposed("convTranspose2d", 2, input, weight, bias, options);
}

/**
 * convTranspose2d of sequences: [N, C, L] → [N, O, L′], weight [C, O/groups, length], bias [O]; [C, L] → [O, L′]. As
 * torch.nn.functional.conv_transpose1d; throws as convTranspose2d does.
 */
export function convTranspose1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  requireKnown("convTranspose1d", arguments, 4, names);
  return transposed("convTranspose1d", 1, input, weight, bias, options);
}

function transposed(
  operation: string,
  rank: SpatialRank,
  input: Tensor,
  givenWeight: Tensor,
  givenBias: Tensor | null,
  options: ConvTransposeOptions,
): Tensor {
  let x = requireFloat(operation, input);
  let weight = requireFloat(operation, givenWeight);
  const { groups = 1 } = options;
  requireShapes(operation, rank, x, weight, givenBias, groups);
  const batched = x.shape.length === rank + 2;
  if (rank === 1) weight = reshape(weight, weight.shape.toSpliced(2, 0, 1));
  if (rank === 1 || !batched) {
    const [width, height = 1] = x.shape.slice(-rank).reverse() as [number, number?];
    x = reshape(x, [batched ? x.shape[0]! : 1, x.shape.at(-rank - 1)!, height, width]);
  }
  const shape = shapeOf(operation, rank, x, weight, options);
  const y = transposed2d(shape, x, contiguous(weight), givenBias);
  if (rank === 2 && batched) return y;
  return reshape(y, [...(batched ? [y.shape[0]!] : []), y.shape[1]!, ...y.shape.slice(-rank)]);
}

function transposed2d(shape: Conv2dShape, x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const { batch, inChannels, inHeight, inWidth } = shape;
  if (batch === 0) {
    const inputs = bias === null ? [x, weight] : [x, weight, bias];
    return record(
      emptyRule,
      x.engine.empty([0, inChannels, inHeight, inWidth], "float32"),
      inputs,
      undefined,
    );
  }
  const y = inputGradient(shape, x, weight);
  return bias === null ? y : arithmetic("add", y, reshape(bias, [inChannels, 1, 1]));
}

function shapeOf(
  operation: string,
  rank: SpatialRank,
  x: Tensor,
  weight: Tensor,
  { stride = 1, padding = 0, outputPadding = 0, groups = 1, dilation = 1 }: ConvTransposeOptions,
): Conv2dShape {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const [, perGroup, kernelHeight, kernelWidth] = weight.shape as [number, number, number, number];
  const [strideHeight, strideWidth] = sizesOf(operation, "stride", stride, rank, 1);
  const [dilationHeight, dilationWidth] = sizesOf(operation, "dilation", dilation, rank, 1);
  const [paddingTop, paddingLeft] = sizesOf(operation, "padding", padding, rank, 0);
  const more = sizesOf(operation, "outputPadding", outputPadding, rank, 0);
  const least = [Math.max(strideHeight, dilationHeight), Math.max(strideWidth, dilationWidth)];
  if (more[0] >= least[0]! || more[1] >= least[1]!) {
    throw new RangeError(
      `${operation}: expected outputPadding below the stride or the dilation, ${show(least.slice(-rank))}, got ${show(more.slice(-rank))}`,
    );
  }
  const inHeight =
    (height - 1) * strideHeight - 2 * paddingTop + dilationHeight * (kernelHeight - 1) + more[0] + 1;
  const inWidth =
    (width - 1) * strideWidth - 2 * paddingLeft + dilationWidth * (kernelWidth - 1) + more[1] + 1;
  if (height < 1 || width < 1 || inHeight < 1 || inWidth < 1) {
    throw new RangeError(
      `${operation}: expected input sizes and padding that leave an output of sizes ≥ 1, got ${show([inHeight, inWidth].slice(-rank))} for ${show([height, width].slice(-rank))}`,
    );
  }
  return shapes.get({
    batch,
    inChannels: perGroup * groups,
    inHeight,
    inWidth,
    outChannels: channels,
    outHeight: height,
    outWidth: width,
    kernelHeight,
    kernelWidth,
    strideHeight,
    strideWidth,
    paddingTop,
    paddingLeft,
    dilationHeight,
    dilationWidth,
    groups,
  });
}

function requireShapes(
  operation: string,
  rank: SpatialRank,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  groups: number,
): void {
  const [channels, perGroup] = weight.shape as [number, number];
  if (weight.shape.length !== rank + 2 || weight.count === 0) {
    throw new RangeError(
      `${operation}: expected weight [in, out/groups, ${axesOf(rank).join(", ")}] of sizes ≥ 1, got ${show(weight.shape)}`,
    );
  }
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new RangeError(
      `${operation}: expected groups to be a whole number ≥ 1 that divides the ${channels} input channels of weight ${show(weight.shape)}, got ${groups}`,
    );
  }
  const { shape } = input;
  const batched = shape.length === rank + 2;
  if ((!batched && shape.length !== rank + 1) || shape[batched ? 1 : 0] !== channels) {
    const one = [channels, ...lettersOf(rank)].join(", ");
    throw new RangeError(
      `${operation}: expected input [N, ${one}] or [${one}] for weight ${show(weight.shape)}, got ${show(shape)}`,
    );
  }
  requireVector(operation, "bias", bias, perGroup * groups);
}
