// Cross-entropy, fused: the forward leaves behind the gradient of the logits.

import { type Rule, record } from "../autograd";
import { show } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import { contiguous } from "./view";

type Reduction = "mean" | "sum" | "none";

// d logits = (softmax − onehot) · dy, ÷ rows for the mean, each row by its own dy for "none"
const crossEntropyRule: Rule<{ reduction: Reduction; rows: number; columns: number }> = {
  name: "crossEntropy",
  backward(node, dy, pass) {
    const logits = node.inputs[0]!;
    const { reduction, rows, columns } = node.info;
    const { kernels, f32 } = pass.engine;
    const saved = node.saved[0]!;
    const dx = pass.allocate(logits);
    if (reduction === "none") {
      kernels.binary("mul", "columnRight", saved.pointer, dy.pointer, dx.pointer, rows, columns);
    } else {
      const alpha = f32[dy.pointer >>> 2]! / (reduction === "mean" ? rows : 1);
      kernels.scale(alpha, saved.pointer, dx.pointer, logits.count);
    }
    pass.give(logits, dx);
  },
};

export interface CrossEntropyOptions {
  /** "mean" over the rows (default), "sum", or "none" for one loss a row. */
  readonly reduction?: Reduction;
}

/**
 * −log softmax(logits)[target], over rows: logits [N, C] float32, targets [N] int32 class indices → [] (or [N] for
 * "none"). As torch.nn.functional.cross_entropy. Throws for a target outside 0 … C−1.
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  { reduction = "mean" }: CrossEntropyOptions = {},
): Tensor {
  const logits = contiguous(requireFloat("crossEntropy", input));
  const [rows, columns] = logits.shape as [number, number];
  if (logits.shape.length !== 2 || target.shape.length !== 1 || target.shape[0] !== rows) {
    throw new RangeError(
      `crossEntropy: expected logits [N, C] and targets [N], got ${show(logits.shape)} and ${show(target.shape)}`,
    );
  }
  if (target.dtype !== "int32") {
    throw new TypeError(
      `crossEntropy: expected int32 targets (class indices), got ${target.dtype}; convert them with target.to("int32")`,
    );
  }
  if (reduction !== "mean" && reduction !== "sum" && reduction !== "none") {
    throw new RangeError(
      `crossEntropy: expected reduction "mean", "sum" or "none", got ${String(reduction)}`,
    );
  }
  const { engine } = logits;
  const targets = contiguous(target);
  requireLabels(targets, columns);
  const y = engine.empty(reduction === "none" ? [rows] : [], "float32");
  const gradient = engine.allocate(logits.count, logits.shape);
  const { kernels, f32 } = engine;
  if (reduction === "none") {
    for (let row = 0; row < rows; row++) {
      const at = row * columns * 4;
      const label = targets.pointer + row * 4;
      kernels.crossEntropy(
        logits.pointer + at,
        label,
        y.pointer + row * 4,
        gradient.pointer + at,
        1,
        columns,
      );
    }
  } else {
    kernels.crossEntropy(logits.pointer, targets.pointer, y.pointer, gradient.pointer, rows, columns);
    if (reduction === "mean") f32[y.pointer >>> 2]! /= rows;
  }
  return record(crossEntropyRule, y, [logits], { reduction, rows, columns }, [gradient]);
}

function requireLabels(targets: Tensor, classes: number): void {
  const first = targets.pointer >>> 2;
  for (let row = 0; row < targets.count; row++) {
    const label = targets.engine.i32[first + row]!;
    if (label < 0 || label >= classes) {
      throw new RangeError(
        `crossEntropy: expected targets from 0 to ${classes - 1} for ${classes} classes, got ${label} in row ${row}`,
      );
    }
  }
}
