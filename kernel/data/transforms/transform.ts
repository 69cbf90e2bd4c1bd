// What a transform of images is, several in a row, and how one sees pictures: as planes of numbers.

import { Generator, type GeneratorState, rand, Tensor, tensor } from "../../tensor";
import { describe, requireKnown, show } from "../../tensor/arguments";
import { numbersOf } from "../../tensor/doors/numbers";

/** Images [N, C, H, W], or one [C, H, W], to others: a function, or an object with forward(), as an nn.Module is. */
export type Transform = ((images: Tensor) => Tensor) | { forward(images: Tensor): Tensor };

export function requireTransform(operation: string, transform: unknown): asserts transform is Transform {
  if (typeof transform === "function") return;
  const object = typeof transform === "object" && transform !== null && "forward" in transform;
  if (object && typeof transform.forward === "function") return;
  throw new TypeError(
    `${operation}: expected a function of images or an object with forward(images), got ${describe(transform)}`,
  );
}

/** Throws a TypeError for something that is no transform, and for a transform that returns no tensor. */
export function applyTransform(transform: Transform, images: Tensor): Tensor {
  requireTransform("transform", transform);
  const result: unknown = typeof transform === "function" ? transform(images) : transform.forward(images);
  if (!(result instanceof Tensor)) {
    throw new TypeError(`transform: expected it to return a tensor, got ${String(result)}`);
  }
  return result;
}

/** One transform after the other. As torchvision.transforms.Compose. */
export class Compose {
  constructor(readonly transforms: readonly Transform[]) {
    requireKnown(new.target.name, arguments, 1);
    if (!Array.isArray(transforms)) {
      throw new TypeError(`Compose: expected an array of transforms, got ${describe(transforms)}`);
    }
    for (const transform of transforms) requireTransform("Compose", transform);
  }

  /** All transforms, one after the other. */
  forward(images: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return this.transforms.reduce((x, transform) => applyTransform(transform, x), images);
  }
}

/** Sizes of a batch of images. */
export interface ImageSizes {
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export interface RandomTransformOptions {
  /**
   * The same seed gives the same draws, batch after batch: two transforms of one seed draw alike, so give each its own.
   * Without one the draws follow manualSeed().
   */
  seed?: number;
}

/** The base of the random transforms: each image of a batch draws for itself, all its channels alike. */
export abstract class RandomTransform {
  readonly #generator: Generator | undefined;

  constructor({ seed }: RandomTransformOptions) {
    requireKnown(new.target.name, arguments, 1, ["seed"]);
    this.#generator = seed === undefined ? undefined : new Generator(seed);
  }

  /** Where the stream of its seed is, for loadStateDict(); null without a seed. */
  stateDict(): { readonly generator: GeneratorState | null } {
    requireKnown("stateDict", arguments, 0);
    return { generator: this.#generator?.getState() ?? null };
  }

  /** Draws on from where the transform whose stateDict() this is has stopped. Throws a RangeError unless both have a seed, or none. */
  loadStateDict(state: { readonly generator: GeneratorState | null }): void {
    requireKnown("loadStateDict", arguments, 1);
    const given = state?.generator;
    if (given === undefined || (given === null) !== (this.#generator === undefined)) {
      const kind = this.#generator === undefined ? "without" : "with";
      throw new RangeError(
        `${this.constructor.name}.loadStateDict: expected the state of a transform ${kind} a seed, got ${describe(given === undefined ? state : given)}`,
      );
    }
    if (given !== null) this.#generator!.setState(given);
  }

  /** Random numbers that each image takes. */
  protected abstract readonly drawn: number;

  /** Sizes of the images that come out. */
  protected sizeOf({ height, width }: ImageSizes): readonly [height: number, width: number] {
    return [height, width];
  }

  /** One image: its planes [channels, …] from `source` to `target`, by `drawn` numbers uniform in [0, 1). */
  protected abstract apply(
    source: Float32Array,
    target: Float32Array,
    sizes: ImageSizes,
    draws: ArrayLike<number>,
  ): void;

  /** Images [N, C, H, W], or one [C, H, W], float32 → the same, new draws in each call. */
  forward(images: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    const name = this.constructor.name;
    const { shape, dtype } = images;
    if ((shape.length !== 4 && shape.length !== 3) || dtype !== "float32") {
      throw new RangeError(
        `${name}: expected float32 images [N, C, H, W] or [C, H, W], got ${dtype} ${show(shape)}`,
      );
    }
    const [count, channels, height, width] = (shape.length === 4 ? shape : [1, ...shape]) as readonly [
      number,
      number,
      number,
      number,
    ];
    const sizes = { count, channels, height, width };
    const [outHeight, outWidth] = this.sizeOf(sizes);
    const [stepIn, stepOut] = [channels * height * width, channels * outHeight * outWidth];
    const result = new Float32Array(count * stepOut);
    const drawn = rand([count * this.drawn], { generator: this.#generator });
    const [pixels, draws] = numbersOf(images, drawn) as [Float32Array, Float32Array];
    for (let i = 0; i < count; i++) {
      this.apply(
        pixels.subarray(i * stepIn, (i + 1) * stepIn),
        result.subarray(i * stepOut, (i + 1) * stepOut),
        sizes,
        draws.subarray(i * this.drawn, (i + 1) * this.drawn),
      );
    }
    return tensor(result, { shape: [...shape.slice(0, -2), outHeight, outWidth] });
  }
}
