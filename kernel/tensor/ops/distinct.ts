// Which values there are, how often, and between which bounds they lie. Nothing here is recorded.

import { describe, requireInteger, requireNumber, requireTensor } from "../arguments";
import { checkDim, type Shape, sameShape, show } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat, requireOperand } from "./check";
import type { Extremes } from "./extremes";
import { rising, sort } from "./indexing";
import { pickSlices } from "./join";
import { alongLast } from "./reduction";
import { contiguous, permute, reshape, select } from "./view";

/** What unique() and uniqueConsecutive() give beside the values, and of what. */
export interface Unique {
  /** In this dimension's slices; default: in all elements. */
  readonly dim?: number;
  /** Adds where each element's value stands among the results, int32. */
  readonly returnInverse?: boolean;
  /** Adds how often each value occurs, int32. */
  readonly returnCounts?: boolean;
}

/** A copy of whole numbers as a tensor. */
function int32(x: Tensor, values: ArrayLike<number>, shape: Shape): Tensor {
  const y = x.engine.empty(shape, "int32");
  x.engine.i32.set(values, y.pointer >>> 2);
  return y;
}

/** The numbers of x in order, exact in any dtype. */
function numbersOf(x: Tensor): Float32Array | Int32Array {
  const y = contiguous(x.detach());
  const memory = y.dtype === "int32" ? y.engine.i32 : y.engine.f32;
  return memory.slice(y.pointer >>> 2, (y.pointer >>> 2) + y.count);
}

/** The values that differ from those before, in rising order or as they come: [values, inverse?, counts?]. */
export function distinct(
  operation: "unique" | "uniqueConsecutive",
  input: Tensor,
  { dim, returnInverse = false, returnCounts = false }: Unique,
): Tensor[] {
  for (const [name, value] of Object.entries({ returnInverse, returnCounts })) {
    if (typeof value !== "boolean")
      throw new TypeError(`${operation}: expected ${name} to be true or false, got ${describe(value)}`);
  }
  const whole = dim === undefined || input.shape.length === 0;
  const at = dim === undefined ? 0 : checkDim(operation, dim, input.shape);
  const x = whole ? reshape(input.detach(), [input.count]) : input.detach();
  const order = [at, ...x.shape.map((_, i) => i).filter((i) => i !== at)];
  const values = numbersOf(whole ? x : permute(x, order));
  const n = x.shape[at]!;
  const width = n === 0 ? 0 : values.length / n;
  const compare = (a: number, b: number) => {
    for (let i = 0; i < width; i++) {
      const [p, q] = [values[a * width + i]!, values[b * width + i]!];
      if (p !== q) return rising(p, q) || 1; // NaN equals nothing
    }
    return 0;
  };
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  if (operation === "unique") rows.sort((a, b) => (a === b ? 0 : compare(a, b)));
  const firsts: number[] = [];
  const counts: number[] = [];
  const inverse = new Int32Array(n);
  for (const [i, row] of rows.entries()) {
    if (i === 0 || compare(rows[i - 1]!, row) !== 0) {
      firsts.push(row);
      counts.push(0);
    }
    counts[counts.length - 1]!++;
    inverse[row] = firsts.length - 1;
  }
  const results = [pickSlices(x, at, Int32Array.from(firsts))];
  if (returnInverse) results.push(int32(x, inverse, whole ? input.shape : [n]));
  if (returnCounts) results.push(int32(x, counts, [counts.length]));
  return results;
}

