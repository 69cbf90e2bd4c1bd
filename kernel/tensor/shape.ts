// Shape arithmetic: sizes, strides, broadcasting. Numbers in, numbers out; knows no tensors.
import { show } from "../arguments";

export { show };

/** Sizes by dimension, outermost first; [] is a single number. */
export type Shape = readonly number[];

/** Number of elements. */
export function countOf(shape: Shape): number {
  let count = 1;
  for (let i = 0; i < shape.length; i++) count *= shape[i]!;
  return count;
}

/** Strides of a contiguous tensor, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether the strides walk memory in order; dimensions of size 1 may have any stride, an empty tensor any at all. */
export function isContiguous(shape: Shape, strides: Shape): boolean {
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!;
    if (size === 0) return true;
    if (size !== 1) {
      if (strides[i] !== stride) return false;
      stride *= size;
    }
  }
  return true;
}

/** A copy of `shape`, or an error naming the operation. */
export function checkShape(operation: string, shape: Shape): number[] {
  if (!Array.isArray(shape)) {
    throw new TypeError(
      `${operation}: expected a shape as an array of sizes, e.g. [2, 3], got ${String(shape)}`,
    );
  }
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0) {
      throw new RangeError(`${operation}: expected sizes that are whole numbers ≥ 0, got ${show(shape)}`);
    }
  }
  return [...shape];
}

/** `dim` counted from the front; −1 is the last. */
export function checkDim(operation: string, dim: number, shape: Shape): number {
  const rank = shape.length;
  const limit = Math.max(rank, 1); // a single number takes dims 0 and −1, as in PyTorch
  if (!Number.isInteger(dim) || dim < -limit || dim >= limit) {
    throw new RangeError(
      `${operation}: expected dim from ${-limit} to ${limit - 1} for shape ${show(shape)}, got ${dim}`,
    );
  }
  return dim < 0 ? dim + limit : dim;
}

/** The shape both broadcast to by NumPy's rule: aligned at the end, sizes equal or one of them 1. */
export function broadcastShapes(operation: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const sizeA = i <= a.length ? a[a.length - i]! : 1;
    const sizeB = i <= b.length ? b[b.length - i]! : 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new RangeError(
        `${operation}: expected shapes that broadcast, got ${show(a)} and ${show(b)}: ` +
          `sizes ${sizeA} and ${sizeB} at dim ${-i} are neither equal nor 1`,
      );
    }
    out[rank - i] = sizeA === 1 ? sizeB : sizeA;
  }
  return out;
}

/** A run of adjacent dimensions that two operands treat alike: each walks it (true) or repeats over it (false). */
export interface Run {
  size: number;
  readonly a: boolean;
  readonly b: boolean;
}

/**
 * The broadcast of contiguous a and b to `out`, as few runs as possible, outermost first. Size-1 dimensions vanish.
 * [N,C,H,W] with [C,1,1] → N (a only), C (both), H·W (a only).
 */
export function broadcastRuns(out: Shape, a: Shape, b: Shape): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i < out.length; i++) {
    const size = out[i]!;
    if (size === 1) continue;
    const dimA = i - out.length + a.length;
    const dimB = i - out.length + b.length;
    const hasA = dimA >= 0 && a[dimA] === size;
    const hasB = dimB >= 0 && b[dimB] === size;
    const last = runs.at(-1);
    if (last !== undefined && last.a === hasA && last.b === hasB) last.size *= size;
    else runs.push({ size, a: hasA, b: hasB });
  }
  return runs;
}
