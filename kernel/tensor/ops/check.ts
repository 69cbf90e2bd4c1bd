// What operations ask of their arguments, and conversion between dtypes.

import type { DType } from "../dtype";
import { show } from "../shape";
import type { Tensor } from "../tensor";
import { contiguous } from "./view";

export function requireTensor(operation: string, x: Tensor): void {
  if (typeof x !== "object" || x === null || x.shape === undefined) {
    throw new TypeError(`${operation}: expected a tensor, got ${describe(x)}`);
  }
}

/** x as float32: itself, or a converted copy of an int32 or bool tensor. */
export function requireFloat(operation: string, x: Tensor): Tensor {
  requireTensor(operation, x);
  return x.dtype === "float32" ? x : cast(x, "float32");
}

/** The values as another dtype: to int32 by truncation, to bool as "not 0". Integers carry no gradient. */
export function cast(input: Tensor, dtype: DType): Tensor {
  if (input.dtype === dtype) return input;
  const x = contiguous(input);
  const { engine } = x;
  const y = engine.emptyLike(x, dtype);
  const source = x.dtype === "int32" ? engine.i32 : engine.f32;
  const target = dtype === "int32" ? engine.i32 : engine.f32;
  const from = x.pointer >>> 2;
  const to = y.pointer >>> 2;
  for (let i = 0; i < x.count; i++) {
    const value = source[from + i]!;
    target[to + i] = dtype === "bool" ? Number(value !== 0) : value; // an Int32Array truncates
  }
  return y;
}

export function requireRank(operation: string, x: Tensor, rank: number, letters: string): void {
  if (x.shape.length !== rank) {
    throw new RangeError(`${operation}: expected a tensor [${letters}], got ${show(x.shape)}`);
  }
}

export function describe(value: unknown): string {
  return value === null
    ? "null"
    : typeof value === "object"
      ? "an object"
      : `${typeof value} ${String(value)}`;
}
