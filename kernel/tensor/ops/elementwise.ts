// y = f(x), one number at a time. Every rule may write dx over dy.

import { requireNumber, requireTensor } from "../arguments";
import { type Node, type Rule, record } from "../autograd";
import type { BackwardPass } from "../backwardPass";
import { dtypeOf, promote } from "../dtype";
import type { Storage } from "../storage";
import type { Tensor } from "../tensor";
import type { Activation, UnaryGradOp, UnaryOp } from "../wasm/kernels";
import { cast, refuseBool, requireFloat, requireInt32 } from "./check";
import { contiguous } from "./view";

type Backward = (node: Node<undefined>, dy: Storage, pass: BackwardPass) => void;

/** dx of dy, x and y, in words of operations. */
type Slope = (dy: Tensor, x: Tensor, y: Tensor) => Tensor;

function rule(name: string, reads: "inputs" | "output" | undefined, backward: Backward, slope: Slope): Rule {
  return { name, reads, backward, formula: formulaOf(slope) };
}

function formulaOf(slope: Slope): NonNullable<Rule["formula"]> {
  return ({ inputs: [x], output }, dy) => [() => slope(dy, x!, output)];
}

/** dx = dy · g(saved), by the kernel that fuses both. */
function fused(name: UnaryGradOp, reads: "inputs" | "output", slope: Slope): Rule {
  const backward: Backward = (node, dy, pass) => {
    const saved = reads === "inputs" ? node.inputs[0]! : node.output;
    pass.give(node.inputs[0]!, pass.map(name, dy, saved, saved));
  };
  return { name, reads, sharesGradient: true, backward, formula: formulaOf(slope) };
}

/** dx of dy by factors and divisors one after the other. */
function through(
  name: string,
  reads: Rule["reads"],
  steps: readonly (readonly ["mul" | "div", number | "x" | "y"])[],
  slope: Slope,
): Rule {
  const backward: Backward = ({ inputs, output }, dy, pass) => {
    const [x] = inputs as [Tensor];
    let dx = dy;
    for (const [op, by] of steps) dx = pass.map(op, dx, by === "x" ? x : by === "y" ? output : by, x);
    pass.give(x, dx);
  };
  return { name, reads, sharesGradient: true, backward, formula: formulaOf(slope) };
}

/** dx of an activation by dy and what came out of it. */
export const slopesByOutput: { [A in Activation]: (dy: Tensor, y: Tensor) => Tensor } = {
  relu: (dy, y) => dy.maskedFill(y.le(0), 0),
  sigmoid: (dy, y) => dy.mul(y).mul(y.neg().add(1)),
  tanh: (dy, y) => dy.mul(y.square().neg().add(1)),
};

const rules: { [O in UnaryOp]: Rule } = {
  copy: rule(
    "clone",
    undefined,
    (node, dy, pass) => pass.give(node.inputs[0]!, dy),
    (dy) => dy,
  ),
  neg: through("neg", undefined, [["mul", -1]], (dy) => dy.neg()),
  exp: through("exp", "output", [["mul", "y"]], (dy, _, y) => dy.mul(y)),
  log: through("log", "inputs", [["div", "x"]], (dy, x) => dy.div(x)),
  // dx = dy / 2y
  sqrt: through(
    "sqrt",
    "output",
    [
      ["mul", 0.5],
      ["div", "y"],
    ],
    (dy, _, y) => dy.mul(0.5).div(y),
  ),
  // dx = −dy · y²
  reciprocal: through(
    "reciprocal",
    "output",
    [
      ["mul", -1],
      ["mul", "y"],
      ["mul", "y"],
    ],
    (dy, _, y) => dy.neg().mul(y).mul(y),
  ),
  abs: fused("abs", "inputs", (dy, x) => dy.mul(x.sign())),
  sigmoid: fused("sigmoid", "output", (dy, _, y) => slopesByOutput.sigmoid(dy, y)),
  tanh: fused("tanh", "output", (dy, _, y) => slopesByOutput.tanh(dy, y)),
  relu: fused("relu", "output", (dy, _, y) => slopesByOutput.relu(dy, y)),
};

