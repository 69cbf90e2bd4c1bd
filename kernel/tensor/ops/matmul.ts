// Matrix products: every heavy one of them is a gemm over [rows, columns], transposed operands read in place.

import { requireKnown, requireTensor, requireVector } from "../arguments";
import { type Rule, record } from "../autograd";
import type { BackwardPass } from "../backwardPass";
import { promote } from "../dtype";
import { broadcastShapes, countOf, isContiguous, type Shape, show, stridesOf } from "../shape";
import type { Tensor } from "../tensor";
import { cast, requireFloat } from "./check";
import { contiguous, reshape, transpose } from "./view";

/** Whether each matrix of a tensor is the transpose of one that lies in order, which gemm reads without a copy. */
function isTransposed({ shape, strides }: Tensor): boolean {
  const exchanged = (sizes: Shape) => [...sizes.slice(0, -2), sizes.at(-1)!, sizes.at(-2)!];
  return isContiguous(exchanged(shape), exchanged(strides));
}

/** A gemm result added to the gradient of x: in place where there is one already. */
export function giveGemm(
  pass: BackwardPass,
  x: Tensor,
  a: { readonly pointer: number },
  b: { readonly pointer: number },
  m: number,
  n: number,
  k: number,
  transA: boolean,
  transB: boolean,
): void {
  pass.accumulate(x, (dx, adding) =>
    pass.engine.kernels.gemm({
      a: a.pointer,
      b: b.pointer,
      c: dx.pointer,
      m,
      n,
      k,
      transA,
      transB,
      accumulate: adding,
    }),
  );
}

function productFormula(a: Tensor, b: Tensor, dy: Tensor) {
  return [() => matmul(dy, transpose(b, -2, -1)), () => matmul(transpose(a, -2, -1), dy)];
}

// C = A·B: dA = dC·Bᵀ, dB = Aᵀ·dC
const matmulRule: Rule<{ transA: boolean; transB: boolean }> = {
  name: "matmul",
  reads: "inputs",
  sharesGradient: true,
  backward(node, dy, pass) {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const { transA, transB } = node.info;
    const [m, k] = a.shape as [number, number];
    const n = b.shape[1]!;
    if (a.requiresGrad) giveGemm(pass, a, dy, b, m, k, n, false, !transB);
    if (b.requiresGrad) giveGemm(pass, b, a, dy, k, n, m, !transA, false);
  },
  formula: ({ inputs: [a, b] }, dy) => productFormula(a!, b!, dy),
};

/** One product of int32 matrices in order, by element offsets; wraps around as int32 does. */
function wholeGemm(i32: Int32Array, a: number, b: number, y: number, [m, k, n]: readonly number[]): void {
  for (let row = 0; row < m!; row++) {
    for (let column = 0; column < n!; column++) {
      let sum = 0;
      for (let i = 0; i < k!; i++) {
        sum = (sum + Math.imul(i32[a + row * k! + i]!, i32[b + i * n! + column]!)) | 0;
      }
      i32[y + row * n! + column] = sum;
    }
  }
}

/** [m, k] · [k, n] → [m, n] */
function matmul2(left: Tensor, right: Tensor): Tensor {
  if (left.dtype === "int32") return matmulBatched(left, right);
  const transA = !left.isContiguous() && isTransposed(left);
  const transB = !right.isContiguous() && isTransposed(right);
  const a = transA ? left : contiguous(left);
  const b = transB ? right : contiguous(right);
  const [m, k] = a.shape as [number, number];
  const n = b.shape[1]!;
  const { engine } = a;
  const y = engine.empty([m, n], "float32");
  engine.kernels.gemm({ a: a.pointer, b: b.pointer, c: y.pointer, m, n, k, transA, transB });
  return record(matmulRule, y, [a, b], { transA, transB });
}

