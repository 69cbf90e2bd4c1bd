// What stands between the brackets of x[…]: numbers, ranges, "...", null, lists and tensors of positions, masks; resolved to a view
// and to the positions that pick out of it.

import { describe } from "../arguments";
import type { NestedInput } from "../dtype";
import { broadcastShapes, countOf, type Shape, show, stridesOf } from "../shape";
import type { Tensor } from "../tensor";
import { contiguous, permute, select, slice, unsqueeze } from "./view";

type End = number | "";

/** A range of positions, as Python writes it: ":", "1:", ":-1", "::2", "1:9:2". */
export type Range = `${End}:${End}` | `${End}:${End}:${End}`;

/**
 * What stands for one dimension: a position (its dimension disappears), a range, positions in a list or an int32 tensor, a
 * bool mask (for as many dimensions as it has); "..." stands for all that are left, null for a new one of size 1.
 */
export type Index = number | Range | "..." | null | readonly NestedInput[] | Tensor;

/** Positions along one dimension, in any shape. */
interface Positions {
  readonly dim: number;
  readonly shape: Shape;
  readonly values: Int32Array;
}

/** x by numbers, ranges and new dimensions, which is a view; and the positions that pick out of it. */
export interface Resolved {
  readonly view: Tensor;
  readonly picks: readonly Positions[];
}

/** A list's numbers or flags, as a tensor of positions or a mask has them. */
interface Listed {
  readonly shape: Shape;
  readonly values: ArrayLike<number>;
  readonly isMask: boolean;
}

function listed(operation: string, item: readonly NestedInput[] | Tensor): Listed {
  if (!isArray(item)) {
    const x = contiguous(item.detach());
    if (x.dtype === "float32") {
      throw new TypeError(
        `${operation}: expected indices as int32 positions or a bool mask, got ${describe(item)}; convert positions with int(), or make a mask by comparing`,
      );
    }
    const memory = x.dtype === "int32" ? x.engine.i32 : x.engine.f32;
    const first = x.pointer >>> 2;
    return { shape: x.shape, values: memory.slice(first, first + x.count), isMask: x.dtype === "bool" };
  }
  const shape: number[] = [];
  for (let level: unknown = item; Array.isArray(level); level = level[0]) shape.push(level.length);
  const values: readonly unknown[] = leaves(item);
  const kind = values.length === 0 ? "number" : typeof values[0];
  const odd = values.findIndex((value) => typeof value !== kind);
  if ((kind !== "number" && kind !== "boolean") || odd >= 0 || !isRegular(item, shape)) {
    const got =
      odd >= 0 || values.length === 0 || kind === "number" || kind === "boolean"
        ? "another"
        : describe(values[0]);
    throw new TypeError(
      `${operation}: expected a list of positions, or of flags, nested to equal lengths, got ${got}`,
    );
  }
  return { shape, values: values.map(Number), isMask: kind === "boolean" };
}

/** The elements of nested arrays, in order. */
function leaves(list: unknown): unknown[] {
  return Array.isArray(list) ? list.flatMap(leaves) : [list];
}

function isArray(item: readonly NestedInput[] | Tensor): item is readonly NestedInput[] {
  return Array.isArray(item);
}

function isRegular(list: unknown, shape: Shape): boolean {
  if (shape.length === 0) return !Array.isArray(list);
  const inner = shape.slice(1);
  return Array.isArray(list) && list.length === shape[0] && list.every((each) => isRegular(each, inner));
}

const range = /^(-?\d*):(-?\d*)(?::(-?\d*))?$/;

function isList(item: Index): item is readonly NestedInput[] | Tensor {
  return typeof item === "object" && item !== null;
}

/** How many dimensions of x an item stands for. */
function width(item: Index): number {
  if (item === null || item === "...") return 0;
  if (!isList(item)) return 1;
  if (!isArray(item)) return item.dtype === "bool" ? item.shape.length : 1;
  if (typeof leaves(item)[0] !== "boolean") return 1;
  let depth = 0;
  for (let level: unknown = item; Array.isArray(level); level = level[0]) depth++;
  return depth;
}

function requireItem(operation: string, item: unknown): void {
  const known =
    Number.isInteger(item) ||
    item === "..." ||
    item === null ||
    (typeof item === "string" && range.test(item)) ||
    Array.isArray(item) ||
    (typeof item === "object" && item !== null && "storage" in item);
  if (known) return;
  const got = typeof item === "string" ? `"${item}"` : describe(item);
  throw new TypeError(
    `${operation}: expected a position, a range such as "1:3", "...", null, a list, an int32 tensor or a bool mask, got ${got}`,
  );
}

/** A tensor of one position is that number. */
function plain(item: Index): Index {
  const single = isList(item) && !isArray(item) && item.shape.length === 0 && item.dtype === "int32";
  return single ? item.item() : item;
}

