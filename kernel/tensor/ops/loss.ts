// Cross-entropy, fused: the forward leaves behind the gradient of the logits.

import { type Rule, record } from "../autograd";
import { show } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import { contiguous } from "./view";

// d logits = (softmax − onehot) · dy, ÷ rows for the mean
const crossEntropyRule: Rule<{ factor: number }> = {
  name: "crossEntropy",
  backward(node, dy, pass) {
    const logits = node.inputs[0]!;
    const { engine } = pass;
    const saved = node.saved[0]!;
    const alpha = engine.f32[dy.pointer >>> 2]! * node.info.factor;
    const dx = pass.allocate(logits);
    engine.kernels.scale(alpha, saved.pointer, dx.pointer, logits.count);
    pass.give(logits, dx);
  },
};

export interface CrossEntropyOptions {
  /** "mean" over the rows (default) or "sum". */
  readonly reduction?: "mean" | "sum";
}

/**
 * −log softmax(logits)[target], over rows: logits [N, C] float32, targets [N] int32 class indices → [].
 * As torch.nn.functional.cross_entropy. Throws for a target outside 0 … C−1.
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
  if (reduction !== "mean" && reduction !== "sum") {
    throw new RangeError(`crossEntropy: expected reduction "mean" or "sum", got ${String(reduction)}`);
  }
  const { engine } = logits;
  const targets = contiguous(target);
  const y = engine.empty([], "float32");
  const gradient = engine.allocate(logits.count, logits.shape);
  const first = targets.pointer >>> 2;
  for (let row = 0; row < rows; row++) {
    const label = engine.i32[first + row]!;
    if (label < 0 || label >= columns) {
      throw new RangeError(
        `crossEntropy: expected targets from 0 to ${columns - 1} for ${columns} classes, got ${label} in row ${row}`,
      );
    }
  }
  const factor = reduction === "mean" ? 1 / rows : 1;
  engine.kernels.crossEntropy(logits.pointer, targets.pointer, y.pointer, gradient.pointer, rows, columns);
  if (factor !== 1) engine.f32[y.pointer >>> 2]! *= factor;
  return record(crossEntropyRule, y, [logits], { factor }, [gradient]);
}
