// Elements by their places in memory: picked from, and added up at. Each is the other's gradient.

import { type Rule, record } from "../autograd";
import type { Shape } from "../shape";
import type { Tensor } from "../tensor";
import { contiguous } from "./view";

// An element picked twice gathers both gradients.
const pickRule: Rule<Int32Array> = {
  name: "gather",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const dx = pass.allocate(x);
    pass.engine.kernels.fill({ y: dx.pointer, value: 0, n: x.count });
    const { f32 } = pass.engine;
    const [from, to] = [dy.pointer >>> 2, dx.pointer >>> 2];
    for (let i = 0; i < node.info.length; i++) f32[to + node.info[i]!]! += f32[from + i]!;
    pass.give(x, dx);
  },
  formula: ({ inputs: [x], info }, dy) => [() => spill(dy, info, x!.shape)],
};

/** y[i] = x[positions[i]], of any dtype. */
export function pick(input: Tensor, positions: Int32Array, shape: Shape): Tensor {
  const x = contiguous(input);
  const { engine } = x;
  const y = engine.empty(shape, x.dtype);
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  for (let i = 0; i < positions.length; i++) engine.i32[to + i] = engine.i32[from + positions[i]!]!;
  return record(pickRule, y, [x], positions);
}

const spillRule: Rule<Int32Array> = {
  name: "gather's gradient",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const dx = pass.allocate(x);
    const { f32 } = pass.engine;
    const [from, to] = [dy.pointer >>> 2, dx.pointer >>> 2];
    for (let i = 0; i < node.info.length; i++) f32[to + i] = f32[from + node.info[i]!]!;
    pass.give(x, dx);
  },
  formula: ({ inputs: [x], info }, dy) => [() => pick(dy, info, x!.shape)],
};

/** Zeros of a shape with y[positions[i]] += x[i], of float32. */
export function spill(input: Tensor, positions: Int32Array, shape: Shape): Tensor {
  const x = contiguous(input);
  const { engine } = x;
  const y = engine.empty(shape, "float32");
  engine.kernels.fill({ y: y.pointer, value: 0, n: y.count });
  const { f32 } = engine;
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  for (let i = 0; i < positions.length; i++) f32[to + positions[i]!]! += f32[from + i]!;
  return record(spillRule, y, [x], positions);
}

/** x with 0 at the positions. */
export function erased(x: Tensor, positions: Int32Array): Tensor {
  const mask = x.engine.empty(x.shape, "bool");
  const first = mask.pointer >>> 2;
  x.engine.f32.fill(0, first, first + mask.count);
  for (const position of positions) x.engine.f32[first + position] = 1;
  return x.maskedFill(mask, 0);
}
