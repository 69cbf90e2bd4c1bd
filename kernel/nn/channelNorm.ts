// The base of batch normalization and its relatives: parameters and running statistics by channel.

import { ones, type Tensor, tensor, zeros } from "../tensor";
import {
  describe,
  requireInteger,
  requireKnown,
  requireNumber,
  requireTensor,
  show,
} from "../tensor/arguments";
import { Module } from "./module";
import { Parameter } from "./parameter";

/** What all norms by channel can be told. */
export interface ChannelNormOptions {
  /** Added to the variance under the root. Default 1e-5. */
  eps?: number;
  /**
   * running ← (1 − momentum)·running + momentum·batch. Default 0.1; 0 freezes; null averages over all batches so far.
   */
  momentum?: number | null;
  /** Learn a scale γ (`weight`) and a shift β (`bias`) per channel. Default true; for instance norms false. */
  affine?: boolean;
  /**
   * Keep running statistics for evaluation. Default true; for instance norms false. Without, the input's own are used in
   * both modes.
   */
  trackRunningStats?: boolean;
}

/** What the 1d layers take: features or sequences. */
export const sequences = [
  ["N", "C"],
  ["N", "C", "L"],
] as const;
/** What the 2d layers take. */
export const images = [["N", "C", "H", "W"]] as const;

export abstract class ChannelNorm extends Module {
  readonly eps: number;
  /** May be changed: null and resetRunningStats() start an average over all batches from now on. */
  momentum: number | null;
  readonly affine: boolean;
  /** May be changed: false in training normalizes by the batch and moves nothing, as in PyTorch. */
  trackRunningStats: boolean;
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

  /** Throws a RangeError for a number of channels below 1 or a momentum outside 0 … 1. */
  constructor(
    readonly numFeatures: number,
    { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true }: ChannelNormOptions = {},
  ) {
    super();
    requireKnown(new.target.name, arguments, 2, ["eps", "momentum", "affine", "trackRunningStats"]);
    const name = this.constructor.name;
    requireInteger(name, "numFeatures", numFeatures, 1);
    if (momentum !== null && !(typeof momentum === "number" && momentum >= 0 && momentum <= 1)) {
      throw new RangeError(`${name}: expected a momentum from 0 to 1, or null, got ${describe(momentum)}`);
    }
    requireNumber(name, "eps", eps);
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

  /** The shapes that forward takes, by their dimensions: ["N", "C", "L"]. */
  protected abstract get layouts(): readonly (readonly string[])[];

  protected checkInput(input: Tensor): void {
    requireTensor(this.constructor.name, input);
    const { shape } = input;
    const fits = (layout: readonly string[]) =>
      layout.length === shape.length && shape[layout.indexOf("C")] === this.numFeatures;
    if (this.layouts.some(fits)) return;
    const expected = this.layouts.map(
      (layout) => `[${layout.join(", ").replace("C", `${this.numFeatures}`)}]`,
    );
    throw new RangeError(
      `${this.constructor.name}: expected input ${expected.join(" or ")}, got ${show(shape)}`,
    );
  }

  /** Forgets the running statistics. */
  resetRunningStats(): void {
    requireKnown("resetRunningStats", arguments, 0);
    this.runningMean?.fill_(0);
    this.runningVar?.fill_(1);
    this.numBatchesTracked?.fill_(0);
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, trackRunningStats } = this;
    return `${numFeatures}, eps=${eps}, momentum=${momentum}, affine=${affine}, trackRunningStats=${trackRunningStats}`;
  }
}
