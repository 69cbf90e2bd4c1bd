// Channels to pixels, pixels to channels, channels among one another: functions and layers.

import type { Tensor } from "../tensor";
import { requireInteger, requireKnown, requireTensor, show } from "../tensor/arguments";
import { Module } from "./module";

/** [leading…, C, H, W] as one batch, or an error. */
function picturesOf(
  operation: string,
  input: Tensor,
): [leading: readonly number[], c: number, h: number, w: number] {
  requireTensor(operation, input);
  const { shape } = input;
  if (shape.length < 3) {
    throw new RangeError(`${operation}: expected input [..., C, H, W], got ${show(shape)}`);
  }
  return [shape.slice(0, -3), ...(shape.slice(-3) as [number, number, number])];
}

/**
 * Channels as pixels: [..., C·r², H, W] → [..., C, H·r, W·r], r the upscaleFactor. Shi et al. 2016. Throws a RangeError for
 * other shapes, channels that r² does not divide, and r below 1.
 */
export function pixelShuffle(input: Tensor, upscaleFactor: number): Tensor {
  requireKnown("pixelShuffle", arguments, 2);
  const [leading, channels, height, width] = picturesOf("pixelShuffle", input);
  requireInteger("pixelShuffle", "upscaleFactor", upscaleFactor, 1);
  const r = upscaleFactor;
  if (channels % (r * r) !== 0) {
    throw new RangeError(`pixelShuffle: expected channels that ${r}² divides, got ${channels}`);
  }
  const c = channels / (r * r);
  const n = leading.reduce((product, size) => product * size, 1);
  return input
    .reshape(n, c, r, r, height, width)
    .permute(0, 1, 4, 2, 5, 3)
    .reshape([...leading, c, height * r, width * r]);
}

/**
 * Pixels as channels, pixelShuffle back: [..., C, H·r, W·r] → [..., C·r², H, W], r the downscaleFactor. Throws a RangeError
 * for other shapes, sizes that r does not divide, and r below 1.
 */
export function pixelUnshuffle(input: Tensor, downscaleFactor: number): Tensor {
  requireKnown("pixelUnshuffle", arguments, 2);
  const [leading, channels, height, width] = picturesOf("pixelUnshuffle", input);
  requireInteger("pixelUnshuffle", "downscaleFactor", downscaleFactor, 1);
  const r = downscaleFactor;
  if (height % r !== 0 || width % r !== 0) {
    throw new RangeError(
      `pixelUnshuffle: expected height and width that ${r} divides, got [${height}, ${width}]`,
    );
  }
  const n = leading.reduce((product, size) => product * size, 1);
  return input
    .reshape(n, channels, height / r, r, width / r, r)
    .permute(0, 1, 3, 5, 2, 4)
    .reshape([...leading, channels * r * r, height / r, width / r]);
}

/**
 * The channels dealt out by groups: channel g·C/groups + i becomes i·groups + g, [N, C, …] → the same. Zhang et al. 2018.
 * Throws a RangeError for fewer than three dimensions and for groups that do not divide C.
 */
export function channelShuffle(input: Tensor, groups: number): Tensor {
  requireKnown("channelShuffle", arguments, 2);
  requireTensor("channelShuffle", input);
  requireInteger("channelShuffle", "groups", groups, 1);
  const { shape } = input;
  const [n = 0, channels = 0] = shape;
  if (shape.length < 3 || channels % groups !== 0) {
    throw new RangeError(
      `channelShuffle: expected input [N, C, L, ...] with C a multiple of ${groups}, got ${show(shape)}`,
    );
  }
  const rest = shape.slice(2).reduce((product, size) => product * size, 1);
  return input
    .reshape(n, groups, channels / groups, rest)
    .transpose(1, 2)
    .reshape(shape);
}

/** Channels as pixels, [..., C·r², H, W] → [..., C, H·r, W·r]: see functional.pixelShuffle. */
export class PixelShuffle extends Module {
  constructor(readonly upscaleFactor: number) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return pixelShuffle(input, this.upscaleFactor);
  }

  override extraRepr(): string {
    return `upscaleFactor=${this.upscaleFactor}`;
  }
}

/** Pixels as channels, [..., C, H·r, W·r] → [..., C·r², H, W]: see functional.pixelUnshuffle. */
export class PixelUnshuffle extends Module {
  constructor(readonly downscaleFactor: number) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return pixelUnshuffle(input, this.downscaleFactor);
  }

  override extraRepr(): string {
    return `downscaleFactor=${this.downscaleFactor}`;
  }
}

/** The channels dealt out by groups, [N, C, …] → the same: see functional.channelShuffle. */
export class ChannelShuffle extends Module {
  constructor(readonly groups: number) {
    super();
    requireKnown(new.target.name, arguments, 1);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return channelShuffle(input, this.groups);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}
