// Reductions over some or all dimensions.

import { describe, optionsOf, requireNumber } from "../arguments";
import { type Rule, record } from "../autograd";
import { checkDim, countOf, type Shape, show } from "../shape";
import type { Tensor } from "../tensor";
import { arithmetic } from "./arithmetic";
import { repeatTo } from "./broadcast";
import { cast, requireFloat, requireTotal } from "./check";
import { square } from "./elementwise";
import { stack } from "./join";
import { contiguous, expand, permute, reshape } from "./view";

/** One dimension, several, or undefined for all. */
export type Dims = number | readonly number[] | undefined;

/** Whether reduced dimensions stay, at size 1. */
export interface KeepDim {
  /** Default false. */
  readonly keepdim?: boolean;
}

/** For variances: `correction` is taken from the count (1, the default, is Bessel's; 0 gives the biased variance). */
export interface Correction extends KeepDim {
  /** Default 1. */
  readonly correction?: number;
  /** PyTorch's older word: true (default) is correction 1, false is 0. */
  readonly unbiased?: boolean;
}

/** What a variance was told: by name, or in PyTorch's order `unbiased, keepdim`. */
export function correctionOf(
  operation: string,
  options: Correction | boolean,
  more: readonly unknown[],
): { correction: number; keepdim: boolean } {
  const names = ["unbiased", "keepdim", "correction"] as const;
  const { unbiased, correction, keepdim = false } = optionsOf<Correction>(operation, names, options, more);
  if (unbiased === undefined) return { correction: correction ?? 1, keepdim };
  if (typeof unbiased !== "boolean" || correction !== undefined) {
    throw new TypeError(
      `${operation}: expected unbiased to be true or false, or a correction in its stead, got ${describe(unbiased)}`,
    );
  }
  return { correction: Number(unbiased), keepdim };
}

/** The dimensions in rising order; all of them for undefined. */
export function dimsOf(operation: string, dims: Dims, shape: Shape): number[] {
  if (dims === undefined) return shape.map((_, i) => i);
  const given = typeof dims === "number" ? [dims] : dims;
  if (!Array.isArray(given)) {
    throw new TypeError(`${operation}: expected a dim, or an array of dims, got ${describe(given)}`);
  }
  const list = given.map((dim: number) => checkDim(operation, dim, shape));
  if (new Set(list).size !== list.length) {
    throw new RangeError(`${operation}: expected each dim once, got ${show(dims as readonly number[])}`);
  }
  return shape.length === 0 ? [] : list.sort((a, b) => a - b);
}

/** One dimension, or all for undefined. */
export function oneOf(operation: string, dim: number | undefined, shape: Shape): number[] {
  return dimsOf(operation, dim === undefined ? undefined : checkDim(operation, dim, shape), shape);
}

/** The result with each reduced dimension kept at size 1, and without them. */
export function shapesOf(shape: Shape, dims: readonly number[]): { kept: number[]; dropped: number[] } {
  return {
    kept: shape.map((size, i) => (dims.includes(i) ? 1 : size)),
    dropped: shape.filter((_, i) => !dims.includes(i)),
  };
}

/** A tensor whose reduced dimensions are neighbors: x as [outer, n, inner]. */
interface Gathered {
  readonly x: Tensor;
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  /** The shape of x with the reduced dimensions at size 1. */
  readonly kept: Shape;
}

/** A copy only if the reduced dimensions are not neighbors. */
export function gathered(x: Tensor, dims: readonly number[]): Gathered {
  const neighbors = dims.every((dim, i) => i === 0 || dim === dims[i - 1]! + 1);
  if (!neighbors) {
    const others = x.shape.map((_, i) => i).filter((i) => !dims.includes(i));
    const moved = permute(x, [...others, ...dims]);
    return gathered(
      moved,
      dims.map((_, i) => others.length + i),
    );
  }
  const first = dims[0] ?? 0;
  return {
    x: contiguous(x),
    outer: countOf(x.shape.slice(0, first)),
    n: countOf(dims.map((dim) => x.shape[dim]!)),
    inner: countOf(x.shape.slice(first + dims.length)),
    kept: shapesOf(x.shape, dims).kept,
  };
}

interface Reduction {
  /** The output's shape with the reduced dimensions at size 1, which broadcasts against the input. */
  readonly kept: Shape;
  readonly n: number;
}

