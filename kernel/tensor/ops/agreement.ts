// Whether tensors agree, and whether any or all elements hold. Nothing here is recorded.

import { requireNumber, requireTensor } from "../arguments";
import type { Scalar } from "../dtype";
import { broadcastShapes, sameShape } from "../shape";
import type { Tensor } from "../tensor";
import { arithmetic, compare } from "./arithmetic";
import { requireOperand } from "./check";
import { type Dims, dimsOf, sumOrMean } from "./reduction";
import { contiguous, expand } from "./view";

/** How far numbers may be apart to count as equal: |a − b| ≤ atol + rtol·|b|. */
export interface Closeness {
  /** 1e-5 unless given. */
  readonly rtol?: number;
  /** 1e-8 unless given. */
  readonly atol?: number;
  /** Whether NaN is close to NaN; not unless asked. */
  readonly equalNan?: boolean;
}

/** The numbers of both, exact in any dtype, broadcast to one shape. */
function pairsOf(operation: string, a: Tensor, b: Tensor) {
  const shape = broadcastShapes(operation, a.shape, b.shape);
  const numbersOf = (x: Tensor) => {
    const y = contiguous(expand(x.detach(), shape));
    const memory = y.dtype === "int32" ? y.engine.i32 : y.engine.f32;
    return memory.slice(y.pointer >>> 2, (y.pointer >>> 2) + y.count);
  };
  return { shape, left: numbersOf(a), right: numbersOf(b) };
}

/** Whether `agree` holds for every pair of elements, broadcast. */
function everyPair(
  operation: string,
  a: Tensor,
  b: Tensor,
  agree: (a: number, b: number) => boolean,
): boolean {
  const { left, right } = pairsOf(operation, a, b);
  for (let i = 0; i < left.length; i++) if (!agree(left[i]!, right[i]!)) return false;
  return true;
}

/** Whether two numbers count as equal. */
function closeness(
  operation: string,
  { rtol = 1e-5, atol = 1e-8, equalNan = false }: Closeness,
): (x: number, y: number) => boolean {
  requireNumber(operation, "rtol", rtol);
  requireNumber(operation, "atol", atol);
  return (x, y) => {
    if (x === y) return true; // infinities too, whose difference is NaN
    if (Number.isNaN(x) && Number.isNaN(y)) return equalNan;
    return Number.isFinite(y) && Math.abs(x - y) <= atol + rtol * Math.abs(y);
  };
}

export function allclose(a: Tensor, b: Tensor, options: Closeness): boolean {
  const close = closeness("allclose", options);
  requireTensor("allclose", b);
  return everyPair("allclose", a, b, close);
}

/** Where the two are close: bool, broadcast. */
export function isclose(a: Tensor, b: Tensor | Scalar, options: Closeness): Tensor {
  const close = closeness("isclose", options);
  const pairs = pairsOf("isclose", a, requireOperand("isclose", a, b));
  const { engine } = a;
  const y = engine.empty(pairs.shape, "bool");
  const { left, right } = pairs;
  const to = y.pointer >>> 2;
  for (let i = 0; i < y.count; i++) engine.f32[to + i] = Number(close(left[i]!, right[i]!));
  return y;
}

/** Both, either, or exactly one of two: bool, broadcast; what is not 0 counts as true. */
export function logical(
  operation: "logicalAnd" | "logicalOr" | "logicalXor",
  a: Tensor,
  b: Tensor | Scalar,
): Tensor {
  const [x, y] = [compare("ne", a, 0), compare("ne", requireOperand(operation, a, b), 0)];
  broadcastShapes(operation, x.shape, y.shape);
  if (operation === "logicalXor") return compare("ne", x, y);
  return compare("ne", arithmetic(operation === "logicalAnd" ? "minimum" : "maximum", x, y), 0);
}

/** The same shape and the same numbers; NaN equals nothing. */
export function equal(a: Tensor, b: Tensor): boolean {
  requireTensor("equal", b);
  return sameShape(a.shape, b.shape) && everyPair("equal", a, b, (x, y) => x === y);
}

/** Whether any element, or any along the dimensions, is not 0. */
export function any(x: Tensor, dims: Dims, keepdim: boolean): Tensor {
  return compare("gt", sumOrMean("sum", compare("ne", x, 0), dimsOf("any", dims, x.shape), keepdim), 0);
}

/** Whether no element, or none along the dimensions, is 0. */
export function all(x: Tensor, dims: Dims, keepdim: boolean): Tensor {
  return compare("eq", sumOrMean("sum", compare("eq", x, 0), dimsOf("all", dims, x.shape), keepdim), 0);
}
