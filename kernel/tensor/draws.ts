// Random tensors whose distribution is another tensor's: its means, its rates.

import { describe, requireGenerator, requireKnown, requireNumber, requireTensor } from "./arguments";
import { randn, tensor } from "./creation";
import { poisson as draw } from "./math/poisson";
import type { Generator } from "./math/random";
import { requireFloat } from "./ops/check";
import { engine, noGrad } from "./runtime";
import { broadcastShapes, checkShape, type Shape } from "./shape";
import type { Tensor } from "./tensor";

/** What random tensors can be told. */
export interface DrawOptions {
  /** The stream to draw from; default: the one that manualSeed() starts. */
  readonly generator?: Generator;
}

/**
 * Normal random numbers, float32: of means and standard deviations in tensors that broadcast, or, of two numbers, in the shape `size`.
 * No gradient goes to either. Throws a RangeError for a standard deviation below 0.
 */
export function normal(
  mean: Tensor | number,
  std: Tensor | number = 1,
  size: Shape | null = null,
  { generator = engine.generator }: DrawOptions = {},
): Tensor {
  requireKnown("normal", arguments, 4, ["generator"]);
  requireGenerator("normal", generator);
  const shapes = [mean, std].map((given, i) => {
    if (typeof given === "object") requireTensor("normal", given, i === 0 ? "mean" : "std");
    else requireNumber("normal", i === 0 ? "mean" : "std", given);
    return typeof given === "object" ? given.shape : [];
  });
  const bothNumbers = typeof mean === "number" && typeof std === "number";
  if (bothNumbers !== (size !== null)) {
    throw new TypeError(
      `normal: expected a size beside two numbers and none beside tensors, got ${size === null ? "none" : describe(size)}; write normal(0, 1, [2, 3])`,
    );
  }
  const least = typeof std === "number" ? std : std.count === 0 ? 0 : std.detach().min().item();
  if (!(least >= 0)) throw new RangeError(`normal: expected std ≥ 0, got ${least}`);
  const shape =
    size === null ? broadcastShapes("normal", shapes[0]!, shapes[1]!) : checkShape("normal", size);
  return noGrad(() => randn(shape, { generator }).mul(std).add(mean));
}

/**
 * Poisson random counts of the rates in the same places: any shape → the same, float32. Throws a RangeError for a rate that is not
 * finite and ≥ 0.
 */
export function poisson(rates: Tensor, { generator = engine.generator }: DrawOptions = {}): Tensor {
  requireKnown("poisson", arguments, 2, ["generator"]);
  requireGenerator("poisson", generator);
  const numbers = requireFloat("poisson", rates).detach().contiguous().data;
  const odd = numbers.find((rate) => !(rate >= 0 && rate < Number.POSITIVE_INFINITY));
  if (odd !== undefined) throw new RangeError(`poisson: expected finite rates ≥ 0, got ${odd}`);
  return tensor(
    Float32Array.from(numbers, (rate) => draw(rate, generator)),
    { shape: rates.shape },
  );
}