// Every summand has the output's gradient (÷ n for the mean).
function spread(name: "sum" | "mean"): Rule<Reduction> {
  return {
    name,
    backward(node, dy, pass) {
      const x = node.inputs[0]!;
      const { kept, n } = node.info;
      const { kernels } = pass.engine;
      if (name === "mean")
        kernels.scale({ alpha: 1 / n, x: dy.pointer, y: dy.pointer, n: node.output.count });
      if (node.output.count === 1) {
        pass.give(x, pass.filled(x, pass.engine.f32[dy.pointer >>> 2]!));
      } else pass.give(x, repeatTo(pass.engine, dy, kept, x.shape));
    },
    formula({ inputs: [x], info: { kept, n } }, dy) {
      return [() => expand(reshape(name === "mean" ? dy.mul(1 / n) : dy, kept), x!.shape)];
    },
  };
}

const rules = { sum: spread("sum"), mean: spread("mean") };

export function sumOrMean(op: "sum" | "mean", input: Tensor, dims: Dims, keepdim: boolean): Tensor {
  const list = dimsOf(op, dims, input.shape);
  const { kept, dropped } = shapesOf(input.shape, list);
  if (op === "sum" && input.dtype !== "float32") {
    return wholeTotals(op, input, list, keepdim ? kept : dropped);
  }
  if (op === "mean" && input.dtype === "int32") {
    throw new TypeError(
      `mean: expected float32 numbers, or bool for the share that is true, got int32; convert them with float()`,
    );
  }
  const { x, outer, n, inner, kept: reduced } = gathered(requireFloat(op, input), list);
  const { engine } = x;
  const y = engine.empty(keepdim ? kept : dropped, "float32");
  engine.kernels.reduce(op, { x: x.pointer, y: y.pointer, outer, n, inner });
  return record(rules[op], y, [x], { kept: reduced, n });
}

/** Sums (counts of bool) and products of whole numbers, exact; one that int32 does not hold is refused. */
function wholeTotals(
  operation: "sum" | "prod",
  input: Tensor,
  dims: readonly number[],
  shape: Shape,
): Tensor {
  const { x, outer, n, inner } = gathered(cast(input, "int32"), dims);
  const { engine } = x;
  const y = engine.empty(shape, "int32");
  const { i32 } = engine;
  const from = x.pointer >>> 2;
  const to = y.pointer >>> 2;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let total = operation === "sum" ? 0 : 1;
      for (let j = 0; j < n; j++) {
        const value = i32[from + (o * n + j) * inner + i]!;
        if (operation === "sum") total += value;
        else total *= value; // inexact only where it is refused, and 0 stays 0
      }
      i32[to + o * inner + i] = requireTotal(operation, total);
    }
  }
  return y;
}

/** Σ(x − mean)² / (n − correction), in two passes. */
export function variance(
  input: Tensor,
  dims: Dims,
  correction: number,
  keepdim: boolean,
  operation = "var",
): Tensor {
  requireNumber(operation, "correction", correction);
  const x = requireFloat(operation, input);
  const n = countOf(dimsOf(operation, dims, x.shape).map((dim) => x.shape[dim]!));
  const centered = arithmetic("sub", x, sumOrMean("mean", x, dims, true));
  return arithmetic("div", sumOrMean("sum", square(centered), dims, keepdim), Math.max(n - correction, 0));
}

// dx = dy / 2y, and 0 where y is: as PyTorch's, so that a constant feature does not make every gradient NaN
const deviationRule: Rule = {
  name: "std",
  reads: "output",
  backward(node, dy, pass) {
    const { f32 } = pass.engine;
    const [out, to] = [node.output.pointer >>> 2, dy.pointer >>> 2];
    for (let i = 0; i < node.output.count; i++) {
      const y = f32[out + i]!;
      f32[to + i] = y === 0 ? 0 : f32[to + i]! / (2 * y);
    }
    pass.give(node.inputs[0]!, dy);
  },
  formula: ({ output: y }, dy) => [() => dy.mul(0.5).div(y.maskedFill(y.eq(0), Number.POSITIVE_INFINITY))],
};

