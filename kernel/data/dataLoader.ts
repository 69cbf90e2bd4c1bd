// Batches of a data set, in order or shuffled anew each epoch.

import { Generator, type Tensor } from "../tensor";
import type { Dataset } from "./dataset";
import { randomOrder } from "./randomOrder";

export interface DataLoaderOptions {
  /** Samples a batch. Default 1. */
  batchSize?: number;
  /** Draw a new order for each epoch. Default false. */
  shuffle?: boolean;
  /** Two loaders of one seed shuffle alike, epoch by epoch. Without a seed the orders follow manualSeed(). */
  seed?: number;
  /** Leave out a last batch of fewer than batchSize samples. Default false. */
  dropLast?: boolean;
}

/**
 * One `for … of` over a loader is one epoch of batches. `for await … of` gives the same batches, and between them lets
 * the event loop turn: timers run, charts draw, an interrupt arrives. As torch.utils.data.DataLoader.
 */
export class DataLoader<Batch extends readonly Tensor[]> implements Iterable<Batch>, AsyncIterable<Batch> {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  private readonly generator: Generator | undefined;

  constructor(
    readonly dataset: Dataset<Batch>,
    { batchSize = 1, shuffle = false, seed, dropLast = false }: DataLoaderOptions = {},
  ) {
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new RangeError(`DataLoader: expected a batchSize that is a whole number ≥ 1, got ${batchSize}`);
    }
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.generator = seed === undefined ? undefined : new Generator(seed);
  }

  /** Batches in an epoch. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): IterableIterator<Batch> {
    const count = this.dataset.length;
    const order = this.shuffle
      ? randomOrder(count, this.generator)
      : Int32Array.from({ length: count }, (_, i) => i);
    for (let i = 0; i < this.length; i++) {
      yield this.dataset.batch(order.slice(i * this.batchSize, (i + 1) * this.batchSize));
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, void> {
    for (const batch of this) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      yield batch;
    }
  }
}
