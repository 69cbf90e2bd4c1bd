// More around a tensor: constants, or what lies at its borders.

import { requireIntegers, requireKnown, requireNumber, requireTensor } from "../arguments";
import { type Rule, record } from "../autograd";
import { type Shape, show, stridesOf } from "../shape";
import { copyStrided, packed } from "../strided";
import type { Tensor } from "../tensor";
import { indexSelect } from "./join";
import { region, slice } from "./view";

// The padding is a constant: x takes the middle of dy.
const padRule: Rule<number> = {
  name: "pad",
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const dx = pass.allocate(x);
    const middle = { storage: dy, offset: node.info, strides: stridesOf(node.output.shape) };
    copyStrided(pass.engine, x.shape, middle, packed(dx, x.shape));
    pass.give(x, dx);
  },
  formula({ inputs: [x], output, info: offset }, dy) {
    return [() => region(dy, x!.shape, { offset, strides: stridesOf(output.shape) })];
  },
};

/** What lies around the input: a constant, the input mirrored at its border, its border repeated, or the input again. */
export type PaddingMode = "constant" | "reflect" | "replicate" | "circular";

export interface PadOptions {
  /** Default "constant". */
  readonly mode?: PaddingMode;
  /** The constant. Default 0. */
  readonly value?: number;
}

/**
 * x with more around it: padding is [before, after] of the last dimension, then of the one before it, and so on. Negative
 * padding cuts off, in mode "constant". As torch.nn.functional.pad, in all modes for any number of dimensions. Throws a
 * RangeError for padding that is not pairs of whole numbers, cuts off more than there is, or reaches further than there
 * is something to mirror ("reflect": size − 1; "circular": size).
 */
export function pad(
  input: Tensor,
  padding: readonly number[],
  { mode = "constant", value = 0 }: PadOptions = {},
): Tensor {
  requireKnown("pad", arguments, 3, ["mode", "value"]);
  requireTensor("pad", input);
  requireIntegers("pad", "padding", padding);
  requireNumber("pad", "value", value);
  const rank = input.shape.length;
  const pairs = padding.length / 2;
  // [before, after] of dim, counted as PyTorch does: the last dimension comes first.
  const along = (dim: number): [number, number] => {
    const at = (rank - 1 - dim) * 2;
    return [padding[at] ?? 0, padding[at + 1] ?? 0];
  };
  const shape = input.shape.map((size, dim) => size + along(dim)[0] + along(dim)[1]);
  if (!Number.isInteger(pairs) || pairs > rank || shape.some((size) => size < 0)) {
    throw new RangeError(
      `pad: expected [before, after] for up to ${rank} dims of ${show(input.shape)}, the last dim first, got ${show(padding)}`,
    );
  }
  if (!["constant", "reflect", "replicate", "circular"].includes(mode)) {
    throw new RangeError(
      `pad: expected mode "constant", "reflect", "replicate" or "circular", got ${String(mode)}`,
    );
  }
  if (mode === "constant") return constant(input, shape, along, value);
  let x = input;
  for (let dim = rank - pairs; dim < rank; dim++) x = extend(x, dim, ...along(dim), mode);
  return x;
}

function constant(
  input: Tensor,
  shape: Shape,
  along: (dim: number) => [number, number],
  value: number,
): Tensor {
  let x = input;
  for (const [dim, size] of input.shape.entries()) {
    const [before, after] = along(dim);
    if (before < 0 || after < 0) x = slice(x, dim, Math.max(0, -before), size + Math.min(0, after), 1);
  }
  const { engine } = x;
  const y = engine.empty(shape, x.dtype);
  const memory = x.dtype === "int32" ? engine.i32 : engine.f32;
  const first = y.pointer >>> 2;
  memory.fill(x.dtype === "bool" ? Number(value !== 0) : value, first, first + y.count);
  const offset = y.strides.reduce((sum, stride, dim) => sum + stride * Math.max(0, along(dim)[0]), 0);
  copyStrided(engine, x.shape, x.layout, { storage: y.storage, offset, strides: y.strides });
  return record(padRule, y, [x], offset);
}

/** x with elements of its own before and after along one dimension. */
function extend(
  x: Tensor,
  dim: number,
  before: number,
  after: number,
  mode: Exclude<PaddingMode, "constant">,
): Tensor {
  if (before === 0 && after === 0) return x;
  const size = x.shape[dim]!;
  const reach = { reflect: size - 1, circular: size, replicate: Number.POSITIVE_INFINITY }[mode];
  if (Math.min(before, after) < 0 || Math.max(before, after) > reach || size === 0) {
    throw new RangeError(
      `pad: expected ${mode} padding from 0 to ${reach} along dim ${dim} of ${show(x.shape)}, got [${before}, ${after}]`,
    );
  }
  const index = Int32Array.from({ length: before + size + after }, (_, i) => {
    const at = i - before;
    if (mode === "replicate") return Math.min(Math.max(at, 0), size - 1);
    if (mode === "circular") return (at + size) % size;
    return at < 0 ? -at : at < size ? at : 2 * (size - 1) - at;
  });
  return indexSelect(x, dim, index);
}