/** The most frequent value along a dimension, the smallest of equally frequent ones, and where it stands last. */
export function mode(x: Tensor, dim: number, keepdim: boolean): Extremes {
  const at = checkDim("mode", dim, x.shape);
  const size = x.shape[at] ?? 1;
  if (size === 0) throw new RangeError(`mode: expected at least one element, got shape ${show(x.shape)}`);
  const ordered = sort(x, dim, false, "mode");
  const places = alongLast(ordered.values.detach(), at, (rows) => {
    const values = numbersOf(rows);
    const best = new Int32Array(values.length / size);
    for (const row of best.keys()) {
      let [run, most] = [0, 0];
      for (let i = 0; i < size; i++) {
        run = i > 0 && values[row * size + i] === values[row * size + i - 1] ? run + 1 : 1;
        if (run > most) [most, best[row]] = [run, i];
      }
    }
    return int32(x, best, rows.shape.length === 0 ? [] : [...rows.shape.slice(0, -1), 1]);
  });
  const kept = (y: Tensor) => (keepdim || x.shape.length === 0 ? y : select(y, at, 0));
  return {
    values: kept(ordered.values.gather(at, places)),
    indices: kept(ordered.indices.gather(at, places)),
  };
}

/** What searchsorted() and bucketize() are told. */
export interface Search {
  /** Whether equals go before the position (default: behind it): bounds[i − 1] ≤ value < bounds[i]. */
  readonly right?: boolean;
}

/** Where, in each row of rising numbers, values belong. */
export function positionsAmong(
  operation: string,
  bounds: Tensor,
  values: Tensor | number,
  { right = false }: Search,
): Tensor {
  if (typeof right !== "boolean")
    throw new TypeError(`${operation}: expected right to be true or false, got ${describe(right)}`);
  requireTensor(operation, bounds, "the sorted numbers");
  const wanted = typeof values === "number" ? requireOperand(operation, bounds, values) : values;
  requireTensor(operation, wanted, "values");
  const n = bounds.shape.at(-1);
  const shared = bounds.shape.length === 1;
  if (n === undefined || !(shared || sameShape(bounds.shape.slice(0, -1), wanted.shape.slice(0, -1)))) {
    throw new RangeError(
      `${operation}: expected sorted numbers [n], or rows of them for the rows of the values, got ${show(bounds.shape)} for ${show(wanted.shape)}`,
    );
  }
  const [limits, sought] = [numbersOf(bounds), numbersOf(wanted)];
  const row = shared ? sought.length : (wanted.shape.at(-1) ?? 1);
  return int32(
    bounds,
    Int32Array.from(sought, (value, i) => {
      const start = shared ? 0 : Math.floor(i / row) * n;
      let [low, high] = [0, n];
      while (low < high) {
        const middle = (low + high) >> 1;
        const order = rising(limits[start + middle]!, value);
        if (order < 0 || (right && order === 0)) low = middle + 1;
        else high = middle;
      }
      return low;
    }),
    wanted.shape,
  );
}

/** How many numbers lie in each of `bins` equal parts of min … max, float32 [bins]; of all numbers where min = max. */
export function histc(input: Tensor, bins: number, min: number, max: number): Tensor {
  requireInteger("histc", "bins", bins, 1);
  requireNumber("histc", "min", min);
  requireNumber("histc", "max", max);
  const values = numbersOf(requireFloat("histc", input));
  let [low, high] = [min, max];
  if (low === high && values.length > 0) {
    [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  if (low === high) [low, high] = [low - 1, high + 1];
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new RangeError(`histc: expected finite bounds min < max, got ${low} and ${high}`);
  }
  const y = input.engine.empty([bins], "float32");
  const first = y.pointer >>> 2;
  const { f32 } = input.engine;
  f32.fill(0, first, first + bins);
  for (const value of values) {
    if (!(value >= low && value <= high)) continue;
    f32[first + Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]!++;
  }
  return y;
}

/** Which elements are among those of another tensor. */
export function isin(x: Tensor, among: Tensor): Tensor {
  requireTensor("isin", among, "testElements");
  const known = new Set<number>(numbersOf(among));
  known.delete(Number.NaN); // which equals nothing
  const values = numbersOf(x);
  const y = x.engine.empty(x.shape, "bool");
  const first = y.pointer >>> 2;
  for (const [i, value] of values.entries()) x.engine.f32[first + i] = Number(known.has(value));
  return y;
}
