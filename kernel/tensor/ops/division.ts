// Division with a whole quotient: remainder and floorDivide, by Python's rule that the remainder has the divisor's sign.

import { type Rule, record } from "../autograd";
import type { Scalar } from "../dtype";
import { broadcastShapes } from "../shape";
import type { Tensor } from "../tensor";
import { giveTo } from "./broadcast";
import { cast, refuseBool, requireFloat, requireOperand } from "./check";
import { contiguous, expand } from "./view";

function remainderOf(a: number, b: number): number {
  const rest = a % b; // JavaScript's has the sign of a
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

// a − b·⌊a/b⌋: da = dy, db = −dy·⌊a/b⌋
const remainderRule: Rule<{ a: Tensor; b: Tensor }> = {
  name: "remainder",
  reads: "inputs",
  backward(node, dy, pass) {
    const [left, right] = node.inputs as [Tensor, Tensor];
    const { a, b } = node.info;
    const { engine } = pass;
    const { shape, count } = node.output;
    if (right.requiresGrad) {
      const db = engine.allocate(count, shape);
      const { f32 } = engine;
      const [p, q, g, to] = [a.pointer >>> 2, b.pointer >>> 2, dy.pointer >>> 2, db.pointer >>> 2];
      for (let i = 0; i < count; i++) f32[to + i] = -f32[g + i]! * Math.floor(f32[p + i]! / f32[q + i]!);
      giveTo(pass, right, db, shape);
    }
    if (left.requiresGrad) giveTo(pass, left, dy, shape);
  },
};

/** a modulo b, or ⌊a/b⌋ (without gradient); two integer operands give int32, and may not be divided by 0. */
export function divideWhole(
  operation: "remainder" | "floorDivide",
  left: Tensor,
  divisor: Tensor | Scalar,
): Tensor {
  const right = requireOperand(operation, left, divisor);
  const shape = broadcastShapes(operation, left.shape, right.shape);
  const whole = left.dtype !== "float32" && right.dtype !== "float32";
  if (left.dtype === right.dtype) refuseBool(operation, "convert with int()", left);
  const x = whole ? cast(left, "int32") : requireFloat(operation, left);
  const d = whole ? cast(right, "int32") : requireFloat(operation, right);
  const a = contiguous(expand(x, shape));
  const b = contiguous(expand(d, shape));
  const { engine } = a;
  const y = engine.empty(shape, whole ? "int32" : "float32");
  const memory = whole ? engine.i32 : engine.f32;
  const [p, q, to] = [a.pointer >>> 2, b.pointer >>> 2, y.pointer >>> 2];
  for (let i = 0; i < y.count; i++) {
    const [u, v] = [memory[p + i]!, memory[q + i]!];
    if (whole && v === 0)
      throw new RangeError(`${operation}: expected int32 divisors other than 0, got 0 at ${i}`);
    memory[to + i] = operation === "remainder" ? remainderOf(u, v) : Math.floor(u / v);
  }
  return operation === "remainder" ? record(remainderRule, y, [x, d], { a, b }) : y;
}
