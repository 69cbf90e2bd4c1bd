// The largest and smallest elements, and where they are.

import { type Rule, record } from "../autograd";
import { type Shape, show } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import { type Columns, eachColumn } from "./norm";
import { type Dims, dimsOf, gathered, oneOf, restore, shapesOf } from "./reduction";
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

/** The largest (smallest) element over some dimensions, or all. */
export function extreme(
  operation: "max" | "min" | "amax" | "amin",
  input: Tensor,
  dims: Dims,
  keepdim: boolean,
): Tensor {
  const list = dimsOf(operation, dims, input.shape);
  const { kept, dropped } = shapesOf(input.shape, list);
  const { x, outer, n, inner } = gathered(requireFloat(operation, input), list);
  requireElements(operation, input.shape, n);
  const { engine } = x;
  const y = engine.empty(keepdim ? kept : dropped, "float32");
  const op = operation === "max" || operation === "amax" ? "max" : "min";
  engine.kernels.reduce(op, { x: x.pointer, y: y.pointer, outer, n, inner });
  return restore(record(extremeRule, y, [x], { outer, n, inner }), input.dtype);
}

/** The largest (smallest) element along a dimension, and where it is. */
export function extremeAlong(op: "max" | "min", input: Tensor, dim: number, keepdim: boolean): Extremes {
  const list = oneOf(op, dim, input.shape);
  const x = contiguous(requireFloat(op, input));
  const indices = argument(op === "max" ? "argmax" : "argmin", x, dim, keepdim, op);
  const { engine } = x;
  const values = engine.empty(indices.shape, "float32");
  const { outer, n, inner } = gathered(x, list);
  engine.kernels.reduce(op, { x: x.pointer, y: values.pointer, outer, n, inner });
  return {
    values: restore(record(pickRule, values, [x], { indices, outer, n, inner }), input.dtype),
    indices,
  };
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
  const flat = gathered(requireFloat(operation, input), list);
  requireElements(operation, input.shape, flat.n);
  const { engine } = input;
  const y = engine.empty(keepdim ? kept : dropped, "int32");
  engine.kernels.reduce(op, {
    x: flat.x.pointer,
    y: y.pointer,
    outer: flat.outer,
    n: flat.n,
    inner: flat.inner,
  });
  return y;
}
