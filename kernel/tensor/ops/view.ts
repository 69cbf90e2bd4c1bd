// Views: other shapes and strides over the same storage. No data moves until an operation needs it contiguous.

import { describe, requireInteger, requireIntegers } from "../arguments";
import { type Rule, record } from "../autograd";
import { checkDim, checkShape, countOf, type Shape, sameShape, show, stridesOf } from "../shape";
import { copyStrided, packed } from "../strided";
import type { Tensor } from "../tensor";
import { giveTo } from "./broadcast";

// The gradient of a view that keeps every element in order is the output's own: gradients are always contiguous.
const reshapeRule: Rule = {
  name: "reshape",
  sharesGradient: true,
  backward(node, dy, pass) {
    pass.give(node.inputs[0]!, dy);
  },
  formula: ({ inputs: [x] }, dy) => [() => reshape(dy, x!.shape)],
};
const contiguousRule: Rule = { ...reshapeRule, name: "contiguous" };

/** x itself if its elements lie in order, else a copy in which they do. */
export function contiguous(x: Tensor): Tensor {
  if (x.isContiguous()) return x;
  const { engine } = x;
  const y = engine.empty(x.shape, x.dtype);
  copyStrided(engine, x.shape, x.layout, y.layout);
  return record(contiguousRule, y, [x], undefined);
}

export function reshape(input: Tensor, sizes: Shape, operation = "reshape"): Tensor {
  requireIntegers(operation, "sizes", sizes);
  const shape = [...sizes];
  const unknown = shape.indexOf(-1);
  if (unknown >= 0) {
    const known = countOf(shape.filter((_, i) => i !== unknown));
    if (known === 0) {
      throw new RangeError(
        `${operation}: expected sizes that leave one answer for −1, got ${show(sizes)} for ${show(input.shape)}; write the size`,
      );
    }
    shape[unknown] = input.count / known;
  }
  if (shape.some((size) => !Number.isInteger(size) || size < 0) || countOf(shape) !== input.count) {
    throw new RangeError(
      `${operation}: expected sizes for the ${input.count} elements of ${show(input.shape)}, got ${show(sizes)}`,
    );
  }
  const x = contiguous(input);
  const y = x.engine.view(x.storage, x.offset, shape, stridesOf(shape), x.dtype);
  return record(reshapeRule, y, [x], undefined);
}

/** [d0, …, dStart · … · dEnd, …, dn] */
export function flatten(x: Tensor, startDim: number, endDim: number): Tensor {
  const start = checkDim("flatten", startDim, x.shape);
  const end = checkDim("flatten", endDim, x.shape);
  if (start > end) {
    throw new RangeError(
      `flatten: expected startDim ≤ endDim, got ${startDim} and ${endDim} for ${show(x.shape)}`,
    );
  }
  const middle = countOf(x.shape.slice(start, end + 1));
  return reshape(x, [...x.shape.slice(0, start), middle, ...x.shape.slice(end + 1)]);
}

// y[i_p0, i_p1, …] = x[i_0, i_1, …]; the gradient is dy permuted back.
const permuteRule: Rule<readonly number[]> = {
  name: "permute",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const strides = stridesOf(node.output.shape);
    const back = new Array<number>(strides.length);
    for (const [to, from] of node.info.entries()) back[from] = strides[to]!;
    const dx = pass.allocate(x);
    copyStrided(pass.engine, x.shape, { storage: dy, offset: 0, strides: back }, packed(dx, x.shape));
    pass.give(x, dx);
  },
  formula({ info }, dy) {
    return [
      () =>
        permute(
          dy,
          info.map((_, i) => info.indexOf(i)),
        ),
    ];
  },
};

export function permute(x: Tensor, order: readonly number[]): Tensor {
  requireIntegers("permute", "dims", order);
  const dims = order.map((dim) => checkDim("permute", dim, x.shape));
  if (dims.length !== x.shape.length || new Set(dims).size !== dims.length) {
    throw new RangeError(`permute: expected each dim of ${show(x.shape)} once, got ${show(order)}`);
  }
  const shape = dims.map((dim) => x.shape[dim]!);
  const strides = dims.map((dim) => x.strides[dim]!);
  return record(permuteRule, x.engine.view(x.storage, x.offset, shape, strides, x.dtype), [x], dims);
}

export function transpose(x: Tensor, dim0: number, dim1: number, operation = "transpose"): Tensor {
  const a = checkDim(operation, dim0, x.shape);
  const b = checkDim(operation, dim1, x.shape);
  const order = x.shape.map((_, i) => (i === a ? b : i === b ? a : i));
  return permute(x, order);
}

