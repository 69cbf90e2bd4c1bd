// Images turned, shifted, scaled and sheared at random; pixels between pixels are interpolated.

import { describe, requireKnown, show } from "../../tensor/arguments";
import { type ImageSizes, RandomTransform, type RandomTransformOptions } from "./transform";

type Range = readonly [min: number, max: number];

export interface RandomAffineOptions extends RandomTransformOptions {
  /** Shifts of up to these shares of width and height, in whole pixels. Default: none. */
  translate?: Range;
  /** The factor is drawn from here. Default: 1. */
  scale?: Range;
  /**
   * Degrees: s shears along x by −s … s, [min, max] along x, [min x, max x, min y, max y] along both. Default: none.
   */
  shear?: number | Range | readonly [number, number, number, number];
  /** The value of pixels from outside the image. Default 0. */
  fill?: number;
}

/** One map of the plane, about the image's center: angles in degrees, clockwise; shifts in pixels, right and down. */
export interface AffineMap {
  readonly angle: number;
  readonly translate: readonly [x: number, y: number];
  readonly scale: number;
  readonly shear: readonly [x: number, y: number];
}

/**
 * A random map of each image about its center: [N, C, H, W] → the same shape, float32. Parameters as in
 * torchvision.transforms.RandomAffine; always bilinear (torchvision's default is the nearest pixel).
 */
export class RandomAffine extends RandomTransform {
  readonly degrees: Range;
  readonly translate: Range;
  readonly scale: Range;
  readonly shear: readonly [minX: number, maxX: number, minY: number, maxY: number];
  readonly fill: number;
  protected readonly drawn = 6;

  /** degrees: d turns by −d … d, [min, max] clockwise. Throws a RangeError for ranges that make no sense. */
  constructor(
    degrees: number | Range,
    { translate = [0, 0], scale = [1, 1], shear = 0, fill = 0, ...options }: RandomAffineOptions = {},
  ) {
    requireKnown(new.target.name, arguments, 2, ["translate", "scale", "shear", "fill", "seed"]);
    super(options);
    const name = this.constructor.name;
    this.degrees = rangeOf(name, "degrees", degrees);
    this.translate = translate;
    this.scale = rangeOf(name, "scale", scale);
    const [minX, maxX, minY = 0, maxY = 0] = typeof shear === "number" ? [-shear, shear] : shear;
    this.shear = [...rangeOf(name, "shear", [minX, maxX]), ...rangeOf(name, "shear", [minY, maxY])];
    this.fill = fill;
    if (translate.length !== 2 || !translate.every((share) => share >= 0 && share <= 1)) {
      throw new RangeError(`${name}: expected translate as two numbers from 0 to 1, got ${show(translate)}`);
    }
    if (!(this.scale[0] > 0)) {
      throw new RangeError(`${name}: expected scale from numbers > 0, got ${show(scale)}`);
    }
    if (!this.shear.every((angle) => Math.abs(angle) < 90)) {
      throw new RangeError(`${name}: expected shear between −90 and 90 degrees, got ${show(this.shear)}`);
    }
  }

  protected override apply(
    source: Float32Array,
    target: Float32Array,
    sizes: ImageSizes,
    draws: ArrayLike<number>,
  ): void {
    const between = ([min, max]: Range, draw: number) => min + (max - min) * draws[draw]!;
    const shift = (share: number, size: number, draw: number) =>
      Math.round(between([-share * size, share * size], draw));
    const [minX, maxX, minY, maxY] = this.shear;
    const map: AffineMap = {
      angle: between(this.degrees, 0),
      translate: [shift(this.translate[0], sizes.width, 1), shift(this.translate[1], sizes.height, 2)],
      scale: between(this.scale, 3),
      shear: [between([minX, maxX], 4), between([minY, maxY], 5)],
    };
    warp(source, target, sizes, inverseOf(map), this.fill);
  }
}

