// y = f(x), one number at a time. Every rule may write dx over dy.

import { requireNumber } from "../arguments";
import { type BackwardPass, type Node, type Rule, record } from "../autograd";
import type { Storage } from "../storage";
import type { Tensor } from "../tensor";
import type { BinaryOp, UnaryGradOp, UnaryOp } from "../wasm/kernels";
import { requireFloat } from "./check";
import { contiguous } from "./view";

type Backward = (node: Node<undefined>, dy: Storage, pass: BackwardPass) => void;

function rule(name: string, reads: "inputs" | "output" | undefined, backward: Backward): Rule {
  return { name, reads, backward };
}

/** dx = dy · g(saved), by the kernel that fuses both. */
function fused(name: UnaryGradOp, reads: "inputs" | "output"): Rule {
  const backward: Backward = (node, dy, pass) => {
    const saved = reads === "inputs" ? node.inputs[0]! : node.output;
    const dx = pass.target(dy, saved);
    pass.engine.kernels.unaryGrad(name, {
      saved: saved.pointer,
      dy: dy.pointer,
      dx: dx.pointer,
      n: saved.count,
    });
    pass.give(node.inputs[0]!, dx);
  };
  return { name, reads, sharesGradient: true, backward };
}

/** dy ← dy ∘ by, elementwise. */
function apply(op: BinaryOp, dy: Storage, by: Tensor, pass: BackwardPass): void {
  pass.engine.kernels.binary(op, "same", { a: dy.pointer, b: by.pointer, y: dy.pointer, columns: by.count });
}

function scale(dy: Storage, by: number, count: number, pass: BackwardPass): void {
  pass.engine.kernels.scale({ alpha: by, x: dy.pointer, y: dy.pointer, n: count });
}

const rules: { [O in UnaryOp]: Rule } = {
  copy: rule("clone", undefined, (node, dy, pass) => pass.give(node.inputs[0]!, dy)),
  neg: rule("neg", undefined, (node, dy, pass) => {
    scale(dy, -1, node.output.count, pass);
    pass.give(node.inputs[0]!, dy);
  }),
  // dx = dy · y
  exp: rule("exp", "output", (node, dy, pass) => {
    apply("mul", dy, node.output, pass);
    pass.give(node.inputs[0]!, dy);
  }),
  // dx = dy / x
  log: rule("log", "inputs", (node, dy, pass) => {
    apply("div", dy, node.inputs[0]!, pass);
    pass.give(node.inputs[0]!, dy);
  }),
  // dx = dy / 2y
  sqrt: rule("sqrt", "output", (node, dy, pass) => {
    scale(dy, 0.5, node.output.count, pass);
    apply("div", dy, node.output, pass);
    pass.give(node.inputs[0]!, dy);
  }),
  // dx = −dy · y²
  reciprocal: rule("reciprocal", "output", (node, dy, pass) => {
    scale(dy, -1, node.output.count, pass);
    apply("mul", dy, node.output, pass);
    apply("mul", dy, node.output, pass);
    pass.give(node.inputs[0]!, dy);
  }),
  abs: fused("abs", "inputs"),
  sigmoid: fused("sigmoid", "output"),
  tanh: fused("tanh", "output"),
  relu: fused("relu", "output"),
};

/** y = f(x); an int32 or bool tensor is taken as float32. */
export function unary(op: UnaryOp, input: Tensor): Tensor {
  const x = contiguous(requireFloat(op, input));
  const { engine } = x;
  const y = engine.emptyLike(x, "float32");
  engine.kernels.unary(op, { x: x.pointer, y: y.pointer, n: x.count });
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
const squareRule = fused("square", "inputs");

export function square(input: Tensor): Tensor {
  const x = contiguous(requireFloat("square", input));
  const { engine } = x;
  const y = engine.emptyLike(x, "float32");
  engine.kernels.binary("mul", "same", { a: x.pointer, b: x.pointer, y: y.pointer, columns: x.count });
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
};

export function clamp(input: Tensor, min: number, max: number): Tensor {
  requireNumber("clamp", "min", min);
  requireNumber("clamp", "max", max);
  const x = contiguous(requireFloat("clamp", input));
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