/** What numbers have to be divided by, for each variance, so that float32 holds their squares: powers of two; null for 1. */
function scalesFor(input: Tensor, squared: Tensor, dims: Dims): Tensor | null {
  const first = squared.pointer >>> 2;
  const squares = squared.engine.f32.subarray(first, first + squared.count);
  if (squares.every((square) => Number.isNaN(square) || (square > 1e-30 && square < 3e38))) return null;
  const { x, outer, n, inner } = gathered(input.detach(), dimsOf("std", dims, input.shape));
  const scales = x.engine.empty(shapesOf(input.shape, dimsOf("std", dims, input.shape)).kept, "float32");
  const { f32 } = x.engine;
  const [from, to] = [x.pointer >>> 2, scales.pointer >>> 2];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let largest = 0;
      for (let j = 0; j < n; j++) {
        largest = Math.max(largest, Math.abs(f32[from + (o * n + j) * inner + i]!));
      }
      const extreme = (largest > 1e15 && Number.isFinite(largest)) || (largest > 0 && largest < 1e-15);
      f32[to + o * inner + i] = extreme ? 2 ** Math.max(-126, Math.floor(Math.log2(largest))) : 1;
    }
  }
  const used = f32.subarray(to, to + scales.count);
  return used.every((scale) => scale === 1) ? null : scales;
}

/** √ of the variance. */
export function standardDeviation(
  input: Tensor,
  dims: Dims,
  correction: number,
  keepdim: boolean,
  operation = "std",
): Tensor {
  const x = requireFloat(operation, input);
  const squared = variance(x, dims, correction, keepdim, operation);
  const { engine } = squared;
  const scales = scalesFor(x, squared, dims);
  if (scales !== null) {
    const scaled = standardDeviation(arithmetic("div", x, scales), dims, correction, keepdim, operation);
    return arithmetic("mul", scaled, reshape(scales, scaled.shape));
  }
  const y = engine.emptyLike(squared, "float32");
  engine.kernels.unary("sqrt", { x: squared.pointer, y: y.pointer, n: y.count });
  return record(deviationRule, y, [squared], undefined);
}

// dx_i = dy · Π of all the other factors, formed without dividing: a factor may be 0
const productRule: Rule<{ outer: number; n: number; inner: number }> = {
  name: "prod",
  reads: "inputs",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const { outer, n, inner } = node.info;
    const dx = pass.allocate(x);
    const { f32 } = pass.engine;
    const [from, to, gradient] = [x.pointer >>> 2, dx.pointer >>> 2, dy.pointer >>> 2];
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const at = (j: number) => (o * n + j) * inner + i;
        let before = f32[gradient + o * inner + i]!;
        for (let j = 0; j < n; j++) {
          f32[to + at(j)] = before;
          before *= f32[from + at(j)]!;
        }
        let after = 1;
        for (let j = n - 1; j >= 0; j--) {
          f32[to + at(j)]! *= after;
          after *= f32[from + at(j)]!;
        }
      }
    }
    pass.give(x, dx);
  },
  formula({ inputs: [x], info: { outer, n, inner } }, dy) {
    return [
      () => {
        const factors = reshape(x!, [outer, n, inner]).unbind(1);
        const before = [reshape(dy, [outer, inner])];
        for (const factor of factors.slice(0, -1)) before.push(before.at(-1)!.mul(factor));
        let after: Tensor | undefined;
        const parts = before.toReversed().map((product, i) => {
          const part = after === undefined ? product : product.mul(after);
          const factor = factors[n - 1 - i]!;
          after = after === undefined ? factor : after.mul(factor);
          return part;
        });
        return n === 0 ? x!.mul(0) : reshape(stack(parts.reverse(), 1), x!.shape);
      },
    ];
  },
};

/** Product over one dimension or all. */
export function product(input: Tensor, dim: number | undefined, keepdim: boolean): Tensor {
  const list = oneOf("prod", dim, input.shape);
  const { kept, dropped } = shapesOf(input.shape, list);
  if (input.dtype !== "float32") return wholeTotals("prod", input, list, keepdim ? kept : dropped);
  const { x, outer, n, inner } = gathered(input, list);
  const { engine } = x;
  const y = engine.empty(keepdim ? kept : dropped, "float32");
  engine.kernels.reduce("prod", { x: x.pointer, y: y.pointer, outer, n, inner });
  return record(productRule, y, [x], { outer, n, inner });
}

/** Brings a dimension to the end, applies f to rows, and takes it back. */
export function alongLast(x: Tensor, dim: number, f: (x: Tensor) => Tensor): Tensor {
  const last = x.shape.length - 1;
  if (dim === last || last < 0) return f(contiguous(x));
  const order = x.shape.map((_, i) => i).filter((i) => i !== dim);
  order.push(dim);
  const back = order.map((_, i) => order.indexOf(i));
  return permute(f(contiguous(permute(x, order))), back);
}
