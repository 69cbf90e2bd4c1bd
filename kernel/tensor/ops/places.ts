// Slices and elements written at positions, added there, or reduced: indexAdd, indexFill, maskedScatter, scatterReduce.

import { describe, requireMask, requireNumber, requireTensor } from "../arguments";
import { type Rule, record } from "../autograd";
import type { Scalar } from "../dtype";
import { checkDim, type Shape, sameShape, show } from "../shape";
import type { Tensor } from "../tensor";
import { index, indexPut } from "./advanced";
import { arithmetic } from "./arithmetic";
import type { Index } from "./brackets";
import { requireLabels, requireRoom } from "./check";
import { fitting, gather, positionsOf, scalarFor } from "./indexing";
import { pickSlices } from "./join";
import { sumOrMean } from "./reduction";
import { contiguous, expand, reshape, slice } from "./view";

/** What stands at positions along one dimension, as index() has it. */
function along(operation: string, x: Tensor, dim: number, positions: Tensor | readonly number[]): Index[] {
  const at = checkDim(operation, dim, x.shape);
  if (x.shape.length === 0) throw new RangeError(`${operation}: expected at least one dimension, got []`);
  if (!Array.isArray(positions)) requireTensor(operation, positions as Tensor, "index");
  return [...x.shape.slice(0, at).map(() => ":" as const), positions];
}

/** source, of the shape that index() gives, written over the slices of x at positions along a dimension, or added. */
export function putSlices(
  operation: "indexAdd" | "indexCopy",
  x: Tensor,
  dim: number,
  positions: Tensor | readonly number[],
  source: Tensor,
  alpha = 1,
): Tensor {
  const items = along(operation, x, dim, positions);
  requireTensor(operation, source, "source");
  requireNumber(operation, "alpha", alpha);
  const at = checkDim(operation, dim, x.shape);
  const count = Array.isArray(positions) ? positions.length : (positions as Tensor).shape[0];
  const shape = x.shape.with(at, count ?? 1);
  if (!sameShape(source.shape, shape)) {
    throw new RangeError(`${operation}: expected a source ${show(shape)}, got ${show(source.shape)}`);
  }
  const scaled = alpha === 1 ? source : arithmetic("mul", source, alpha);
  return indexPut(x, items, scaled, operation === "indexAdd", operation);
}

/** A number in the place of the slices of x at positions along a dimension. */
export function fillSlices(
  x: Tensor,
  dim: number,
  positions: Tensor | readonly number[],
  value: Tensor | Scalar,
): Tensor {
  const items = along("indexFill", x, dim, positions);
  if (typeof value === "object" && value !== null && value.shape?.length > 0) {
    throw new RangeError(`indexFill: expected value to be a number, got ${describe(value)}; use indexCopy()`);
  }
  return indexPut(x, items, value, false, "indexFill");
}

/** x with the first elements of source, in order, where the bool mask, broadcast, is true. */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  requireMask("maskedScatter", mask);
  requireTensor("maskedScatter", source, "source");
  const whole = expand(mask, x.shape, "maskedScatter");
  const count = sumOrMean("sum", whole, undefined, false).item();
  if (source.count < count) {
    throw new RangeError(
      `maskedScatter: expected a source of at least ${count} elements, got ${show(source.shape)}`,
    );
  }
  return indexPut(x, [whole], slice(reshape(source, [source.count]), 0, 0, count, 1), false, "maskedScatter");
}

/** The elements at positions along a dimension, the other dimensions broadcast; without one, in the flattened tensor. */
export function takeAlong(x: Tensor, index: Tensor, dim: number | undefined): Tensor {
  requireTensor("takeAlongDim", index, "indices");
  if (dim === undefined) {
    return gather(reshape(x, [x.count]), 0, reshape(index, [index.count]), "takeAlongDim");
  }
  const at = checkDim("takeAlongDim", dim, x.shape);
  if (index.shape.length !== x.shape.length) {
    throw new RangeError(
      `takeAlongDim: expected indices of ${x.shape.length} dims, as ${show(x.shape)} has, got ${show(index.shape)}`,
    );
  }
  const common = x.shape.map((size, i) => (size === 1 ? index.shape[i]! : size));
  const from = expand(x, common.with(at, x.shape[at]!), "takeAlongDim");
  return gather(from, at, expand(index, common.with(at, index.shape[at]!), "takeAlongDim"), "takeAlongDim");
}

