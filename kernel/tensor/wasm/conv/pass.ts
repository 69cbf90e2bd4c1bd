// The geometry of a convolution pass: which planes are laid into which frame, and where its windows lie in it.

import { each, shared, units } from "../emit/kernel";
import type { Conv2dShape } from "./shape";

/**
 * A pass lays the planes of one group of one image, pixel by pixel with the channels side by side, into a frame of zeros
 * and slides its windows over that. Sizes are elements.
 */
export interface Pass {
  readonly inChannels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  /** Where the planes start in the frame, and how far apart their rows and columns are laid. */
  readonly top: number;
  readonly left: number;
  readonly spreadHeight: number;
  readonly spreadWidth: number;
  readonly frameHeight: number;
  readonly frameWidth: number;
  /** Where the first window starts in the frame. */
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly outChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** From one image to the next, all groups included. */
  readonly inImage: number;
  readonly outImage: number;
}

/** x to y. */
export function forwardPass(s: Conv2dShape): Pass {
  return {
    ...axes(
      line(s.inHeight, 1, s.paddingTop, s.outHeight, s.kernelHeight, s.strideHeight, s.dilationHeight),
      line(s.inWidth, 1, s.paddingLeft, s.outWidth, s.kernelWidth, s.strideWidth, s.dilationWidth),
    ),
    inChannels: s.inChannels / s.groups,
    outChannels: s.outChannels / s.groups,
    inImage: s.inChannels * s.inHeight * s.inWidth,
    outImage: s.outChannels * s.outHeight * s.outWidth,
  };
}

/** dy to dx: dy spread by the stride, under windows of the flipped kernel at stride 1. */
export function backwardPass(s: Conv2dShape): Pass {
  const reachHeight = s.dilationHeight * (s.kernelHeight - 1);
  const reachWidth = s.dilationWidth * (s.kernelWidth - 1);
  return {
    ...axes(
      line(
        s.outHeight,
        s.strideHeight,
        reachHeight - s.paddingTop,
        s.inHeight,
        s.kernelHeight,
        1,
        s.dilationHeight,
      ),
      line(
        s.outWidth,
        s.strideWidth,
        reachWidth - s.paddingLeft,
        s.inWidth,
        s.kernelWidth,
        1,
        s.dilationWidth,
      ),
    ),
    inChannels: s.outChannels / s.groups,
    outChannels: s.inChannels / s.groups,
    inImage: s.outChannels * s.outHeight * s.outWidth,
    outImage: s.inChannels * s.inHeight * s.inWidth,
  };
}

/** One axis of a pass. A negative padding (a kernel padded by more than it reaches) moves the windows, not the planes. */
function line(
  size: number,
  spread: number,
  padding: number,
  out: number,
  kernel: number,
  stride: number,
  dilation: number,
) {
  const start = Math.max(0, padding);
  const first = Math.max(0, -padding);
  const read = first + (out - 1) * stride + dilation * (kernel - 1) + 1;
  return {
    ...{ size, spread, start, first, out, kernel, stride, dilation },
    frame: Math.max(start + (size - 1) * spread + 1, read),
  };
}

function axes(vertical: ReturnType<typeof line>, horizontal: ReturnType<typeof line>) {
  return {
    inHeight: vertical.size,
    inWidth: horizontal.size,
    top: vertical.start,
    left: horizontal.start,
    spreadHeight: vertical.spread,
    spreadWidth: horizontal.spread,
    frameHeight: vertical.frame,
    frameWidth: horizontal.frame,
    firstRow: vertical.first,
    firstColumn: horizontal.first,
    kernelHeight: vertical.kernel,
    kernelWidth: horizontal.kernel,
    strideHeight: vertical.stride,
    strideWidth: horizontal.stride,
    dilationHeight: vertical.dilation,
    dilationWidth: horizontal.dilation,
    outHeight: vertical.out,
    outWidth: horizontal.out,
  };
}

/** The parameters of a pass, for one group: images of x to images of y, each with `image` bytes of scratch. */
export const passParameters = (pass: Pass, image: number) => ({
  ...{ x: each(pass.inImage * 4), weights: shared, bias: shared, y: each(pass.outImage * 4) },
  ...{ scratch: each(image), images: units },
});

/**
 * The parameters of a pass to the weights' gradients, for one group, whose unit is a part of `size` images: its sum and its
 * scratch take so many bytes, and it counts the images that are left, down to its own.
 */
export const weightParameters = (pass: Pass, size: number, sums: number, scratch: number) => ({
  ...{ x: each(size * pass.inImage * 4), dy: each(size * pass.outImage * 4), sums: each(sums) },
  ...{ scratch: each(scratch), images: each(-size), parts: units },
});
