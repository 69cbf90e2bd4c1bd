// What the charts take for numbers: arrays, typed arrays, tensors, and whatever turns into an array.
import { describe, isRecord, requireInteger, show } from "../arguments";

/** A tensor, or what looks like one: its elements row by row. */
export interface TensorLike {
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
  /** The elements, row after row. */
  readonly data: ArrayLike<number>;
}

/** Numbers in a row: an array, a typed array, a tensor, or something with `toArray()`. */
export type Numbers = ArrayLike<number> | TensorLike | { toArray(): ArrayLike<number> };

/** Rows of numbers of one length: a tensor of two dimensions, or a list of rows. */
export type Matrix = TensorLike | ArrayLike<Numbers>;

export function isNumbers(value: unknown): value is Numbers {
  if (typeof value !== "object" || value === null) return false;
  if ("length" in value && typeof value.length === "number") return true;
  return isTensor(value) || ("toArray" in value && typeof value.toArray === "function");
}

function isTensor(value: object): value is TensorLike {
  return "shape" in value && Array.isArray(value.shape) && "data" in value;
}

/**
 * The elements, not copied; those of a list of numbers in tensors of no dimension, such as losses, taken out of them.
 *
 * @throws TypeError for anything else.
 */
export function numbersOf(who: string, value: Numbers, name = ""): ArrayLike<number> {
  if (!isNumbers(value)) {
    const what = name === "" ? "numbers" : `numbers for "${name}"`;
    throw new TypeError(
      `${who}: expected ${what}: an array, a typed array or a tensor, got ${describe(value)}`,
    );
  }
  if (Array.isArray(value)) return value.some(isScalar) ? value.map(scalar) : value;
  if (isTensor(value)) return value.data;
  return "toArray" in value ? value.toArray() : value;
}

/** Whether this is a tensor of no dimension: one number. */
export const isScalar = (value: unknown): value is TensorLike =>
  typeof value === "object" && value !== null && isTensor(value) && value.shape.length === 0;

const scalar = (value: unknown): number => (isScalar(value) ? value.data[0]! : Number(value));

/** Values by name: an object, or a Map where names are whole numbers and their order matters. */
export type Named<T> = Readonly<Record<string, T>> | ReadonlyMap<string | number, T>;

/** @throws TypeError for what is no object of values by name. */
export function requireNamed<T extends object>(who: string, named: T): T {
  if (isRecord(named)) return named;
  throw new TypeError(`${who}: expected values by name, { name: … }, got ${describe(named)}`);
}

const isMap = <T>(named: Named<T>): named is ReadonlyMap<string | number, T> => named instanceof Map;

/**
 * The names with their values, in the order in which they were written.
 *
 * @throws RangeError for an object with names that are whole numbers: JavaScript forgets where they stood.
 */
export function entriesOf<T>(who: string, named: Named<T>): [string, T][] {
  if (isMap(named)) return Array.from(named, ([name, value]) => [String(name), value]);
  const entries = Object.entries(requireNamed(who, named));
  const numbered = entries.length < 2 ? undefined : entries.find(([name]) => /^(0|[1-9]\d*)$/.test(name));
  if (numbered === undefined) return entries;
  throw new RangeError(
    `${who}: expected names that are no whole numbers, which JavaScript puts first in an object, smallest first, got ` +
      `"${numbered[0]}"; write "batch ${numbered[0]}", say, or new Map([["${numbered[0]}", …], …]), which keeps the order`,
  );
}

/** @throws RangeError if the rows differ in length, or a tensor has not two dimensions. */
export function rowsOf(who: string, matrix: Matrix): number[][] {
  if (typeof matrix === "object" && matrix !== null && isTensor(matrix)) {
    const [rows, columns] = matrix.shape;
    if (matrix.shape.length !== 2) {
      throw new RangeError(`${who}: expected a matrix [rows, columns], got ${show(matrix.shape)}`);
    }
    return Array.from({ length: rows! }, (_, row) =>
      Array.from({ length: columns! }, (_, column) => matrix.data[row * columns! + column]!),
    );
  }
  if (typeof matrix !== "object" || matrix === null || !("length" in matrix)) {
    throw new TypeError(`${who}: expected a matrix: rows of numbers or a tensor, got ${describe(matrix)}`);
  }
  const rows = Array.from(matrix, (row, at) => Array.from(numbersOf(who, row, `row ${at}`)));
  const odd = rows.findIndex((row) => row.length !== rows[0]!.length);
  if (odd >= 0) {
    throw new RangeError(
      `${who}: expected rows of ${rows[0]!.length} values as the first has, got ${rows[odd]!.length} in row ${odd}`,
    );
  }
  return rows;
}

/** The finite ones, a copy. */
function finite(who: string, values: Numbers): Float64Array {
  const all = new Float64Array(numbersOf(who, values));
  let count = 0;
  for (const value of all) if (value - value === 0) all[count++] = value;
  return all.subarray(0, count);
}

/** The finite ones, ascending. */
export const sorted = (who: string, values: Numbers): Float64Array => finite(who, values).sort();

/** Linear between neighbors, as NumPy's and PyTorch's default; NaN of nothing. `p` from 0 to 1. */
export function quantile(ascending: ArrayLike<number>, p: number): number {
  const at = p * (ascending.length - 1);
  const low = Math.floor(at);
  const from = ascending[low] ?? Number.NaN;
  return from + (at - low) * ((ascending[low + 1] ?? from) - from);
}

/** `quantile` of the sorted finite values at each level, ascending, without sorting them: a tenth of the time. */
export function quantilesOf(who: string, values: Numbers, levels: readonly number[]): number[] {
  const all = finite(who, values);
  let settled = 0;
  return levels.map((level) => {
    const low = Math.floor(level * (all.length - 1));
    const high = Math.min(low + 1, all.length - 1);
    for (const at of [low, high]) {
      if (at >= settled) select(all, at, settled);
      settled = Math.max(settled, at);
    }
    return quantile(all, level);
  });
}

/** Hoare's selection: moves what sorting would bring to `at` there, smaller ones before it, larger ones after it. */
function select(values: Float64Array, at: number, from: number): void {
  let left = from;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1]!;
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swapped = values[i]!;
        values[i++] = values[j]!;
        values[j--] = swapped;
      }
    }
    if (at <= j) right = j;
    else if (at >= i) left = i;
    else return;
  }
}

/** Refuses a division of values finer than a screen: more parts than it has pixels show nothing more. */
export function requireParts(who: string, name: string, value: number): void {
  requireInteger(who, name, value, 1);
  if (value > mostParts) {
    throw new RangeError(`${who}: expected ${name} to be at most ${mostParts}, got ${value}`);
  }
}

const mostParts = 10_000;

/** The nearest value of an axis: one so long that its length were infinite could not be drawn. */
export const onAxis = (value: number): number => Math.max(-farthest, Math.min(farthest, value));

const farthest = Number.MAX_VALUE / 4;

/** With the digits that a float32 has, or as it is where a float32 ends: a figure's file stays small. */
export function single(value: number): number {
  const rounded = Math.fround(value);
  return Number.isFinite(rounded) && (rounded !== 0 || value === 0) ? rounded : value;
}

/** 1, 2 or 5 times a power of ten, at least `rough`. */
export function niceStep(rough: number): number {
  const unit = 10 ** Math.floor(Math.log10(rough) + 1e-9);
  return ([1, 2, 5].find((factor) => factor * unit >= rough * (1 - 1e-9)) ?? 10) * unit;
}
