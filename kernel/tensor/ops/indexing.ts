// Elements picked one by one: gather, scatterAdd, maskedFill, and the orders that sort and topk pick by.

import { describe, requireMask, requireTensor } from "../arguments";
import { type Rule, record } from "../autograd";
import { holds, type Scalar } from "../dtype";
import { broadcastShapes, checkDim, type Shape, sameShape, show, stridesOf } from "../shape";
import type { Tensor } from "../tensor";
import { cast, requireInt32, requireTensorOrNumber, scalar } from "./check";
import type { Extremes } from "./extremes";
import { where } from "./join";
import { erased, pick } from "./positions";
import { alongLast } from "./reduction";
import { contiguous, expand, slice } from "./view";

/** Where in x, laid out in order, each element of `index` points along `dim`. */
export function positionsOf(operation: string, x: Tensor, dim: number, index: Tensor): Int32Array {
  const at = checkDim(operation, dim, x.shape);
  const rank = x.shape.length;
  requireTensor(operation, index, "index");
  if (index.dtype !== "int32") {
    throw new TypeError(
      `${operation}: expected indices as an int32 tensor, got ${index.dtype}; convert them with .to("int32")`,
    );
  }
  if (index.shape.length !== rank || index.shape.some((size, i) => i !== at && size > x.shape[i]!)) {
    throw new RangeError(
      `${operation}: expected indices of ${rank} dims, no larger than ${show(x.shape)} except along dim ${dim}, got ${show(index.shape)}`,
    );
  }
  const limit = x.shape[at] ?? 1;
  const strides = stridesOf(x.shape);
  const order = contiguous(index);
  const first = order.pointer >>> 2;
  const positions = new Int32Array(order.count);
  for (let i = 0; i < positions.length; i++) {
    const value = order.engine.i32[first + i]!;
    if (value < 0 || value >= limit) {
      throw new RangeError(
        `${operation}: expected indices from 0 to ${limit - 1} along dim ${dim} of ${show(x.shape)}, got ${value}`,
      );
    }
    let position = value * (strides[at] ?? 0);
    for (let d = rank - 1, rest = i; d >= 0; d--) {
      const size = index.shape[d]!;
      if (d !== at) position += (rest % size) * strides[d]!;
      rest = Math.floor(rest / size);
    }
    positions[i] = position;
  }
  return positions;
}

/** y[i][j] = x[index[i][j]][j] for dim 0, and so on. */
export function gather(input: Tensor, dim: number, index: Tensor, operation = "gather"): Tensor {
  const x = contiguous(input);
  return pick(x, positionsOf(operation, x, dim, index), index.shape);
}

// What was added takes the gradient of where it went.
const scatterAddRule: Rule<Int32Array> = {
  name: "scatterAdd",
  backward(node, dy, pass) {
    const [x, source] = node.inputs as [Tensor, Tensor];
    if (source.requiresGrad) {
      const ds = pass.allocate(source);
      const { f32 } = pass.engine;
      const [from, to] = [dy.pointer >>> 2, ds.pointer >>> 2];
      for (let i = 0; i < node.info.length; i++) f32[to + i] = f32[from + node.info[i]!]!;
      pass.give(source, ds);
    }
    if (x.requiresGrad) pass.give(x, dy);
  },
  formula: ({ inputs: [, source], info }, dy) => [() => dy, () => pick(dy, info, source!.shape)],
};

/** A copy of x with y[index[i][j]][j] += source[i][j] for dim 0, and so on, in x's dtype. */
export function scatterAdd(input: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const x = contiguous(input);
  const given = fitting("scatterAdd", x, source);
  const positions = positionsOf("scatterAdd", x, dim, index);
  const values = contiguous(expandTo("scatterAdd", given, index.shape));
  const { engine } = x;
  const y = engine.emptyLike(x, x.dtype);
  const memory = x.dtype === "int32" ? engine.i32 : engine.f32;
  const [from, to, added] = [x.pointer >>> 2, y.pointer >>> 2, values.pointer >>> 2];
  memory.copyWithin(to, from, from + x.count);
  for (let i = 0; i < positions.length; i++) memory[to + positions[i]!]! += memory[added + i]!;
  if (x.dtype === "bool") for (let i = 0; i < y.count; i++) memory[to + i] = Number(memory[to + i] !== 0);
  return record(scatterAddRule, y, [x, values], positions);
}

/** A source in the dtype of what it is written into, which holds it. */
export function fitting(operation: string, x: Tensor, source: Tensor): Tensor {
  requireTensor(operation, source, "source");
  if (holds(x.dtype, source.dtype)) return cast(source, x.dtype);
  throw new TypeError(
    `${operation}: expected a source that ${x.dtype} holds, got ${source.dtype}; convert one of them with to()`,
  );
}

