// Orders and triangles: running sums, reversed and rotated dimensions, the parts above and below a diagonal.

import { requireInteger, requireIntegers } from "../arguments";
import { type Rule, record } from "../autograd";
import { checkDim, countOf, show } from "../shape";
import { copyStrided, packed } from "../strided";
import type { Tensor } from "../tensor";
import { cast, requireTotal } from "./check";
import { cat } from "./join";
import { type Dims, dimsOf } from "./reduction";
import { contiguous, reshape, slice } from "./view";

/** x[outer, n, inner], walked along n. */
interface Columns {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

/** target[j] ← source[0] + … + source[j] of every column; backwards, from its end. In place if both are the same. */
function runningSums(
  memory: Float32Array | Int32Array,
  source: number,
  target: number,
  { outer, n, inner }: Columns,
  backwards: boolean,
): void {
  const whole = memory instanceof Int32Array;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) {
        const at = (o * n + (backwards ? n - 1 - j : j)) * inner + i;
        sum += memory[source + at]!;
        memory[target + at] = whole ? requireTotal("cumsum", sum) : sum;
      }
    }
  }
}

// y[j] = Σ x[i] over i ≤ j: dx[i] = Σ dy[j] over j ≥ i
const cumsumRule: Rule<Columns> = {
  name: "cumsum",
  backward(node, dy, pass) {
    const at = dy.pointer >>> 2;
    runningSums(pass.engine.f32, at, at, node.info, true);
    pass.give(node.inputs[0]!, dy);
  },
  formula({ inputs: [x], info: { outer, n, inner } }, dy) {
    const backwards = (each: Tensor) => flip(each, 1);
    return [() => reshape(backwards(cumsum(backwards(reshape(dy, [outer, n, inner])), 1)), x!.shape)];
  },
};

/** Sums of the first, the first two, … elements along a dimension; int32 and bool give int32. */
export function cumsum(input: Tensor, dim: number): Tensor {
  const at = checkDim("cumsum", dim, input.shape);
  const x = contiguous(input.dtype === "bool" ? cast(input, "int32") : input);
  const columns = {
    outer: countOf(x.shape.slice(0, at)),
    n: x.shape[at] ?? 1,
    inner: countOf(x.shape.slice(at + 1)),
  };
  const { engine } = x;
  const y = engine.emptyLike(x, x.dtype);
  const memory = x.dtype === "int32" ? engine.i32 : engine.f32;
  runningSums(memory, x.pointer >>> 2, y.pointer >>> 2, columns, false);
  return record(cumsumRule, y, [x], columns);
}

// Reversed twice is as before.
const flipRule: Rule<readonly number[]> = {
  name: "flip",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const dx = pass.allocate(x);
    copyStrided(pass.engine, x.shape, reversed(packed(dy, x.shape), x, node.info), packed(dx, x.shape));
    pass.give(x, dx);
  },
  formula: ({ info }, dy) => [() => flip(dy, info)],
};

/** The layout of x's elements with the given dimensions walked from their end. */
function reversed(
  { storage, offset, strides }: { storage: Tensor["storage"]; offset: number; strides: readonly number[] },
  { shape }: Tensor,
  dims: readonly number[],
) {
  const last = dims.reduce((sum, dim) => sum + (shape[dim]! - 1) * strides[dim]!, offset);
  return {
    storage,
    offset: last,
    strides: strides.map((stride, i) => (dims.includes(i) ? -stride : stride)),
  };
}

/** A copy with the elements along some dimensions, or all, in reverse. */
export function flip(x: Tensor, dims: Dims, operation = "flip"): Tensor {
  const list = dimsOf(operation, dims, x.shape);
  const { engine } = x;
  const y = engine.empty(x.shape, x.dtype);
  copyStrided(engine, x.shape, reversed(x.layout, x, list), y.layout);
  return record(flipRule, y, [x], list);
}

/** Elements moved on along a dimension, those that leave at the end coming back in front; without one, through them all. */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  dims: number | readonly number[] | undefined,
): Tensor {
  const steps = typeof shifts === "number" ? [shifts] : shifts;
  const along = typeof dims === "number" ? [dims] : dims;
  requireIntegers("roll", "shifts", steps);
  if (along !== undefined) requireIntegers("roll", "dims", along);
  if (steps.length !== (along?.length ?? 1)) {
    throw new RangeError(
      `roll: expected one shift, or as many as dims, got ${show(steps)} for dims ${along ? show(along) : "undefined"}`,
    );
  }
  if (along === undefined) {
    const flat = reshape(x, [x.count]);
    return reshape(roll(flat, steps, [0]), x.shape);
  }
  let y = x;
  for (const [i, dim] of along.entries()) {
    const at = checkDim("roll", dim, x.shape);
    const size = x.shape[at] ?? 0;
    if (size === 0) continue;
    const from = ((-steps[i]! % size) + size) % size;
    y = cat([slice(y, at, from, size, 1), slice(y, at, 0, from, 1)], at);
  }
  return y;
}

interface Triangle {
  readonly upper: boolean;
  readonly diagonal: number;
}

/** Writes 0 over what lies on the other side of the diagonal, in every matrix of x[..., rows, columns]. */
function cutTriangle(
  memory: Float32Array | Int32Array,
  at: number,
  x: Tensor,
  { upper, diagonal }: Triangle,
) {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  for (let row = 0; row * columns < x.count; row++) {
    const first = at + row * columns;
    const edge = Math.min(Math.max((row % rows) + diagonal + (upper ? 0 : 1), 0), columns);
    if (upper) memory.fill(0, first, first + edge);
    else memory.fill(0, first + edge, first + columns);
  }
}

const triangleRule: Rule<Triangle> = {
  name: "triangle",
  backward(node, dy, pass) {
    cutTriangle(pass.engine.f32, dy.pointer >>> 2, node.output, node.info);
    pass.give(node.inputs[0]!, dy);
  },
  formula: ({ info: { upper, diagonal } }, dy) => [() => triangle(upper ? "triu" : "tril", dy, diagonal)],
};

/** A copy of matrices [..., m, n] with 0 below (triu) or above (tril) the diagonal. */
export function triangle(operation: "triu" | "tril", input: Tensor, diagonal: number): Tensor {
  requireInteger(operation, "diagonal", diagonal);
  if (input.shape.length < 2) {
    throw new RangeError(`${operation}: expected matrices [..., m, n], got ${show(input.shape)}`);
  }
  const x = contiguous(input);
  const { engine } = x;
  const info = { upper: operation === "triu", diagonal };
  const y = engine.emptyLike(x, x.dtype);
  const [from, to] = [x.pointer >>> 2, y.pointer >>> 2];
  engine.i32.copyWithin(to, from, from + x.count);
  cutTriangle(engine.i32, to, x, info); // 0 has the same bits in every dtype
  return record(triangleRule, y, [x], info);
}
