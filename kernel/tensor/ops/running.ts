// Running products, extremes and sums of exponentials along a dimension; running sums are in scan.ts.

import { type Rule, record } from "../autograd";
import { checkDim, countOf } from "../shape";
import type { Tensor } from "../tensor";
import { cast, requireFloat, requireTotal } from "./check";
import type { Extremes } from "./extremes";
import { gather } from "./indexing";
import { type Columns, eachColumn } from "./norm";
import { contiguous } from "./view";

function columnsOf(operation: string, x: Tensor, dim: number): Columns {
  const at = checkDim(operation, dim, x.shape);
  return {
    outer: countOf(x.shape.slice(0, at)),
    n: x.shape[at] ?? 1,
    inner: countOf(x.shape.slice(at + 1)),
  };
}

// dx_i = Σ_{j ≥ i} dy_j · Π of the first j but for i: y_j / x_i, or without dividing where a column holds a 0
const cumprodRule: Rule<Columns> = {
  name: "cumprod",
  reads: "both",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const { n, inner } = node.info;
    const dx = pass.allocate(x);
    const { f32 } = pass.engine;
    const [from, out, gradient, to] = [
      x.pointer >>> 2,
      node.output.pointer >>> 2,
      dy.pointer >>> 2,
      dx.pointer >>> 2,
    ];
    eachColumn(node.info, (_, first) => {
      let zero = n; // the first 0: behind it, only what leaves it out is not 0
      for (let j = n - 1; j >= 0; j--) if (f32[from + first + j * inner] === 0) zero = j;
      let sum = 0;
      for (let j = zero - 1; j >= 0; j--) {
        const at = first + j * inner;
        sum += f32[gradient + at]! * f32[out + at]!;
        f32[to + at] = sum / f32[from + at]!;
      }
      let product = zero === 0 ? 1 : zero < n ? f32[out + first + (zero - 1) * inner]! : 0;
      let left = 0;
      for (let j = zero; j < n; j++) {
        const at = first + j * inner;
        f32[to + at] = 0;
        if (j > zero) product *= f32[from + at]!;
        left += f32[gradient + at]! * product;
      }
      if (zero < n) f32[to + first + zero * inner] = left;
    });
    pass.give(x, dx);
  },
};

/** Products of the first, the first two, … elements along a dimension; int32 and bool give int32. */
export function cumprod(input: Tensor, dim: number): Tensor {
  const x = contiguous(input.dtype === "bool" ? cast(input, "int32") : input);
  const columns = columnsOf("cumprod", x, dim);
  const { n, inner } = columns;
  const { engine } = x;
  const y = engine.emptyLike(x, x.dtype);
  const memory = x.dtype === "int32" ? engine.i32 : engine.f32;
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  eachColumn(columns, (_, first) => {
    let product = 1;
    for (let j = 0; j < n; j++) {
      const at = first + j * inner;
      product *= memory[from + at]!;
      memory[to + at] = x.dtype === "int32" ? requireTotal("cumprod", product) : product;
    }
  });
  return record(cumprodRule, y, [x], columns);
}

/** The largest (smallest) so far along a dimension and where it is: the last of equals, NaN once there is one. */
export function runningExtreme(op: "cummax" | "cummin", input: Tensor, dim: number): Extremes {
  const x = contiguous(input);
  const columns = columnsOf(op, x, dim);
  const { n, inner } = columns;
  const { engine } = x;
  const indices = engine.empty(x.shape, "int32");
  const memory = x.dtype === "int32" ? engine.i32 : engine.f32;
  const [from, to] = [x.pointer >>> 2, indices.pointer >>> 2];
  eachColumn(columns, (_, first) => {
    let best = 0;
    for (let j = 0; j < n; j++) {
      const [value, most] = [memory[from + first + j * inner]!, memory[from + first + best * inner]!];
      if (Number.isNaN(value) || (op === "cummax" ? value >= most : value <= most)) best = j;
      engine.i32[to + first + j * inner] = best;
    }
  });
  return { values: gather(x, dim, indices), indices };
}

// dx_i = e^(x_i − y_i) · c_i, c_i = dy_i + e^(y_i − y_{i+1}) · c_{i+1}: no exponent is above 0
const logcumsumexpRule: Rule<Columns> = {
  name: "logcumsumexp",
  reads: "both",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const { n, inner } = node.info;
    const { f32 } = pass.engine;
    const [from, out, gradient] = [x.pointer >>> 2, node.output.pointer >>> 2, dy.pointer >>> 2];
    eachColumn(node.info, (_, first) => {
      let carried = 0;
      for (let j = n - 1; j >= 0; j--) {
        const at = first + j * inner;
        const y = f32[out + at]!;
        const shrink = j === n - 1 ? 0 : differenceExp(y, f32[out + at + inner]!);
        carried = f32[gradient + at]! + shrink * carried;
        f32[gradient + at] = differenceExp(f32[from + at]!, y) * carried;
      }
    });
    pass.give(x, dy);
  },
};

/** e^(a − b) for a ≤ b, which may both be −∞ or ∞. */
function differenceExp(a: number, b: number): number {
  return a === b ? (a === Number.NEGATIVE_INFINITY ? 0 : 1) : Math.exp(a - b);
}

/** log of the running sums of eˣ along a dimension, without overflow. */
export function logcumsumexp(input: Tensor, dim: number): Tensor {
  const x = contiguous(requireFloat("logcumsumexp", input));
  const columns = columnsOf("logcumsumexp", x, dim);
  const { n, inner } = columns;
  const y = x.engine.emptyLike(x, "float32");
  const { f32 } = x.engine;
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  eachColumn(columns, (_, first) => {
    let total = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < n; j++) {
      const at = first + j * inner;
      const value = f32[from + at]!;
      const [low, high] = total < value ? [total, value] : [value, total];
      total =
        low === high
          ? high + Math.LN2 * Number(Number.isFinite(high))
          : high + Math.log1p(Math.exp(low - high));
      f32[to + at] = total;
    }
  });
  return record(logcumsumexpRule, y, [x], columns);
}
