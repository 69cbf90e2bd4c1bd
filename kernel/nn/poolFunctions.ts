// Pooling that is made of other operations: by power means, and back from the places of maxima.

import { avgPool1d, avgPool2d, type Sizes, type Tensor, where, zeros } from "../tensor";
import { requireIntegers, requireKnown, requireNumber, requireTensor, show } from "../tensor/arguments";
import { sizesAlong } from "../tensor/doors/nn";
import { perDimension, showSizes } from "./sizes";

/** What the power means can be told. */
export interface LPPoolOptions {
  /** From one window to the next. Default: the kernel's size. */
  stride?: Sizes | null;
  /** Keeps a last window that reaches past the input. Default false. */
  ceilMode?: boolean;
}

/**
 * (Σ xᵖ)^(1/p) over each window, p = normType: [N, C, H, W] → [N, C, H′, W′], also [C, H, W]. As
 * torch.nn.functional.lp_pool2d, but that the gradient of a window of zeros is 0. Throws as avgPool2d does, and for a
 * normType of 0.
 */
export function lpPool2d(
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  options: LPPoolOptions = {},
): Tensor {
  requireKnown("lpPool2d", arguments, 4, ["stride", "ceilMode"]);
  return powerMean("lpPool2d", avgPool2d, 2, input, normType, kernelSize, options);
}

/** lpPool2d of sequences: [N, C, L] → [N, C, L′], also [C, L]. As torch.nn.functional.lp_pool1d. */
export function lpPool1d(
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  options: LPPoolOptions = {},
): Tensor {
  requireKnown("lpPool1d", arguments, 4, ["stride", "ceilMode"]);
  return powerMean("lpPool1d", avgPool1d, 1, input, normType, kernelSize, options);
}

function powerMean(
  operation: string,
  average: typeof avgPool2d,
  rank: 1 | 2,
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  { stride, ceilMode }: LPPoolOptions,
): Tensor {
  requireTensor(operation, input);
  requireNumber(operation, "normType", normType);
  if (!(normType !== 0))
    throw new RangeError(`${operation}: expected a normType other than 0, got ${normType}`);
  const size = perDimension(kernelSize, rank).reduce((product, each) => product * each, 1);
  const sums = average(input.float().pow(normType), kernelSize, { stride, ceilMode }).mul(size);
  const none = sums.eq(0); // the root's slope at 0 is ∞
  return where(none, 0, where(none, 1, sums).pow(1 / normType));
}

/** How the maxima were found that are to be put back. */
export interface MaxUnpoolOptions {
  /** Default: the kernel's size. */
  stride?: Sizes | null;
  /** Default 0. */
  padding?: Sizes;
  /** The sizes of what was pooled: within a stride of those that follow from the others, which are the default. */
  outputSize?: readonly number[] | null;
}

/**
 * Values back where maxPool2dWithIndices found them, 0 elsewhere: [N, C, H′, W′] and their int32 places → [N, C, H, W], also
 * [C, H′, W′]. As torch.nn.functional.max_unpool2d. Throws a RangeError for other shapes and for places outside the output.
 */
export function maxUnpool2d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options: MaxUnpoolOptions = {},
): Tensor {
  requireKnown("maxUnpool2d", arguments, 4, ["stride", "padding", "outputSize"]);
  return unpool("maxUnpool2d", 2, input, indices, kernelSize, options);
}

/** maxUnpool2d of sequences: [N, C, L′] → [N, C, L], also [C, L′]. As torch.nn.functional.max_unpool1d. */
export function maxUnpool1d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options: MaxUnpoolOptions = {},
): Tensor {
  requireKnown("maxUnpool1d", arguments, 4, ["stride", "padding", "outputSize"]);
  return unpool("maxUnpool1d", 1, input, indices, kernelSize, options);
}

function unpool(
  operation: string,
  rank: 1 | 2,
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  { stride = null, padding = 0, outputSize = null }: MaxUnpoolOptions,
): Tensor {
  requireTensor(operation, input);
  requireTensor(operation, indices, "indices");
  const { shape } = input;
  const leading = shape.slice(0, -rank);
  if (leading.length < 1 || leading.length > 2 || shape.join() !== indices.shape.join()) {
    const one = rank === 2 ? "C, H, W" : "C, L";
    throw new RangeError(
      `${operation}: expected input [N, ${one}] or [${one}] and indices of its shape, got ${show(shape)} and ${show(indices.shape)}`,
    );
  }
  const kernel = sizesAlong(operation, "kernelSize", kernelSize, rank, 1);
  const steps = sizesAlong(operation, "stride", stride ?? kernelSize, rank, 1);
  const around = sizesAlong(operation, "padding", padding, rank, 0);
  if (outputSize !== null) requireIntegers(operation, "outputSize", outputSize);
  const plain = shape.slice(-rank).map((size, i) => (size - 1) * steps[i]! - 2 * around[i]! + kernel[i]!);
  const wanted = outputSize === null ? plain : outputSize.slice(-rank);
  const fits = (size: number, i: number) =>
    size >= 1 && (outputSize === null || Math.abs(size - plain[i]!) < steps[i]!);
  if (wanted.length !== rank || !wanted.every(fits)) {
    throw new RangeError(
      `${operation}: expected an outputSize within a stride of ${showSizes(plain)}, got ${showSizes(wanted)}`,
    );
  }
  const planes = leading.reduce((product, size) => product * size, 1);
  const places = wanted.reduce((product, size) => product * size, 1);
  const count = shape.slice(-rank).reduce((product, size) => product * size, 1);
  return zeros([planes, places])
    .scatter(1, indices.reshape([planes, count]), input.float().reshape([planes, count]))
    .reshape([...leading, ...wanted]);
}