export function resolve(operation: string, x: Tensor, given: readonly Index[]): Resolved {
  if (!Array.isArray(given)) {
    throw new TypeError(
      `${operation}: expected indices as an array, one for each dimension, got ${describe(given)}`,
    );
  }
  for (const item of given) requireItem(operation, item);
  const items = given.map(plain);
  const widths = items.map(width);
  const named = widths.reduce((sum, each) => sum + each, 0);
  if (named > x.shape.length || items.filter((item) => item === "...").length > 1) {
    throw new RangeError(
      `${operation}: expected indices for at most ${x.shape.length} dims of ${show(x.shape)}, and "..." once, got ${named}`,
    );
  }
  let view = x;
  let dim = 0;
  const picks: Positions[] = [];
  for (const [i, item] of items.entries()) {
    if (item === "...") dim += x.shape.length - named;
    else if (item === null) view = unsqueeze(view, dim++);
    else if (typeof item === "number") view = select(view, dim, item, operation);
    else if (typeof item === "string") view = ranged(operation, view, dim++, item);
    else {
      const list = listed(operation, item);
      if (list.isMask && list.shape.length === 0) view = unsqueeze(view, dim); // true takes all, false nothing
      const found = list.isMask ? held(operation, view, dim, list) : [positions(operation, view, dim, list)];
      picks.push(...found);
      dim += Math.max(1, widths[i]!);
    }
  }
  return { view, picks };
}

function ranged(operation: string, x: Tensor, dim: number, text: string): Tensor {
  const [, start, end, step] = range.exec(text)!;
  const by = step === undefined || step === "" ? 1 : Number(step);
  if (by < 1) {
    throw new RangeError(
      `${operation}: expected a range with a step ≥ 1, got "${text}"; turn dims around with flip()`,
    );
  }
  return slice(x, dim, Number(start), end === "" ? Number.POSITIVE_INFINITY : Number(end), by);
}

/** Positions counted from the front. */
function positions(operation: string, x: Tensor, dim: number, { shape, values }: Listed): Positions {
  const size = x.shape[dim]!;
  const checked = Int32Array.from({ length: values.length }, (_, i) => {
    const value = values[i]!;
    if (Number.isInteger(value) && value >= -size && value < size) return value < 0 ? value + size : value;
    throw new RangeError(
      `${operation}: expected positions from ${-size} to ${size - 1} along dim ${dim} of ${show(x.shape)}, got ${value}`,
    );
  });
  return { dim, shape, values: checked };
}

/** Where a mask holds: positions along each of the dimensions that it stands for. */
function held(operation: string, x: Tensor, dim: number, mask: Listed): Positions[] {
  const sizes = mask.shape.length === 0 ? [1] : mask.shape;
  const covered = x.shape.slice(dim, dim + sizes.length);
  if (sizes.some((size, i) => size !== covered[i])) {
    throw new RangeError(
      `${operation}: expected a mask ${show(covered)} for dims ${dim} to ${dim + sizes.length - 1} of ${show(x.shape)}, got ${show(mask.shape)}`,
    );
  }
  const places: number[] = [];
  for (let i = 0; i < mask.values.length; i++) if (mask.values[i] !== 0) places.push(i);
  return stridesOf(sizes).map((stride, i) => ({
    dim: dim + i,
    shape: [places.length],
    values: Int32Array.from(places, (place) => Math.floor(place / stride) % sizes[i]!),
  }));
}

/** A view [before…, picked…, after…], and one position within the picked dimensions, laid out in order, for each result. */
export interface Picked {
  readonly view: Tensor;
  readonly before: Shape;
  readonly shape: Shape;
  readonly after: Shape;
  readonly sizes: Shape;
  readonly flat: Int32Array;
}

/** Positions that stand apart bring their result to the front, those side by side leave it in their place. */
export function picked(operation: string, { view, picks }: Resolved): Picked {
  const dims = picks.map(({ dim }) => dim);
  const adjacent = dims.every((dim, i) => i === 0 || dim === dims[i - 1]! + 1);
  const first = adjacent ? dims[0]! : 0;
  const others = view.shape.map((_, i) => i).filter((i) => !dims.includes(i));
  const moved = adjacent ? view : permute(view, [...dims, ...others]);
  const sizes = moved.shape.slice(first, first + dims.length);
  const shape = picks.map((each) => each.shape).reduce((a, b) => broadcastShapes(operation, a, b));
  const strides = stridesOf(sizes);
  const flat = new Int32Array(countOf(shape));
  for (const [i, each] of picks.entries()) addBroadcast(flat, shape, each, strides[i]!);
  return {
    view: moved,
    before: moved.shape.slice(0, first),
    shape,
    after: moved.shape.slice(first + dims.length),
    sizes,
    flat,
  };
}

/** flat ← flat + stride · positions, broadcast. */
function addBroadcast(
  flat: Int32Array,
  shape: Shape,
  { values, shape: own }: Positions,
  stride: number,
): void {
  const steps = stridesOf(own);
  const added = shape.length - own.length;
  for (let i = 0; i < flat.length; i++) {
    let [at, rest] = [0, i];
    for (let d = shape.length - 1; d >= added; d--) {
      if (own[d - added] !== 1) at += (rest % shape[d]!) * steps[d - added]!;
      rest = Math.floor(rest / shape[d]!);
    }
    flat[i]! += stride * values[at]!;
  }
}
