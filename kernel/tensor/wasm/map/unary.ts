// Operations of one operand, and the derivatives of some, written by what their forward saved: one loop nest, and for each
// operation the expression of four lanes.

import { define, elements } from "../call/device";
import { byKey, variants } from "../call/variants";
import { type Code, type FunctionBuilder, f32x4, type Local, v128 } from "../emit/assembler";
import { compile, element, units, type Values } from "../emit/kernel";
import { eachVector, loadStep } from "../emit/loops";
import { exp, held, log, sigmoid, tanh } from "../emit/math";
import type { Target } from "../emit/target";

/** y = f(x), elementwise. */
export type UnaryOp =
  | "copy"
  | "neg"
  | "exp"
  | "log"
  | "sqrt"
  | "abs"
  | "reciprocal"
  | "sigmoid"
  | "tanh"
  | "relu";

/** dx = g(dy, saved), elementwise: `saved` is the forward's output y (the input x for "abs" and "square"). */
export type UnaryGradOp = "sigmoid" | "tanh" | "relu" | "abs" | "square";

/** What a normalization may apply to its result before it stores it. */
export type Activation = "sigmoid" | "tanh" | "relu";

type Vector1 = (target: Target, f: FunctionBuilder, x: Code) => Code;

export const unaryVectors: { [O in UnaryOp]: Vector1 } = {
  copy: (_target, _f, x) => x,
  neg: (_target, _f, x) => f32x4.neg(x),
  exp,
  log,
  sqrt: (_target, _f, x) => f32x4.sqrt(x),
  abs: (_target, _f, x) => f32x4.abs(x),
  reciprocal: (_target, f, x) => f32x4.div(held(f, "one"), x),
  sigmoid,
  tanh,
  relu: (_target, _f, x) => f32x4.pmax(x, v128.zero), // x < 0 ? 0 : x, so NaN stays
};

/** Vectors side by side: what takes many registers gets along with two. */
export const width = (op: UnaryOp): 2 | 4 =>
  op === "exp" || op === "log" || op === "sigmoid" || op === "tanh" ? 2 : 4;

/** dy · the derivative, written by what the forward saved (see UnaryGradOp). */
export const gradVectors: { [O in UnaryGradOp]: (f: FunctionBuilder, dy: Code, saved: Local) => Code } = {
  sigmoid: (f, dy, y) => f32x4.mul(f32x4.mul(dy, y.get), f32x4.sub(held(f, "one"), y.get)),
  tanh: (f, dy, y) => f32x4.mul(dy, f32x4.sub(held(f, "one"), f32x4.mul(y.get, y.get))),
  relu: (_f, dy, y) => v128.andNot(dy, f32x4.le(y.get, v128.zero)), // a NaN output lets its gradient through
  square: (_f, dy, x) => f32x4.mul(f32x4.add(dy, dy), x.get),
  abs: (f, dy, x) =>
    f32x4.mul(
      dy,
      f32x4.sub(
        v128.and(held(f, "one"), f32x4.gt(x.get, v128.zero)),
        v128.and(held(f, "one"), f32x4.lt(x.get, v128.zero)),
      ),
    ),
};

/** An activation for sweeps of other kernels, which come to the numbers of the kernels here. */
export interface Activated {
  readonly vectors: 2 | 4;
  readonly apply: (x: Code) => Code;
  /** dy through the activation whose output is y. */
  readonly gradient: (dy: Code, y: () => Code) => Code;
}

export function activated(target: Target, f: FunctionBuilder, activation: Activation | null): Activated {
  if (activation === null) return { vectors: 4, apply: (x) => x, gradient: (dy) => dy };
  const kept = f.local("v128");
  return {
    vectors: width(activation),
    apply: (x) => unaryVectors[activation](target, f, x),
    gradient: (dy, y) => [kept.set(y()), gradVectors[activation](f, dy, kept)],
  };
}

export const unaryFunctions: { [O in UnaryOp]: (x: number) => number } = {
  copy: (x) => x,
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  reciprocal: (x) => 1 / x,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0), // NaN stays NaN
};

export const unaryGradFunctions: { [O in UnaryGradOp]: (dy: number, saved: number) => number } = {
  sigmoid: (dy, y) => dy * y * (1 - y),
  tanh: (dy, y) => dy * (1 - y * y),
  relu: (dy, y) => (y <= 0 ? 0 : dy), // a NaN output lets its gradient through, as PyTorch's threshold_backward
  square: (dy, x) => 2 * dy * x,
  abs: (dy, x) => dy * (x > 0 ? 1 : x < 0 ? -1 : 0),
};

const forward = { x: element, y: element, n: units };

/** y[n] = f(x[n]); y may alias x. */
export const unary = define<(op: UnaryOp, call: Values<typeof forward>) => void>({
  emit(device) {
    const { target } = device;
    const kernels = byKey((op: UnaryOp) =>
      compile(target, forward, ({ x, y, n }, f) =>
        eachVector(f, n.get, [x, y], width(op), [y], (step, at) => [
          unaryVectors[op](target, f, loadStep(step, x, at)),
        ]),
      ),
    );
    return (op, call) => device.run(kernels(op), call, elements);
  },
  reference: (memory) => (op, call) => {
    const [x, y] = [memory.floats(call.x, call.n), memory.floats(call.y, call.n)];
    const f = unaryFunctions[op];
    for (let i = 0; i < call.n; i++) y[i] = f(x[i]!);
  },
});

const backward = { saved: element, dy: element, dx: element, n: units };

export interface GradCall extends Values<typeof backward> {
  /** Default false. */
  readonly accumulate?: boolean;
}

/** dx[n] = g(dy[n], saved[n]) (+ dx if accumulate); dx may alias dy. */
export const unaryGrad = define<(op: UnaryGradOp, call: GradCall) => void>({
  emit(device) {
    const kernels = variants(({ op, accumulate }: { op: UnaryGradOp; accumulate: boolean }) =>
      compile(device.target, backward, ({ saved, dy, dx, n }, f) => {
        const kept = f.local("v128");
        return eachVector(f, n.get, [saved, dy, dx], 4, [dx], (step, at) => {
          const gradient = gradVectors[op](f, loadStep(step, dy, at), kept);
          return [
            [
              kept.set(loadStep(step, saved, at)),
              accumulate ? f32x4.add(loadStep(step, dx, at), gradient) : gradient,
            ],
          ];
        });
      }),
    );
    return (op, call) => device.run(kernels({ op, accumulate: call.accumulate ?? false }), call, elements);
  },
  reference: (memory) => (op, call) => {
    const [saved, dy] = [memory.floats(call.saved, call.n), memory.floats(call.dy, call.n)];
    const dx = memory.floats(call.dx, call.n);
    const g = unaryGradFunctions[op];
    for (let i = 0; i < call.n; i++) dx[i] = (call.accumulate ? dx[i]! : 0) + g(dy[i]!, saved[i]!);
  },
});
