// Tensors as text, as PyTorch prints them. Numbers in, text out.

import type { DType } from "./dtype";
import { countOf, type Shape, show } from "./shape";

/** Above this many elements only the edges of each dimension are written. */
const threshold = 1000;
const edge = 3;
const lineWidth = 80;

/** What is printed of a tensor; `at` gives the element at an index. */
export interface Printable {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly requiresGrad: boolean;
  /** The operation the tensor came from. */
  readonly from: string | null;
  at(index: readonly number[]): number;
}

export function formatTensor(tensor: Printable): string {
  const { shape } = tensor;
  const count = countOf(shape);
  const suffix: string[] = [];
  if (count === 0 && shape.length !== 1) suffix.push(`size=${show(shape)}`);
  if (tensor.dtype !== "float32") suffix.push(`dtype=${tensor.dtype}`);
  if (tensor.from !== null) suffix.push(`gradFn=${tensor.from}`);
  else if (tensor.requiresGrad) suffix.push("requiresGrad=true");
  const summary = count > threshold;
  if (summary) suffix.unshift(`shape=${show(shape)}`);
  const body =
    count === 0 ? "[]" : nested(tensor, [], formatterFor(tensor, summary), summary, "tensor(".length);
  return `tensor(${[body, ...suffix].join(", ")})`;
}

/** Positions along a dimension that are written; −1 stands for the dots between the edges. */
function positions(size: number, summary: boolean): number[] {
  if (!summary || size <= 2 * edge) return Array.from({ length: size }, (_, i) => i);
  const range = Array.from({ length: edge }, (_, i) => i);
  return [...range, -1, ...range.map((i) => size - edge + i)];
}

function nested(
  tensor: Printable,
  prefix: readonly number[],
  format: (value: number) => string,
  summary: boolean,
  indent: number,
): string {
  const { shape } = tensor;
  if (prefix.length === shape.length) return format(tensor.at(prefix));
  const parts = positions(shape[prefix.length]!, summary).map((i) =>
    i < 0 ? "..." : nested(tensor, [...prefix, i], format, summary, indent + 1),
  );
  const depth = shape.length - prefix.length;
  if (depth > 1) return `[${parts.join(`,${"\n".repeat(depth - 1)}${" ".repeat(indent + 1)}`)}]`;
  const perLine = Math.max(
    1,
    Math.floor((lineWidth - indent) / (Math.max(...parts.map((p) => p.length)) + 2)),
  );
  const lines: string[] = [];
  for (let i = 0; i < parts.length; i += perLine) lines.push(parts.slice(i, i + perLine).join(", "));
  return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
}

/** One format for all elements: whole numbers as "1.", else 4 digits, in scientific notation where sizes differ too much. */
function formatterFor(tensor: Printable, summary: boolean): (value: number) => string {
  if (tensor.dtype === "bool") return aligned(tensor, summary, (value) => String(value !== 0));
  if (tensor.dtype === "int32") return aligned(tensor, summary, String);
  let largest = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let whole = true;
  eachWritten(tensor, summary, (value) => {
    if (!Number.isFinite(value)) return;
    const size = Math.abs(value);
    if (size > largest) largest = size;
    if (size > 0 && size < smallest) smallest = size;
    whole &&= Number.isInteger(value);
  });
  const scientific = largest > 0 && (largest >= 1e8 || largest / smallest > 1000 || smallest < 1e-4);
  const number = (value: number): string => {
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    if (whole && largest < 1e8) return `${value}.`;
    return scientific ? exponential(value) : value.toFixed(4);
  };
  return aligned(tensor, summary, number);
}

/** 1.0000e-05, as PyTorch and C write it. */
function exponential(value: number): string {
  return value.toExponential(4).replace(/e([+-])(\d)$/, "e$10$2");
}

function aligned(
  tensor: Printable,
  summary: boolean,
  format: (value: number) => string,
): (value: number) => string {
  let width = 0;
  eachWritten(tensor, summary, (value) => {
    width = Math.max(width, format(value).length);
  });
  return (value) => format(value).padStart(tensor.shape.length === 0 ? 0 : width);
}

function eachWritten(tensor: Printable, summary: boolean, visit: (value: number) => void): void {
  const walk = (prefix: readonly number[]): void => {
    if (prefix.length === tensor.shape.length) visit(tensor.at(prefix));
    else for (const i of positions(tensor.shape[prefix.length]!, summary)) if (i >= 0) walk([...prefix, i]);
  };
  walk([]);
}

/** Up to so many numbers every one is in the tag, of more the first of them. */
const taggedNumbers = 100;

/** The numbers in order as one short text that differs where they do: "[1, 0.25, NaN]". */
export function tagOf(numbers: Float32Array | Int32Array): string {
  const short = numbers instanceof Int32Array ? String : shortest;
  if (numbers.length <= taggedNumbers) return `[${Array.from(numbers, short).join(", ")}]`;
  const first = Array.from(numbers.subarray(0, 6), short).join(", ");
  return `[${first}, … of ${numbers.length}], checksum ${checksum(numbers)}`;
}

/** The fewest digits that give this float32 back; −0 counts as 0, which it equals. */
function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short + 0);
  }
  return String(Number(value.toPrecision(9)));
}

/** 53 bits of all numbers in order (cyrb53); every NaN counts as one, −0 as 0. */
function checksum(numbers: Float32Array | Int32Array): string {
  const own = numbers.map((value) => value + 0);
  const bits = new Int32Array(own.buffer);
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < bits.length; i++) {
    const word = Number.isNaN(own[i]) ? 0x7fc00000 : bits[i]!;
    a = Math.imul(a ^ word, 2654435761);
    b = Math.imul(b ^ word, 1597334677);
    a = (a << 13) | (a >>> 19);
    b = (b << 17) | (b >>> 15);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return ((b >>> 0).toString(16) + (a >>> 0).toString(16).padStart(8, "0")).padStart(16, "0");
}
