// Tensors ↔ the bytes of the safetensors format, from wherever they come: knows no files.

import { type Shape, Tensor, tensor } from "../tensor";
import { requireKnown } from "../tensor/arguments";
import { storedAs, storedTypes } from "./elements";
import {
  type Entry,
  formatHeader,
  type Header,
  headerSizeOf,
  parseHeader,
  requireWritable,
  sizeBytes,
} from "./header";

/** Tensors by name, as Module.stateDict() gives them. */
export type Tensors = Record<string, Tensor>;

export interface SaveOptions {
  /** Text to keep beside the tensors. Some of Python's readers want `{ format: "pt" }`. */
  metadata?: Readonly<Record<string, string>>;
}

/** Bytes that can be read in pieces. */
export interface Source {
  /** What errors call it. */
  readonly name: string;
  readonly length: number;
  /** A copy of bytes begin … end − 1; fewer where the source ends before. */
  read(begin: number, end: number): Uint8Array<ArrayBuffer>;
}

/** The header, and where in the source the data begins. */
export function readHeader(source: Source): Header & { readonly dataStart: number } {
  const size = headerSizeOf(source.name, source.read(0, sizeBytes), source.length);
  const dataStart = sizeBytes + size;
  const header = parseHeader(source.name, source.read(sizeBytes, dataStart), source.length - dataStart);
  return { ...header, dataStart };
}

export function readTensors(source: Source, { entries, dataStart } = readHeader(source)): Tensors {
  return Object.fromEntries(entries.map((entry) => [entry.name, readTensor(source, dataStart, entry)]));
}

/** One tensor of a source whose data begins at `dataStart`. */
export function readTensor(
  source: Source,
  dataStart: number,
  { name, dtype, shape, begin, end }: Entry,
): Tensor {
  const bytes = source.read(dataStart + begin, dataStart + end);
  const type = storedTypes.get(dtype)!;
  const values = type.read(bytes.buffer, `safetensors: ${dtype} ${JSON.stringify(name)} in ${source.name}`);
  return tensor(values, { shape, dtype: type.dtype });
}

/** The bytes of a file, in pieces; those of float32 and int32 tensors are the tensors' own memory. */
export function format(tensors: Readonly<Tensors>, { metadata = {} }: SaveOptions = {}): Uint8Array[] {
  if (typeof tensors !== "object" || tensors === null) {
    throw new TypeError(
      `safetensors: expected tensors by name, as stateDict() gives them, got ${String(tensors)}`,
    );
  }
  requireWritable(Object.keys(tensors), metadata);
  const all = Object.entries(tensors);
  for (const [name, value] of all) {
    if (!(value instanceof Tensor)) {
      throw new TypeError(
        `safetensors: expected tensors by name, got ${String(value)} for ${JSON.stringify(name)}`,
      );
    }
  }
  return piecesOf(
    all.map(([name, value]) => storedTensor(name, value)),
    metadata,
  );
}

/** Numbers under a name, as they will lie in a file: little-endian, one after the other. */
export interface Stored {
  readonly name: string;
  /** The format's word: F32, I32, ... */
  readonly dtype: string;
  readonly shape: Shape;
  readonly values: ArrayBufferView;
}

export const storedTensor = (name: string, x: Tensor): Stored => ({
  name,
  dtype: storedAs[x.dtype],
  shape: x.shape,
  values: x.detach().data,
});

/** The bytes of a file of these numbers, in pieces that share their memory. */
export function piecesOf(all: readonly Stored[], metadata: Readonly<Record<string, string>>): Uint8Array[] {
  // The widest first: what comes before numbers keeps them aligned to their size.
  const width = ({ dtype }: Stored) => storedTypes.get(dtype)!.bytes;
  const sorted = [...all].sort((a, b) => width(b) - width(a));
  let end = 0;
  const entries = sorted.map(({ name, dtype, shape, values }) => {
    const begin = end;
    end += values.byteLength;
    return { name, dtype, shape, begin, end };
  });
  return [
    formatHeader({ entries, metadata }),
    ...sorted.map(
      ({ values: { buffer, byteOffset, byteLength } }) => new Uint8Array(buffer, byteOffset, byteLength),
    ),
  ];
}

/**
 * The tensors in the bytes of a safetensors file, by name. F32, F64 (rounded), F16 and BF16 become float32; I32, I64, U64,
 * U32 (where they fit), I16, U16, I8 and U8 int32; BOOL bool. As Python's safetensors.torch.load.
 * Throws an Error that says what is wrong and names the tensor: cut short, not this format, gaps, overlaps, a name given
 * twice, an unknown dtype; a RangeError for whole numbers beyond int32.
 */
export function load(bytes: Uint8Array): Tensors {
  requireKnown("load", arguments, 1);
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `load: expected bytes, a Uint8Array, got ${String(bytes)}; loadFile(path) reads a file`,
    );
  }
  return readTensors({
    name: "the bytes",
    length: bytes.length,
    read: (begin, end) => new Uint8Array(bytes.subarray(begin, end)),
  });
}

/** Tensors as the bytes of a safetensors file, F32, I32 and BOOL. As Python's safetensors.torch.save. */
export function save(tensors: Readonly<Tensors>, options?: SaveOptions): Uint8Array {
  if (typeof options === "string") {
    throw new TypeError(`save: expected options, got "${options}"; saveFile(tensors, path) writes a file`);
  }
  requireKnown("save", arguments, 2, ["metadata"]);
  const pieces = format(tensors, options);
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
