// Softmax and its logarithm along one dimension.

import { type Rule, record } from "../autograd";
import { checkDim, countOf } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import { alongLast, sumOrMean } from "./reduction";

/** [..., columns] as rows × columns. */
function rowsOf(x: Tensor): { rows: number; columns: number } {
  return { rows: countOf(x.shape.slice(0, -1)), columns: x.shape.at(-1) ?? 1 };
}

// y = x − logΣeˣ: dx = dy − eʸ·Σdy
const logSoftmaxRule: Rule = {
  name: "logSoftmax",
  reads: "output",
  backward(node, dy, pass) {
    const y = node.output;
    const { rows, columns } = rowsOf(y);
    const { engine } = pass;
    const { kernels } = engine;
    const sums = engine.allocate(rows);
    const share = engine.allocate(y.count, y.shape);
    kernels.reduce("sum", { x: dy.pointer, y: sums.pointer, outer: rows, n: columns, inner: 1 });
    kernels.unary("exp", { x: y.pointer, y: share.pointer, n: y.count });
    kernels.binary("mul", "columnRight", {
      a: share.pointer,
      b: sums.pointer,
      y: share.pointer,
      rows,
      columns,
    });
    kernels.axpy({ alpha: -1, x: share.pointer, y: dy.pointer, n: y.count });
    engine.release(sums);
    engine.release(share);
    pass.give(node.inputs[0]!, dy);
  },
  formula: ({ output: y }, dy) => [() => dy.sub(y.exp().mul(sumOrMean("sum", dy, -1, true)))],
};

// y = eˣ / Σeˣ: dx = y·(dy − Σ dy·y)
const softmaxRule: Rule = {
  name: "softmax",
  reads: "output",
  backward(node, dy, pass) {
    const y = node.output;
    const { rows, columns } = rowsOf(y);
    const { engine } = pass;
    const { kernels } = engine;
    const sums = engine.allocate(rows);
    const products = engine.allocate(y.count, y.shape);
    kernels.binary("mul", "same", { a: dy.pointer, b: y.pointer, y: products.pointer, columns: y.count });
    kernels.reduce("sum", { x: products.pointer, y: sums.pointer, outer: rows, n: columns, inner: 1 });
    kernels.binary("sub", "columnRight", { a: dy.pointer, b: sums.pointer, y: dy.pointer, rows, columns });
    kernels.binary("mul", "same", { a: dy.pointer, b: y.pointer, y: dy.pointer, columns: y.count });
    engine.release(sums);
    engine.release(products);
    pass.give(node.inputs[0]!, dy);
  },
  formula: ({ output: y }, dy) => [() => y.mul(dy.sub(sumOrMean("sum", dy.mul(y), -1, true)))],
};

function along(operation: "softmax" | "logSoftmax", input: Tensor, dim: number): Tensor {
  const at = checkDim(operation, dim, input.shape);
  return alongLast(requireFloat(operation, input), at, (x) => {
    const { engine } = x;
    const { rows, columns } = rowsOf(x);
    const y = engine.emptyLike(x, "float32");
    engine.kernels.logSoftmax({ x: x.pointer, logProbabilities: y.pointer, rows, columns });
    if (operation === "logSoftmax") return record(logSoftmaxRule, y, [x], undefined);
    engine.kernels.unary("exp", { x: y.pointer, y: y.pointer, n: y.count });
    return record(softmaxRule, y, [x], undefined);
  });
}

export function softmax(x: Tensor, dim: number): Tensor {
  return along("softmax", x, dim);
}

export function logSoftmax(x: Tensor, dim: number): Tensor {
  return along("logSoftmax", x, dim);
}
