// Batches of a data set, in order or shuffled anew each epoch.

import { machine } from "../machine/machine";
import { Generator, type GeneratorState, Tensor } from "../tensor";
import { describe, requireFunction, requireInteger, requireKnown } from "../tensor/arguments";
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

/** Where a loader is, for loadStateDict(): numbers and one Int32Array, which save() keeps. */
export interface DataLoaderState {
  /** Where the stream of its seed is; null without a seed. */
  readonly generator: GeneratorState | null;
  /** The samples of the epoch under way, in their order; null between epochs, and where they come in order. */
  readonly order: Int32Array | null;
  /** Batches that the epoch under way has given so far; 0 between epochs. */
  readonly batches: number;
  /** How many samples there are, against another data set. */
  readonly samples: number;
}

/** An epoch under way. */
interface Epoch {
  /** Its samples; null where a batchSampler draws them batch by batch. */
  readonly order: Int32Array | null;
  /** Batches given so far. */
  batches: number;
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
  /** What it was made with. */
  readonly #options: DataLoaderOptions & { collateFn?: (samples: Sample[]) => Batch };
  /** The last epoch that was begun, if it is under way. */
  #epoch: Epoch | null = null;
  /** Whether that one was loaded, and the next `for` goes on with it. */
  #isLoaded = false;

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
    options: DataLoaderOptions & { collateFn?: (samples: Sample[]) => Batch } = {},
  ) {
    const { batchSize = 1, shuffle = false, seed, dropLast = false } = options;
    const { sampler, batchSampler, transform, collateFn } = options;
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
    requireInteger("DataLoader", "batchSize", batchSize, 1);
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
    this.#options = { ...options };
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

  /** What it was made with. @internal */
  get options(): DataLoaderOptions & { collateFn?: (samples: Sample[]) => Batch } {
    return this.#options;
  }

  /** Batches in an epoch. */
  get length(): number {
    if (this.#batchSampler !== undefined) return this.#batchSampler.length;
    const batches = (this.#sampler ?? this.dataset).length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): IterableIterator<Batch> {
    const epoch = this.#isLoaded ? this.#epoch! : { order: this.#order(), batches: 0 };
    this.#epoch = epoch;
    this.#isLoaded = false;
    try {
      for (const indices of this.#batches(epoch)) {
        epoch.batches++;
        yield this.#batch(indices);
      }
    } finally {
      if (this.#epoch === epoch) this.#epoch = null;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, void> {
    for (const batch of this) {
      await machine().turn();
      yield batch;
    }
  }

  /**
   * Where it is: between epochs, or after so many batches of the one under way. As torchdata's StatefulDataLoader. Random
   * transforms with a seed have a stateDict() of their own. Throws an Error in the middle of an epoch with a batchSampler.
   */
  stateDict(): DataLoaderState {
    requireKnown("stateDict", arguments, 0);
    if (this.#batchSampler !== undefined && this.#epoch !== null) {
      throw new Error(
        `DataLoader.stateDict: expected a loader between epochs, got one after batch ${this.#epoch.batches} of a batchSampler, whose draws nobody else can repeat; save after the epoch`,
      );
    }
    const isDrawn = this.shuffle || this.#sampler !== undefined;
    return {
      generator: this.#generator?.getState() ?? null,
      order: isDrawn ? (this.#epoch?.order?.slice() ?? null) : null,
      batches: this.#epoch?.batches ?? 0,
      samples: this.dataset.length,
    };
  }

  /**
   * Goes on where the loader whose stateDict() this is has stopped: its next `for` gives the batches that were left of the
   * epoch, then come the epochs that would have come. Throws a RangeError, before anything changes, for the state of a loader
   * with another number of samples, with a seed where this has none, or of another order.
   */
  loadStateDict(state: DataLoaderState): void {
    requireKnown("loadStateDict", arguments, 1);
    const fault = (expected: string, got: unknown) =>
      new RangeError(
        `DataLoader.loadStateDict: expected ${expected}, got ${typeof got === "string" ? got : describe(got)}`,
      );
    if (typeof state !== "object" || state === null) {
      throw fault("{ generator, order, batches, samples }", state);
    }
    const { generator, order, batches, samples } = state;
    const count = this.dataset.length;
    const isDrawn = this.shuffle || this.#sampler !== undefined;
    if (samples !== count) throw fault(`the state of a loader of ${count} samples`, samples);
    if (!Number.isInteger(batches) || batches < 0 || batches > this.length) {
      throw fault(`batches from 0 to ${this.length}`, batches);
    }
    if ((generator === null) !== (this.#generator === undefined)) {
      const [own, other] = generator === null ? ["with", "without"] : ["without", "with"];
      throw fault(`the state of a loader ${own} a seed`, `one ${other}`);
    }
    if (order !== null && !(isDrawn && isOrder(order, this.#sampler?.length ?? count, count))) {
      throw fault(isDrawn ? `an order of ${count} samples` : "the state of a loader without shuffle", order);
    }
    if (batches > 0 && (isDrawn ? order === null : this.#batchSampler !== undefined)) {
      throw fault("the order of the epoch under way", order);
    }
    if (generator !== null) this.#generator!.setState(generator);
    this.#isLoaded = batches > 0 || order !== null;
    this.#epoch = this.#isLoaded ? { order: order?.slice() ?? inOrder(count), batches } : null;
  }

  /** @internal A batch in an order of its own, so that the next epoch goes as it would have; undefined of no batches. */
  peek(): Batch | undefined {
    if (this.length === 0) return undefined;
    const { length } = this.dataset;
    const drawn = this.shuffle || this.#sampler !== undefined || this.#batchSampler !== undefined;
    const order = drawn ? randomOrder(length, new Generator(0)) : inOrder(length);
    return this.#batch(order.slice(0, this.batchSize));
  }

  /** The samples of a new epoch; null where a batchSampler draws them batch by batch. */
  #order(): Int32Array | null {
    if (this.#batchSampler !== undefined) return null;
    if (this.#sampler !== undefined) return Int32Array.from(this.#sampler);
    const count = this.dataset.length;
    return this.shuffle ? randomOrder(count, this.#generator) : inOrder(count);
  }

  /** The numbers of the samples of each batch that an epoch has left. */
  *#batches({ order, batches }: Epoch): Iterable<Int32Array> {
    if (order === null) {
      for (const indices of this.#batchSampler!) yield Int32Array.from(indices);
      return;
    }
    const end = this.dropLast ? order.length - (order.length % this.batchSize) : order.length;
    for (let i = batches * this.batchSize; i < end; i += this.batchSize) {
      yield order.slice(i, i + this.batchSize);
    }
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

/** Whether it has so many numbers of samples. */
function isOrder(order: unknown, length: number, samples: number): order is Int32Array {
  if (!(order instanceof Int32Array) || order.length !== length) return false;
  return order.every((index) => index >= 0 && index < samples);
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
