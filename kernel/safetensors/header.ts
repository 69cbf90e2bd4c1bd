// The header of a safetensors file: which tensor lies where. Everything in it is checked before it is used.
//
// Format (https://huggingface.co/docs/safetensors): 8 bytes, the header's size N (little-endian); N bytes of JSON, perhaps
// with spaces at its end; then the tensors' bytes, one after the other without gaps.

import type { Shape } from "../tensor";
import { storedTypes } from "./elements";

/** One tensor's place: bytes `begin` … `end` − 1 of the data that follows the header. */
export interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the order in which they lie in the file. */
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes of the number that is the header's size. */
export const sizeBytes = 8;
/** The format's own limit. */
const maxHeaderBytes = 100_000_000;
/** As deep as the format's own reader goes; a header that makes sense needs 3. */
const maxDepth = 128;
const metadataKey = "__metadata__";

/** The header's size, from the first 8 bytes of a file of `total` bytes. `source` names the file in errors. */
export function headerSizeOf(source: string, first: Uint8Array, total: number): number {
  if (first.length < sizeBytes) {
    throw new Error(
      `safetensors: expected at least the ${sizeBytes} bytes of the header's size in ${source}, got ${first.length}`,
    );
  }
  const size = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  if (size > maxHeaderBytes) {
    throw new Error(
      `safetensors: expected a header of at most ${maxHeaderBytes} bytes in ${source}, got ${size}: not a safetensors file, or damaged`,
    );
  }
  if (sizeBytes + Number(size) > total) {
    throw new Error(
      `safetensors: expected a header of ${size} bytes in ${source}, got ${total - sizeBytes}: the file is cut short, or not a safetensors file`,
    );
  }
  return Number(size);
}

/** The header that these bytes say, for `dataBytes` bytes of data. Throws an Error that names the tensor at fault. */
export function parseHeader(source: string, bytes: Uint8Array, dataBytes: number): Header {
  const json = parseJson(source, bytes);
  const { [metadataKey]: given, ...tensors } = json;
  const metadata = given ?? {}; // Python's reader takes null for none
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw new Error(
      `safetensors: expected ${metadataKey} to map text to text in ${source}, got ${show(metadata)}`,
    );
  }
  const entries = Object.entries(tensors)
    .map(([name, info]) => entryOf(source, name, info))
    .sort((a, b) => a.begin - b.begin || a.end - b.end); // an empty tensor lies before the one that starts there too
  let end = 0;
  let before = "";
  for (const entry of entries) {
    if (entry.begin !== end) {
      const where = before === "" ? "the start" : `the end of ${before}`;
      const fault = entry.begin > end ? "a gap" : "an overlap";
      throw new Error(
        `safetensors: expected ${show(entry.name)} to begin at byte ${end}, ${where}, in ${source}, got ${entry.begin}: ${fault}`,
      );
    }
    if (entry.end > dataBytes) {
      throw new Error(
        `safetensors: expected ${show(entry.name)} to end within the ${dataBytes} bytes of data in ${source}, got ${entry.end}: the file is cut short`,
      );
    }
    end = entry.end;
    before = show(entry.name);
  }
  if (end !== dataBytes) {
    throw new Error(
      `safetensors: expected ${end} bytes of data in ${source}, got ${dataBytes}: ${dataBytes - end} belong to no tensor`,
    );
  }
  return { entries, metadata: metadata as Record<string, string> };
}

/** The bytes before the data: size and JSON, filled up with spaces so that the data begins at a multiple of 8. */
export function formatHeader({ entries, metadata }: Header): Uint8Array {
  const json = Object.fromEntries([
    ...(Object.keys(metadata).length > 0 ? [[metadataKey, metadata]] : []),
    ...entries.map(({ name, dtype, shape, begin, end }) => [
      name,
      { dtype, shape, data_offsets: [begin, end] },
    ]),
  ]);
  const text = new TextEncoder().encode(JSON.stringify(json));
  const size = Math.ceil(text.length / 8) * 8;
  if (size > maxHeaderBytes) {
    throw new RangeError(
      `safetensors: expected names, shapes and metadata of at most ${maxHeaderBytes} bytes, got ${text.length}`,
    );
  }
  const bytes = new Uint8Array(sizeBytes + size).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(size), true);
  bytes.set(text, sizeBytes);
  return bytes;
}

