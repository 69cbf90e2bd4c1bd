// Dropout: random elements, or whole channels, become 0 and the others make up for it.

import { requireKnown, requireShare, requireTensor } from "../arguments";
import { type Rule, record, savedTensor } from "../autograd";
import { countOf, show } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat, scalar } from "./check";
import { where } from "./join";
import { drawUniform } from "./uniform";
import { contiguous } from "./view";
import { lettersOf } from "./windows";

// y = x ∘ mask: dx = dy ∘ mask, one number of the mask for each run of `inner` elements
const dropoutRule: Rule<{ runs: number; inner: number }> = {
  name: "dropout",
  backward(node, dy, pass) {
    const { runs, inner } = node.info;
    const mask = node.saved[0]!.pointer;
    pass.engine.kernels.binary("mul", "columnRight", {
      a: dy.pointer,
      b: mask,
      y: dy.pointer,
      rows: runs,
      columns: inner,
    });
    pass.give(node.inputs[0]!, dy);
  },
  formula({ inputs: [x], saved: [mask], info: { runs, inner } }, dy) {
    const factors = savedTensor(mask!, [runs, 1], "float32");
    return [() => dy.reshape(runs, inner).mul(factors).reshape(x!.shape)];
  },
};

export interface DropoutOptions {
  /** The probability of becoming 0. Default 0.5. */
  readonly p?: number;
  /** Without it, x comes back as it is. Default true. */
  readonly training?: boolean;
}

/**
 * Each element becomes 0 with probability p, by the default generator (manualSeed), and the others are divided by 1 − p,
 * so that the expected value stays: any shape → the same. Srivastava et al. 2014. Throws a RangeError for p outside 0 … 1.
 */
export function dropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  requireKnown("dropout", arguments, 2, ["p", "training"]);
  return dropRuns("dropout", x, 1, options);
}

/**
 * Dropout of whole channels: [N, C, H, W] or [N, C, L] → the same, each channel of each sample kept or dropped as one.
 * Tompson et al. 2015. Throws a RangeError for another number of dimensions and for p outside 0 … 1.
 */
export function dropout2d(x: Tensor, options: DropoutOptions = {}): Tensor {
  requireKnown("dropout2d", arguments, 2, ["p", "training"]);
  requireTensor("dropout2d", x);
  if (x.shape.length !== 3 && x.shape.length !== 4) {
    throw new RangeError(`dropout2d: expected input [N, C, H, W] or [N, C, L], got ${show(x.shape)}`);
  }
  return dropRuns("dropout2d", x, countOf(x.shape.slice(2)), options);
}

/**
 * Dropout of whole channels: [N, C, L] or [C, L] → the same, each channel of each sample kept or dropped as one. Throws a
 * RangeError for another number of dimensions and for p outside 0 … 1.
 */
export function dropout1d(x: Tensor, options: DropoutOptions = {}): Tensor {
  requireKnown("dropout1d", arguments, 2, ["p", "training"]);
  return dropChannels("dropout1d", x, 1, options);
}

/**
 * Dropout of whole channels: [N, C, D, H, W] or [C, D, H, W] → the same, each channel of each sample kept or dropped as one.
 * Throws a RangeError for another number of dimensions and for p outside 0 … 1.
 */
export function dropout3d(x: Tensor, options: DropoutOptions = {}): Tensor {
  requireKnown("dropout3d", arguments, 2, ["p", "training"]);
  return dropChannels("dropout3d", x, 3, options);
}

function dropChannels(operation: string, x: Tensor, rank: 1 | 3, options: DropoutOptions): Tensor {
  requireTensor(operation, x);
  if (x.shape.length !== rank + 1 && x.shape.length !== rank + 2) {
    const one = ["C", ...lettersOf(rank)].join(", ");
    throw new RangeError(`${operation}: expected input [N, ${one}] or [${one}], got ${show(x.shape)}`);
  }
  return dropRuns(operation, x, countOf(x.shape.slice(-rank)), options);
}

export interface AlphaDropoutOptions {
  /** The probability of being set to the negative end of SELU. Default 0.5. */
  readonly p?: number;
  /** Without it, x comes back as it is. Default false, as in PyTorch. */
  readonly training?: boolean;
}

/** Where SELU ends at −∞, without the sign: scale·α. */
const seluEnd = 1.7580993408473766;

/**
 * Dropout for networks of SELUs: elements become −1.758… with probability p, and all are scaled and shifted so that mean 0
 * and variance 1 stay: any shape → the same. Klambauer et al. 2017. Throws a RangeError for p outside 0 … 1.
 */
export function alphaDropout(x: Tensor, { p = 0.5, training = false }: AlphaDropoutOptions = {}): Tensor {
  requireKnown("alphaDropout", arguments, 2, ["p", "training"]);
  requireTensor("alphaDropout", x);
  requireShare("alphaDropout", "p", p);
  if (!training || p === 0) return x;
  if (p === 1) return x.mul(0);
  const { engine } = x;
  const ones = engine.empty(x.shape, "float32");
  engine.kernels.fill({ y: ones.pointer, value: 1, n: ones.count });
  const kept = dropRuns("alphaDropout", ones, 1, { p });
  const a = 1 / Math.sqrt((seluEnd * seluEnd * p + 1) * (1 - p));
  const shift = a * seluEnd * p;
  const scaled = requireFloat("alphaDropout", x).mul(a).add(shift);
  return where(kept.ne(0), scaled, scalar(engine, shift - a * seluEnd, "float32"));
}

function dropRuns(
  operation: string,
  input: Tensor,
  inner: number,
  { p = 0.5, training = true }: DropoutOptions,
): Tensor {
  requireTensor(operation, input);
  requireShare(operation, "p", p);
  if (!training || p === 0) return input;
  const x = contiguous(requireFloat(operation, input));
  const { engine } = x;
  const { kernels, generator } = engine;
  const runs = inner === 0 ? 0 : x.count / inner;
  const y = engine.emptyLike(x, "float32");
  const mask = engine.allocate(runs);
  drawUniform(generator, mask, runs);
  const least = Math.ceil(p * 2 ** 24) / 2 ** 24; // what a number of 24 bits must reach not to be below p, exact in float32
  kernels.binary("ge", "scalarRight", {
    a: mask.pointer,
    b: engine.scalar(least),
    y: mask.pointer,
    columns: runs,
  });
  kernels.scale({ alpha: p === 1 ? 0 : 1 / (1 - p), x: mask.pointer, y: mask.pointer, n: runs });
  kernels.binary("mul", "columnRight", {
    a: x.pointer,
    b: mask.pointer,
    y: y.pointer,
    rows: runs,
    columns: inner,
  });
  return record(dropoutRule, y, [x], { runs, inner }, [mask]);
}
