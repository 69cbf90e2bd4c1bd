// Images cut out at random.

import { requireKnown } from "../../tensor/arguments";
import { type ImageSizes, RandomTransform, type RandomTransformOptions } from "./transform";

export interface RandomCropOptions extends RandomTransformOptions {
  /**
   * Pixels of `fill` to add around before cutting: everywhere, [left and right, top and bottom], or [left, top, right,
   * bottom]. Default 0.
   */
  padding?: number | readonly [number, number] | readonly [number, number, number, number];
  /** The value of padded pixels. Default 0. */
  fill?: number;
}

/**
 * A part of the padded image at a random place, each place as likely: [N, C, H, W] → [N, C, size, size]. With
 * `padding: 4` and the image's own size, a random shift by up to 4 pixels. As torchvision.transforms.RandomCrop.
 */
export class RandomCrop extends RandomTransform {
  readonly size: readonly [height: number, width: number];
  readonly padding: readonly [left: number, top: number, right: number, bottom: number];
  readonly fill: number;
  protected readonly drawn = 2;

  /** size: one number, or [height, width]. Throws a RangeError for sizes and paddings that are no whole numbers ≥ 0. */
  constructor(
    size: number | readonly [height: number, width: number],
    { padding = 0, fill = 0, ...options }: RandomCropOptions = {},
  ) {
    requireKnown(new.target.name, arguments, 2, ["padding", "fill", "seed"]);
    super(options);
    const [height, width = height] = [size].flat() as [number, number?];
    const [left, top = left, right = left, bottom = top] = [padding].flat() as [
      number,
      ...(number | undefined)[],
    ];
    this.size = [height, width];
    this.padding = [left, top, right, bottom];
    this.fill = fill;
    const whole = (least: number) => (n: number) => Number.isInteger(n) && n >= least;
    if (!this.size.every(whole(1)) || !this.padding.every(whole(0))) {
      throw new RangeError(
        `RandomCrop: expected a size of whole numbers ≥ 1 and a padding of whole numbers ≥ 0, got ${String(size)} and ${String(padding)}`,
      );
    }
  }

  protected override sizeOf({ height, width }: ImageSizes): readonly [number, number] {
    const [left, top, right, bottom] = this.padding;
    const [paddedHeight, paddedWidth] = [height + top + bottom, width + left + right];
    if (this.size[0] > paddedHeight || this.size[1] > paddedWidth) {
      throw new RangeError(
        `RandomCrop: expected images of at least ${this.size.join("×")} with their padding, got ${paddedHeight}×${paddedWidth}; add padding`,
      );
    }
    return this.size;
  }

  protected override apply(
    source: Float32Array,
    target: Float32Array,
    { channels, height, width }: ImageSizes,
    draws: ArrayLike<number>,
  ): void {
    const [cropHeight, cropWidth] = this.size;
    const [left, top, right, bottom] = this.padding;
    // The crop's corner in the image; outside of it where it reaches into the padding.
    const y = Math.floor(draws[0]! * (height + top + bottom - cropHeight + 1)) - top;
    const x = Math.floor(draws[1]! * (width + left + right - cropWidth + 1)) - left;
    const [first, end] = [Math.max(x, 0), Math.min(x + cropWidth, width)];
    target.fill(this.fill);
    for (let row = 0; row < channels * cropHeight; row++) {
      const line = y + (row % cropHeight);
      if (line < 0 || line >= height || end <= first) continue;
      const from = (Math.floor(row / cropHeight) * height + line) * width;
      target.set(source.subarray(from + first, from + end), row * cropWidth + first - x);
    }
  }
}