/** Throws a TypeError for metadata that is not text, and for a tensor under its name. */
export function requireWritable(names: readonly string[], metadata: Readonly<Record<string, unknown>>): void {
  if (names.includes(metadataKey)) {
    throw new TypeError(
      `safetensors: expected names of tensors other than ${metadataKey}, got it; text goes into { metadata }`,
    );
  }
  const odd = Object.entries(metadata).find(([, value]) => typeof value !== "string");
  if (odd !== undefined) {
    throw new TypeError(`safetensors: expected metadata of text, got ${show(odd[1])} for ${show(odd[0])}`);
  }
}

function parseJson(source: string, bytes: Uint8Array): Record<string, unknown> {
  const damaged = (reason: string) =>
    new Error(
      `safetensors: expected a header of JSON in ${source}, got ${reason}: not a safetensors file, or damaged`,
    );
  if (bytes[0] !== 0x7b)
    throw damaged(bytes.length === 0 ? "no byte" : `the byte ${bytes[0]} in place of "{"`);
  let text: string;
  let json: unknown;
  try {
    let end = bytes.length; // spaces fill it up
    while (bytes[end - 1] === 0x20) end--;
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, end));
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
  const fault = faultOf(text);
  if (fault !== undefined)
    throw new Error(`safetensors: expected ${fault[0]} in the header of ${source}, got ${fault[1]}`);
  return json as Record<string, unknown>; // it starts with "{" and parses
}

function entryOf(source: string, name: string, info: unknown): Entry {
  const fault = (expected: string, got: unknown) =>
    new Error(`safetensors: expected ${expected} for ${show(name)} in ${source}, got ${show(got)}`);
  if (!isObject(info)) throw fault("{ dtype, shape, data_offsets }", info);
  const { dtype, shape, data_offsets: offsets } = info;
  const type = typeof dtype === "string" ? storedTypes.get(dtype) : undefined;
  if (type === undefined) throw fault(`a dtype of ${[...storedTypes.keys()].join(", ")}`, dtype);
  if (!isCounts(shape)) throw fault("a shape of whole numbers ≥ 0", shape);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw fault("data_offsets [begin, end]", offsets);
  }
  const [begin, end] = offsets as [number, number];
  const expected = shape.reduce((product, size) => product * size, type.bytes);
  if (end - begin !== expected) {
    throw fault(`${expected} bytes of ${dtype} [${shape.join(", ")}]`, end - begin);
  }
  return { name, dtype: dtype as string, shape, begin, end };
}

/**
 * What valid JSON may have and a header may not, as [expected, got]: a name given twice, of which JSON.parse quietly takes
 * the last, and nesting so deep that JSON.stringify, in an error, would run out of stack.
 */
function faultOf(json: string): [expected: string, got: string] | undefined {
  const open: Set<string>[] = [];
  const list = new Set<string>(); // has no names
  const marks = /[{}[\]"]/g;
  for (let found = marks.exec(json); found !== null; found = marks.exec(json)) {
    const mark = found[0];
    let i = found.index;
    if (mark === "{" || mark === "[") {
      if (open.push(mark === "[" ? list : new Set()) > maxDepth)
        return [`lists nested at most ${maxDepth} deep`, "deeper ones"];
    } else if (mark === "}" || mark === "]") open.pop();
    else if (mark === '"') {
      const start = i++;
      while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
      marks.lastIndex = i + 1;
      let next = i + 1;
      while (json[next]! <= " ") next++;
      if (json[next] !== ":") continue;
      const key = JSON.parse(json.slice(start, i + 1)) as string; // "a" and "\u0061" are one
      if (open.at(-1)!.has(key)) return ["each name once", `${show(key)} twice`];
      open.at(-1)!.add(key);
    }
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** A value from a file in an error: as JSON, not too long. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}
