// Batches of a data set, in order or shuffled anew each epoch.

import { machine } from "../machine/machine";
import { Generator, Tensor } from "../tensor";
import { describe, requireFunction, requireKnown } from "../tensor/arguments";
import type { Collated } from "./collate";
import { batchOf, type Dataset, isDataset, samplesOf } from "./dataset";
import { randomOrder } from "./randomOrder";
import type { Sampler } from "./samplers";
import { applyTransform, type Transform } from "./transforms/transform";

export interface DataLoaderOptions {
  /** Samples a batch. Default 1. */
  batchSize?: number;
  /** Draw a new order for each epoch. Default false. */
  shuffle?: boolean;
  /** Two loaders of one seed shuffle alike, epoch by epoch. Without a seed the orders follow manualSeed(). */
  seed?: number;
  /**
   * Leave out a last batch of fewer than batchSize samples. Default false. With batch normalization say true: 1,001
   * samples in batches of 100 end with a batch of one, which has no variance, and BatchNorm1d throws.
   */
  dropLast?: boolean;
  /** Which samples come, and in which order, in place of shuffle. */
  sampler?: Sampler;
  /** Which samples come together, in place of batchSize, shuffle, sampler and dropLast. */
  batchSampler?: Iterable<readonly number[]> & { readonly length: number };
  /** Applied to each batch, anew in each epoch: to its first field (images of [images, labels]) or to a lone tensor. */
  transform?: Transform;
}

/** Indices are int32. */
const mostSamples = 2 ** 31 - 1;

/**
 * One `for … of` over a loader is one epoch of batches. `for await … of` gives the same batches, and between them lets
 * the event loop turn: timers run, charts draw, an interrupt arrives. As torch.utils.data.DataLoader.
 */
export class DataLoader<Sample, Batch = Collated<Sample>> implements Iterable<Batch>, AsyncIterable<Batch> {
  readonly dataset: Dataset<Sample, unknown>;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly #sampler: Sampler | undefined;
  readonly #batchSampler: DataLoaderOptions["batchSampler"];
  readonly #generator: Generator | undefined;
  readonly #transform: Transform | undefined;
  readonly #gather: (indices: Int32Array) => Batch;

