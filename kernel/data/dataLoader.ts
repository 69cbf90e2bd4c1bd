// Batches of a data set, in order or shuffled anew each epoch.

import { machine } from "../machine/machine";
import { Generator, Tensor } from "../tensor";
import { requireKnown } from "../tensor/arguments";
import type { Collated } from "./collate";
import { batchOf, type Dataset, samplesOf } from "./dataset";
import { randomOrder } from "./randomOrder";
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
  readonly #generator: Generator | undefined;
  readonly #transform: Transform | undefined;
  readonly #gather: (indices: Int32Array) => Batch;

  /**
   * Batches of `dataset`: those of its batch(), or its samples put together by collate().
   * Throws a RangeError for a batchSize that is no whole number ≥ 1, and a data set of more than 2³¹ − 1 samples.
   */
  constructor(dataset: Dataset<Sample, Batch>, options?: DataLoaderOptions & { collate?: undefined });
  /** Batches of samples of `dataset`, put together by a `collate` of your own. */
  constructor(
    dataset: Dataset<Sample, unknown>,
    options: DataLoaderOptions & {
      /** Makes a batch of samples. */
      collate: (samples: Sample[]) => Batch;
    },
  );
  constructor(
    dataset: Dataset<Sample, Batch>,
    {
      batchSize = 1,
      shuffle = false,
      seed,
      dropLast = false,
      transform,
      collate,
    }: DataLoaderOptions & { collate?: (samples: Sample[]) => Batch } = {},
  ) {
    requireKnown(new.target.name, arguments, 2, [
      "batchSize",
      "shuffle",
      "seed",
      "dropLast",
      "transform",
      "collate",
    ]);
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new RangeError(`DataLoader: expected a batchSize that is a whole number ≥ 1, got ${batchSize}`);
    }
    if (typeof dataset?.get !== "function" || !Number.isInteger(dataset.length) || dataset.length < 0) {
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
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.#generator = seed === undefined ? undefined : new Generator(seed);
    this.#transform = transform;
    this.#gather =
      collate === undefined
        ? (indices) => batchOf(dataset, indices)
        : (indices) => collate(samplesOf(dataset, indices));
  }

  /** Batches in an epoch. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): IterableIterator<Batch> {
    const order = this.#order(this.#generator);
    for (let i = 0; i < this.length; i++) yield this.#batch(order, i);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, void> {
    for (const batch of this) {
      await machine().turn();
      yield batch;
    }
  }

  /** @internal A batch in an order of its own, so that the next epoch goes as it would have; undefined of no batches. */
  peek(): Batch | undefined {
    return this.length === 0 ? undefined : this.#batch(this.#order(new Generator(0)), 0);
  }

  #order(generator: Generator | undefined): Int32Array {
    const count = this.dataset.length;
    return this.shuffle ? randomOrder(count, generator) : Int32Array.from({ length: count }, (_, i) => i);
  }

  #batch(order: Int32Array, i: number): Batch {
    const batch = this.#gather(order.slice(i * this.batchSize, (i + 1) * this.batchSize));
    return this.#transform === undefined ? batch : transformed(batch, this.#transform);
  }
}

function transformed<Batch>(batch: Batch, transform: Transform): Batch {
  if (batch instanceof Tensor) return applyTransform(transform, batch) as Batch;
  if (!Array.isArray(batch) || !(batch[0] instanceof Tensor)) {
    throw new TypeError(
      "DataLoader: expected batches that are or start with a tensor for transform, got others; transform in get() or collate",
    );
  }
  const [first, ...others] = batch as unknown as [Tensor, ...unknown[]];
  return [applyTransform(transform, first), ...others] as Batch;
}
