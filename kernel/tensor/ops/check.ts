// What operations ask of their operands, and conversion between dtypes.

import { describe, requireDType, requireTensor } from "../arguments";
import type { DType } from "../dtype";
import type { Engine } from "../engine";
import type { Tensor } from "../tensor";
import { contiguous } from "./view";

/** x as float32: itself, or a converted copy of an int32 or bool tensor. */
export function requireFloat(operation: string, x: Tensor): Tensor {
  requireTensor(operation, x);
  return x.dtype === "float32" ? x : cast(x, "float32");
}

/** The values as another dtype: to int32 by truncation, to bool as "not 0". Integers carry no gradient. */
export function cast(input: Tensor, dtype: DType): Tensor {
  if (input.dtype === dtype) return input;
  requireDType("to", dtype);
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

/** The second operand as a tensor: a number becomes [], int32 beside integers where it is whole. */
export function requireOperand(operation: string, left: Tensor, right: Tensor | number): Tensor {
  if (typeof right === "number") {
    return scalar(
      left.engine,
      right,
      left.dtype !== "float32" && Number.isInteger(right) ? "int32" : "float32",
    );
  }
  if (typeof right !== "object" || right === null || !("storage" in right)) {
    throw new TypeError(`${operation}: expected a tensor or a number, got ${describe(right)}`);
  }
  return right;
}

/** A tensor [] of one number. */
export function scalar(engine: Engine, value: number, dtype: DType): Tensor {
  const tensor = engine.empty([], dtype);
  (dtype === "int32" ? engine.i32 : engine.f32)[tensor.pointer >>> 2] = value;
  return tensor;
}

/** A copy of the whole numbers ≥ 0 that an int32 tensor of any shape holds. */
export function requireLabels(operation: string, labels: Tensor): Int32Array {
  requireTensor(operation, labels);
  if (labels.dtype !== "int32") {
    throw new TypeError(
      `${operation}: expected int32 labels, got ${labels.dtype}; convert them with .to("int32")`,
    );
  }
  const x = contiguous(labels);
  const first = x.pointer >>> 2;
  const list = x.engine.i32.slice(first, first + x.count);
  const negative = list.find((label) => label < 0);
  if (negative !== undefined) {
    throw new RangeError(`${operation}: expected labels ≥ 0, got ${negative}`);
  }
  return list;
}