export function squeeze(x: Tensor, dim: number | undefined): Tensor {
  const only = dim === undefined ? undefined : checkDim("squeeze", dim, x.shape);
  const kept = x.shape.map((_, i) => i).filter((i) => x.shape[i] !== 1 || (only !== undefined && i !== only));
  return restride(
    x,
    kept.map((i) => x.shape[i]!),
    kept.map((i) => x.strides[i]!),
  );
}

export function unsqueeze(x: Tensor, dim: number): Tensor {
  const rank = x.shape.length;
  if (!Number.isInteger(dim) || dim < -rank - 1 || dim > rank) {
    throw new RangeError(
      `unsqueeze: expected dim from ${-rank - 1} to ${rank} for ${show(x.shape)}, got ${dim}`,
    );
  }
  const at = dim < 0 ? dim + rank + 1 : dim;
  return restride(x, x.shape.toSpliced(at, 0, 1), x.strides.toSpliced(at, 0, 1));
}

function restride(x: Tensor, shape: Shape, strides: Shape): Tensor {
  return record(reshapeRule, x.engine.view(x.storage, x.offset, shape, strides, x.dtype), [x], undefined);
}

const expandRule: Rule = {
  name: "expand",
  backward(node, dy, pass) {
    giveTo(pass, node.inputs[0]!, dy, node.output.shape);
  },
  formula: (_, dy) => [() => dy],
};

/** Repeats size-1 dimensions (and new leading ones) without copying; −1 keeps a size. */
export function expand(x: Tensor, sizes: Shape, operation = "expand"): Tensor {
  requireIntegers(operation, "sizes", sizes);
  const added = sizes.length - x.shape.length;
  const shape = sizes.map((size, i) => (size === -1 && i >= added ? x.shape[i - added]! : size));
  const fits = x.shape.every((size, i) => size === 1 || size === shape[i + added]);
  if (added < 0 || !fits) {
    throw new RangeError(`${operation}: expected sizes that ${show(x.shape)} repeats to, got ${show(sizes)}`);
  }
  checkShape(operation, shape);
  if (sameShape(shape, x.shape)) return x;
  const strides = shape.map((size, i) => {
    const dim = i - added;
    return dim >= 0 && x.shape[dim] === size ? x.strides[dim]! : 0;
  });
  return record(expandRule, x.engine.view(x.storage, x.offset, shape, strides, x.dtype), [x], undefined);
}

/** Where a region lies in an x whose elements are in order. */
interface Region {
  readonly offset: number;
  readonly strides: Shape;
}

// dx is 0 outside the region that the view shows.
const regionRule: Rule<Region> = {
  name: "slice",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const dx = pass.allocate(x);
    pass.engine.kernels.fill({ y: dx.pointer, value: 0, n: x.count });
    const { shape } = node.output;
    copyStrided(pass.engine, shape, packed(dy, shape), { storage: dx, ...node.info });
    pass.give(x, dx);
  },
  formula: ({ inputs: [x], info }, dy) => [() => embed(dy, x!.shape, info)],
};

const embedRule: Rule<Region> = {
  name: "slice's gradient",
  backward({ inputs, info }, dy, pass) {
    const x = inputs[0]!;
    const dx = pass.allocate(x);
    copyStrided(pass.engine, x.shape, { storage: dy, ...info }, packed(dx, x.shape));
    pass.give(x, dx);
  },
  formula: ({ inputs: [x], info }, dy) => [() => region(dy, x!.shape, info)],
};

/** Zeros of a shape with x in a region of it. */
function embed(x: Tensor, shape: Shape, info: Region): Tensor {
  const { engine } = x;
  const y = engine.empty(shape, "float32");
  engine.kernels.fill({ y: y.pointer, value: 0, n: y.count });
  copyStrided(engine, x.shape, x.layout, { storage: y.storage, ...info });
  return record(embedRule, y, [x], info);
}

/** A region of x, whose elements it sees in order, as a view. */
export function region(x: Tensor, shape: Shape, info: Region): Tensor {
  const whole = contiguous(x);
  const { engine, storage, offset, dtype } = whole;
  return record(
    regionRule,
    engine.view(storage, offset + info.offset, shape, info.strides, dtype),
    [whole],
    info,
  );
}

