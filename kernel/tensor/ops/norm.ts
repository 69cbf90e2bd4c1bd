// Reductions with a rule of their own: norm and logsumexp.

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

type Power = 1 | 2 | typeof Number.POSITIVE_INFINITY;

// p = 1: dy·sign x; p = 2: dy·x/y, 0 at the origin; p = ∞: the largest share dy, as in PyTorch
const normRule: Rule<Columns & { readonly p: Power }> = {
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
      if (p === Number.POSITIVE_INFINITY) {
        for (let j = 0; j < n; j++) ties += Number(Math.abs(f32[from + first + j * inner]!) === y);
      }
      for (let j = 0; j < n; j++) {
        const at = first + j * inner;
        const value = f32[from + at]!;
        const slope =
          p === 2
            ? y === 0
              ? 0
              : value / y
            : p === 1 || Math.abs(value) === y
              ? Math.sign(value) / (ties || 1)
              : 0;
        f32[to + at] = f32[gradient + result]! * slope;
      }
    });
    pass.give(x, dx);
  },
};

/** (Σ|x|ᵖ)^(1/p) for p = 1 and 2, max |x| for p = ∞. */
export function norm(input: Tensor, p: number, dims: Dims, keepdim: boolean): Tensor {
  if (p !== 1 && p !== 2 && p !== Number.POSITIVE_INFINITY) {
    throw new RangeError(
      `norm: expected p = 1, 2 or Infinity, got ${p}; write others as x.abs().pow(p).sum().pow(1 / p)`,
    );
  }
  const list = dimsOf("norm", dims, input.shape);
  const { kept, dropped } = shapesOf(input.shape, list);
  const { x, outer, n, inner } = gathered(requireFloat("norm", input), list);
  if (p === Number.POSITIVE_INFINITY && n === 0) {
    throw new RangeError(
      `norm: expected at least one element for p = Infinity, got shape ${show(input.shape)}`,
    );
  }
  const { engine } = x;
  const y = engine.empty(keepdim ? kept : dropped, "float32");
  const { f32 } = engine;
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  eachColumn({ outer, n, inner }, (result, first) => {
    let sum = 0;
    for (let j = 0; j < n; j++) {
      const value = Math.abs(f32[from + first + j * inner]!);
      sum = p === 1 ? sum + value : p === 2 ? sum + value * value : Math.max(sum, value);
    }
    f32[to + result] = p === 2 ? Math.sqrt(sum) : sum;
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
