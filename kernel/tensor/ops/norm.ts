// Reductions with a rule of their own: norm and logsumexp.

import { describe } from "../arguments";
import { type Rule, record } from "../autograd";
import { show } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import { type Dims, dimsOf, gathered, shapesOf } from "./reduction";

/** x[outer, n, inner], reduced over n. */
export interface Columns {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

/** Calls `f` with the index of each result and of its first summand; the others follow `inner` apart. */
export function eachColumn({ outer, n, inner }: Columns, f: (result: number, first: number) => void): void {
  for (let o = 0; o < outer; o++) for (let i = 0; i < inner; i++) f(o * inner + i, o * n * inner + i);
}

/** A norm's order: a number, or "fro", which is 2. */
export type Order = number | "fro";

/** ∂‖x‖/∂x at one of the numbers; `ties` are as large (small) as the extreme. */
function slopeOf(p: number, x: number, y: number, ties: number): number {
  if (p === 0 || y === 0) return p === 1 ? Math.sign(x) : 0;
  if (Math.abs(p) === Number.POSITIVE_INFINITY) return Math.abs(x) === y ? Math.sign(x) / ties : 0;
  if (p === 1) return Math.sign(x);
  if (p === 2) return x / y;
  return x === 0 ? 0 : Math.sign(x) * (Math.abs(x) / y) ** (p - 1);
}

// 0 at the origin for p > 1; of extremes each takes its share, as in PyTorch
const normRule: Rule<Columns & { readonly p: number }> = {
  name: "norm",
  reads: "inputs",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const { n, inner, p } = node.info;
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
      if (!Number.isFinite(p)) {
        for (let j = 0; j < n; j++) ties += Number(Math.abs(f32[from + first + j * inner]!) === y);
      }
      for (let j = 0; j < n; j++) {
        const at = first + j * inner;
        f32[to + at] = f32[gradient + result]! * slopeOf(p, f32[from + at]!, y, ties);
      }
    });
    pass.give(x, dx);
  },
  formula({ inputs: [given], output, info: { outer, n, inner, p } }, dy) {
    const x = given!.reshape(outer, n, inner);
    const y = output.reshape(outer, 1, inner);
    return [
      () =>
        dy
          .reshape(outer, 1, inner)
          .mul(slopesOf(p, x, y))
          .reshape(given!.shape),
    ];
  },
};

/** slopeOf() in words of operations: what is not chosen is divided by 1, that no NaN comes back. */
function slopesOf(p: number, x: Tensor, y: Tensor): Tensor {
  if (p === 0) return x.mul(0);
  if (p === 1) return x.sign();
  if (!Number.isFinite(p)) {
    const extreme = x.abs().eq(y).float();
    return x.sign().mul(extreme).div(extreme.sum(1, true));
  }
  const whole = y.maskedFill(y.eq(0), 1);
  if (p === 2) return x.div(whole).maskedFill(y.eq(0), 0);
  const size = x.abs().maskedFill(x.eq(0), 1);
  return x
    .sign()
    .mul(size.div(whole).pow(p - 1))
    .maskedFill(y.eq(0), 0);
}

/** What is summed (or the extreme so far), once another number has come. */
function grown(p: number, sum: number, value: number): number {
  if (p === 2) return sum + value * value;
  if (p === 1) return sum + value;
  if (p === 0) return sum + Number(value !== 0);
  if (p === Number.POSITIVE_INFINITY) return Math.max(sum, value);
  if (p === Number.NEGATIVE_INFINITY) return Math.min(sum, value);
  return sum + value ** p;
}

/** (Σ|x|ᵖ)^(1/p); the largest |x| for p = ∞, the smallest for −∞, the number of others than 0 for 0. */
export function norm(input: Tensor, order: Order, dims: Dims, keepdim: boolean, operation = "norm"): Tensor {
  const p = order === "fro" ? 2 : order;
  if (typeof p !== "number" || Number.isNaN(p)) {
    throw new RangeError(`${operation}: expected p to be a number or "fro", got ${describe(p)}`);
  }
  const list = dimsOf(operation, dims, input.shape);
  const { kept, dropped } = shapesOf(input.shape, list);
  const { x, outer, n, inner } = gathered(requireFloat(operation, input), list);
  if ((p < 0 || p === Number.POSITIVE_INFINITY) && n === 0) {
    throw new RangeError(
      `${operation}: expected at least one element for p = ${p}, got shape ${show(input.shape)}`,
    );
  }
  const { engine } = x;
  const y = engine.empty(keepdim ? kept : dropped, "float32");
  const { f32 } = engine;
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  const start = p === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : 0;
  const root =
    p === 2
      ? Math.sqrt
      : p === 0 || p === 1 || !Number.isFinite(p)
        ? Number
        : (sum: number) => sum ** (1 / p);
  eachColumn({ outer, n, inner }, (result, first) => {
    let sum = start;
    for (let j = 0; j < n; j++) sum = grown(p, sum, Math.abs(f32[from + first + j * inner]!));
    f32[to + result] = root(sum);
  });
  return record(normRule, y, [x], { outer, n, inner, p });
}

// dx = dy · e^(x − y), the softmax of x
const logsumexpRule: Rule<Columns> = {
  name: "logsumexp",
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
      for (let j = 0; j < n; j++) {
        const at = first + j * inner;
        f32[to + at] = f32[gradient + result]! * Math.exp(f32[from + at]! - f32[out + result]!);
      }
    });
    pass.give(x, dx);
  },
  formula({ inputs: [x], output, info: { outer, n, inner } }, dy) {
    const column = (each: Tensor) => each.reshape(outer, 1, inner);
    const share = () => x!.reshape(outer, n, inner).sub(column(output)).exp();
    return [() => column(dy).mul(share()).reshape(x!.shape)];
  },
};

/** log Σ eˣ, without overflow. */
export function logsumexp(input: Tensor, dims: Dims, keepdim: boolean): Tensor {
  const list = dimsOf("logsumexp", dims, input.shape);
  const { kept, dropped } = shapesOf(input.shape, list);
  const { x, outer, n, inner } = gathered(requireFloat("logsumexp", input), list);
  const { engine } = x;
  const y = engine.empty(keepdim ? kept : dropped, "float32");
  const { f32 } = engine;
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  eachColumn({ outer, n, inner }, (result, first) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < n; j++) largest = Math.max(largest, f32[from + first + j * inner]!);
    const shift = Number.isFinite(largest) ? largest : 0; // ∞ − ∞ would be NaN
    let sum = 0;
    for (let j = 0; j < n; j++) sum += Math.exp(f32[from + first + j * inner]! - shift);
    f32[to + result] = shift + Math.log(sum);
  });
  return record(logsumexpRule, y, [x], { outer, n, inner });
}
