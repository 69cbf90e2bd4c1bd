// Products and sums in one word: inner, tensordot, kron, cross; addcmul, addcdiv, addmv, baddbmm.

import { describe, requireIntegers, requireNumber, requireRank, requireTensor } from "../arguments";
import { broadcastShapes, checkDim, countOf, show } from "../shape";
import type { Tensor } from "../tensor";
import { arithmetic } from "./arithmetic";
import { matmul } from "./matmul";
import { productOf } from "./products";
import { roll } from "./scan";
import { expand, permute, reshape } from "./view";

/** Σ over the last dimension of both, for every pair of rows. */
export function inner(a: Tensor, b: Tensor): Tensor {
  requireTensor("inner", b, "other");
  if (a.shape.length === 0 || b.shape.length === 0) return arithmetic("mul", a, b);
  return tensordot(a, b, [[a.shape.length - 1], [b.shape.length - 1]], "inner");
}

/** How many of the last dimensions of one meet the first of the other, or which of both. */
export type Contracted = number | readonly [readonly number[], readonly number[]];

/** Σ over some dimensions of both: what is left of a, then of b. */
export function tensordot(a: Tensor, b: Tensor, dims: Contracted, operation = "tensordot"): Tensor {
  requireTensor(operation, b, "other");
  const [left, right] = pairsOf(operation, a, b, dims);
  const sizes = left.map((dim) => a.shape[dim]!);
  if (right.some((dim, i) => b.shape[dim] !== sizes[i])) {
    throw new RangeError(
      `${operation}: expected equal sizes along dims ${show(left)} and ${show(right)}, got ${show(a.shape)} and ${show(b.shape)}`,
    );
  }
  const rows = a.shape.map((_, i) => i).filter((i) => !left.includes(i));
  const columns = b.shape.map((_, i) => i).filter((i) => !right.includes(i));
  const [m, n] = [rows.map((i) => a.shape[i]!), columns.map((i) => b.shape[i]!)];
  const k = countOf(sizes);
  const product = matmul(
    reshape(permute(a, [...rows, ...left]), [countOf(m), k]),
    reshape(permute(b, [...right, ...columns]), [k, countOf(n)]),
  );
  return reshape(product, [...m, ...n]);
}

function pairsOf(operation: string, a: Tensor, b: Tensor, dims: Contracted): [number[], number[]] {
  if (typeof dims === "number") {
    const most = Math.min(a.shape.length, b.shape.length);
    if (!Number.isInteger(dims) || dims < 0 || dims > most) {
      throw new RangeError(`${operation}: expected dims from 0 to ${most}, got ${dims}`);
    }
    const list = Array.from({ length: dims }, (_, i) => i);
    return [list.map((i) => a.shape.length - dims + i), list];
  }
  if (!Array.isArray(dims) || dims.length !== 2) {
    throw new TypeError(`${operation}: expected dims as a number or two arrays, got ${describe(dims)}`);
  }
  for (const list of dims) requireIntegers(operation, "dims", list);
  const left = dims[0].map((dim: number) => checkDim(operation, dim, a.shape));
  const right = dims[1].map((dim: number) => checkDim(operation, dim, b.shape));
  if (
    left.length !== right.length ||
    new Set(left).size !== left.length ||
    new Set(right).size !== right.length
  ) {
    throw new RangeError(
      `${operation}: expected each dim once, as many of both, got ${show(left)} and ${show(right)}`,
    );
  }
  return [left, right];
}

/** Every element of a times the whole of b, as blocks: sizes multiply, a missing one in front is 1. */
export function kron(a: Tensor, b: Tensor): Tensor {
  requireTensor("kron", b, "other");
  const rank = Math.max(a.shape.length, b.shape.length);
  const full = ({ shape }: Tensor) => [...new Array<number>(rank - shape.length).fill(1), ...shape];
  const [outer, inside] = [full(a), full(b)];
  const product = arithmetic(
    "mul",
    reshape(
      a,
      outer.flatMap((size) => [size, 1]),
    ),
    reshape(
      b,
      inside.flatMap((size) => [1, size]),
    ),
  );
  return reshape(
    product,
    outer.map((size, i) => size * inside[i]!),
  );
}

/** The vector product along a dimension of size 3. */
export function cross(a: Tensor, b: Tensor, dim: number | undefined): Tensor {
  requireTensor("cross", b, "other");
  const shape = broadcastShapes("cross", a.shape, b.shape);
  const at = dim === undefined ? shape.indexOf(3) : checkDim("cross", dim, shape);
  if (shape[at] !== 3) {
    throw new RangeError(`cross: expected a dimension of size 3, got ${show(shape)} and dim ${dim}`);
  }
  const [x, y] = [expand(a, shape), expand(b, shape)];
  const turned = (z: Tensor, by: number) => roll(z, by, at);
  return arithmetic(
    "sub",
    arithmetic("mul", turned(x, -1), turned(y, -2)),
    arithmetic("mul", turned(x, -2), turned(y, -1)),
  );
}

/** x + value · (a ∘ b), ∘ a product or a quotient, broadcast. */
export function addTogether(
  op: "addcmul" | "addcdiv",
  x: Tensor,
  a: Tensor,
  b: Tensor,
  value: number,
): Tensor {
  requireTensor(op, a, "tensor1");
  requireTensor(op, b, "tensor2");
  requireNumber(op, "value", value);
  broadcastShapes(op, x.shape, broadcastShapes(op, a.shape, b.shape));
  const together = arithmetic(op === "addcmul" ? "mul" : "div", a, b);
  return arithmetic("add", x, value === 1 ? together : arithmetic("mul", together, value));
}

/** beta·x + alpha·(a · b), of a matrix and a vector, or of batches of matrices. */
export function addProduct(
  op: "addmv" | "baddbmm",
  x: Tensor,
  a: Tensor,
  b: Tensor,
  { alpha = 1, beta = 1 }: { readonly alpha?: number; readonly beta?: number },
): Tensor {
  requireNumber(op, "alpha", alpha);
  requireNumber(op, "beta", beta);
  const [rank, letters] = op === "addmv" ? [2, "m, k"] : [3, "b, m, k"];
  requireRank(op, a, rank, letters);
  requireRank(op, b, op === "addmv" ? 1 : 3, op === "addmv" ? "k" : "b, k, n");
  const product = productOf(op === "addmv" ? "mv" : "bmm", a, b, op);
  broadcastShapes(op, x.shape, product.shape);
  return arithmetic("add", arithmetic("mul", x, beta), arithmetic("mul", product, alpha));
}
