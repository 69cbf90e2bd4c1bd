// Images mirrored at random.

import { requireKnown, requireShare } from "../../tensor/arguments";
import { type ImageSizes, RandomTransform, type RandomTransformOptions } from "./transform";

abstract class RandomFlip extends RandomTransform {
  protected readonly drawn = 1;

  /** p: the probability of being mirrored. Default 0.5. Throws a RangeError outside 0 … 1. */
  constructor(
    readonly p = 0.5,
    options: RandomTransformOptions = {},
  ) {
    super(options);
    requireKnown(new.target.name, arguments, 2, ["seed"]);
    requireShare(this.constructor.name, "p", p);
  }

  protected abstract mirror(pixels: Float32Array, sizes: ImageSizes): void;

  protected override apply(
    source: Float32Array,
    target: Float32Array,
    sizes: ImageSizes,
    draws: ArrayLike<number>,
  ): void {
    target.set(source);
    if (draws[0]! < this.p) this.mirror(target, sizes);
  }
}

/** Left and right exchanged with probability p, image by image. As torchvision.transforms.RandomHorizontalFlip. */
export class RandomHorizontalFlip extends RandomFlip {
  protected override mirror(pixels: Float32Array, { width }: ImageSizes): void {
    for (let row = 0; row < pixels.length; row += width) pixels.subarray(row, row + width).reverse();
  }
}

/** Top and bottom exchanged with probability p, image by image. As torchvision.transforms.RandomVerticalFlip. */
export class RandomVerticalFlip extends RandomFlip {
  protected override mirror(pixels: Float32Array, { channels, height, width }: ImageSizes): void {
    const upright = pixels.slice();
    for (let row = 0; row < channels * height; row++) {
      const plane = row - (row % height);
      const from = (plane + height - 1 - (row % height)) * width;
      pixels.set(upright.subarray(from, from + width), row * width);
    }
  }
}
