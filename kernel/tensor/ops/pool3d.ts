// Pooling of volumes: over height and width, then over depth. A maximum and a mean of a box are those of its layers'.

import { requireKnown } from "../arguments";
import { countOf, show } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import {
  type AdaptiveSizes,
  type AvgPoolOptions,
  adaptiveAvgPool2d,
  avgPool2d,
  type MaxPoolOptions,
  maxPool2d,
  requireDivisor,
} from "./pool";
import { reshape } from "./view";
import { countWindows, type Sizes, sizesAlong } from "./windows";

/**
 * maxPool2d of volumes: [N, C, D, H, W] → [N, C, D′, H′, W′] or [C, D, H, W] → [C, D′, H′, W′]. As
 * torch.nn.functional.max_pool3d; throws as maxPool2d does.
 */
export function maxPool3d(input: Tensor, kernelSize: Sizes, options: MaxPoolOptions = {}): Tensor {
  requireKnown("maxPool3d", arguments, 3, ["dilation", "stride", "padding", "ceilMode"]);
  const x = volumesOf("maxPool3d", input);
  const { ceilMode } = options;
  const { kernel, stride, padding, dilation } = windowsOf("maxPool3d", x, kernelSize, options);
  return inTurn(
    x,
    (pictures) =>
      maxPool2d(pictures, kernel.slice(1), {
        stride: stride.slice(1),
        padding: padding.slice(1),
        dilation: dilation.slice(1),
        ceilMode,
      }),
    (layers) =>
      maxPool2d(layers, [kernel[0]!, 1], {
        stride: [stride[0]!, 1],
        padding: [padding[0]!, 0],
        dilation: [dilation[0]!, 1],
        ceilMode,
      }),
  );
}

/**
 * avgPool2d of volumes: [N, C, D, H, W] → [N, C, D′, H′, W′] or [C, D, H, W] → [C, D′, H′, W′]. As
 * torch.nn.functional.avg_pool3d; throws as avgPool2d does.
 */
export function avgPool3d(input: Tensor, kernelSize: Sizes, options: AvgPoolOptions = {}): Tensor {
  requireKnown("avgPool3d", arguments, 3, [
    ...["countIncludePad", "divisorOverride", "stride", "padding", "ceilMode"],
  ]);
  const x = volumesOf("avgPool3d", input);
  const { countIncludePad, divisorOverride = null, ceilMode } = options;
  requireDivisor("avgPool3d", divisorOverride);
  const { kernel, stride, padding } = windowsOf("avgPool3d", x, kernelSize, options);
  return inTurn(
    x,
    (pictures) =>
      avgPool2d(pictures, kernel.slice(1), {
        stride: stride.slice(1),
        padding: padding.slice(1),
        ceilMode,
        countIncludePad,
        divisorOverride,
      }),
    (layers) =>
      avgPool2d(layers, [kernel[0]!, 1], {
        stride: [stride[0]!, 1],
        padding: [padding[0]!, 0],
        ceilMode,
        countIncludePad,
        divisorOverride: divisorOverride === null ? null : 1,
      }),
  );
}

/**
 * adaptiveAvgPool2d of volumes: [N, C, D, H, W] → [N, C, D′, H′, W′], also [C, D, H, W]. As
 * torch.nn.functional.adaptive_avg_pool3d; throws as adaptiveAvgPool2d does.
 */
export function adaptiveAvgPool3d(input: Tensor, outputSize: AdaptiveSizes): Tensor {
  requireKnown("adaptiveAvgPool3d", arguments, 2);
  const x = volumesOf("adaptiveAvgPool3d", input);
  const [depth, ...plane] = adaptiveSizes("adaptiveAvgPool3d", x, 3, outputSize);
  return inTurn(
    x,
    (pictures) => adaptiveAvgPool2d(pictures, plane),
    (layers) => adaptiveAvgPool2d(layers, [depth!, null]),
  );
}

/** The sizes that are asked for, the input's own in the place of null. */
export function adaptiveSizes(
  operation: string,
  x: Tensor,
  rank: 1 | 2 | 3,
  outputSize: AdaptiveSizes,
): readonly number[] {
  const own = x.shape.slice(-rank);
  const wanted = Array.isArray(outputSize) ? outputSize : own.map(() => outputSize as number | null);
  const sizes = wanted.map((size, i) => (size === null ? (own[i] ?? 0) : size));
  return sizesAlong(operation, "outputSize", sizes, rank, 1);
}

/** The input as float32 with one or two dimensions in front of the spatial ones. */
export function volumesOf(operation: string, input: Tensor): Tensor {
  const x = requireFloat(operation, input);
  if (x.shape.length === 4 || x.shape.length === 5) return x;
  throw new RangeError(`${operation}: expected input [N, C, D, H, W] or [C, D, H, W], got ${show(x.shape)}`);
}

/** Pools [planes·D, H, W], then the result as [planes, D, H′·W′], whose columns stay apart. */
export function inTurn(
  x: Tensor,
  overPlane: (pictures: Tensor) => Tensor,
  overDepth: (layers: Tensor) => Tensor,
): Tensor {
  const leading = x.shape.slice(0, -3);
  const planes = countOf(leading);
  const [depth, height, width] = x.shape.slice(-3) as [number, number, number];
  const pooled = overPlane(reshape(x, [planes * depth, height, width]));
  const [newHeight, newWidth] = pooled.shape.slice(1) as [number, number];
  const y = overDepth(reshape(pooled, [planes, depth, newHeight * newWidth]));
  return reshape(y, [...leading, y.shape[1]!, newHeight, newWidth]);
}

/** The windows along [depth, height, width]; throws where there are none, or where padding is too large. */
function windowsOf(
  operation: string,
  x: Tensor,
  kernelSize: Sizes,
  { stride = null, padding = 0, dilation = 1, ceilMode }: MaxPoolOptions,
) {
  const windows = {
    kernel: sizesAlong(operation, "kernelSize", kernelSize, 3, 1),
    stride: sizesAlong(operation, "stride", stride ?? kernelSize, 3, 1),
    padding: sizesAlong(operation, "padding", padding, 3, 0),
    dilation: sizesAlong(operation, "dilation", dilation, 3, 1),
  };
  if (windows.padding.some((size, i) => 2 * size > windows.kernel[i]!)) {
    throw new RangeError(
      `${operation}: expected padding of at most half the kernel ${show(windows.kernel)}, got ${show(windows.padding)}`,
    );
  }
  const axis = (i: 0 | 1 | 2) => ({
    size: x.shape.at(i - 3)!,
    padding: 2 * windows.padding[i]!,
    kernel: windows.kernel[i]!,
    stride: windows.stride[i]!,
    dilation: windows.dilation[i]!,
    ceilMode,
  });
  countWindows(operation, [axis(0), axis(1), axis(2)]);
  return windows;
}
