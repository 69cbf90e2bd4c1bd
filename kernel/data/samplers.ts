// Which samples come, and in which order: torch.utils.data's samplers.

import { Generator, rand, randint, Tensor } from "../tensor";
import { describe, requireInteger, requireKnown } from "../tensor/arguments";
import { numbersOf } from "../tensor/doors/numbers";
import type { Dataset } from "./dataset";
import { randomOrder } from "./randomOrder";

/** Numbers of samples, one epoch each time it is gone through. Write your own with these two members. */
export interface Sampler extends Iterable<number> {
  /** How many an epoch has. */
  readonly length: number;
}

/** What samplers that draw can be told. */
export interface SeedOption {
  /** Two samplers of one seed draw alike, epoch by epoch. Without a seed they follow manualSeed(). */
  seed?: number;
}

/** What has so many samples: a data set, or a list of anything. */
type Sized = Dataset<unknown, unknown> | ArrayLike<unknown>;

const generatorOf = (seed: number | undefined) => (seed === undefined ? undefined : new Generator(seed));

function requireLength(name: string, source: { readonly length: number }): void {
  if (Number.isSafeInteger(source?.length) && source.length >= 0) return;
  throw new TypeError(`${name}: expected something with a length, got ${describe(source)}`);
}

/** 0, 1, 2, … As torch.utils.data.SequentialSampler. */
export class SequentialSampler implements Sampler {
  readonly length: number;

  constructor(source: Sized) {
    requireKnown(new.target.name, arguments, 1);
    requireLength(new.target.name, source);
    this.length = source.length;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let i = 0; i < this.length; i++) yield i;
  }
}

/** What RandomSampler can be told. */
export interface RandomSamplerOptions extends SeedOption {
  /** Draw each sample anew, so that some come twice and others not at all. Default false. */
  replacement?: boolean;
  /** How many an epoch has. Default the length; without replacement, more than that begin another order. */
  numSamples?: number;
}

/** All samples in a random order, or as many as you like. As torch.utils.data.RandomSampler. */
export class RandomSampler implements Sampler {
  readonly length: number;
  readonly replacement: boolean;
  readonly #count: number;
  readonly #generator: Generator | undefined;

  /** Throws a RangeError for a numSamples that is no whole number ≥ 1. */
  constructor(
    source: Sized,
    { replacement = false, numSamples = source?.length, seed }: RandomSamplerOptions = {},
  ) {
    const { name } = new.target;
    requireKnown(name, arguments, 2, ["replacement", "numSamples", "seed"]);
    requireLength(name, source);
    requireInteger(name, "numSamples", numSamples, source.length === 0 ? 0 : 1);
    this.replacement = replacement;
    this.length = numSamples;
    this.#count = source.length;
    this.#generator = generatorOf(seed);
  }

