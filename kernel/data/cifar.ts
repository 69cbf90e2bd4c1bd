// Reads CIFAR-10 and CIFAR-100 from their binary version: https://www.cs.toronto.edu/~kriz/cifar.html.

import { bytesOf, machine } from "../machine/machine";
import { tensor } from "../tensor";
import { describe, requireKnown } from "../tensor/arguments";
import { ImageDataset, type ImageDatasetOptions } from "./dataset";

/** What cifar10() and cifar100() can be told. */
export interface CifarOptions extends ImageDatasetOptions {
  /** The training set (default) or the test set. */
  train?: boolean;
}

const pixels = 3 * 32 * 32;

/** One of the two: where it lies, and what a record has before its pixels. */
interface Kind {
  readonly name: string;
  readonly folder: string;
  readonly archive: string;
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** Bytes before the pixels; the last is the label. */
  readonly labels: number;
  /** The file that names the classes, one a line. */
  readonly names: string;
  /** Files of the version for Python. */
  readonly pickled: RegExp;
}

const cifar10Kind: Kind = {
  name: "cifar10",
  folder: "cifar-10-batches-bin",
  archive: "cifar-10-binary.tar.gz",
  train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
  test: ["test_batch.bin"],
  labels: 1,
  names: "batches.meta.txt",
  pickled: /^(data_batch_\d|test_batch|batches\.meta)$/,
};
const cifar100Kind: Kind = {
  name: "cifar100",
  folder: "cifar-100-binary",
  archive: "cifar-100-binary.tar.gz",
  train: ["train.bin"],
  test: ["test.bin"],
  labels: 2,
  names: "fine_label_names.txt",
  pickled: /^(train|test|meta)$/,
};

const cifar10Classes = "airplane automobile bird cat deer dog frog horse ship truck".split(" ");

/**
 * The images [N, 3, 32, 32] in 0…1 and labels [N] of `directory`, or of `cifar-10-batches-bin` in it: `data_batch_1.bin` …
 * `data_batch_5.bin`, or with `train: false` `test_batch.bin`. Throws an Error that names the file and what is wrong: missing,
 * of another length, a label beyond 9, or the pickled batches for Python.
 */
export function cifar10(directory: string, { train = true, transform }: CifarOptions = {}): ImageDataset {
  requireKnown("cifar10", arguments, 2, ["train", "transform"]);
  return read(cifar10Kind, directory, train, cifar10Classes, transform);
}

/**
 * The images [N, 3, 32, 32] in 0…1 and fine labels [N], 0 … 99, of `directory`, or of `cifar-100-binary` in it: `train.bin`, or
 * with `train: false` `test.bin`; classes are the lines of `fine_label_names.txt` where it is there. Throws as cifar10() does.
 */
export function cifar100(directory: string, { train = true, transform }: CifarOptions = {}): ImageDataset {
  requireKnown("cifar100", arguments, 2, ["train", "transform"]);
  return read(cifar100Kind, directory, train, null, transform);
}

function read(
  kind: Kind,
  directory: string,
  train: boolean,
  known: readonly string[] | null,
  transform: ImageDatasetOptions["transform"],
): ImageDataset {
  const { name, labels: before } = kind;
  if (typeof directory !== "string") {
    throw new TypeError(`${name}: expected a path, got ${describe(directory)}`);
  }
  const wanted = train ? kind.train : kind.test;
  const folder = folderOf(kind, directory, wanted);
  const record = before + pixels;
  const parts = wanted.map((each) => {
    const file = machine().resolve(folder, each);
    const bytes = bytesOf(file);
    if (bytes.length === 0 || bytes.length % record !== 0) {
      throw new Error(`${name}: expected records of ${record} bytes in ${file}, got ${bytes.length} bytes`);
    }
    return { file, bytes };
  });
  const classes = known ?? classesIn(folder, kind) ?? Array.from({ length: 100 }, (_, i) => String(i));
  const count = parts.reduce((sum, { bytes }) => sum + bytes.length / record, 0);
  const images = new Float32Array(count * pixels);
  const labels = new Int32Array(count);
  let image = 0;
  for (const { file, bytes } of parts) {
    for (let at = 0; at < bytes.length; at += record, image++) {
      const label = bytes[at + before - 1]!;
      if (label >= classes.length) {
        throw new Error(
          `${name}: expected labels 0…${classes.length - 1} in ${file}, got ${label} for image ${at / record}`,
        );
      }
      labels[image] = label;
      for (let i = 0; i < pixels; i++) images[image * pixels + i] = bytes[at + before + i]! / 255;
    }
  }
  return new ImageDataset(tensor(images, { shape: [count, 3, 32, 32] }), tensor(labels), classes, {
    transform,
  });
}

/** The directory, or the archive's own folder in it, whichever has the files. */
function folderOf(kind: Kind, directory: string, wanted: readonly string[]): string {
  const { name, archive } = kind;
  const folders = [machine().resolve(directory), machine().resolve(directory, kind.folder)];
  const found = folders.find((folder) => machine().files(folder)?.includes(wanted[0]!));
  if (found !== undefined) {
    const files = machine().files(found)!;
    const missing = wanted.find((each) => !files.includes(each));
    if (missing === undefined) return found;
    throw new Error(`${name}: expected ${wanted.join(", ")} in ${found}, got no ${missing}`);
  }
  const files = machine().files(folders[0]!);
  if (files === null) {
    const fault = machine().kind(folders[0]!) === null ? "does not exist" : "is none";
    throw new Error(`${name}: expected a directory with ${wanted[0]}, got ${folders[0]}, which ${fault}`);
  }
  const pickled = files.find((each) => kind.pickled.test(each));
  const hint =
    pickled === undefined
      ? `none of them; unpack ${archive} there`
      : `${pickled}, which is pickled for Python; take the binary version, ${archive}`;
  throw new Error(`${name}: expected ${wanted.join(", ")} in ${folders[0]}, got ${hint}`);
}

/** The lines of the file that names the classes, where there are 100. */
function classesIn(folder: string, kind: Kind): string[] | null {
  if (!machine().files(folder)!.includes(kind.names)) return null;
  const text = new TextDecoder().decode(bytesOf(machine().resolve(folder, kind.names)));
  const names = text.split(/\r?\n/).filter((line) => line !== "");
  return names.length === 100 ? names : null;
}
