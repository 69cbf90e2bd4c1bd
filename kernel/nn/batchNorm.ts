// Batch normalization as layers: which statistics a forward uses, and when the running ones move.

import { batchNorm, type Tensor } from "../tensor";
import { ChannelNorm } from "./channelNorm";

/**
 * y = γ·(x − μ)/√(σ² + ε) + β per channel, over the batch and all positions (Ioffe & Szegedy 2015). Training normalizes
 * by the batch's mean and biased variance, and moves the running statistics towards them, the variance unbiased, also
 * under noGrad(); evaluation normalizes by the running statistics.
 * Throws a RangeError for another shape, and when batch statistics are due and a channel has one value only.
 */
abstract class BatchNorm extends ChannelNorm {
  override forward(input: Tensor): Tensor {
    this.checkInput(input);
    const { weight, bias, runningMean, runningVar, numBatchesTracked, eps } = this;
    const batches = numBatchesTracked === null ? 0 : numBatchesTracked.item() + 1;
    const output = batchNorm(input, {
      weight,
      bias,
      runningMean,
      runningVar,
      training: this.training,
      momentum: this.momentum ?? 1 / batches,
      eps,
    });
    if (this.training) numBatchesTracked?.fill_(batches);
    return output;
  }
}

/**
 * Batch normalization of features, [N, C] → [N, C], or sequences, [N, C, L] → [N, C, L]: γ·(x − μ)/√(σ² + ε) + β per
 * channel, by the batch's mean and biased variance in training, by the running ones in evaluation (Ioffe & Szegedy 2015).
 * Throws a RangeError for another shape, and when batch statistics are due and a channel has one value only (N·L = 1).
 */
export class BatchNorm1d extends BatchNorm {
  protected override get layouts() {
    return [
      ["N", "C"],
      ["N", "C", "L"],
    ];
  }
}

/** Batch normalization of images, as BatchNorm1d: [N, C, H, W] → the same. Throws a RangeError for another shape. */
export class BatchNorm2d extends BatchNorm {
  protected override get layouts() {
    return [["N", "C", "H", "W"]];
  }
}

/** Batch normalization of volumes, as BatchNorm1d: [N, C, D, H, W] → the same. Throws a RangeError for another shape. */
export class BatchNorm3d extends BatchNorm {
  protected override get layouts() {
    return [["N", "C", "D", "H", "W"]];
  }
}
