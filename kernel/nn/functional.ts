// Layers as functions, without state: torch.nn.functional's names.

import { crossEntropy as meanCrossEntropy, type Tensor, tensor } from "../tensor";

export {
  batchNorm,
  elu,
  gelu,
  groupNorm,
  instanceNorm,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  relu,
  rmsNorm,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from "../tensor";

/** How a loss brings its rows together: their mean (default), their sum, or each by itself. */
export interface LossOptions {
  reduction?: "mean" | "sum" | "none";
}

/**
 * −log softmax(logits)[target]: logits [N, C], targets [N] int32 class numbers → [], or [N] with reduction "none".
 * Throws for a target outside 0…C−1. As torch.nn.functional.cross_entropy.
 */
export function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  { reduction = "mean" }: LossOptions = {},
): Tensor {
  if (reduction !== "none") return meanCrossEntropy(logits, targets, { reduction });
  meanCrossEntropy(logits.detach(), targets); // for its checks of both arguments
  const [rows, columns] = logits.shape as [number, number];
  const chosen = new Float32Array(rows * columns);
  for (const [row, target] of targets.detach().data.entries()) chosen[row * columns + target] = -1;
  // [N, C] · one-hot → [N]
  return logits
    .logSoftmax(1)
    .mul(tensor(chosen, { shape: [rows, columns] }))
    .sum(1);
}

/** (input − target)², of equal shapes → [], or that shape with reduction "none". */
export function mseLoss(input: Tensor, target: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  if (input.shape.join() !== target.shape.join()) {
    throw new RangeError(
      `mseLoss: expected input and target of equal shape, got [${input.shape.join(", ")}] and [${target.shape.join(", ")}]`,
    );
  }
  const squares = input.sub(target).square();
  if (reduction === "none") return squares;
  return reduction === "sum" ? squares.sum() : squares.mean();
}
