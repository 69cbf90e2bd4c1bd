// Indexing as PyTorch's x[…], read and written to; brackets.ts says what may stand between the brackets.

import { type Rule, record } from "../autograd";
import type { Scalar } from "../dtype";
import { countOf, type Shape, show } from "../shape";
import type { Tensor } from "../tensor";
import { requireOutsideGraph } from "./arithmetic";
import { type Index, picked, resolve } from "./brackets";
import { clone } from "./elementwise";
import { fitting, scalarFor } from "./indexing";
import { pickSlices } from "./join";
import { erased, pick } from "./positions";
import { contiguous, expand, reshape } from "./view";

/** x[items]: a view where no positions are listed, else a copy. */
export function index(x: Tensor, items: readonly Index[], operation = "index"): Tensor {
  const resolved = resolve(operation, x, items);
  if (resolved.picks.length === 0) return resolved.view;
  const { view, before, shape, after, sizes, flat } = picked(operation, resolved);
  const rows = reshape(view, [countOf(before), countOf(sizes), countOf(after)]);
  return reshape(pickSlices(rows, 1, flat), [...before, ...shape, ...after]);
}

/** Where in its storage each element of x[items] lies, in order; and the shape of x[items]. */
function offsetsOf(
  operation: string,
  x: Tensor,
  items: readonly Index[],
): { shape: Shape; offsets: Int32Array } {
  const resolved = resolve(operation, x, items);
  const none = {
    view: resolved.view,
    before: resolved.view.shape,
    shape: [],
    after: [],
    sizes: [],
    flat: new Int32Array(1),
  };
  const { view, before, shape, after, sizes, flat } =
    resolved.picks.length === 0 ? none : picked(operation, resolved);
  const [lead, last] = [before.length, view.shape.length - after.length];
  const [outer, inner] = [walk(before, view.strides.slice(0, lead)), walk(after, view.strides.slice(last))];
  const own = walk(sizes, view.strides.slice(lead, last));
  const offsets = new Int32Array(outer.length * flat.length * inner.length);
  let i = 0;
  for (const a of outer)
    for (const b of flat) for (const c of inner) offsets[i++] = view.offset + a + own[b]! + c;
  return { shape: [...before, ...shape, ...after], offsets };
}

/** Σ index · stride for every index into a shape, in order. */
function walk(shape: Shape, strides: Shape): Int32Array {
  let sums = new Int32Array(1);
  for (const [dim, size] of shape.entries()) {
    const next = new Int32Array(sums.length * size);
    let i = 0;
    for (const sum of sums) for (let j = 0; j < size; j++) next[i++] = sum + j * strides[dim]!;
    sums = next;
  }
  return sums;
}

/** Writes, or adds, value into the memory of x at x[items]; gives back where. */
function write(operation: string, x: Tensor, items: readonly Index[], value: Tensor, accumulate: boolean) {
  const { shape, offsets } = offsetsOf(operation, x, items);
  const extra = Math.max(0, value.shape.length - shape.length);
  const own = value.shape.slice(extra); // as in x[…] = value, leading dimensions of size 1 count for nothing
  const fits = own.every((size, i) => size === 1 || size === shape[shape.length - own.length + i]);
  if (!fits || value.shape.slice(0, extra).some((size) => size !== 1)) {
    throw new RangeError(
      `${operation}: expected a value that broadcasts to ${show(shape)}, got ${show(value.shape)}`,
    );
  }
  const values = contiguous(expand(reshape(value, own), shape));
  const memory = x.dtype === "int32" ? x.engine.i32 : x.engine.f32;
  const [to, from] = [x.storage.pointer >>> 2, values.pointer >>> 2];
  for (let i = 0; i < offsets.length; i++) {
    const at = to + offsets[i]!;
    const sum = (accumulate ? memory[at]! : 0) + memory[from + i]!;
    memory[at] = x.dtype === "bool" ? Number(sum !== 0) : sum;
  }
  return { values, offsets };
}

// What was written takes the gradient of where it went; what it was written over takes none.
const indexPutRule: Rule<{ readonly offsets: Int32Array; readonly accumulate: boolean }> = {
  name: "indexPut",
  backward(node, dy, pass) {
    const [x, values] = node.inputs as [Tensor, Tensor];
    const { offsets, accumulate } = node.info;
    const { f32 } = pass.engine;
    if (values.requiresGrad) {
      const dv = pass.allocate(values);
      const [from, to] = [dy.pointer >>> 2, dv.pointer >>> 2];
      for (let i = 0; i < offsets.length; i++) f32[to + i] = f32[from + offsets[i]!]!;
      pass.give(values, dv);
    }
    if (!x.requiresGrad) return;
    if (!accumulate) for (const offset of offsets) f32[(dy.pointer >>> 2) + offset] = 0;
    pass.give(x, dy);
  },
  formula({ inputs: [, values], info: { offsets, accumulate } }, dy) {
    return [() => (accumulate ? dy : erased(dy, offsets)), () => pick(dy, offsets, values!.shape)];
  },
};

function sourceFor(operation: string, x: Tensor, value: Tensor | Scalar): Tensor {
  return fitting(operation, x, scalarFor(operation, x, value));
}

/** A copy of x in which value, broadcast, stands at x[items]; or is added to it, as often as positions repeat. */
export function indexPut(
  x: Tensor,
  items: readonly Index[],
  value: Tensor | Scalar,
  accumulate: boolean,
  operation = "indexPut",
): Tensor {
  const source = sourceFor(operation, x, value);
  const start = contiguous(x);
  const y = clone(start.detach());
  const { values, offsets } = write(operation, y, items, source, accumulate);
  return record(indexPutRule, y, [start, values], { offsets, accumulate });
}

/** The same in place. */
export function putInto(
  x: Tensor,
  items: readonly Index[],
  value: Tensor | Scalar,
  accumulate: boolean,
): void {
  const source = sourceFor("indexPut_", x, value);
  requireOutsideGraph("indexPut_", x);
  const own = source.storage === x.storage ? clone(source) : source; // they may overlap
  x.storage.changes();
  write("indexPut_", x.detach(), items, own.detach(), accumulate);
}
