// Batch normalization as a layer: parameters, running statistics, and which of them a forward uses.

import { batchNorm, ones, type Tensor, tensor, zeros } from "../tensor";
import { Module } from "./module";
import { Parameter } from "./parameter";

export interface BatchNormOptions {
  /** Added to the variance under the root. Default 1e-5. */
  eps?: number;
  /**
   * running ← (1 − momentum)·running + momentum·batch. Default 0.1; 0 freezes; null averages over all batches so far.
   */
  momentum?: number | null;
  /** Learn a scale γ (`weight`) and a shift β (`bias`) per channel. Default true. */
  affine?: boolean;
  /** Keep running statistics for evaluation. Default true; without, the batch's are used in both modes. */
  trackRunningStats?: boolean;
}

/**
 * y = γ·(x − μ)/√(σ² + ε) + β per channel, over the batch and all positions (Ioffe & Szegedy 2015): [N, C] → [N, C] or
 * [N, C, L] → [N, C, L]. Training normalizes by the batch's mean and biased variance, and moves the running statistics
 * towards them, the variance unbiased, also under noGrad(); evaluation normalizes by the running statistics.
 * Throws a RangeError when batch statistics are due and a channel has one value only (N·L = 1).
 */
export class BatchNorm1d extends Module {
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  /** γ [C], from 1. */
  readonly weight: Parameter | null;
  /** β [C], from 0. */
  readonly bias: Parameter | null;
  /** [C], from 0. */
  readonly runningMean: Tensor | null;
  /** [C], from 1. */
  readonly runningVar: Tensor | null;
  /** Batches the running statistics have seen: [] int32. */
  readonly numBatchesTracked: Tensor | null;

  constructor(
    readonly numFeatures: number,
    { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true }: BatchNormOptions = {},
  ) {
    super();
    if (!Number.isInteger(numFeatures) || numFeatures < 1) {
      throw new RangeError(`BatchNorm1d: expected numFeatures to be a whole number ≥ 1, got ${numFeatures}`);
    }
    if (momentum !== null && !(momentum >= 0 && momentum <= 1)) {
      throw new RangeError(`BatchNorm1d: expected a momentum from 0 to 1, or null, got ${momentum}`);
    }
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.trackRunningStats = trackRunningStats;
    this.weight = affine ? new Parameter(ones([numFeatures])) : null;
    this.bias = affine ? new Parameter(zeros([numFeatures])) : null;
    const tracked = <T>(value: T) => (trackRunningStats ? value : null);
    this.runningMean = this.registerBuffer("runningMean", tracked(zeros([numFeatures])));
    this.runningVar = this.registerBuffer("runningVar", tracked(ones([numFeatures])));
    this.numBatchesTracked = this.registerBuffer("numBatchesTracked", tracked(tensor(0, { dtype: "int32" })));
  }

  override forward(input: Tensor): Tensor {
    const { shape } = input;
    if ((shape.length !== 2 && shape.length !== 3) || shape[1] !== this.numFeatures) {
      const n = this.numFeatures;
      throw new RangeError(
        `BatchNorm1d: expected input [N, ${n}] or [N, ${n}, L], got [${shape.join(", ")}]`,
      );
    }
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

  /** Forgets the running statistics. */
  resetRunningStats(): void {
    this.runningMean?.fill_(0);
    this.runningVar?.fill_(1);
    this.numBatchesTracked?.fill_(0);
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, trackRunningStats } = this;
    return `${numFeatures}, eps=${eps}, momentum=${momentum}, affine=${affine}, trackRunningStats=${trackRunningStats}`;
  }
}