  /**
   * Batches of `dataset`: those of its batch(), or its samples put together by collate().
   * Throws a RangeError for a batchSize that is no whole number ≥ 1, and a data set of more than 2³¹ − 1 samples.
   */
  constructor(dataset: Dataset<Sample, Batch>, options?: DataLoaderOptions & { collateFn?: undefined });
  /** Batches of samples of `dataset`, put together by a `collateFn` of your own. */
  constructor(
    dataset: Dataset<Sample, unknown>,
    options: DataLoaderOptions & {
      /** Makes a batch of samples. */
      collateFn: (samples: Sample[]) => Batch;
    },
  );
  constructor(
    dataset: Dataset<Sample, Batch>,
    {
      batchSize = 1,
      shuffle = false,
      seed,
      dropLast = false,
      sampler,
      batchSampler,
      transform,
      collateFn,
    }: DataLoaderOptions & { collateFn?: (samples: Sample[]) => Batch } = {},
  ) {
    requireKnown(new.target.name, arguments, 2, [
      "batchSize",
      "shuffle",
      "seed",
      "dropLast",
      "sampler",
      "batchSampler",
      "transform",
      "collateFn",
    ]);
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new RangeError(`DataLoader: expected a batchSize that is a whole number ≥ 1, got ${batchSize}`);
    }
    if (!isDataset(dataset)) {
      throw new TypeError(
        "DataLoader: expected a data set with a whole number `length` and a method `get(index)`, got one without; " +
          "new TensorDataset(x, y) makes one of tensors",
      );
    }
    if (dataset.length > mostSamples) {
      throw new RangeError(
        `DataLoader: expected a data set of at most ${mostSamples} samples, got a length of ${dataset.length}`,
      );
    }
    requireAlone(sampler, batchSampler, { batchSize, shuffle, dropLast, seed });
    if (collateFn !== undefined) requireFunction("DataLoader", collateFn);
    this.dataset = dataset;
    this.#sampler = sampler;
    this.#batchSampler = batchSampler;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.#generator = seed === undefined ? undefined : new Generator(seed);
    this.#transform = transform;
    this.#gather =
      collateFn === undefined
        ? (indices) => batchOf(dataset, indices)
        : (indices) => collateFn(samplesOf(dataset, indices));
  }

  /** Batches in an epoch. */
  get length(): number {
    if (this.#batchSampler !== undefined) return this.#batchSampler.length;
    const batches = (this.#sampler ?? this.dataset).length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): IterableIterator<Batch> {
    for (const indices of this.#batches(this.#generator)) yield this.#batch(indices);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, void> {
    for (const batch of this) {
      await machine().turn();
      yield batch;
    }
  }

  /** @internal A batch in an order of its own, so that the next epoch goes as it would have; undefined of no batches. */
  peek(): Batch | undefined {
    if (this.length === 0) return undefined;
    const { length } = this.dataset;
    const drawn = this.shuffle || this.#sampler !== undefined || this.#batchSampler !== undefined;
    const order = drawn ? randomOrder(length, new Generator(0)) : inOrder(length);
    return this.#batch(order.slice(0, this.batchSize));
  }

  /** The numbers of the samples of each batch of an epoch. */
  *#batches(generator: Generator | undefined): Iterable<Int32Array> {
    if (this.#batchSampler !== undefined) {
      for (const indices of this.#batchSampler) yield Int32Array.from(indices);
      return;
    }
    const count = this.dataset.length;
    const order =
      this.#sampler !== undefined
        ? Int32Array.from(this.#sampler)
        : this.shuffle
          ? randomOrder(count, generator)
          : inOrder(count);
    const end = this.dropLast ? order.length - (order.length % this.batchSize) : order.length;
    for (let i = 0; i < end; i += this.batchSize) yield order.slice(i, i + this.batchSize);
  }

  #batch(indices: Int32Array): Batch {
    const { length } = this.dataset;
    const wrong = indices.find((i) => !(i >= 0 && i < length));
    if (wrong !== undefined) {
      throw new RangeError(
        `DataLoader: expected samples from 0 to ${length - 1}, got ${wrong} of the sampler`,
      );
    }
    const batch = this.#gather(indices);
    return this.#transform === undefined ? batch : transformed(batch, this.#transform);
  }
}

const inOrder = (length: number) => Int32Array.from({ length }, (_, i) => i);

/** Throws where two options would say the same. */
function requireAlone(
  sampler: DataLoaderOptions["sampler"],
  batchSampler: DataLoaderOptions["batchSampler"],
  {
    batchSize,
    shuffle,
    dropLast,
    seed,
  }: Pick<DataLoaderOptions, "batchSize" | "shuffle" | "dropLast" | "seed">,
): void {
  for (const [name, given] of Object.entries({ sampler, batchSampler })) {
    if (given === undefined) continue;
    if (typeof given?.[Symbol.iterator] !== "function" || !Number.isInteger(given.length)) {
      throw new TypeError(
        `DataLoader: expected ${name} to be iterable and have a length, got ${describe(given)}`,
      );
    }
    const others =
      name === "sampler"
        ? { shuffle, seed }
        : { batchSize: batchSize !== 1, shuffle, sampler, dropLast, seed };
    const other = Object.entries(others).find(([, value]) => value !== undefined && value !== false);
    if (other !== undefined) {
      throw new RangeError(`DataLoader: expected ${name} without ${other[0]}, got both`);
    }
  }
}

function transformed<Batch>(batch: Batch, transform: Transform): Batch {
  if (batch instanceof Tensor) return applyTransform(transform, batch) as Batch;
  if (!Array.isArray(batch) || !(batch[0] instanceof Tensor)) {
    throw new TypeError(
      "DataLoader: expected batches that are or start with a tensor for transform, got others; transform in get() or collateFn",
    );
  }
  const [first, ...others] = batch as unknown as [Tensor, ...unknown[]];
  return [applyTransform(transform, first), ...others] as Batch;
}
