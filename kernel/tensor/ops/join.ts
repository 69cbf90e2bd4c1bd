// Putting tensors together and picking from them: cat, stack, indexSelect, where.

import { describe, requireKnown, requireTensor, requireTensors } from "../arguments";
import { type Rule, record } from "../autograd";
import { promote } from "../dtype";
import { broadcastShapes, checkDim, countOf, sameShape, show, stridesOf } from "../shape";
import { copyStrided, packed } from "../strided";
import type { Tensor } from "../tensor";
import { giveTo } from "./broadcast";
import { cast, scalar } from "./check";
import { spill } from "./positions";
import { contiguous, expand, slice, unsqueeze } from "./view";

// Each input takes its own stretch of dy.
const catRule: Rule<{ dim: number }> = {
  name: "cat",
  backward(node, dy, pass) {
    const { dim } = node.info;
    const strides = stridesOf(node.output.shape);
    let start = 0;
    for (const x of node.inputs) {
      if (x.requiresGrad) {
        const dx = pass.allocate(x);
        const part = { storage: dy, offset: start * strides[dim]!, strides };
        copyStrided(pass.engine, x.shape, part, packed(dx, x.shape));
        pass.give(x, dx);
      }
      start += x.shape[dim]!;
    }
  },
  formula({ inputs, info: { dim } }, dy) {
    let start = 0;
    return inputs.map((x) => {
      const from = start;
      start += x.shape[dim]!;
      return () => slice(dy, dim, from, from + x.shape[dim]!, 1);
    });
  },
};

/** As torch.cat, which passes over empty vectors [0] of whatever shape the others are, but not over their dtype. */
export function cat(tensors: readonly Tensor[], dim: number, operation = "cat"): Tensor {
  requireTensors(operation, tensors);
  if (tensors.length === 0) throw new RangeError(`${operation}: expected at least one tensor, got none`);
  const dtype = tensors.map((x) => x.dtype).reduce(promote);
  const given = tensors.filter((x) => !sameShape(x.shape, [0]));
  const first = given[0] ?? tensors[0]!;
  const at = checkDim(operation, dim, first.shape);
  for (const x of given) {
    const fits =
      x.shape.length === first.shape.length && x.shape.every((n, i) => i === at || n === first.shape[i]);
    if (!fits || first.shape.length === 0) {
      throw new RangeError(
        `${operation}: expected shapes equal except at dim ${dim}, got ${tensors.map((t) => show(t.shape)).join(", ")}`,
      );
    }
  }
  const parts = given.map((x) => cast(x, dtype));
  const { engine } = first;
  const total = parts.reduce((sum, x) => sum + x.shape[at]!, 0);
  const y = engine.empty(first.shape.with(at, total), dtype);
  let start = 0;
  for (const x of parts) {
    const { storage, strides } = y;
    copyStrided(engine, x.shape, x.layout, { storage, offset: start * strides[at]!, strides });
    start += x.shape[at]!;
  }
  return record(catRule, y, parts, { dim: at });
}

export function stack(tensors: readonly Tensor[], dim: number): Tensor {
  requireTensors("stack", tensors);
  const first = tensors[0];
  if (first === undefined) throw new RangeError("stack: expected at least one tensor, got none");
  if (tensors.some((x) => !sameShape(x.shape, first.shape))) {
    throw new RangeError(`stack: expected equal shapes, got ${tensors.map((t) => show(t.shape)).join(", ")}`);
  }
  const rank = first.shape.length;
  if (!Number.isInteger(dim) || dim < -rank - 1 || dim > rank) {
    throw new RangeError(
      `stack: expected dim from ${-rank - 1} to ${rank} for shapes ${show(first.shape)}, got ${describe(dim)}`,
    );
  }
  return cat(
    tensors.map((x) => unsqueeze(x, dim)),
    dim,
  );
}

interface Picks {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  readonly index: Int32Array;
}

// Rows picked twice gather both gradients.
const indexSelectRule: Rule<Picks> = {
  name: "indexSelect",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const { outer, n, inner, index } = node.info;
    const dx = pass.allocate(x);
    const { kernels } = pass.engine;
    kernels.fill({ y: dx.pointer, value: 0, n: x.count });
    const { f32 } = pass.engine;
    const [first, to] = [dy.pointer >>> 2, dx.pointer >>> 2];
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < index.length; i++) {
        const [row, target] = [o * index.length + i, o * n + index[i]!];
        if (inner === 1) f32[to + target]! += f32[first + row]!;
        else {
          const [from, into] = [dy.pointer + row * inner * 4, dx.pointer + target * inner * 4];
          kernels.axpy({ alpha: 1, x: from, y: into, n: inner });
        }
      }
    }
    pass.give(x, dx);
  },
  formula({ inputs: [x], info: { outer, n, inner, index } }, dy) {
    const positions = new Int32Array(outer * index.length * inner);
    let at = 0;
    for (let o = 0; o < outer; o++) {
      for (const row of index) for (let i = 0; i < inner; i++) positions[at++] = (o * n + row) * inner + i;
    }
    return [() => spill(dy, positions, x!.shape)];
  },
};