  *[Symbol.iterator](): Iterator<number> {
    const generator = this.#generator;
    if (this.replacement) yield* copied(randint(0, this.#count, [this.length], { generator }));
    else {
      for (let left = this.length; left > 0; left -= this.#count) {
        yield* randomOrder(this.#count, generator).subarray(0, left);
      }
    }
  }
}

/** What is still wanted when others have computed. */
const copied = (draws: Tensor) => numbersOf(draws)[0].slice();

/** These samples in a random order, each once: one part of a data set. As torch.utils.data.SubsetRandomSampler. */
export class SubsetRandomSampler implements Sampler {
  readonly indices: Int32Array;
  readonly #generator: Generator | undefined;

  /** Throws a RangeError for indices that are no whole numbers ≥ 0. */
  constructor(indices: ArrayLike<number>, { seed }: SeedOption = {}) {
    const { name } = new.target;
    requireKnown(name, arguments, 2, ["seed"]);
    requireLength(name, indices);
    const given = Array.from(indices);
    for (const index of given) requireInteger(name, "each index", index, 0);
    this.indices = Int32Array.from(given);
    this.#generator = generatorOf(seed);
  }

  get length(): number {
    return this.indices.length;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (const i of randomOrder(this.length, this.#generator)) yield this.indices[i]!;
  }
}

/** What WeightedRandomSampler can be told. */
export interface WeightedRandomSamplerOptions extends SeedOption {
  /** Draw each sample anew (default true); false draws each at most once. */
  replacement?: boolean;
}

/**
 * Samples by weights, one for each, that need not add up to 1: rare classes as often as common ones, say. As
 * torch.utils.data.WeightedRandomSampler.
 */
export class WeightedRandomSampler implements Sampler {
  /** How many an epoch has. */
  readonly length: number;
  readonly replacement: boolean;
  readonly weights: Float64Array;
  readonly #generator: Generator | undefined;

  /**
   * Throws a RangeError for weights that are not all ≥ 0 and finite with a sum above 0, and, without replacement, for more
   * samples than there are weights above 0.
   */
  constructor(
    weights: ArrayLike<number> | Tensor,
    numSamples: number,
    { replacement = true, seed }: WeightedRandomSamplerOptions = {},
  ) {
    const { name } = new.target;
    requireKnown(name, arguments, 3, ["replacement", "seed"]);
    const given = weights instanceof Tensor ? numbersOf(weights)[0] : weights;
    requireLength(name, given);
    this.weights = Float64Array.from(given);
    const wrong = this.weights.find((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
    const above = this.weights.filter((weight) => weight > 0).length;
    if (wrong !== undefined || above === 0) {
      throw new RangeError(
        `${name}: expected weights ≥ 0 with a sum above 0, got ${wrong ?? "none above 0"}`,
      );
    }
    requireInteger(name, "numSamples", numSamples, 1);
    if (!replacement && numSamples > above) {
      throw new RangeError(
        `${name}: expected at most ${above} samples without replacement, as many as weights above 0, got ${numSamples}`,
      );
    }
    this.length = numSamples;
    this.replacement = replacement;
    this.#generator = generatorOf(seed);
  }

  *[Symbol.iterator](): Iterator<number> {
    const generator = this.#generator;
    if (this.replacement) {
      const bounds = cumulated(this.weights);
      for (const share of copied(rand([this.length], { generator }))) yield firstAbove(bounds, share);
      return;
    }
    // Efraimidis & Spirakis 2006: the largest u^(1/w), here their logarithms, are a draw without replacement.
    const [draws] = numbersOf(rand([this.weights.length], { generator }));
    const keys = Array.from(this.weights, (weight, i) => ({ i, key: Math.log(draws[i]!) / weight }));
    const ranked = keys.filter(({ i }) => this.weights[i]! > 0).sort((a, b) => b.key - a.key);
    for (const { i } of ranked.slice(0, this.length)) yield i;
  }
}

function cumulated(weights: Float64Array): Float64Array {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}

/** The first whose share of the whole lies above `share`, so that nothing of weight 0 comes. */
function firstAbove(bounds: Float64Array, share: number): number {
  const at = share * bounds.at(-1)!;
  let [low, high] = [0, bounds.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bounds[middle]! > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The numbers of a sampler in batches: what a loader's batchSampler is. As torch.utils.data.BatchSampler. */
export class BatchSampler implements Iterable<number[]> {
  /** Throws a RangeError for a batchSize that is no whole number ≥ 1. */
  constructor(
    readonly sampler: Sampler,
    readonly batchSize: number,
    /** Leave out a last batch of fewer. Default false. */
    readonly dropLast = false,
  ) {
    const { name } = new.target;
    requireKnown(name, arguments, 3);
    if (typeof sampler?.[Symbol.iterator] !== "function") {
      throw new TypeError(`${name}: expected a sampler, got ${describe(sampler)}`);
    }
    requireInteger(name, "batchSize", batchSize, 1);
  }

  /** Batches in an epoch. */
  get length(): number {
    const batches = this.sampler.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): Iterator<number[]> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}