// What was written takes the gradient of where it went, and what it was written over takes none.
const scatterRule: Rule<Int32Array> = {
  name: "scatter",
  backward(node, dy, pass) {
    const [x, source] = node.inputs as [Tensor, Tensor];
    const { f32 } = pass.engine;
    const positions = node.info;
    const ds = pass.allocate(source);
    const [from, to] = [dy.pointer >>> 2, ds.pointer >>> 2];
    for (let i = 0; i < positions.length; i++) f32[to + i] = f32[from + positions[i]!]!;
    for (const position of positions) f32[from + position] = 0;
    if (source.requiresGrad) pass.give(source, ds);
    else pass.engine.release(ds);
    if (x.requiresGrad) pass.give(x, dy);
  },
  formula({ inputs: [, source], info: positions }, dy) {
    return [() => erased(dy, positions), () => pick(dy, positions, source!.shape)];
  },
};

/** A copy of x with y[index[i][j]][j] = source[i][j] for dim 0, and so on; of an index that repeats the last one counts. */
export function scatter(input: Tensor, dim: number, index: Tensor, source: Tensor | Scalar): Tensor {
  const x = contiguous(input);
  const given = scalarFor("scatter", x, source);
  const positions = positionsOf("scatter", x, dim, index);
  const values = contiguous(expandTo("scatter", fitting("scatter", x, given), index.shape));
  const { engine } = x;
  const y = engine.emptyLike(x, x.dtype);
  const [from, to, written] = [x.pointer >>> 2, y.pointer >>> 2, values.pointer >>> 2];
  engine.i32.copyWithin(to, from, from + x.count);
  for (let i = 0; i < positions.length; i++) engine.i32[to + positions[i]!] = engine.i32[written + i]!;
  return record(scatterRule, y, [x, values], positions);
}

/** A single number in the indices' shape, or a source that has it. */
function expandTo(operation: string, source: Tensor, shape: Shape): Tensor {
  if (source.shape.length === 0) return expand(source, shape);
  if (sameShape(source.shape, shape)) return source;
  throw new RangeError(
    `${operation}: expected a source of the indices' shape ${show(shape)}, got ${show(source.shape)}`,
  );
}

/** A scalar as a tensor [] of x's dtype, which holds it; a tensor as it is. */
export function scalarFor(operation: string, x: Tensor, value: Tensor | Scalar): Tensor {
  requireTensorOrNumber(operation, value);
  if (typeof value === "object") return value;
  return scalar(x.engine, x.dtype === "int32" ? requireInt32(operation, value) : value, x.dtype);
}

/** x with `value`, a scalar or a tensor [], where the mask, broadcast, is true; in x's dtype. */
export function maskedFill(x: Tensor, mask: Tensor, value: Tensor | Scalar): Tensor {
  requireMask("maskedFill", mask);
  const filling = scalarFor("maskedFill", x, value);
  if (filling.shape.length > 0) {
    throw new RangeError(`maskedFill: expected value to be a number, got ${describe(filling)}; use where()`);
  }
  broadcastShapes("maskedFill", x.shape, mask.shape);
  return where(mask, fitting("maskedFill", x, filling), x);
}

/** NaN counts as larger than every number, as in PyTorch. */
export function rising(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** Values in order along a dimension and where they were; equals keep their order. */
export function sort(x: Tensor, dim: number, descending: boolean, operation = "sort"): Extremes {
  const at = checkDim(operation, dim, x.shape);
  const order = alongLast(x.detach(), at, (rows) => {
    const { engine } = rows;
    const indices = engine.empty(rows.shape, "int32");
    const n = rows.shape.at(-1) ?? 1;
    const memory = rows.dtype === "int32" ? engine.i32 : engine.f32;
    for (let start = 0; start < rows.count; start += n) {
      const from = (rows.pointer >>> 2) + start;
      const compare = (a: number, b: number) => rising(memory[from + a]!, memory[from + b]!);
      const row = Int32Array.from({ length: n }, (_, i) => i);
      engine.i32.set(
        row.sort(descending ? (a, b) => compare(b, a) : compare),
        (indices.pointer >>> 2) + start,
      );
    }
    return indices;
  });
  const indices = contiguous(order);
  return { values: gather(x, dim, indices), indices };
}

/** The k largest (smallest) along a dimension, in order, and where they were. */
export function topk(x: Tensor, k: number, dim: number, largest: boolean): Extremes {
  const at = checkDim("topk", dim, x.shape);
  const size = x.shape[at] ?? 1;
  if (!Number.isInteger(k) || k < 0 || k > size) {
    throw new RangeError(`topk: expected k from 0 to ${size} along dim ${dim} of ${show(x.shape)}, got ${k}`);
  }
  const { values, indices } = sort(x, at, largest);
  if (x.shape.length === 0) return { values, indices };
  return { values: slice(values, at, 0, k, 1), indices: contiguous(slice(indices, at, 0, k, 1)) };
}