/** The elements at positions, negative ones from the end, of the flattened tensor. */
export function take(x: Tensor, positions: Tensor): Tensor {
  requireTensor("take", positions, "index");
  if (positions.dtype !== "int32") {
    throw new TypeError(`take: expected int32 positions, got ${positions.dtype}; convert them with int()`);
  }
  return index(reshape(x, [x.count]), [positions], "take");
}

/** Each slice along a dimension as often as told, the copies of one beside each other. */
export function repeatInterleave(
  input: Tensor,
  repeats: number | readonly number[] | Tensor,
  dim: number | undefined,
): Tensor {
  const x = dim === undefined || input.shape.length === 0 ? reshape(input, [input.count]) : input;
  const at = dim === undefined ? 0 : checkDim("repeatInterleave", dim, input.shape);
  const n = x.shape[at]!;
  const given = typeof repeats === "number" ? [repeats] : Array.isArray(repeats) ? repeats : undefined;
  const list = given ?? requireLabels("repeatInterleave", repeats as Tensor);
  const each = Array.from(list.length === 1 ? Array.from({ length: n }, () => list[0]!) : list);
  if (each.length !== n || each.some((times) => !Number.isSafeInteger(times) || times < 0)) {
    throw new RangeError(
      `repeatInterleave: expected a whole number ≥ 0, or one for each of the ${n} along dim ${at} of ${show(x.shape)}, got ${show(Array.from(list))}`,
    );
  }
  const total = each.reduce((sum: number, times: number) => sum + times, 0);
  requireRoom("repeatInterleave", total);
  const picked = new Int32Array(total);
  let end = 0;
  for (const [i, times] of each.entries()) {
    picked.fill(i, end, end + times);
    end += times;
  }
  return pickSlices(x, at, picked);
}

/** How scatterReduce() brings together what comes to one place. */
export type Reduce = "sum" | "prod" | "mean" | "amax" | "amin";

/** Whether scatterReduce() counts what stood there before. */
export interface IncludeSelf {
  /** Default true. */
  readonly includeSelf?: boolean;
}

interface Scattered {
  readonly reduce: Reduce;
  readonly positions: Int32Array;
  /** Whether each element of x counts. */
  readonly counts: Uint8Array;
}

const starts: Readonly<Record<Reduce, number>> = {
  sum: 0,
  prod: 1,
  mean: 0,
  amax: Number.NEGATIVE_INFINITY,
  amin: Number.POSITIVE_INFINITY,
};

function joined(reduce: Reduce, a: number, b: number): number {
  if (reduce === "prod") return a * b;
  if (reduce === "amax") return Math.max(a, b);
  return reduce === "amin" ? Math.min(a, b) : a + b;
}

/** How many numbers came to each place of x, its own among them. */
function numbersAt(size: number, { positions, counts }: Scattered): Float64Array {
  const total = Float64Array.from({ length: size }, (_, i) => counts[i]!);
  for (const position of positions) total[position]!++;
  return total;
}

/** ∂y/∂v for a number v that came to a place: of a product the others, of extremes a share among equals. */
function sharesOf(x: ArrayLike<number>, source: ArrayLike<number>, y: ArrayLike<number>, info: Scattered) {
  const { reduce, positions, counts } = info;
  if (reduce === "sum") return () => 1;
  if (reduce === "mean") {
    const total = numbersAt(x.length, info);
    return (position: number) => 1 / total[position]!;
  }
  const all = (f: (position: number, value: number) => void) => {
    for (let i = 0; i < x.length; i++) if (counts[i] !== 0) f(i, x[i]!);
    for (let i = 0; i < positions.length; i++) f(positions[i]!, source[i]!);
  };
  const marks = new Float64Array(x.length); // equals of the extreme, or zeros among the factors
  if (reduce !== "prod") {
    all((position, value) => (marks[position]! += Number(value === y[position])));
    return (position: number, value: number) => (value === y[position] ? 1 / marks[position]! : 0);
  }
  const others = new Float64Array(x.length).fill(1); // the product without zeros
  all((position, value) => {
    if (value === 0) marks[position]!++;
    else others[position]! *= value;
  });
  return (position: number, value: number) => {
    if (marks[position] === 0) return others[position]! / value;
    return marks[position] === 1 && value === 0 ? others[position]! : 0;
  };
}