/** Elements start, start+step, … before end along one dimension; negative positions count from the back. */
export function slice(x: Tensor, dim: number, start: number, end: number, step: number): Tensor {
  const at = checkDim("slice", dim, x.shape);
  if (x.shape.length === 0)
    throw new RangeError("slice: expected at least one dimension, got a single number []");
  requireInteger("slice", "step", step, 1);
  if (!isPosition(start) || !isPosition(end)) {
    throw new RangeError(
      `slice: expected start and end to be whole numbers, or Infinity, got ${describe(start)} and ${describe(end)}`,
    );
  }
  const size = x.shape[at]!;
  const from = clampPosition(start, size);
  const to = Math.max(from, clampPosition(end, size));
  const shape = x.shape.with(at, Math.ceil((to - from) / step));
  const strides = x.strides.with(at, x.strides[at]! * step);
  const y = x.engine.view(x.storage, x.offset + from * x.strides[at]!, shape, strides, x.dtype);
  const own = stridesOf(x.shape); // where the region lies in the contiguous gradient
  return record(regionRule, y, [x], { offset: from * own[at]!, strides: own.with(at, own[at]! * step) });
}

function isPosition(value: number): boolean {
  return Number.isInteger(value) || value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
}

function clampPosition(position: number, size: number): number {
  return Math.min(Math.max(position < 0 ? position + size : position, 0), size);
}

/** The index-th slice along a dimension, which disappears. */
export function select(x: Tensor, dim: number, index: number, operation = "select"): Tensor {
  const at = checkDim(operation, dim, x.shape);
  const size = x.shape[at] ?? 0;
  if (!Number.isInteger(index) || index < -size || index >= size) {
    throw new RangeError(
      `${operation}: expected an index from ${-size} to ${size - 1} along dim ${dim} of ${show(x.shape)}, got ${index}`,
    );
  }
  const from = index < 0 ? index + size : index;
  const y = x.engine.view(
    x.storage,
    x.offset + from * x.strides[at]!,
    x.shape.toSpliced(at, 1),
    x.strides.toSpliced(at, 1),
    x.dtype,
  );
  const own = stridesOf(x.shape);
  return record(regionRule, y, [x], { offset: from * own[at]!, strides: own.toSpliced(at, 1) });
}

/** The elements x[…, i, i + offset, …] of two dimensions, as a new last dimension; a view. */
export function diagonal(
  x: Tensor,
  offset: number,
  dim1: number,
  dim2: number,
  operation = "diagonal",
): Tensor {
  requireInteger(operation, "offset", offset);
  const a = checkDim(operation, dim1, x.shape);
  const b = checkDim(operation, dim2, x.shape);
  if (a === b || x.shape.length < 2) {
    throw new RangeError(`${operation}: expected two dims of ${show(x.shape)}, got ${dim1} and ${dim2}`);
  }
  const [down, right] = [Math.max(0, -offset), Math.max(0, offset)];
  const length = Math.max(0, Math.min(x.shape[a]! - down, x.shape[b]! - right));
  const others = x.shape.map((_, i) => i).filter((i) => i !== a && i !== b);
  const strided = (strides: Shape) => [...others.map((i) => strides[i]!), strides[a]! + strides[b]!];
  const first = (strides: Shape) => (length === 0 ? 0 : down * strides[a]! + right * strides[b]!);
  const shape = [...others.map((i) => x.shape[i]!), length];
  const y = x.engine.view(x.storage, x.offset + first(x.strides), shape, strided(x.strides), x.dtype);
  const own = stridesOf(x.shape);
  return record(regionRule, y, [x], { offset: first(own), strides: strided(own) });
}

/** Dimensions moved to other places, the others kept in their order. */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const places = (dims: number | readonly number[]) => {
    const list = typeof dims === "number" ? [dims] : dims;
    requireIntegers("movedim", "dims", list);
    return list.map((dim) => checkDim("movedim", dim, x.shape));
  };
  const [from, to] = [places(source), places(destination)];
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new RangeError(
      `movedim: expected each source and destination once, got ${show(from)} and ${show(to)}`,
    );
  }
  const others = x.shape.map((_, i) => i).filter((i) => !from.includes(i));
  const order = x.shape.map((_, i) => (to.includes(i) ? from[to.indexOf(i)]! : others.shift()!));
  return permute(x, order);
}

/** One dimension as several; one of their sizes may be −1. */
export function unflatten(x: Tensor, dim: number, sizes: Shape): Tensor {
  const at = checkDim("unflatten", dim, x.shape);
  requireIntegers("unflatten", "sizes", sizes);
  const size = x.shape[at] ?? 1;
  const known = sizes.reduce((product, each) => (each === -1 ? product : product * each), 1);
  const unknown = sizes.filter((each) => each === -1).length;
  if (
    sizes.some((each) => each < -1) ||
    unknown > 1 ||
    (unknown === 1 ? size % known !== 0 : known !== size)
  ) {
    throw new RangeError(
      `unflatten: expected sizes for the ${size} elements along dim ${dim} of ${show(x.shape)}, got ${show(sizes)}`,
    );
  }
  const split = sizes.map((each) => (each === -1 ? size / known : each));
  return reshape(x, x.shape.length === 0 ? split : x.shape.toSpliced(at, 1, ...split));
}
