// What operations ask of their operands, and conversion between dtypes.

import { describe, requireDType, requireTensor } from "../arguments";
import { type DType, dtypeOf, isInt32, type Scalar } from "../dtype";
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
    target[to + i] = dtype === "bool" ? Number(value !== 0) : dtype === "int32" ? truncated(value) : value;
  }
  return y;
}

/** Without its fraction; what int32 does not hold becomes its least number, as in PyTorch. */
function truncated(value: number): number {
  return value > -2147483649 && value < 2147483648 ? Math.trunc(value) : -2147483648;
}

/** The second operand as a tensor: a scalar becomes [], of the dtype that it counts as beside the first. */
export function requireOperand(operation: string, left: Tensor, right: Tensor | Scalar): Tensor {
  if (typeof right === "number" || typeof right === "boolean") {
    const dtype = left.dtype === "float32" ? "float32" : dtypeOf(right);
    return scalar(left.engine, dtype === "int32" ? requireInt32(operation, right) : right, dtype);
  }
  requireTensorOrNumber(operation, right);
  return right;
}

export function requireTensorOrNumber(operation: string, value: unknown): void {
  if (typeof value === "number" || typeof value === "boolean") return;
  if (typeof value === "object" && value !== null && "storage" in value) return;
  throw new TypeError(`${operation}: expected a tensor or a number, got ${describe(value)}`);
}

/** A number that int32 holds exactly. */
export function requireInt32(operation: string, value: Scalar): number {
  const number = Number(value);
  if (isInt32(number) || Object.is(number, -0)) return number;
  throw new RangeError(
    `${operation}: expected a whole number from -2147483648 to 2147483647 for int32, got ${value}; convert the tensor with float()`,
  );
}

/** A total that int32 holds: sums and products of whole numbers do not wrap around silently. */
export function requireTotal(operation: string, total: number): number {
  if (isInt32(total)) return total;
  throw new RangeError(
    `${operation}: expected a total from -2147483648 to 2147483647 of int32 numbers, got ${total}; convert them with float()`,
  );
}

/** Refuses bool operands of what has no meaning for flags, as PyTorch does. */
export function refuseBool(operation: string, remedy: string, ...operands: readonly Tensor[]): void {
  if (!operands.some(({ dtype }) => dtype === "bool")) return;
  throw new TypeError(`${operation}: expected float32 or int32 numbers, got bool; ${remedy}`);
}

/** A tensor [] of one number. */
export function scalar(engine: Engine, value: Scalar, dtype: DType): Tensor {
  const tensor = engine.empty([], dtype);
  (dtype === "int32" ? engine.i32 : engine.f32)[tensor.pointer >>> 2] =
    dtype === "bool" ? Number(Boolean(value)) : Number(value);
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

/** Refuses lists that no memory holds, before they are made. */
export function requireRoom(operation: string, count: number): void {
  if (count < 2 ** 30) return;
  throw new RangeError(`${operation}: expected fewer than ${2 ** 30} results, got ${count}`);
}
