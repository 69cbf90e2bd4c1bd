// Dropout: random elements, or whole channels, become 0 and the others make up for it.

import { requireKnown, requireShare, requireTensor } from "../arguments";
import { type Rule, record, savedTensor } from "../autograd";
import { countOf, show } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import { drawUniform } from "./uniform";
import { contiguous } from "./view";

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