/** Element offsets of each matrix of a batch, for an operand whose batch dimensions broadcast to `batch`. */
function batchOffsets(batch: Shape, shape: Shape): number[] {
  const own = shape.slice(0, -2);
  const strides = stridesOf(own);
  const matrix = shape.at(-1)! * shape.at(-2)!;
  return Array.from({ length: countOf(batch) }, (_, position) => {
    let rest = position;
    let offset = 0;
    for (let i = 1; i <= batch.length; i++) {
      const size = batch[batch.length - i]!;
      const index = rest % size;
      rest = (rest - index) / size;
      if (i <= own.length && own[own.length - i] !== 1) offset += index * strides[own.length - i]!;
    }
    return offset * matrix;
  });
}

const batchedRule: Rule<{ offsetsA: number[]; offsetsB: number[]; transB: boolean }> = {
  name: "matmul",
  reads: "inputs",
  sharesGradient: true,
  backward(node, dy, pass) {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const { offsetsA, offsetsB, transB } = node.info;
    const [m, k, n] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
    const { kernels } = pass.engine;
    // A matrix shared by several of the batch gathers their gradients, so both start from 0.
    if (a.requiresGrad) {
      const da = pass.allocate(a);
      kernels.fill({ y: da.pointer, value: 0, n: a.count });
      for (const [i, offset] of offsetsA.entries()) {
        const right = b.pointer + offsetsB[i]! * 4;
        kernels.gemm({
          a: dy.pointer + i * m * n * 4,
          b: right,
          c: da.pointer + offset * 4,
          m,
          n: k,
          k: n,
          transB: !transB,
          accumulate: true,
        });
      }
      pass.give(a, da);
    }
    if (b.requiresGrad) {
      const db = pass.allocate(b);
      kernels.fill({ y: db.pointer, value: 0, n: b.count });
      for (const [i, offset] of offsetsB.entries()) {
        const left = a.pointer + offsetsA[i]! * 4;
        kernels.gemm({
          a: left,
          b: dy.pointer + i * m * n * 4,
          c: db.pointer + offset * 4,
          m: k,
          n,
          k: m,
          transA: true,
          accumulate: true,
        });
      }
      pass.give(b, db);
    }
  },
  formula: ({ inputs: [a, b] }, dy) => productFormula(a!, b!, dy),
};

/** [..., m, k] · [..., k, n] → [..., m, n], the batch dimensions broadcast. */
function matmulBatched(left: Tensor, right: Tensor): Tensor {
  const a = contiguous(left);
  const transB = right.dtype !== "int32" && !right.isContiguous() && isTransposed(right);
  const b = transB ? right : contiguous(right);
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [m, k, n] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  const { engine } = a;
  const y = engine.empty([...batch, m, n], a.dtype);
  const offsetsA = batchOffsets(batch, a.shape);
  const offsetsB = batchOffsets(batch, b.shape);
  for (const [i, offset] of offsetsA.entries()) {
    const to = y.pointer + i * m * n * 4;
    if (a.dtype === "int32") {
      const [p, q] = [(a.pointer >>> 2) + offset, (b.pointer >>> 2) + offsetsB[i]!];
      wholeGemm(engine.i32, p, q, to >>> 2, [m, k, n]);
      continue;
    }
    const product = { a: a.pointer + offset * 4, b: b.pointer + offsetsB[i]! * 4, c: to };
    engine.kernels.gemm({ ...product, m, n, k, transB });
  }
  return record(batchedRule, y, [a, b], { offsetsA, offsetsB, transB });
}

