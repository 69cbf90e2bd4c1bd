// Indexing as PyTorch's x[…]: numbers, ranges, "...", null, lists and tensors of positions, masks; read, and written to.

import { describe } from "../arguments";
import { type Rule, record } from "../autograd";
import type { NestedInput, Scalar } from "../dtype";
import { broadcastShapes, countOf, type Shape, show, stridesOf } from "../shape";
import type { Tensor } from "../tensor";
import { requireOutsideGraph } from "./arithmetic";
import { clone } from "./elementwise";
import { fitting, scalarFor } from "./indexing";
import { pickSlices } from "./join";
import { erased, pick } from "./positions";
import { contiguous, expand, permute, reshape, select, slice, unsqueeze } from "./view";

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
interface Resolved {
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

function resolve(operation: string, x: Tensor, given: readonly Index[]): Resolved {
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
interface Picked {
  readonly view: Tensor;
  readonly before: Shape;
  readonly shape: Shape;
  readonly after: Shape;
  readonly sizes: Shape;
  readonly flat: Int32Array;
}

/** Positions that stand apart bring their result to the front, those side by side leave it in their place. */
function picked(operation: string, { view, picks }: Resolved): Picked {
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

/** x[items]: a view where no positions are listed, else a copy. */
export function index(x: Tensor, items: readonly Index[], operation = "index"): Tensor {
  const resolved = resolve(operation, x, items);
  if (resolved.picks.length === 0) return resolved.view;
  const { view, before, shape, after, sizes, flat } = picked(operation, resolved);
  const rows = reshape(view, [countOf(before), countOf(sizes), countOf(after)]);
  return reshape(pickSlices(rows, 1, flat), [...before, ...shape, ...after]);
}

/** Where in its storage each element of x[items] lies, in order; and the shape of x[items]. */
function offsetsOf(
  operation: string,
  x: Tensor,
  items: readonly Index[],
): { shape: Shape; offsets: Int32Array } {
  const resolved = resolve(operation, x, items);
  const none = {
    view: resolved.view,
    before: resolved.view.shape,
    shape: [],
    after: [],
    sizes: [],
    flat: new Int32Array(1),
  };
  const { view, before, shape, after, sizes, flat } =
    resolved.picks.length === 0 ? none : picked(operation, resolved);
  const [lead, last] = [before.length, view.shape.length - after.length];
  const [outer, inner] = [walk(before, view.strides.slice(0, lead)), walk(after, view.strides.slice(last))];
  const own = walk(sizes, view.strides.slice(lead, last));
  const offsets = new Int32Array(outer.length * flat.length * inner.length);
  let i = 0;
  for (const a of outer)
    for (const b of flat) for (const c of inner) offsets[i++] = view.offset + a + own[b]! + c;
  return { shape: [...before, ...shape, ...after], offsets };
}

/** Σ index · stride for every index into a shape, in order. */
function walk(shape: Shape, strides: Shape): Int32Array {
  let sums = new Int32Array(1);
  for (const [dim, size] of shape.entries()) {
    const next = new Int32Array(sums.length * size);
    let i = 0;
    for (const sum of sums) for (let j = 0; j < size; j++) next[i++] = sum + j * strides[dim]!;
    sums = next;
  }
  return sums;
}

/** Writes, or adds, value into the memory of x at x[items]; gives back where. */
function write(operation: string, x: Tensor, items: readonly Index[], value: Tensor, accumulate: boolean) {
  const { shape, offsets } = offsetsOf(operation, x, items);
  const extra = Math.max(0, value.shape.length - shape.length);
  const own = value.shape.slice(extra); // as in x[…] = value, leading dimensions of size 1 count for nothing
  const fits = own.every((size, i) => size === 1 || size === shape[shape.length - own.length + i]);
  if (!fits || value.shape.slice(0, extra).some((size) => size !== 1)) {
    throw new RangeError(
      `${operation}: expected a value that broadcasts to ${show(shape)}, got ${show(value.shape)}`,
    );
  }
  const values = contiguous(expand(reshape(value, own), shape));
  const memory = x.dtype === "int32" ? x.engine.i32 : x.engine.f32;
  const [to, from] = [x.storage.pointer >>> 2, values.pointer >>> 2];
  for (let i = 0; i < offsets.length; i++) {
    const at = to + offsets[i]!;
    const sum = (accumulate ? memory[at]! : 0) + memory[from + i]!;
    memory[at] = x.dtype === "bool" ? Number(sum !== 0) : sum;
  }
  return { values, offsets };
}

// What was written takes the gradient of where it went; what it was written over takes none.
const indexPutRule: Rule<{ readonly offsets: Int32Array; readonly accumulate: boolean }> = {
  name: "indexPut",
  backward(node, dy, pass) {
    const [x, values] = node.inputs as [Tensor, Tensor];
    const { offsets, accumulate } = node.info;
    const { f32 } = pass.engine;
    if (values.requiresGrad) {
      const dv = pass.allocate(values);
      const [from, to] = [dy.pointer >>> 2, dv.pointer >>> 2];
      for (let i = 0; i < offsets.length; i++) f32[to + i] = f32[from + offsets[i]!]!;
      pass.give(values, dv);
    }
    if (!x.requiresGrad) return;
    if (!accumulate) for (const offset of offsets) f32[(dy.pointer >>> 2) + offset] = 0;
    pass.give(x, dy);
  },
  formula({ inputs: [, values], info: { offsets, accumulate } }, dy) {
    return [() => (accumulate ? dy : erased(dy, offsets)), () => pick(dy, offsets, values!.shape)];
  },
};

function sourceFor(operation: string, x: Tensor, value: Tensor | Scalar): Tensor {
  return fitting(operation, x, scalarFor(operation, x, value));
}

/** A copy of x in which value, broadcast, stands at x[items]; or is added to it, as often as positions repeat. */
export function indexPut(
  x: Tensor,
  items: readonly Index[],
  value: Tensor | Scalar,
  accumulate: boolean,
  operation = "indexPut",
): Tensor {
  const source = sourceFor(operation, x, value);
  const start = contiguous(x);
  const y = clone(start.detach());
  const { values, offsets } = write(operation, y, items, source, accumulate);
  return record(indexPutRule, y, [start, values], { offsets, accumulate });
}

/** The same in place. */
export function putInto(
  x: Tensor,
  items: readonly Index[],
  value: Tensor | Scalar,
  accumulate: boolean,
): void {
  const source = sourceFor("indexPut_", x, value);
  requireOutsideGraph("indexPut_", x);
  const own = source.storage === x.storage ? clone(source) : source; // they may overlap
  write("indexPut_", x.detach(), items, own.detach(), accumulate);
  x.storage.version++;
}
