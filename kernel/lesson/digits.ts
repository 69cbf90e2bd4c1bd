// The pictures that the notebooks learn from: drawn by a program, or MNIST where the reader has it.
import { requireInteger, requireKnown } from "../arguments";
import { digits as drawn, type ImageDataset, mnist, randomSplit } from "../data";
import { machine } from "../machine/machine";

export interface LessonDigitsOptions {
  /** How many pictures to train with. */
  train: number;
  /** How many to test with, none of them among the others. */
  test: number;
  /** The same seed gives the same pictures, and a smaller number the first of them. Default 0. */
  seed?: number;
}

export interface LessonDigits {
  /** Images [train, 1, 28, 28] in 0…1 and labels [train]. */
  readonly train: ImageDataset;
  /** Images [test, 1, 28, 28] and labels [test]. */
  readonly test: ImageDataset;
  /** "drawn digits" or "MNIST", for titles. */
  readonly source: string;
}

/**
 * Pictures of digits, 28×28: drawn by a program, every class equally often; or, where the environment variable BNLAB_MNIST
 * names a folder of IDX files, as many of MNIST. Of a folder with the test set alone both parts come from its 10,000.
 *
 * @example const { train, test, source } = lesson.digits({ train: 2000, test: 500 });
 * @throws RangeError for counts below 1 or beyond what MNIST has, Error where BNLAB_MNIST names no such folder.
 */
export function digits(options: LessonDigitsOptions): LessonDigits {
  requireKnown("lesson.digits", arguments, 1, ["train", "test", "seed"]);
  const { train, test, seed = 0 } = options ?? {};
  requireInteger("lesson.digits", "train", train, 1);
  requireInteger("lesson.digits", "test", test, 1);
  const folder = machine().mnistFolder();
  if (folder) return ofMnist(folder, train, test, seed);
  return {
    train: drawn({ count: train, seed: 2 * seed }),
    test: drawn({ count: test, seed: 2 * seed + 1 }),
    source: "drawn digits",
  };
}

function ofMnist(folder: string, train: number, test: number, seed: number): LessonDigits {
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
    const [testing] = chosen(mnist(folder, { train: false }), [test], seed, folder);
    return { train: training!, test: testing!, source };
  }
  const [training, testing] = chosen(mnist(folder, { train: has("train") }), [train, test], seed, folder);
  return { train: training!, test: testing!, source };
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
