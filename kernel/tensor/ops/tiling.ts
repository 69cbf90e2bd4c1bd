// Cutting along a dimension and repeating: narrow, split, chunk, unbind, repeat, tile.

import { requireIntegers } from "../arguments";
import { checkDim, checkShape, type Shape, show } from "../shape";
import type { Tensor } from "../tensor";
import { requireRoom } from "./check";
import { clone } from "./elementwise";
import { expand, reshape, select, slice } from "./view";

/** The dimension counted from the front, of a tensor that has one. */
function dimOf(operation: string, x: Tensor, dim: number): number {
  if (x.shape.length === 0) {
    throw new RangeError(`${operation}: expected at least one dimension, got a single number []`);
  }
  return checkDim(operation, dim, x.shape);
}

/** `length` elements from `start` on along a dimension; a view. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const at = dimOf("narrow", x, dim);
  const size = x.shape[at]!;
  const from = start < 0 ? start + size : start;
  const whole = Number.isInteger(from) && Number.isInteger(length);
  if (!whole || from < 0 || length < 0 || from + length > size) {
    throw new RangeError(
      `narrow: expected a stretch within the ${size} elements along dim ${dim} of ${show(x.shape)}, got start ${start}, length ${length}`,
    );
  }
  return slice(x, at, from, from + length, 1);
}

/** Views of `size` elements each, the last one smaller if need be; or of the sizes listed. */
export function split(x: Tensor, size: number | readonly number[], dim: number): Tensor[] {
  const at = dimOf("split", x, dim);
  const total = x.shape[at]!;
  const sizes = typeof size === "number" ? evenSizes(total, size) : size;
  requireIntegers("split", "a size ≥ 1, or sizes", sizes);
  const fits = sizes.every((n) => n >= 0) && sizes.reduce((a, b) => a + b, 0) === total;
  if (!fits) {
    throw new RangeError(
      `split: expected a size ≥ 1, or sizes that add up to the ${total} elements along dim ${dim} of ${show(x.shape)}, got ${typeof size === "number" ? size : show(size)}`,
    );
  }
  let start = 0;
  return sizes.map((n) => {
    const from = start;
    start += n;
    return slice(x, at, from, start, 1);
  });
}

/** An empty dimension still gives one piece, as in PyTorch; a size that cannot be gives none that fit. */
function evenSizes(total: number, size: number): number[] {
  if (!Number.isInteger(size) || size < 1) return total === 0 && size === 0 ? [0] : [-1];
  const pieces = Math.max(1, Math.ceil(total / size));
  return Array.from({ length: pieces }, (_, i) => Math.min(size, total - i * size));
}

/** At most `chunks` views of equal size, the last one smaller if need be. */
export function chunk(x: Tensor, chunks: number, dim: number): Tensor[] {
  const at = dimOf("chunk", x, dim);
  if (!Number.isInteger(chunks) || chunks < 1) {
    throw new RangeError(`chunk: expected a number of chunks ≥ 1, got ${chunks}`);
  }
  const total = x.shape[at]!;
  if (total === 0) return Array.from({ length: chunks }, () => slice(x, at, 0, 0, 1));
  return split(x, Math.ceil(total / chunks), at);
}

/** That many views, the first ones larger by one if need be; or cut at the positions listed. */
export function tensorSplit(x: Tensor, parts: number | readonly number[], dim: number): Tensor[] {
  const at = dimOf("tensorSplit", x, dim);
  const total = x.shape[at]!;
  if (typeof parts === "number") {
    if (!Number.isInteger(parts) || parts < 1) {
      throw new RangeError(`tensorSplit: expected a number of parts ≥ 1, or positions, got ${parts}`);
    }
    requireRoom("tensorSplit", parts);
    const [size, larger] = [Math.floor(total / parts), total % parts];
    return split(
      x,
      Array.from({ length: parts }, (_, i) => size + Number(i < larger)),
      at,
    );
  }
  requireIntegers("tensorSplit", "a number of parts ≥ 1, or positions", parts);
  return [0, ...parts].map((start, i) => slice(x, at, start, parts[i] ?? Number.POSITIVE_INFINITY, 1));
}

/** x laid side by side sizes[i] times along each dimension; sizes in front of x's dimensions add new ones. */
export function repeat(x: Tensor, sizes: Shape): Tensor {
  checkShape("repeat", sizes);
  const added = sizes.length - x.shape.length;
  if (added < 0) {
    throw new RangeError(
      `repeat: expected a count for each of the ${x.shape.length} dims of ${show(x.shape)}, got ${show(sizes)}; use tile() to leave out the first ones`,
    );
  }
  const shape = [...new Array<number>(added).fill(1), ...x.shape];
  const apart = reshape(
    x,
    shape.flatMap((size) => [1, size]),
  );
  const repeated = expand(
    apart,
    shape.flatMap((size, i) => [sizes[i]!, size]),
  );
  const y = reshape(
    repeated,
    shape.map((size, i) => size * sizes[i]!),
  );
  return y.storage === x.storage ? clone(y) : y;
}

/** As repeat; counts left out in front are 1. */
export function tile(x: Tensor, counts: Shape): Tensor {
  checkShape("tile", counts);
  const missing = Math.max(0, x.shape.length - counts.length);
  return repeat(x, [...new Array<number>(missing).fill(1), ...counts]);
}

/** The slices at every index of a dimension, which disappears. */
export function unbind(x: Tensor, dim: number): Tensor[] {
  const at = dimOf("unbind", x, dim);
  return Array.from({ length: x.shape[at]! }, (_, i) => select(x, at, i));
}