const reduceRule: Rule<Scattered> = {
  name: "scatterReduce",
  reads: "both",
  backward(node, dy, pass) {
    const [x, source] = node.inputs as [Tensor, Tensor];
    const { positions, counts } = node.info;
    const { f32 } = pass.engine;
    const numbers = (t: Tensor) => f32.slice(t.pointer >>> 2, (t.pointer >>> 2) + t.count);
    const [own, given] = [numbers(x), numbers(source)];
    const share = sharesOf(own, given, numbers(node.output), node.info);
    if (source.requiresGrad) {
      const ds = pass.allocate(source);
      const [from, to] = [dy.pointer >>> 2, ds.pointer >>> 2];
      for (let i = 0; i < positions.length; i++) {
        f32[to + i] = f32[from + positions[i]!]! * share(positions[i]!, given[i]!);
      }
      pass.give(source, ds);
    }
    if (!x.requiresGrad) return;
    const first = dy.pointer >>> 2;
    for (let i = 0; i < x.count; i++) f32[first + i]! *= counts[i] === 0 ? 0 : share(i, own[i]!);
    pass.give(x, dy);
  },
};

/** x with the numbers of source, and its own where told, brought together at [index[i][j]][j] for dim 0, and so on. */
export function scatterReduce(
  operation: string,
  input: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor | Scalar,
  reduce: Reduce,
  includeSelf = true,
): Tensor {
  if (!Object.hasOwn(starts, reduce)) {
    throw new RangeError(
      `${operation}: expected reduce to be "sum", "prod", "mean", "amax" or "amin", got ${describe(reduce)}`,
    );
  }
  if (typeof includeSelf !== "boolean") {
    throw new TypeError(
      `${operation}: expected includeSelf to be true or false, got ${describe(includeSelf)}`,
    );
  }
  const x = contiguous(input);
  const given = fitting(operation, x, scalarFor(operation, x, source));
  const positions = positionsOf(operation, x, dim, index);
  const fits = given.shape.length === 0 || covers(given.shape, index.shape);
  if (!fits) {
    throw new RangeError(
      `${operation}: expected a source at least as large as the indices ${show(index.shape)}, got ${show(given.shape)}`,
    );
  }
  const part = index.shape.reduce(
    (y, size, i) => (y.shape.length === 0 || y.shape[i] === size ? y : slice(y, i, 0, size, 1)),
    given,
  );
  const values = contiguous(expand(part, index.shape));
  const counts = new Uint8Array(x.count).fill(1);
  if (!includeSelf) for (const position of positions) counts[position] = 0;
  const info = { reduce, positions, counts };
  const { engine } = x;
  const y = engine.emptyLike(x, x.dtype);
  const memory = x.dtype === "int32" ? engine.i32 : engine.f32;
  const [from, to, added] = [x.pointer >>> 2, y.pointer >>> 2, values.pointer >>> 2];
  const sums = Float64Array.from({ length: x.count }, (_, i) =>
    counts[i] === 0 ? starts[reduce] : memory[from + i]!,
  );
  for (const [i, position] of positions.entries()) {
    sums[position] = joined(reduce, sums[position]!, memory[added + i]!);
  }
  const total = reduce === "mean" ? numbersAt(x.count, info) : undefined;
  for (let i = 0; i < x.count; i++) {
    const value = total === undefined ? sums[i]! : sums[i]! / total[i]!;
    memory[to + i] =
      x.dtype === "bool" ? Number(value !== 0) : x.dtype === "int32" ? Math.floor(value) : value;
  }
  return record(reduceRule, y, [x, values], info);
}

function covers(source: Shape, index: Shape): boolean {
  return source.length === index.length && index.every((size, i) => size <= source[i]!);
}