/** The product by torch.matmul's rules, of int32 exact: vectors count as a row on the left and as a column on the right. */
export function matmul(left: Tensor, right: Tensor): Tensor {
  requireKnown("matmul", arguments, 2);
  requireTensor("matmul", left);
  requireTensor("matmul", right);
  const dtype = promote("int32", promote(left.dtype, right.dtype));
  const a = cast(left, dtype);
  const b = cast(right, dtype);
  const rankA = a.shape.length;
  const rankB = b.shape.length;
  const inner = rankB > 1 ? b.shape[rankB - 2] : b.shape[0];
  if (rankA === 0 || rankB === 0 || a.shape[rankA - 1] !== inner) {
    throw new RangeError(
      `matmul: expected [..., m, k] and [..., k, n] (or vectors [k]), got ${show(a.shape)} and ${show(b.shape)}`,
    );
  }
  if (rankA === 2 && rankB === 2) return matmul2(a, b);
  if (rankA === 1) {
    const product = matmul(reshape(a, [1, a.shape[0]!]), b);
    return reshape(
      product,
      product.shape.filter((_, i) => i !== product.shape.length - (rankB === 1 ? 1 : 2)),
    );
  }
  if (rankB === 1) {
    const product = matmul(a, reshape(b, [b.shape[0]!, 1]));
    return reshape(product, product.shape.slice(0, -1));
  }
  if (rankB === 2) {
    const rows = reshape(a, [countOf(a.shape.slice(0, -1)), a.shape.at(-1)!]);
    return reshape(matmul2(rows, b), [...a.shape.slice(0, -1), b.shape[1]!]);
  }
  return matmulBatched(a, b);
}

// y = x·Wᵀ + b: dx = dy·W, dW = dyᵀ·x, db = Σ over rows of dy
const linearRule: Rule = {
  name: "linear",
  reads: "inputs",
  sharesGradient: true,
  backward(node, dy, pass) {
    const [x, weight, bias] = node.inputs as [Tensor, Tensor, Tensor?];
    const [outputs, inputs] = weight.shape as [number, number];
    const rows = inputs === 0 ? node.output.count / outputs : x.count / inputs;
    if (bias?.requiresGrad) {
      const db = pass.allocate(bias);
      pass.engine.kernels.reduce("sum", { x: dy.pointer, y: db.pointer, outer: 1, n: rows, inner: outputs });
      pass.give(bias, db);
    }
    if (weight.requiresGrad) giveGemm(pass, weight, dy, x, outputs, inputs, rows, true, false);
    if (x.requiresGrad) giveGemm(pass, x, dy, weight, rows, inputs, outputs, false, false);
  },
  formula({ inputs }, dy) {
    const [x, weight] = inputs as [Tensor, Tensor];
    const rows = (each: Tensor) => reshape(each, [countOf(each.shape.slice(0, -1)), each.shape.at(-1)!]);
    return [() => matmul(dy, weight), () => matmul(transpose(rows(dy), 0, 1), rows(x)), () => dy];
  },
};

/**
 * x[..., in] · weight[out, in]ᵀ + bias[out] → [..., out], as torch.nn.functional.linear.
 */
export function linear(input: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  requireKnown("linear", arguments, 3);
  const x = contiguous(requireFloat("linear", input));
  const w = contiguous(requireFloat("linear", weight));
  const [outputs, inputs] = w.shape as [number, number];
  if (w.shape.length !== 2) {
    throw new RangeError(`linear: expected weight [out, in], got ${show(w.shape)}`);
  }
  if (x.shape.at(-1) !== inputs) {
    throw new RangeError(
      `linear: expected input [..., ${inputs}] for weight ${show(w.shape)}, got ${show(x.shape)}; ` +
        "flatten() pictures first, or transpose what lies the other way",
    );
  }
  requireVector("linear", "bias", bias, outputs);
  const b = bias ? contiguous(bias) : null;
  const { engine } = x;
  const shape = x.shape.length === 2 ? [x.shape[0]!, outputs] : x.shape.with(-1, outputs);
  const y = engine.empty(shape, "float32");
  const rows = countOf(shape.slice(0, -1));
  engine.kernels.gemm({
    a: x.pointer,
    b: w.pointer,
    c: y.pointer,
    m: rows,
    n: outputs,
    k: inputs,
    transB: true,
  });
  if (b === null) return record(linearRule, y, [x, w], undefined);
  engine.kernels.binary("add", "rowRight", {
    a: y.pointer,
    b: b.pointer,
    y: y.pointer,
    rows,
    columns: outputs,
  });
  return record(linearRule, y, [x, w, b], undefined);
}
