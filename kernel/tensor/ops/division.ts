// Division with a whole quotient, rounded down (remainder, floorDivide: Python's rule) or toward 0 (fmod, C's rule).

import { describe } from "../arguments";
import { type Rule, record } from "../autograd";
import type { Scalar } from "../dtype";
import { broadcastShapes } from "../shape";
import type { Tensor } from "../tensor";
import { arithmetic } from "./arithmetic";
import { giveTo } from "./broadcast";
import { cast, refuseBool, requireFloat, requireOperand } from "./check";
import { contiguous, expand } from "./view";

function remainderOf(a: number, b: number): number {
  const rest = a % b; // JavaScript's has the sign of a
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

interface Division {
  /** The result for two numbers. */
  readonly f: (a: number, b: number) => number;
  /** The whole quotient q of a rest a − b·q, whose gradient is da = dy, db = −dy·q; without it there is none. */
  readonly quotient?: (ratio: number) => number;
}

const divisions = {
  remainder: { f: remainderOf, quotient: Math.floor },
  fmod: { f: (a, b) => a % b, quotient: Math.trunc },
  floorDivide: { f: (a, b) => Math.floor(a / b) },
  truncDivide: { f: (a, b) => Math.trunc(a / b) },
} satisfies Record<string, Division>;

type DivisionOp = keyof typeof divisions;

const restRule: Rule<{ a: Tensor; b: Tensor; quotient: (ratio: number) => number }> = {
  name: "remainder",
  reads: "inputs",
  backward(node, dy, pass) {
    const [left, right] = node.inputs as [Tensor, Tensor];
    const { a, b, quotient } = node.info;
    const { engine } = pass;
    const { shape, count } = node.output;
    if (right.requiresGrad) {
      const db = engine.allocate(count, shape);
      const { f32 } = engine;
      const [p, q, g, to] = [a.pointer >>> 2, b.pointer >>> 2, dy.pointer >>> 2, db.pointer >>> 2];
      for (let i = 0; i < count; i++) f32[to + i] = -f32[g + i]! * quotient(f32[p + i]! / f32[q + i]!);
      giveTo(pass, right, db, shape);
    }
    if (left.requiresGrad) giveTo(pass, left, dy, shape);
  },
  formula: (node, dy) => [
    () => dy,
    () => dy.mul(node.info.a.detach().floorDivide(node.info.b.detach())).neg(),
  ],
};

/** The rest of a division, or its whole quotient (without gradient); two integers give int32, and none may be divided by 0. */
export function divideWhole(
  op: DivisionOp,
  left: Tensor,
  divisor: Tensor | Scalar,
  operation: string = op,
): Tensor {
  const { f, quotient }: Division = divisions[op];
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
    memory[to + i] = f(u, v);
  }
  return quotient === undefined ? y : record(restRule, y, [x, d], { a, b, quotient });
}

/** How a quotient is rounded. */
export interface Rounding {
  /** Down, toward 0, or (the default) not at all. */
  readonly roundingMode?: "floor" | "trunc";
}

/** left / right; a rounded quotient has no gradient, and is int32 for integers. */
export function divide(left: Tensor, right: Tensor | Scalar, mode: Rounding["roundingMode"]): Tensor {
  if (mode === undefined) return arithmetic("div", left, right);
  if (mode === "floor" || mode === "trunc") return divideWhole(`${mode}Divide`, left, right, "div");
  throw new RangeError(`div: expected roundingMode "floor" or "trunc", got ${describe(mode)}`);
}
