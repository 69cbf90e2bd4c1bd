// Cross-entropy, fused: the forward leaves behind the gradient of the logits.

import { requireKnown, requireNumber, requireShare, requireTensor, requireVector } from "../arguments";
import { type Rule, record, savedTensor } from "../autograd";
import { sameShape } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import {
  type NllOptions,
  perTarget,
  type Reduction,
  requireClasses,
  requireReduction,
  smoothedNll,
} from "./nll";
import { logSoftmax, softmax } from "./softmax";

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
      kernels.binary("mul", "columnRight", { a: saved.pointer, b: dy.pointer, y: dx.pointer, rows, columns });
    } else {
      const alpha = f32[dy.pointer >>> 2]! / (reduction === "mean" ? rows : 1);
      kernels.scale({ alpha, x: saved.pointer, y: dx.pointer, n: logits.count });
    }
    pass.give(logits, dx);
  },
  formula({ inputs: [logits], saved: [saved], info: { reduction, rows, columns } }, dy) {
    return [
      () => {
        const shares = softmax(logits!, 1);
        // The forward's own numbers, with the graph of the shares.
        const slope = shares.add(savedTensor(saved!, [rows, columns], "float32").sub(shares.detach()));
        return slope.mul(
          reduction === "none" ? dy.reshape(rows, 1) : dy.div(reduction === "mean" ? rows : 1),
        );
      },
    ];
  },
};

export interface CrossEntropyOptions extends NllOptions {
  /** The share of each label that is spread evenly over all classes, from 0 (default) to 1 (Szegedy et al. 2016). */
  readonly labelSmoothing?: number;
}

/**
 * −log softmax(logits)[target], over rows: logits [N, C] float32, targets [N] int32 class indices → [] (or [N] for
 * "none"); also over positions, [N, C, d…] with targets [N, d…], and for one row, [C] with []. Targets that are float32 and
 * of the logits' shape are probabilities of the classes: −Σ target·log softmax(logits), whose mean divides by the number of
 * rows. As torch.nn.functional.cross_entropy; weights and ignored rows as in nllLoss. Throws a RangeError for other
 * shapes, for a target outside 0 … C−1 that is not `ignoreIndex`, for a labelSmoothing outside 0 … 1 and for an
 * `ignoreIndex` beside probabilities, a TypeError for class indices that are not int32.
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  requireKnown("crossEntropy", arguments, 3, ["labelSmoothing", "reduction", "weight", "ignoreIndex"]);
  const { reduction = "mean", weight = null, labelSmoothing = 0 } = options;
  requireShare("crossEntropy", "labelSmoothing", labelSmoothing);
  requireTensor("crossEntropy", input, "the logits");
  requireTensor("crossEntropy", target, "the targets");
  if (target.dtype === "float32" && input.shape.length > 0 && sameShape(input.shape, target.shape)) {
    return ofProbabilities(input, target, options);
  }
  const { rows, targets, ignored } = requireClasses("crossEntropy", input, target, options);
  const losses =
    weight !== null || ignored || labelSmoothing > 0
      ? smoothedNll("crossEntropy", logSoftmax(rows, 1), targets, options, labelSmoothing)
      : fused(rows, targets, reduction);
  return perTarget(losses, target, options);
}

/** The loss of targets that are the probabilities of the classes, along dim 1, or 0 where there is no other. */
function ofProbabilities(input: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor {
  const { reduction = "mean", weight = null, ignoreIndex = -100, labelSmoothing = 0 } = options;
  requireReduction("crossEntropy", reduction);
  requireNumber("crossEntropy", "ignoreIndex", ignoreIndex);
  if (ignoreIndex >= 0) {
    throw new RangeError(
      `crossEntropy: expected no ignoreIndex beside probabilities of classes, got ${ignoreIndex}`,
    );
  }
  const at = input.shape.length === 1 ? 0 : 1;
  const classes = input.shape[at]!;
  requireVector("crossEntropy", "weight", weight, classes);
  const smooth = labelSmoothing === 0 ? target : target.mul(1 - labelSmoothing).add(labelSmoothing / classes);
  const logs = logSoftmax(requireFloat("crossEntropy", input), at);
  const spread = input.shape.map((size, dim) => (dim === at ? size : 1)).slice(at);
  const terms = logs.mul(smooth).mul(weight === null ? -1 : weight.neg().reshape(spread));
  if (reduction === "none") return terms.sum(at);
  return reduction === "sum" ? terms.sum() : terms.sum().div(input.count / classes);
}

/** The plain loss of rows, the gradient of the logits left behind. */
function fused(logits: Tensor, targets: Tensor, reduction: Reduction): Tensor {
  const [rows, columns] = logits.shape as [number, number];
  const { engine } = logits;
  const y = engine.empty(reduction === "none" ? [rows] : [], "float32");
  const gradient = engine.allocate(logits.count, logits.shape);
  const { kernels, f32 } = engine;
  if (reduction === "none") {
    for (let row = 0; row < rows; row++) {
      const at = row * columns * 4;
      const label = targets.pointer + row * 4;
      kernels.crossEntropy({
        logits: logits.pointer + at,
        targets: label,
        loss: y.pointer + row * 4,
        dLogits: gradient.pointer + at,
        rows: 1,
        columns,
      });
    }
  } else {
    kernels.crossEntropy({
      logits: logits.pointer,
      targets: targets.pointer,
      loss: y.pointer,
      dLogits: gradient.pointer,
      rows,
      columns,
    });
    if (reduction === "mean") f32[y.pointer >>> 2]! /= rows;
  }
  return record(crossEntropyRule, y, [logits], { reduction, rows, columns }, [gradient]);
}