/** A random turn of each image about its center, counter-clockwise. As torchvision.transforms.RandomRotation, bilinear. */
export class RandomRotation extends RandomAffine {
  /** degrees: d turns by −d … d, [min, max] counter-clockwise. */
  constructor(degrees: number | Range, options: RandomTransformOptions & { fill?: number } = {}) {
    const [min, max] = rangeOf("RandomRotation", "degrees", degrees);
    requireKnown(new.target.name, arguments, 2, ["seed", "fill"]);
    super([-max, -min], options);
  }
}

/** The range −x … x of a number x, or the range itself. */
function rangeOf(name: string, option: string, given: number | Range): Range {
  const [min, max] = Array.isArray(given) ? given : [-given, given];
  if (!Number.isFinite(min) || !Number.isFinite(max) || min > max) {
    const form = option === "scale" ? "[min, max]" : "a number ≥ 0 or [min, max]";
    throw new RangeError(
      `${name}: expected ${option} as ${form}, got ${Array.isArray(given) ? show(given) : describe(given)}`,
    );
  }
  return [min, max];
}

/** Where a pixel comes from: x' = xx·x + xy·y + x0, y' = yx·x + yy·y + y0, from the image's center. */
type Coefficients = readonly [xx: number, xy: number, x0: number, yx: number, yy: number, y0: number];

/**
 * Forward, p' = t + s·R(α)·K(γ)·p with R(α) = [cos α, −sin α; sin α, cos α] (clockwise: y points down) and
 * K = [1, 0; −tan γy, 1]·[1, −tan γx; 0, 1]; here is its inverse.
 */
export function inverseOf({ angle, translate: [tx, ty], scale, shear }: AffineMap): Coefficients {
  const radians = Math.PI / 180;
  const [cos, sin] = [Math.cos(angle * radians), Math.sin(angle * radians)];
  const [kx, ky] = [Math.tan(shear[0] * radians), Math.tan(shear[1] * radians)];
  // K = [1, −kx; −ky, 1 + kx·ky] has determinant 1, so K⁻¹ = [1 + kx·ky, kx; ky, 1], and R⁻¹ is R transposed.
  const xx = ((1 + kx * ky) * cos - kx * sin) / scale;
  const xy = ((1 + kx * ky) * sin + kx * cos) / scale;
  const yx = (ky * cos - sin) / scale;
  const yy = (ky * sin + cos) / scale;
  return [xx, xy, -(xx * tx + xy * ty), yx, yy, -(yx * tx + yy * ty)];
}

/** Each pixel of `target` from where the map says, bilinear between the four around; outside the image is `fill`. */
export function warp(
  source: Float32Array,
  target: Float32Array,
  { channels, height, width }: ImageSizes,
  [xx, xy, x0, yx, yy, y0]: Coefficients,
  fill: number,
): void {
  const centerX = (width - 1) / 2;
  const centerY = (height - 1) / 2;
  const area = height * width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = xx * (x - centerX) + xy * (y - centerY) + x0 + centerX;
      const fromY = yx * (x - centerX) + yy * (y - centerY) + y0 + centerY;
      const left = Math.floor(fromX);
      const top = Math.floor(fromY);
      const right = fromX - left;
      const below = fromY - top;
      const inLeft = left >= 0 && left < width;
      const inRight = left >= -1 && left < width - 1;
      const inTop = top >= 0 && top < height;
      const inBelow = top >= -1 && top < height - 1;
      const corner = top * width + left;
      for (let plane = 0; plane < channels * area; plane += area) {
        const at = plane + corner;
        const a = inTop && inLeft ? source[at]! : fill;
        const b = inTop && inRight ? source[at + 1]! : fill;
        const c = inBelow && inLeft ? source[at + width]! : fill;
        const d = inBelow && inRight ? source[at + width + 1]! : fill;
        target[plane + y * width + x] =
          (1 - below) * ((1 - right) * a + right * b) + below * ((1 - right) * c + right * d);
      }
    }
  }
}
