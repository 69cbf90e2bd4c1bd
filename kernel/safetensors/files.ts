// Tensors in safetensors files, read and written tensor by tensor.
import { machine } from "../machine/machine";
import { requireKnown } from "../tensor/arguments";
import { format, readHeader, readTensors, type SaveOptions, type Source, type Tensors } from "./format";

/**
 * The tensors in a file, by name: weights from PyTorch under PyTorch's names. dtypes and errors as in load(); relative
 * paths start in the notebook's folder. As Python's safetensors.torch.load_file.
 *
 * @example net.loadStateDict(safetensors.loadFile("model.safetensors"));
 */
export function loadFile(file: string): Tensors {
  requireKnown("loadFile", arguments, 1);
  return withSource(file, (source) => readTensors(source));
}

/** The text that was saved beside the tensors of a file, {} if none was. Reads the header only. */
export function metadata(file: string): Readonly<Record<string, string>> {
  requireKnown("metadata", arguments, 1);
  return withSource(file, (source) => readHeader(source).metadata);
}

/**
 * Writes tensors into a file that Python's safetensors reads: float32 as F32, int32 as I32, bool as BOOL, views packed.
 * A file of that name, or the one that a link leads to, is replaced once the new one is whole. As Python's
 * safetensors.torch.save_file.
 * Throws an Error for a folder that is not there, a TypeError for what is no tensor and for metadata that is no text.
 *
 * @example safetensors.saveFile(net.stateDict(), "model.safetensors", { metadata: { format: "pt" } });
 */
export function saveFile(tensors: Readonly<Tensors>, file: string, options?: SaveOptions): void {
  requireKnown("saveFile", arguments, 3, ["metadata"]);
  writePieces("safetensors", file, format(tensors, options));
}

/** Writes a file into a folder that is there, whole or not at all. */
export function writePieces(operation: string, given: string, pieces: readonly Uint8Array[]): void {
  const folder = machine().resolve(given, "..");
  if (machine().kind(folder) !== "folder") {
    throw new Error(`${operation}: expected a folder to save in, got ${folder}, which does not exist`);
  }
  machine().write(machine().resolve(given), pieces);
}

/** Calls `use` with an open file. */
export function withSource<T>(given: string, use: (source: Source) => T, operation = "safetensors"): T {
  const file = machine().resolve(given);
  if (machine().kind(file) === null) {
    throw new Error(`${operation}: expected a file, got ${file}, which does not exist${machine().onMissing}`);
  }
  if (machine().kind(file) === "folder") {
    throw new Error(`${operation}: expected a file, got the folder ${file}`);
  }
  const { length, read, close } = machine().open(file);
  try {
    return use({ name: file, length, read });
  } finally {
    close();
  }
}
