// Divides a data set at random: into parts of given lengths, or into a training and a test set.

import { Generator, Tensor } from "../tensor";
import { describe, requireKnown, show } from "../tensor/arguments";
import { numbersOf } from "../tensor/doors/numbers";
import type { Collated } from "./collate";
import { type Dataset, Subset } from "./dataset";
import { randomOrder } from "./randomOrder";

/** A data set that can be narrowed to some of its samples, and stays of its kind. */
export interface Selectable<Self> {
  /** Number of samples. */
  readonly length: number;
  /** The same kind of data set with the samples of these numbers only, in this order. */
  select(indices: ArrayLike<number>): Self;
}

/** What becomes of a data set that is narrowed to some samples: of its own kind if it knows how, else a Subset. */
type Part<D> =
  D extends Selectable<infer Self>
    ? Self
    : D extends { get(index: number): infer Sample }
      ? Subset<Sample, D extends { batch(indices: Int32Array): infer Batch } ? Batch : Collated<Sample>>
      : never;

/** What can be divided. */
type Divisible = Selectable<unknown> | Dataset<unknown, unknown>;

export interface SplitOptions {
  /** The same seed gives the same parts; without one, manualSeed() decides. */
  seed?: number;
}

/**
 * Divides `dataset` at random into parts of the given lengths, or shares that add up to 1: [0.8, 0.2]; each sample is in
 * exactly one part. Throws a RangeError if the lengths do not add up to dataset.length. As torch.utils.data.random_split.
 */
export function randomSplit<D extends Divisible, const L extends readonly number[]>(
  dataset: D,
  lengths: L,
  { seed }: SplitOptions = {},
): { -readonly [K in keyof L]: Part<D> } {
  requireKnown("randomSplit", arguments, 3, ["seed"]);
  if (!Array.isArray(lengths)) {
    throw new TypeError(`randomSplit: expected an array of lengths or shares, got ${describe(lengths)}`);
  }
  const given = lengths.reduce((total, length) => total + length, 0);
  const shares = lengths.every((length) => length >= 0 && length < 1) && Math.abs(given - 1) < 1e-9;
  const sizes = shares ? sizesOf(lengths, dataset.length) : lengths;
  if (
    !shares &&
    (lengths.some((length) => !Number.isInteger(length) || length < 0) || given !== dataset.length)
  ) {
    throw new RangeError(
      `randomSplit: expected whole lengths that add up to the ${dataset.length} samples, or shares that add up to 1, ` +
        `got ${show(lengths)} (sum ${given})`,
    );
  }
  const order = randomOrder(dataset.length, generatorOf(seed));
  let start = 0;
  const parts = sizes.map((length) => {
    start += length;
    return part(dataset, order.subarray(start - length, start));
  });
  return parts as { -readonly [K in keyof L]: Part<D> };
}

/** Shares in whole samples: rounded down, what is left goes to the first parts, one each. */
function sizesOf(shares: readonly number[], count: number): number[] {
  const sizes = shares.map((share) => Math.floor(share * count));
  const left = count - sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size, i) => (i < left ? size + 1 : size));
}

export interface TrainTestSplitOptions extends SplitOptions {
  /** A share between 0 and 1, rounded up to whole samples, or a number of samples. Default 0.25. */
  testSize?: number;
  /** False takes the last samples for testing. Default true. */
  shuffle?: boolean;
  /**
   * Whether both parts have each class in the same share, as nearly as whole samples allow: true goes by
   * `dataset.labels`, a list or int32 tensor by these. Default false.
   */
  stratify?: boolean | ArrayLike<number> | Tensor;
}

/**
 * [training set, test set], each sample in one of them. As sklearn.model_selection.train_test_split.
 * Throws a RangeError where a part would be empty, and, stratified, for a class of one sample or more classes than a part
 * has samples.
 *
 * @example const [train, test] = data.trainTestSplit(iris, { testSize: 0.2, stratify: true, seed: 1 });
 */
export function trainTestSplit<D extends Divisible>(
  dataset: D,
  { testSize = 0.25, seed, shuffle = true, stratify = false }: TrainTestSplitOptions = {},
): [train: Part<D>, test: Part<D>] {
  requireKnown("trainTestSplit", arguments, 2, ["testSize", "shuffle", "stratify", "seed"]);
  const count = dataset.length;
  const wanted = testSize < 1 ? Math.ceil(testSize * count) : testSize;
  if (!(testSize > 0) || !Number.isInteger(wanted) || wanted >= count) {
    throw new RangeError(
      `trainTestSplit: expected a testSize that is a share between 0 and 1 or a number of samples below ${count}, got ${testSize}`,
    );
  }
  if (!shuffle && stratify !== false) {
    throw new TypeError("trainTestSplit: expected shuffle to stay true with stratify, got false");
  }
  const order = shuffle
    ? randomOrder(count, generatorOf(seed))
    : Int32Array.from({ length: count }, (_, i) => i);
  const inTest =
    stratify === false
      ? new Set(order.subarray(count - wanted))
      : stratified(order, labelsOf(dataset, stratify), wanted);
  return [
    part(
      dataset,
      order.filter((i) => !inTest.has(i)),
    ),
    part(
      dataset,
      order.filter((i) => inTest.has(i)),
    ),
  ];
}

/** The samples to test with: of each class its share, whole ones first, then by the largest remainder. */
function stratified(order: Int32Array, labels: ArrayLike<number>, wanted: number): Set<number> {
  const members = new Map<number, number[]>();
  for (const i of order) {
    const others = members.get(labels[i]!);
    if (others === undefined) members.set(labels[i]!, [i]);
    else others.push(i);
  }
  const lonely = [...members].find(([, own]) => own.length < 2);
  if (lonely !== undefined) {
    throw new RangeError(
      `trainTestSplit: expected at least 2 samples of each class to stratify, got 1 of class ${lonely[0]}`,
    );
  }
  if (members.size > Math.min(wanted, order.length - wanted)) {
    throw new RangeError(
      `trainTestSplit: expected parts of at least ${members.size} samples, one for each class, got ${order.length - wanted} and ${wanted}`,
    );
  }
  const shares = [...members.values()].map((own) => {
    const exact = (own.length * wanted) / order.length;
    return { own, take: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let left = wanted - shares.reduce((sum, { take }) => sum + take, 0);
  for (const share of shares.toSorted((a, b) => b.rest - a.rest)) if (left-- > 0) share.take++;
  return new Set(shares.flatMap(({ own, take }) => own.slice(0, take)));
}

function labelsOf(
  dataset: { readonly length: number; readonly labels?: unknown },
  stratify: true | ArrayLike<number> | Tensor,
): ArrayLike<number> {
  const given = stratify === true ? dataset.labels : stratify;
  if (given instanceof Tensor && given.dtype === "float32") {
    throw new TypeError("trainTestSplit: expected int32 labels to stratify by, got float32");
  }
  const labels = given instanceof Tensor ? numbersOf(given)[0] : (given as ArrayLike<number> | undefined);
  if (labels === undefined || labels.length !== dataset.length) {
    throw new TypeError(
      `trainTestSplit: expected ${dataset.length} labels to stratify by, got ${labels?.length ?? "a data set without `labels`; pass them as stratify"}`,
    );
  }
  return labels;
}

function part<D extends Divisible>(dataset: D, indices: Int32Array): Part<D> {
  const chosen: unknown = "select" in dataset ? dataset.select(indices) : new Subset(dataset, indices);
  return chosen as Part<D>;
}

function generatorOf(seed: number | undefined): Generator | undefined {
  return seed === undefined ? undefined : new Generator(seed);
}