/** Functions that give whole numbers for whole ones; all others take them as float32. */
const wholeFunctions: { readonly [O in UnaryOp]?: (x: number) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  relu: (x) => Math.max(x, 0),
};

/** y[i] = f(x[i]) of int32, wrapping around. */
function wholeNumbers(input: Tensor, f: (x: number) => number): Tensor {
  const x = contiguous(cast(input, "int32"));
  const { engine } = x;
  const y = engine.emptyLike(x, "int32");
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  for (let i = 0; i < x.count; i++) engine.i32[to + i] = f(engine.i32[from + i]!);
  return y;
}

/** y = f(x). */
export function unary(op: UnaryOp, input: Tensor): Tensor {
  requireTensor(op, input);
  const whole = input.dtype === "float32" ? undefined : wholeFunctions[op];
  if (whole !== undefined) {
    refuseBool(op, op === "neg" ? "use logicalNot(), or convert with int()" : "convert with int()", input);
    return wholeNumbers(input, whole);
  }
  const x = contiguous(requireFloat(op, input));
  const { engine } = x;
  let y = engine.deferrals.tensor(op, x, [x]);
  if (y === null) {
    y = engine.emptyLike(x, "float32");
    engine.kernels.unary(op, { x: x.pointer, y: y.pointer, n: x.count });
  }
  return record(rules[op], y, [x], undefined);
}

/** A copy with memory of its own, of any dtype. */
export function clone(input: Tensor): Tensor {
  const x = contiguous(input);
  const y = x.engine.emptyLike(x, x.dtype);
  const from = x.pointer >>> 2;
  x.engine.i32.copyWithin(y.pointer >>> 2, from, from + x.count);
  return record(rules.copy, y, [x], undefined);
}

// dx = 2x · dy
const squareRule = fused("square", "inputs", (dy, x) => dy.mul(x).mul(2));

export function square(input: Tensor): Tensor {
  if (input.dtype !== "float32") return wholeNumbers(input, (x) => Math.imul(x, x));
  const x = contiguous(requireFloat("square", input));
  const { engine } = x;
  let y = engine.deferrals.tensor("mul", x, [x, x]);
  if (y === null) {
    y = engine.emptyLike(x, "float32");
    engine.kernels.binary("mul", "same", { a: x.pointer, b: x.pointer, y: y.pointer, columns: x.count });
  }
  return record(squareRule, y, [x], undefined);
}

// dx = dy where min ≤ x ≤ max, else 0
const clampRule: Rule<{ min: number; max: number }> = {
  name: "clamp",
  reads: "inputs",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const { min, max } = node.info;
    const { f32 } = pass.engine;
    const from = x.pointer >>> 2;
    const to = dy.pointer >>> 2;
    for (let i = 0; i < x.count; i++) {
      const value = f32[from + i]!;
      if (value < min || value > max) f32[to + i] = 0;
    }
    pass.give(x, dy);
  },
  formula({ inputs: [x], info: { min, max } }, dy) {
    return [() => dy.maskedFill(x!.lt(min).logicalOr(x!.gt(max)), 0)];
  },
};

export function clamp(input: Tensor, min: number, max: number, operation = "clamp"): Tensor {
  requireNumber(operation, "min", min);
  requireNumber(operation, "max", max);
  const bounds = [min, max].filter(Number.isFinite).map(dtypeOf);
  if (bounds.reduce(promote, input.dtype) !== "float32" && !Number.isNaN(min) && !Number.isNaN(max)) {
    return wholeNumbers(input, (x) => requireInt32(operation, Math.min(Math.max(x, min), max)));
  }
  const x = contiguous(requireFloat(operation, input));
  const { engine } = x;
  const y = engine.emptyLike(x, "float32");
  const { kernels } = engine;
  kernels.binary("maximum", "scalarRight", {
    a: x.pointer,
    b: engine.scalar(min),
    y: y.pointer,
    columns: x.count,
  });
  kernels.binary("minimum", "scalarRight", {
    a: y.pointer,
    b: engine.scalar(max),
    y: y.pointer,
    columns: x.count,
  });
  return record(clampRule, y, [x], { min, max });
}
