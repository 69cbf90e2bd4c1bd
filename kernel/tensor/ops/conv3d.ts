// Convolution of volumes: each depth of the output is a convolution of the pictures under its window, as channels.

import { requireKnown } from "../arguments";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import { type ConvOptions, conv2d, requireShapes } from "./conv";
import { indexSelect } from "./join";
import { pad } from "./padding";
import { contiguous, permute, reshape } from "./view";
import { countWindows, sizesAlong } from "./windows";

/**
 * conv2d of volumes: [N, C, D, H, W] → [N, O, D′, H′, W′], weight [O, C/groups, depth, height, width], bias [O];
 * [C, D, H, W] → [O, D′, H′, W′]. As torch.nn.functional.conv3d; takes as many copies of the input as the kernel is deep,
 * over the stride. Throws as conv2d does.
 */
export function conv3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions = {},
): Tensor {
  requireKnown("conv3d", arguments, 4, ["stride", "padding", "dilation", "groups"]);
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const given = requireFloat("conv3d", input);
  const kernel = requireFloat("conv3d", weight);
  requireShapes("conv3d", 3, given, kernel, bias, groups);
  const batched = given.shape.length === 5;
  const x = batched ? given : reshape(given, [1, ...given.shape]);
  const sizes = kernel.shape.slice(2);
  const strides = sizesAlong("conv3d", "stride", stride, 3, 1);
  const dilations = sizesAlong("conv3d", "dilation", dilation, 3, 1);
  if (padding === "same" && strides.some((step) => step !== 1)) {
    throw new RangeError(`conv3d: expected stride 1 with padding "same", got ${Math.max(...strides)}`);
  }
  const same = padding === "same";
  const around = sizesAlong("conv3d", "padding", same || padding === "valid" ? 0 : padding, 3, 0);
  const total = sizes.map((size, i) => (same ? dilations[i]! * (size - 1) : 2 * around[i]!));
  const axis = (i: 0 | 1 | 2) => ({
    ...{ size: x.shape[i + 2]!, padding: total[i]!, kernel: sizes[i]! },
    ...{ stride: strides[i]!, dilation: dilations[i]! },
  });
  const [outDepth] = countWindows("conv3d", [axis(0), axis(1), axis(2)]);
  const [depth, height, width] = sizes as [number, number, number];
  const before = Math.floor(total[0]! / 2);
  const padded = pad(x, [0, 0, 0, 0, before, total[0]! - before]);
  const places = Int32Array.from(
    { length: outDepth * depth },
    (_, i) => Math.floor(i / depth) * strides[0]! + (i % depth) * dilations[0]!,
  );
  const [batch, channels, , inHeight, inWidth] = x.shape as [number, number, number, number, number];
  const windows = reshape(indexSelect(padded, 2, places), [
    ...[batch, channels, outDepth, depth],
    ...[inHeight, inWidth],
  ]);
  const pictures = reshape(permute(windows, [0, 2, 1, 3, 4, 5]), [
    ...[batch * outDepth, channels * depth],
    ...[inHeight, inWidth],
  ]);
  const [outChannels, perGroup] = kernel.shape as [number, number];
  const flat = reshape(kernel, [outChannels, perGroup * depth, height, width]);
  const y = conv2d(pictures, flat, bias, {
    stride: strides.slice(1),
    padding: same ? "same" : around.slice(1),
    dilation: dilations.slice(1),
    groups,
  });
  const volumes = reshape(y, [batch, outDepth, outChannels, ...y.shape.slice(2)]);
  const z = contiguous(permute(volumes, [0, 2, 1, 3, 4]));
  return batched ? z : reshape(z, z.shape.slice(1));
}
