// Arithmetic and comparison of int32 and bool, exact over all 32 bits, which float32 kernels are not. Nothing is recorded.

import { promote, type Scalar } from "../dtype";
import { broadcastShapes, type Shape } from "../shape";
import type { Tensor } from "../tensor";
import { cast, refuseBool, requireOperand } from "./check";
import { contiguous, expand } from "./view";

export type ComparisonOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** int32 against any number, which int32 need not hold. */
export function compareExactly(op: ComparisonOp, left: Tensor, right: number): Tensor {
  const a = contiguous(left);
  const { engine } = a;
  const y = engine.emptyLike(a, "bool");
  const f = integerFunctions[op];
  const [p, r] = [a.pointer >>> 2, y.pointer >>> 2];
  for (let i = 0; i < y.count; i++) engine.f32[r + i] = f(engine.i32[p + i]!, right);
  return y;
}

/** a to the power of b, wrapping around as int32 does; a fraction below 1 is 0, as in PyTorch. */
function wholePower(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0;
  let [result, base] = [1, a];
  for (let rest = b; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, base);
    base = Math.imul(base, base);
  }
  return result;
}

/** Shifts by a whole word or more leave nothing, or the sign. */
const isShift = (by: number) => by >= 0 && by < 32;

const bitFunctions = {
  bitwiseAnd: (a, b) => a & b,
  bitwiseOr: (a, b) => a | b,
  bitwiseXor: (a, b) => a ^ b,
  bitwiseLeftShift: (a, b) => (isShift(b) ? a << b : 0),
  bitwiseRightShift: (a, b) => (isShift(b) ? a >> b : a >> 31),
} satisfies Record<string, (a: number, b: number) => number>;

export type BitOp = keyof typeof bitFunctions;

const integerFunctions: {
  [O in "add" | "sub" | "mul" | "pow" | "maximum" | "minimum" | ComparisonOp | BitOp]: (
    a: number,
    b: number,
  ) => number;
} = {
  ...bitFunctions,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: Math.imul,
  pow: wholePower,
  maximum: Math.max,
  minimum: Math.min,
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  gt: (a, b) => Number(a > b),
  ge: (a, b) => Number(a >= b),
};

/** Exact over all 32 bits, which float32 kernels are not; of two masks the sum is "or", the product "and". */
export function integers(
  op: keyof typeof integerFunctions,
  left: Tensor,
  right: Tensor,
  shape: Shape,
): Tensor {
  const compares = op === "eq" || op === "ne" || op === "lt" || op === "le" || op === "gt" || op === "ge";
  const dtype = compares ? "bool" : promote(left.dtype, right.dtype);
  if (op === "pow" && dtype === "bool") refuseBool("pow", "convert with int()", left);
  const { engine } = left;
  const a = contiguous(expand(cast(left, "int32"), shape));
  const b = contiguous(expand(cast(right, "int32"), shape));
  const y = engine.empty(shape, dtype);
  const target = dtype === "bool" ? engine.f32 : engine.i32;
  const f = op === "add" && dtype === "bool" ? Math.max : integerFunctions[op];
  const [p, q, r] = [a.pointer >>> 2, b.pointer >>> 2, y.pointer >>> 2];
  for (let i = 0; i < y.count; i++) target[r + i] = f(engine.i32[p + i]!, engine.i32[q + i]!);
  return y;
}

/** Bit by bit, of int32 or bool; shifts of int32 only. */
export function bitwise(op: BitOp, left: Tensor, right: Tensor | Scalar, operation: string = op): Tensor {
  const other = requireOperand(operation, left, right);
  for (const x of [left, other]) {
    if (x.dtype !== "float32") continue;
    throw new TypeError(`${operation}: expected int32 or bool tensors, got float32; convert it with int()`);
  }
  const shape = broadcastShapes(op, left.shape, other.shape);
  if (op.endsWith("Shift") && left.dtype === other.dtype) refuseBool(op, "convert with int()", left);
  return integers(op, left, other, shape);
}

/** All bits turned; of bool, logicalNot. */
export function bitwiseNot(x: Tensor): Tensor {
  return x.dtype === "bool"
    ? compareExactly("eq", cast(x, "int32"), 0)
    : bitwise("bitwiseXor", x, -1, "bitwiseNot");
}
