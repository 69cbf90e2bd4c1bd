// Tensors ↔ the bytes of the safetensors format, from wherever they come: knows no files.

import { Tensor, tensor } from "../tensor";
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

export function readTensors(source: Source): Tensors {
  const { entries, dataStart } = readHeader(source);
  const read = ({ name, dtype, shape, begin, end }: Entry) => {
    const bytes = source.read(dataStart + begin, dataStart + end);
    const type = storedTypes.get(dtype)!;
    const values = type.read(bytes.buffer, `safetensors: ${dtype} ${JSON.stringify(name)} in ${source.name}`);
    return [name, tensor(values, { shape, dtype: type.dtype })] as const;
  };
  return Object.fromEntries(entries.map(read));
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
  // Bytes last: what comes before them stays aligned to its size.
  const sorted = [...all.filter(([, x]) => x.dtype !== "bool"), ...all.filter(([, x]) => x.dtype === "bool")];
  const data = sorted.map(([, x]) => x.detach().data);
  let end = 0;
  const entries = sorted.map(([name, { dtype, shape }], i) => {
    const begin = end;
    end += data[i]!.byteLength;
    return { name, dtype: storedAs[dtype], shape, begin, end };
  });
  return [
    formatHeader({ entries, metadata }),
    ...data.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
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
