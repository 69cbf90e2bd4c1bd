// Instance normalization as layers.

import { instanceNorm, type Tensor } from "../tensor";
import { optionsOf, requireKnown } from "../tensor/arguments";
import { ChannelNorm, type ChannelNormOptions } from "./channelNorm";
import { addForgetful } from "./sweep";

/**
 * y = (x − μ)/√(σ² + ε), each channel of each sample by itself (Ulyanov et al. 2016), in training and evaluation. With
 * `affine` γ and β follow; with `trackRunningStats` evaluation normalizes by running statistics (momentum null: never moved).
 */
abstract class InstanceNorm extends ChannelNorm {
  constructor(
    numFeatures: number,
    settings: ChannelNormOptions | number = {},
    ...more: [momentum?: number | null, affine?: boolean, trackRunningStats?: boolean]
  ) {
    const names = ["eps", "momentum", "affine", "trackRunningStats"] as const;
    const options = optionsOf<ChannelNormOptions>(new.target.name, names, settings, more);
    super(numFeatures, { affine: false, trackRunningStats: false, ...options });
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    this.checkInput(input);
    const { weight, bias, runningMean, runningVar, eps } = this;
    const batched = input.shape.length === this.layouts[0]!.length;
    const output = instanceNorm(batched ? input : input.unsqueeze(0), {
      weight,
      bias,
      runningMean,
      runningVar,
      useInputStats: this.training || !this.trackRunningStats,
      momentum: this.momentum ?? 0,
      eps,
    });
    return batched ? output : output.squeeze(0);
  }
}

/**
 * Instance normalization of sequences: [N, C, L] or [C, L] → the same. `affine` and `trackRunningStats` are off by default.
 * Throws a RangeError for another shape, and when a sample's own statistics are due and L = 1.
 */
export class InstanceNorm1d extends InstanceNorm {
  protected override get layouts() {
    return [
      ["N", "C", "L"],
      ["C", "L"],
    ];
  }
}

/**
 * Instance normalization of images: [N, C, H, W] or [C, H, W] → the same. `affine` and `trackRunningStats` are off by
 * default. Throws a RangeError for another shape, and when a sample's own statistics are due and H·W = 1.
 */
export class InstanceNorm2d extends InstanceNorm {
  protected override get layouts() {
    return [
      ["N", "C", "H", "W"],
      ["C", "H", "W"],
    ];
  }
}

/**
 * Instance normalization of volumes: [N, C, D, H, W] or [C, D, H, W] → the same. `affine` and `trackRunningStats` are off by
 * default. Throws a RangeError for another shape, and when a sample's own statistics are due and D·H·W = 1.
 */
export class InstanceNorm3d extends InstanceNorm {
  protected override get layouts() {
    return [
      ["N", "C", "D", "H", "W"],
      ["C", "D", "H", "W"],
    ];
  }
}

addForgetful([InstanceNorm1d, InstanceNorm2d, InstanceNorm3d]);
