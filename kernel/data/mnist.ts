// Reads MNIST and its relatives (Fashion-MNIST, KMNIST) from IDX files: http://yann.lecun.com/exdb/mnist/.
import { bytesOf, machine } from "../machine/machine";
import { tensor } from "../tensor";
import { requireKnown } from "../tensor/arguments";
import { ImageDataset, type ImageDatasetOptions } from "./dataset";
import { digitClasses } from "./digits";

const imagesMagic = 0x0000_0803; // unsigned bytes, three dimensions
const labelsMagic = 0x0000_0801; // unsigned bytes, one dimension

export interface MnistOptions extends ImageDatasetOptions {
  /** The training set (default) or the test set. */
  train?: boolean;
  /** What the labels mean. Default "0" … "9"; Fashion-MNIST's are T-shirt/top, Trouser, Pullover, Dress, Coat, … */
  classes?: readonly string[];
}

/**
 * The images [N, 1, 28, 28] in 0…1 and labels [N] in `directory`: `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`,
 * or with `train: false` `t10k-…`; also as `….gz`, and with a dot for the dash before `idx`.
 * Throws an Error that names the file and what is wrong with it: missing, not gzip, wrong magic number, cut short or too
 * long, different counts of images and labels, a label beyond `classes`.
 */
export function mnist(
  directory: string,
  { train = true, classes = digitClasses, transform }: MnistOptions = {},
): ImageDataset {
  requireKnown("mnist", arguments, 2, ["train", "classes", "transform"]);
  const set = train ? "train" : "t10k";
  const images = readIdx(directory, `${set}-images`, 3, imagesMagic);
  const labels = readIdx(directory, `${set}-labels`, 1, labelsMagic);
  const [count, height, width] = images.sizes as [number, number, number];
  if (labels.sizes[0] !== count) {
    throw new Error(
      `mnist: expected as many labels as images, got ${count} images in ${images.file} and ${labels.sizes[0]} labels in ${labels.file}`,
    );
  }
  const wrong = labels.bytes.findIndex((label) => label >= classes.length);
  if (wrong >= 0) {
    throw new Error(
      `mnist: expected labels 0…${classes.length - 1} in ${labels.file}, got ${labels.bytes[wrong]} for image ${wrong}`,
    );
  }
  const grays = new Float32Array(images.bytes.length); // Float32Array.from with a function takes ten times as long
  for (let i = 0; i < grays.length; i++) grays[i] = images.bytes[i]! / 255;
  return new ImageDataset(
    tensor(grays, { shape: [count, 1, height, width] }),
    tensor(Int32Array.from(labels.bytes)),
    classes,
    { transform },
  );
}

interface Idx {
  readonly file: string;
  readonly sizes: readonly number[];
  readonly bytes: Uint8Array;
}

/** One IDX file: a magic number, a size for each dimension (all big-endian), then the bytes. */
function readIdx(directory: string, stem: string, dimensions: number, magic: number): Idx {
  const { file, content } = readEither(directory, stem, dimensions);
  const header = 4 + 4 * dimensions;
  if (content.length < header) {
    throw new Error(
      `mnist: expected at least the ${header} bytes of an IDX header in ${file}, got ${content.length}`,
    );
  }
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const found = view.getUint32(0);
  if (found !== magic) {
    throw new Error(
      `mnist: expected magic number ${hex(magic)} in ${file}, got ${hex(found)}${hint(found, magic)}`,
    );
  }
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = header + sizes.reduce((product, size) => product * size, 1);
  if (content.length !== expected) {
    const fault = content.length < expected ? "the file is cut short" : "the file is too long";
    throw new Error(
      `mnist: expected ${expected} bytes for ${sizes.join("×")} in ${file}, got ${content.length}: ${fault}`,
    );
  }
  return { file, sizes, bytes: content.subarray(header) };
}

/** The file under whichever of its usual names is there, unpacked. */
function readEither(
  directory: string,
  stem: string,
  dimensions: number,
): { file: string; content: Uint8Array } {
  const folder = machine().resolve(directory);
  const files = machine().files(folder);
  if (files === null) {
    const fault = machine().kind(folder) === null ? "does not exist" : "is none";
    throw new Error(`mnist: expected a directory with IDX files, got ${folder}, which ${fault}`);
  }
  const names = ["-", "."].flatMap((mark) =>
    ["", ".gz"].map((end) => `${stem}${mark}idx${dimensions}-ubyte${end}`),
  );
  const name = names.find((each) => files.includes(each));
  if (name === undefined) {
    const other = stem.startsWith("train") ? "t10k" : "train";
    const hint = files.some((each) => each.startsWith(other))
      ? `; the other set is there: { train: ${other === "train"} }`
      : "";
    throw new Error(`mnist: expected one of ${names.join(", ")} in ${folder}, got none of them${hint}`);
  }
  const file = machine().resolve(directory, name);
  const content = bytesOf(file);
  if (!name.endsWith(".gz")) return { file, content };
  try {
    return { file, content: machine().gunzip(content) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`mnist: expected ${file} to be whole gzip data, got an error unpacking it: ${reason}`);
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

function hint(found: number, magic: number): string {
  if (found >>> 16 === 0x1f8b) return " (gzip data: name it .gz)";
  if (found === (magic === imagesMagic ? labelsMagic : imagesMagic))
    return " (images and labels are swapped)";
  return "";
}
