// The pictures that the notebooks learn from: drawn by a program, or MNIST where the reader has it.
import { requireInteger, requireKnown } from "../arguments";
import { digits as drawn, type ImageDataset, mnist, randomSplit } from "../data";
import { machine } from "../machine/machine";

export interface LessonDigitsOptions {
  /** How many pictures to train with. */
  train: number;
  /** How many to test with, none of them among the others. */
  test: number;
  /** How many to choose learning rates by, none of them among the others. */
  validation?: number;
  /** The same seed gives the same pictures, and a smaller number the first of them. Default 0. */
  seed?: number;
}

export interface LessonDigits {
  /** Images [train, 1, 28, 28] in 0…1 and labels [train]. */
  readonly train: ImageDataset;
  /** Images [test, 1, 28, 28] and labels [test]. */
  readonly test: ImageDataset;
  /** Images [validation, 1, 28, 28] and labels [validation], where they were asked for. */
  readonly validation?: ImageDataset;
  /** "drawn digits" or "MNIST", for titles. */
  readonly source: string;
}

/**
 * Pictures of digits, 28×28, to train with, to test with and, where they are asked for, to choose by: drawn by a program, every class equally often; or, where the environment variable BNLAB_MNIST
 * names a folder of IDX files, as many of MNIST. Of a folder with the test set alone all parts come from its 10,000.
 *
 * @example const { train, test, validation, source } = lesson.digits({ train: 2000, test: 500, validation: 500 });
 * @throws RangeError for counts below 1 or beyond what MNIST has, Error where BNLAB_MNIST names no such folder.
 */
export function digits(
  options: LessonDigitsOptions & { validation: number },
): LessonDigits & { readonly validation: ImageDataset };
export function digits(options: LessonDigitsOptions): LessonDigits;
export function digits(options: LessonDigitsOptions): LessonDigits {
  requireKnown("lesson.digits", arguments, 1, ["train", "test", "validation", "seed"]);
  const { train, test, validation, seed = 0 } = options ?? {};
  requireInteger("lesson.digits", "train", train, 1);
  requireInteger("lesson.digits", "test", test, 1);
  if (validation !== undefined) requireInteger("lesson.digits", "validation", validation, 1);
  const held = validation === undefined ? [test] : [test, validation];
  const folder = machine().mnistFolder();
  if (folder) return ofMnist(folder, train, held, seed);
  const others = drawn({ count: held.reduce((sum, count) => sum + count), seed: 2 * seed + 1 });
  let used = 0;
  const parts = held.map((count) => {
    const first = used;
    used += count;
    return others.select(Array.from({ length: count }, (_, i) => first + i));
  });
  return partsOf(drawn({ count: train, seed: 2 * seed }), parts, "drawn digits");
}

function partsOf(
  train: ImageDataset,
  [test, validation]: readonly ImageDataset[],
  source: string,
): LessonDigits {
  return { train, test: test!, ...(validation && { validation }), source };
}

function ofMnist(folder: string, train: number, held: readonly number[], seed: number): LessonDigits {
  const files = machine().files(folder);
  const has = (set: string) => files?.some((name) => name.startsWith(`${set}-images`)) ?? false;
  if (!has("t10k") && !has("train")) {
    const got = files === null ? "which does not exist" : "which has none";
    throw new Error(
      `lesson.digits: expected BNLAB_MNIST to name a folder with MNIST's IDX files (t10k-images-idx3-ubyte.gz, …), got ${folder}, ${got}; ` +
        "without BNLAB_MNIST the digits are drawn",
    );
  }
  const source = "MNIST";
  if (has("t10k") && has("train")) {
    const [training] = chosen(mnist(folder), [train], seed, folder);
    return partsOf(training!, chosen(mnist(folder, { train: false }), held, seed, folder), source);
  }
  const [training, ...others] = chosen(
    mnist(folder, { train: has("train") }),
    [train, ...held],
    seed,
    folder,
  );
  return partsOf(training!, others, source);
}

function chosen(all: ImageDataset, counts: readonly number[], seed: number, folder: string): ImageDataset[] {
  const rest = counts.reduce((left, count) => left - count, all.length);
  if (rest < 0) {
    throw new RangeError(
      `lesson.digits: expected at most the ${all.length} pictures of a set in ${folder}, got ${counts.join(" and ")}; take fewer, or unset BNLAB_MNIST`,
    );
  }
  return randomSplit(all, [...counts, rest], { seed }).slice(0, counts.length);
}