/** The slices of x at the given positions along a dimension, copied in that order. */
export function indexSelect(input: Tensor, dim: number, positions: Tensor | ArrayLike<number>): Tensor {
  requireKnown("indexSelect", arguments, 3);
  requireTensor("indexSelect", input);
  const at = checkDim("indexSelect", dim, input.shape);
  return pickSlices(input, at, indicesOf("indexSelect", positions, input.shape[at] ?? 1));
}

/** The slices of x at known positions along dimension `at`. */
export function pickSlices(input: Tensor, at: number, index: Int32Array): Tensor {
  const x = contiguous(input);
  const outer = countOf(x.shape.slice(0, at));
  const inner = countOf(x.shape.slice(at + 1));
  const n = x.shape[at] ?? 1;
  const { engine } = x;
  const y = engine.empty(x.shape.length === 0 ? [index.length] : x.shape.with(at, index.length), x.dtype);
  const { i32 } = engine;
  const source = x.pointer >>> 2;
  const target = y.pointer >>> 2;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < index.length; i++) {
      const from = source + (o * n + index[i]!) * inner;
      const to = target + (o * index.length + i) * inner;
      if (inner === 1) i32[to] = i32[from]!;
      else i32.copyWithin(to, from, from + inner);
    }
  }
  return record(indexSelectRule, y, [x], { outer, n, inner, index });
}

/** A checked copy of the indices. */
function indicesOf(operation: string, positions: Tensor | ArrayLike<number>, n: number): Int32Array {
  if (
    typeof positions !== "object" ||
    positions === null ||
    !("storage" in positions || "length" in positions)
  ) {
    throw new TypeError(
      `${operation}: expected indices as an int32 tensor [n] or an array, got ${describe(positions)}`,
    );
  }
  const list = "storage" in positions ? labelsOf(operation, positions) : positions;
  const index = new Int32Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const value = list[i]!;
    if (!Number.isInteger(value) || value < 0 || value >= n) {
      throw new RangeError(`${operation}: expected indices from 0 to ${n - 1}, got ${value}`);
    }
    index[i] = value;
  }
  return index;
}

function labelsOf(operation: string, positions: Tensor): Int32Array {
  if (positions.dtype !== "int32" || positions.shape.length !== 1) {
    throw new TypeError(
      `${operation}: expected indices as an int32 tensor [n] or an array, got ${positions.dtype} ${show(positions.shape)}`,
    );
  }
  const order = contiguous(positions);
  const first = order.pointer >>> 2;
  return order.engine.i32.subarray(first, first + order.count);
}

// The gradient goes to the side that was taken; multiplying by a mask would turn ∞·0 into NaN.
const whereRule: Rule<{ condition: Tensor }> = {
  name: "where",
  backward(node, dy, pass) {
    const { shape, count } = node.output;
    const { condition } = node.info;
    const { f32 } = pass.engine;
    for (const [side, x] of node.inputs.entries()) {
      if (!x.requiresGrad) continue;
      const part = pass.engine.allocate(count, shape);
      const mask = condition.pointer >>> 2;
      const from = dy.pointer >>> 2;
      const to = part.pointer >>> 2;
      for (let i = 0; i < count; i++)
        f32[to + i] = (f32[mask + i] !== 0) === (side === 0) ? f32[from + i]! : 0;
      giveTo(pass, x, part, shape);
    }
  },
  formula({ info: { condition } }, dy) {
    const zero = scalar(dy.engine, 0, "float32");
    return [() => where(condition, dy, zero), () => where(condition, zero, dy)];
  },
};

/** a where the condition holds, else b; all three broadcast. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  requireTensors("where", [condition, a, b]);
  const shape = broadcastShapes("where", broadcastShapes("where", condition.shape, a.shape), b.shape);
  const { engine } = condition;
  const dtype = promote(a.dtype, b.dtype);
  const left = cast(a, dtype);
  const right = cast(b, dtype);
  const test = contiguous(expand(cast(condition, "bool"), shape));
  const p = contiguous(expand(left, shape));
  const q = contiguous(expand(right, shape));
  const y = engine.empty(shape, dtype);
  const { f32, i32 } = engine;
  const [mask, from, other, to] = [test.pointer >>> 2, p.pointer >>> 2, q.pointer >>> 2, y.pointer >>> 2];
  for (let i = 0; i < y.count; i++) i32[to + i] = f32[mask + i] !== 0 ? i32[from + i]! : i32[other + i]!;
  return record(whereRule, y, [p, q], { condition: test });
}
