// The largest and smallest elements, and where they are.

import { type Rule, record } from "../autograd";
import { type Shape, show } from "../shape";
import type { Tensor } from "../tensor";
import { type Columns, eachColumn } from "./norm";
import { spill } from "./positions";
import { type Dims, dimsOf, gathered, oneOf, shapesOf } from "./reduction";
import { contiguous } from "./view";

/** The element at each index along a dimension takes the whole gradient. */
const pickRule: Rule<Columns & { readonly indices: Tensor }> = {
  name: "max",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const { indices, inner } = node.info;
    const dx = pass.allocate(x);
    pass.engine.kernels.fill({ y: dx.pointer, value: 0, n: x.count });
    const { f32, i32 } = pass.engine;
    const [at, from, to] = [indices.pointer >>> 2, dy.pointer >>> 2, dx.pointer >>> 2];
    eachColumn(node.info, (result, first) => {
      f32[to + first + i32[at + result]! * inner] = f32[from + result]!;
    });
    pass.give(x, dx);
  },
  formula({ inputs: [x], info }, dy) {
    const positions = new Int32Array(info.indices.count);
    const at = info.indices.pointer >>> 2;
    eachColumn(info, (result, first) => {
      positions[result] = first + dy.engine.i32[at + result]! * info.inner;
    });
    return [() => spill(dy, positions, x!.shape)];
  },
};

/** Equals share the gradient of an extreme, as in PyTorch. */
const extremeRule: Rule<Columns> = {
  name: "max",
  reads: "inputs",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const { n, inner } = node.info;
    const dx = pass.allocate(x);
    const { f32 } = pass.engine;
    const [from, to, out, gradient] = [
      x.pointer >>> 2,
      dx.pointer >>> 2,
      node.output.pointer >>> 2,
      dy.pointer >>> 2,
    ];
    eachColumn(node.info, (result, first) => {
      const y = f32[out + result]!;
      let ties = 0;
      for (let j = 0; j < n; j++) ties += Number(f32[from + first + j * inner] === y);
      const share = f32[gradient + result]! / ties;
      for (let j = 0; j < n; j++) {
        const at = first + j * inner;
        f32[to + at] = f32[from + at] === y ? share : 0;
      }
    });
    pass.give(x, dx);
  },
  formula({ inputs: [x], output, info: { outer, n, inner } }, dy) {
    const column = (each: Tensor) => each.reshape(outer, 1, inner);
    const equal = x!.reshape(outer, n, inner).eq(column(output)).float();
    return [() => column(dy).div(equal.sum(1, true)).mul(equal).reshape(x!.shape)];
  },
};

/** Largest and smallest values along a dimension, and where they are. */
export interface Extremes {
  /** The elements. */
  readonly values: Tensor;
  /** Their positions along the dimension, int32. */
  readonly indices: Tensor;
}

function requireElements(operation: string, shape: Shape, n: number): void {
  if (n === 0) {
    throw new RangeError(
      `${operation}: expected at least one element to choose from, got shape ${show(shape)}`,
    );
  }
}

/** Where the largest (smallest) of each column is: the first of equals. Exact for int32. */
function wholePositions(x: Tensor, larger: boolean, { outer, n, inner }: Columns): Int32Array {
  const { i32 } = x.engine;
  const from = x.pointer >>> 2;
  const positions = new Int32Array(outer * inner);
  eachColumn({ outer, n, inner }, (result, first) => {
    let best = 0;
    for (let j = 1; j < n; j++) {
      const [value, most] = [i32[from + first + j * inner]!, i32[from + first + best * inner]!];
      if (larger ? value > most : value < most) best = j;
    }
    positions[result] = best;
  });
  return positions;
}

/** The largest (smallest) of each column into y, which is int32 or bool and carries no gradient. */
function wholeExtremes(x: Tensor, y: Tensor, larger: boolean, columns: Columns): Tensor {
  if (x.dtype === "bool") {
    const { outer, n, inner } = columns;
    x.engine.kernels.reduce(larger ? "max" : "min", { x: x.pointer, y: y.pointer, outer, n, inner });
    return y;
  }
  const positions = wholePositions(x, larger, columns);
  const { i32 } = x.engine;
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  eachColumn(columns, (result, first) => {
    i32[to + result] = i32[from + first + positions[result]! * columns.inner]!;
  });
  return y;
}

/** The largest (smallest) element over some dimensions, or all. */
export function extreme(
  operation: "max" | "min" | "amax" | "amin",
  input: Tensor,
  dims: Dims,
  keepdim: boolean,
): Tensor {
  const list = dimsOf(operation, dims, input.shape);
  const { kept, dropped } = shapesOf(input.shape, list);
  const { x, outer, n, inner } = gathered(input, list);
  requireElements(operation, input.shape, n);
  const { engine } = x;
  const y = engine.empty(keepdim ? kept : dropped, x.dtype);
  const op = operation === "max" || operation === "amax" ? "max" : "min";
  if (x.dtype !== "float32") return wholeExtremes(x, y, op === "max", { outer, n, inner });
  engine.kernels.reduce(op, { x: x.pointer, y: y.pointer, outer, n, inner });
  return record(extremeRule, y, [x], { outer, n, inner });
}

/** The largest (smallest) element along a dimension, and where it is. */
export function extremeAlong(op: "max" | "min", input: Tensor, dim: number, keepdim: boolean): Extremes {
  const list = oneOf(op, dim, input.shape);
  const x = contiguous(input);
  const indices = argument(op === "max" ? "argmax" : "argmin", x, dim, keepdim, op);
  const { engine } = x;
  const values = engine.empty(indices.shape, x.dtype);
  const { outer, n, inner } = gathered(x, list);
  if (x.dtype !== "float32") {
    return { values: wholeExtremes(x, values, op === "max", { outer, n, inner }), indices };
  }
  engine.kernels.reduce(op, { x: x.pointer, y: values.pointer, outer, n, inner });
  return { values: record(pickRule, values, [x], { indices, outer, n, inner }), indices };
}

/** Index of the largest (smallest) element: int32, along a dimension or in the flattened tensor. */
export function argument(
  op: "argmax" | "argmin",
  input: Tensor,
  dim: number | undefined,
  keepdim: boolean,
  operation: string = op,
): Tensor {
  const list = oneOf(operation, dim, input.shape);
  const { kept, dropped } = shapesOf(input.shape, list);
  const { x, outer, n, inner } = gathered(input, list);
  requireElements(operation, input.shape, n);
  const { engine } = input;
  const y = engine.empty(keepdim ? kept : dropped, "int32");
  if (x.dtype === "int32") {
    engine.i32.set(wholePositions(x, op === "argmax", { outer, n, inner }), y.pointer >>> 2);
  } else engine.kernels.reduce(op, { x: x.pointer, y: y.pointer, outer, n, inner });
  return y;
}
