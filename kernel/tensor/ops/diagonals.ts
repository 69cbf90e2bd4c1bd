// Diagonals written and read, and matrices turned: diagEmbed, blockDiag, rot90, differences.

import { requireInteger, requireIntegers, requireTensors } from "../arguments";
import { type Rule, record } from "../autograd";
import { promote } from "../dtype";
import { checkDim, show } from "../shape";
import { copyStrided, packed } from "../strided";
import type { Tensor } from "../tensor";
import { arithmetic, compare } from "./arithmetic";
import { cast, requireTensorOrNumber } from "./check";
import { clone } from "./elementwise";
import { cat } from "./join";
import { pad } from "./padding";
import { flip } from "./scan";
import { contiguous, diagonal, slice, transpose } from "./view";

interface Place {
  readonly offset: number;
  readonly dims: readonly [number, number];
}

// The diagonal takes its gradient, and what lies beside it has none.
const embedRule: Rule<Place> = {
  name: "diagEmbed",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const { offset, dims } = node.info;
    const dx = pass.allocate(x);
    const [first, strides] = diagonalOf(node.output, offset, dims);
    copyStrided(pass.engine, x.shape, { storage: dy, offset: first, strides }, packed(dx, x.shape));
    pass.give(x, dx);
  },
  formula: ({ info: { offset, dims } }, dy) => [() => diagonal(dy, offset, ...dims)],
};

/** Where in a contiguous tensor of y's shape the diagonal begins, and its strides. */
function diagonalOf(y: Tensor, offset: number, [a, b]: readonly [number, number]) {
  const view = diagonal(y.detach(), offset, a, b);
  return [view.offset - y.offset, view.strides] as const;
}

/** x's last dimension on the diagonal of two new ones, 0 elsewhere. */
export function diagEmbed(
  input: Tensor,
  offset: number,
  dim1: number,
  dim2: number,
  operation = "diagEmbed",
): Tensor {
  requireInteger(operation, "offset", offset);
  if (input.shape.length === 0) throw new RangeError(`${operation}: expected at least one dimension, got []`);
  const size = input.shape.at(-1)! + Math.abs(offset);
  const rank = [...input.shape, 1];
  const [a, b] = [checkDim(operation, dim1, rank), checkDim(operation, dim2, rank)];
  if (a === b) throw new RangeError(`${operation}: expected two dims, got ${dim1} and ${dim2}`);
  const others = input.shape.slice(0, -1);
  const shape = rank.map((_, i) => (i === a || i === b ? size : others.shift()!));
  const x = contiguous(input);
  const { engine } = x;
  const y = engine.empty(shape, x.dtype);
  engine.i32.fill(0, y.pointer >>> 2, (y.pointer >>> 2) + y.count); // 0 has the same bits in every dtype
  const [first, strides] = diagonalOf(y, offset, [a, b]);
  copyStrided(engine, x.shape, x.layout, { storage: y.storage, offset: first, strides });
  return record(embedRule, y, [x], { offset, dims: [a, b] });
}

/** A vector as the diagonal of a matrix, or a copy of a matrix's diagonal. */
export function diag(x: Tensor, offset: number): Tensor {
  if (x.shape.length === 1) return diagEmbed(x, offset, 0, 1, "diag");
  if (x.shape.length === 2) return clone(diagonal(x, offset, 0, 1, "diag"));
  throw new RangeError(`diag: expected a vector [n] or a matrix [m, n], got ${show(x.shape)}`);
}

/** Matrices (numbers and vectors count as rows) along the diagonal of one, 0 elsewhere. */
export function blockDiag(...matrices: Tensor[]): Tensor {
  requireTensors("blockDiag", matrices);
  if (matrices.length === 0) throw new RangeError("blockDiag: expected at least one tensor, got none");
  const odd = matrices.find(({ shape }) => shape.length > 2);
  if (odd !== undefined) throw new RangeError(`blockDiag: expected at most two dims, got ${show(odd.shape)}`);
  const dtype = matrices.map((x) => x.dtype).reduce(promote);
  const blocks = matrices.map((x) =>
    cast(x, dtype).reshape(x.shape[x.shape.length - 2] ?? 1, x.shape.at(-1) ?? 1),
  );
  const width = blocks.reduce((sum, x) => sum + x.shape[1]!, 0);
  let left = 0;
  const rows = blocks.map((x) => {
    const before = left;
    left += x.shape[1]!;
    return pad(x, [before, width - left]);
  });
  return cat(rows, 0);
}

/** Turned by k quarters from the first of two dimensions toward the second. */
export function rot90(x: Tensor, k: number, dims: readonly number[]): Tensor {
  requireInteger("rot90", "k", k);
  requireIntegers("rot90", "dims", dims);
  const [a, b] = dims.map((dim) => checkDim("rot90", dim, x.shape));
  if (dims.length !== 2 || a === undefined || b === undefined || a === b) {
    throw new RangeError(`rot90: expected two dims of ${show(x.shape)}, got ${show(dims)}`);
  }
  const quarters = ((k % 4) + 4) % 4;
  if (quarters === 0) return clone(x);
  if (quarters === 2) return flip(x, [a, b]);
  return quarters === 1 ? transpose(flip(x, b), a, b) : transpose(flip(x, a), a, b);
}

/** What diff() is told beside its order and dimension. */
export interface Differences {
  /** Put before x along the dimension. */
  readonly prepend?: Tensor;
  /** Put behind x along the dimension. */
  readonly append?: Tensor;
}

/** Each element less the one before it along a dimension, n times over; of masks, where they differ. */
export function diff(input: Tensor, n: number, dim: number, { prepend, append }: Differences): Tensor {
  requireInteger("diff", "n", n, 0);
  const at = checkDim("diff", dim, input.shape);
  if (input.shape.length === 0) throw new RangeError("diff: expected at least one dimension, got []");
  for (const x of [prepend, append]) if (x !== undefined) requireTensorOrNumber("diff", x);
  const parts = [prepend, input, append].filter((x) => x !== undefined);
  let y = parts.length === 1 ? input : cat(parts, at, "diff");
  for (let i = 0; i < n && y.shape[at]! > 0; i++) {
    const [later, earlier] = [slice(y, at, 1, Number.POSITIVE_INFINITY, 1), slice(y, at, 0, -1, 1)];
    y = y.dtype === "bool" ? compare("ne", later, earlier) : arithmetic("sub", later, earlier);
  }
  return y;
}
