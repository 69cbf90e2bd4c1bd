// Checkpoints: any value that is made of tensors, in one file and back: `import { load, save } from "bnlab"`.

import { withSource, writePieces } from "../safetensors/files";
import { piecesOf, type Source } from "../safetensors/format";
import { describe, requireKnown } from "../tensor/arguments";
import { decode } from "./decode";
import { encode } from "./encode";
import { structureKey, version } from "./structure";
import { readTorchLegacy, readTorchZip } from "./torchFile";

/**
 * Writes a value into a file: tensors of every dtype, typed arrays, numbers (NaN and bigint too), strings, booleans, null,
 * undefined, and lists, records, Maps and Sets of them. The file is one of safetensors, in which Python finds the tensors by
 * their places (`model.0.weight`) and load() the whole value: what is one object is one again, and tensors that share their
 * memory share it. As torch.save, whose order save(value, path) is taken as well.
 * A file of that name is replaced once the new one is whole.
 * Throws a TypeError, before anything is written, for functions, modules and other instances, and cycles, with their place.
 *
 * @example
 * save("run.safetensors", { epoch, model: net.stateDict(), optimizer: optimizer.stateDict(), rng: getRngState() });
 */
export function save(path: string, value: unknown): void;
export function save(value: object, path: string): void;
export function save(first: unknown, second: unknown): void {
  requireKnown("save", arguments, 2);
  const [path, value] =
    typeof first !== "string" && typeof second === "string" ? [second, first] : [first, second];
  if (typeof path !== "string" || path === "") {
    throw new TypeError(`save: expected a path, got ${describe(path)}; write save("run.safetensors", value)`);
  }
  const pickled = /\.(pt|pth|pkl|ckpt)$/i.exec(path);
  if (pickled !== null) {
    throw new RangeError(
      `save: expected a name that ends in .safetensors, got ${path}: what is written is not Python's pickle, which ${pickled[0]} promises; in Python, safetensors.torch.load_file() reads it`,
    );
  }
  if (arguments.length < 2) {
    throw new TypeError(`save: expected a path and a value, got only ${describe(first)}`);
  }
  const { structure, stored } = encode(value);
  const text = JSON.stringify({ version, value: structure });
  writePieces("save", path, piecesOf(stored, { format: "pt", [structureKey]: text }));
}

/**
 * The value that save() wrote, the tensors by name of any other file of safetensors, or what PyTorch's torch.save wrote of
 * tensors and plain values (`.pt`, `.pth`): a state dict, say. Of these float16, bfloat16 and float64 become float32, whole
 * numbers int32, dicts records, tuples lists, None null; nothing in them is run. Relative paths start in the notebook's folder.
 * As torch.load.
 * Throws an Error in words for a file that is cut short, damaged or of another format, for whole models and other code in a
 * pickle, by its name; a RangeError for whole numbers beyond int32.
 *
 * @example
 * const run = load<{ epoch: number; model: nn.StateDict }>("run.safetensors");
 * net.loadStateDict(run.model);
 */
export function load<Value = Record<string, unknown>>(path: string): Value {
  requireKnown("load", arguments, 1);
  if (typeof path !== "string" || path === "") {
    throw new TypeError(`load: expected a path, got ${describe(path)}`);
  }
  return withSource(path, read, "load") as Value;
}

/** By its first bytes, whatever its name. As the size of a header those of pickles are too large, and a zip's have no "{" behind them. */
function read(source: Source): unknown {
  const start = source.read(0, 9);
  const begins = (...bytes: number[]) => bytes.every((byte, i) => start[i] === byte);
  if (begins(0x50, 0x4b, 3, 4) && start[8] !== 0x7b) return readTorchZip(source);
  if (begins(0x80, 2, 0x8a, 10)) return readTorchLegacy(source);
  return decode(source);
}
