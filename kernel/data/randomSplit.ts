// Divides a data set at random.

import { Generator } from "../tensor";
import { randomOrder } from "./randomOrder";

/** A data set that can be narrowed to some of its samples, and stays of its kind. */
export interface Selectable<Self> {
  readonly length: number;
  select(indices: ArrayLike<number>): Self;
}

/**
 * Divides `dataset` at random into parts of the given lengths; each sample is in exactly one part. The same seed gives
 * the same parts; without one, manualSeed() decides. Throws a RangeError if the lengths do not add up to dataset.length. As torch.utils.data.random_split.
 */
export function randomSplit<D extends Selectable<D>, const L extends readonly number[]>(
  dataset: D,
  lengths: L,
  { seed }: { seed?: number } = {},
): { -readonly [K in keyof L]: D } {
  const sum = lengths.reduce((total, length) => total + length, 0);
  if (lengths.some((length) => !Number.isInteger(length) || length < 0) || sum !== dataset.length) {
    throw new RangeError(
      `randomSplit: expected whole lengths that add up to the ${dataset.length} samples, got [${lengths.join(", ")}] (sum ${sum})`,
    );
  }
  const order = randomOrder(dataset.length, seed === undefined ? undefined : new Generator(seed));
  let start = 0;
  const parts = lengths.map((length) => {
    start += length;
    return dataset.select(order.subarray(start - length, start));
  });
  return parts as { -readonly [K in keyof L]: D };
}
