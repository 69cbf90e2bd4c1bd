// Whether tensors agree, and whether any or all elements hold. Nothing here is recorded.

import { requireNumber, requireTensor } from "../arguments";
import { broadcastShapes, sameShape } from "../shape";
import type { Tensor } from "../tensor";
import { arithmetic, compare } from "./arithmetic";
import { requireFloat, requireOperand } from "./check";
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

/** Whether `agree` holds for every pair of elements, broadcast. */
function everyPair(
  operation: string,
  a: Tensor,
  b: Tensor,
  agree: (a: number, b: number) => boolean,
): boolean {
  const shape = broadcastShapes(operation, a.shape, b.shape);
  const p = contiguous(expand(a.detach(), shape));
  const q = contiguous(expand(b.detach(), shape));
  const { f32, i32 } = p.engine;
  const [left, right] = [p.dtype === "int32" ? i32 : f32, q.dtype === "int32" ? i32 : f32];
  const [from, other] = [p.pointer >>> 2, q.pointer >>> 2];
  for (let i = 0; i < p.count; i++) if (!agree(left[from + i]!, right[other + i]!)) return false;
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
  return everyPair("allclose", requireFloat("allclose", a), requireFloat("allclose", b), close);
}

/** Where the two are close: bool, broadcast. */
export function isclose(a: Tensor, b: Tensor | number, options: Closeness): Tensor {
  const close = closeness("isclose", options);
  const other = requireFloat("isclose", requireOperand("isclose", a, b));
  const shape = broadcastShapes("isclose", a.shape, other.shape);
  const p = contiguous(expand(requireFloat("isclose", a).detach(), shape));
  const q = contiguous(expand(other.detach(), shape));
  const y = p.engine.empty(shape, "bool");
  const { f32 } = p.engine;
  const [from, against, to] = [p.pointer >>> 2, q.pointer >>> 2, y.pointer >>> 2];
  for (let i = 0; i < y.count; i++) f32[to + i] = Number(close(f32[from + i]!, f32[against + i]!));
  return y;
}

/** Both, either, or exactly one of two: bool, broadcast; what is not 0 counts as true. */
export function logical(
  operation: "logicalAnd" | "logicalOr" | "logicalXor",
  a: Tensor,
  b: Tensor | number,
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
