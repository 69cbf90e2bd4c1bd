// Maps over f32: one loop nest, and for each operation the expression of four lanes.

import { type Code, type FunctionBuilder, f32x4, type Local, times, v128 } from "../emit/assembler";
import { eachVector, loadStep, type Step } from "../emit/loops";
import { constant, exp, log, sigmoid, tanh } from "../emit/math";
import { compile, madd, type Run, type Target } from "../emit/target";
import type { Activation, BinaryOp, UnaryGradOp, UnaryOp } from "../kernels";

type Vector1 = (target: Target, f: FunctionBuilder, x: Code) => Code;
type Vector2 = (a: Code, b: Code) => Code;

const unaryVectors: { [O in UnaryOp]: Vector1 } = {
  copy: (_target, _f, x) => x,
  neg: (_target, _f, x) => f32x4.neg(x),
  exp,
  log,
  sqrt: (_target, _f, x) => f32x4.sqrt(x),
  abs: (_target, _f, x) => f32x4.abs(x),
  reciprocal: (_target, _f, x) => f32x4.div(constant("one"), x),
  sigmoid,
  tanh,
  relu: (_target, _f, x) => f32x4.pmax(x, v128.zero), // x < 0 ? 0 : x, so NaN stays
};

/** Vectors side by side: what takes many registers gets along with two. */
const width = (op: UnaryOp): 2 | 4 =>
  op === "exp" || op === "log" || op === "sigmoid" || op === "tanh" ? 2 : 4;

/** run(x, y, n) */
export function unaryKernel(target: Target, op: UnaryOp): Run {
  return compile(target, ["i32", "i32", "i32"], (f, x, y, n) =>
    eachVector(f, n!.get, [x!, y!], width(op), [y!], (step, at) => [
      unaryVectors[op](target, f, loadStep(step, x!, at)),
    ]),
  );
}

/** dy · the derivative, written by what the forward saved (see UnaryGradOp). */
const gradVectors: { [O in UnaryGradOp]: (dy: Code, saved: Local) => Code } = {
  sigmoid: (dy, y) => f32x4.mul(f32x4.mul(dy, y.get), f32x4.sub(constant("one"), y.get)),
  tanh: (dy, y) => f32x4.mul(dy, f32x4.sub(constant("one"), f32x4.mul(y.get, y.get))),
  relu: (dy, y) => v128.andNot(dy, f32x4.le(y.get, v128.zero)), // a NaN output lets its gradient through
  square: (dy, x) => f32x4.mul(f32x4.add(dy, dy), x.get),
  abs: (dy, x) =>
    f32x4.mul(
      dy,
      f32x4.sub(
        v128.and(constant("one"), f32x4.gt(x.get, v128.zero)),
        v128.and(constant("one"), f32x4.lt(x.get, v128.zero)),
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
    gradient: (dy, y) => [kept.set(y()), gradVectors[activation](dy, kept)],
  };
}

/** run(saved, dy, dx, n) */
export function unaryGradKernel(target: Target, op: UnaryGradOp, accumulate: boolean): Run {
  return compile(target, ["i32", "i32", "i32", "i32"], (f, saved, dy, dx, n) => {
    const kept = f.local("v128");
    return eachVector(f, n!.get, [saved!, dy!, dx!], 4, [dx!], (step, at) => {
      const gradient = gradVectors[op](loadStep(step, dy!, at), kept);
      return [
        [
          kept.set(loadStep(step, saved!, at)),
          accumulate ? f32x4.add(loadStep(step, dx!, at), gradient) : gradient,
        ],
      ];
    });
  });
}

/** NaN if either is NaN: pmax alone keeps a only; a + b is NaN where a or b is. */
const extreme =
  (choose: Vector2): Vector2 =>
  (a, b) =>
    v128.select(choose(a, b), f32x4.add(a, b), v128.and(f32x4.eq(a, a), f32x4.eq(b, b)));
const truth =
  (compare: Vector2): Vector2 =>
  (a, b) =>
    v128.and(compare(a, b), constant("one"));

const binaryVectors: { [O in Exclude<BinaryOp, "pow">]: Vector2 } = {
  add: f32x4.add,
  sub: f32x4.sub,
  mul: f32x4.mul,
  div: f32x4.div,
  maximum: extreme(f32x4.pmax),
  minimum: extreme(f32x4.pmin),
  eq: truth(f32x4.eq),
  ne: truth(f32x4.ne),
  lt: truth(f32x4.lt),
  le: truth(f32x4.le),
  gt: truth(f32x4.gt),
  ge: truth(f32x4.ge),
};

/**
 * How an operand meets a row of the result: it streams along with it, is read again from its start for each row, or
 * gives one number a row. All of BinaryLayout reduces to these.
 */
export type Operand = "stream" | "row" | "number";

/** run(a, b, y, rows, columns) */
export function binaryKernel(
  target: Target,
  op: Exclude<BinaryOp, "pow">,
  left: Operand,
  right: Operand,
): Run {
  return compile(target, ["i32", "i32", "i32", "i32", "i32"], (f, a, b, y, rows, columns) => {
    const row = f.local("i32");
    const operand = (kind: Operand, pointer: Local) => {
      const value = f.local("v128");
      const cursor = f.local("i32");
      return {
        value,
        stream: kind === "stream" ? [pointer] : kind === "row" ? [cursor] : [],
        enterRow:
          kind === "number"
            ? [value.set(v128.loadSplat(pointer.get)), pointer.advance(4)]
            : cursor.set(pointer.get),
        load: (step: Step, at: number): Code =>
          kind === "number" ? [] : value.set(loadStep(step, kind === "stream" ? pointer : cursor, at)),
      };
    };
    const l = operand(left, a!);
    const r = operand(right, b!);
    return times(row, rows!.get, [
      [l.enterRow, r.enterRow],
      eachVector(f, columns!.get, [...l.stream, ...r.stream, y!], 4, [y!], (step, at) => [
        [l.load(step, at), r.load(step, at), binaryVectors[op](l.value.get, r.value.get)],
      ]),
    ]);
  });
}

/** run(y, value, n) */
export function fillKernel(target: Target): Run {
  return compile(target, ["i32", "f32", "i32"], (f, y, value, n) => {
    const v = f.local("v128");
    return [v.set(f32x4.splat(value!.get)), eachVector(f, n!.get, [y!], 4, [y!], () => [v.get])];
  });
}

/** run(alpha, x, y, n): y += alpha·x */
export function axpyKernel(target: Target): Run {
  return compile(target, ["f32", "i32", "i32", "i32"], (f, alpha, x, y, n) => {
    const a = f.local("v128");
    return [
      a.set(f32x4.splat(alpha!.get)),
      eachVector(f, n!.get, [x!, y!], 4, [y!], (step, at) => [
        madd(target, a.get, loadStep(step, x!, at), loadStep(step, y!, at)),
      ]),
    ];
  });
}

/** run(alpha, x, y, n): y = alpha·x */
export function scaleKernel(target: Target): Run {
  return compile(target, ["f32", "i32", "i32", "i32"], (f, alpha, x, y, n) => {
    const a = f.local("v128");
    return [
      a.set(f32x4.splat(alpha!.get)),
      eachVector(f, n!.get, [x!, y!], 4, [y!], (step, at) => [f32x4.mul(a.get, loadStep(step, x!, at))]),
    ];
  });
}
