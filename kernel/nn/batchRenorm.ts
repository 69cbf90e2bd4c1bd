// Batch renormalization as layers: training normalizes by the batch and corrects towards the running statistics.

import { batchNorm, noGrad, ones, type Tensor, tidy, zeros } from "../tensor";
import { describe, requireKnown } from "../tensor/arguments";
import { ChannelNorm, type ChannelNormOptions, images, sequences } from "./channelNorm";

/** What batch renormalizations can be told. */
export interface BatchRenormOptions extends Omit<ChannelNormOptions, "trackRunningStats"> {
  /** As in ChannelNormOptions, but by default 0.01, as in the paper. */
  momentum?: number | null;
  /** The largest correction of the scale: r is held between 1/rMax and rMax. Default 3. */
  rMax?: number;
  /** The largest correction of the mean, in standard deviations: d is held between −dMax and dMax. Default 5. */
  dMax?: number;
}

/**
 * y = γ·((x − μ_B)/σ_B·r + d) + β per channel, where r = σ_B/σ held to 1/rMax … rMax and d = (μ_B − μ)/σ held to ±dMax are
 * constants to the gradient; μ_B and σ_B = √(biased variance + ε) are the batch's, μ and σ the running ones before they move
 * (Ioffe 2017). Unclipped, training computes what evaluation does, so small or uneven batches do less harm.
 * The state is BatchNorm's, so that one loads the other's: running mean and biased variance, where the paper averages σ itself.
 * Throws a RangeError for another shape, when a channel has one value only in training, and for rMax < 1 or dMax < 0.
 */
export abstract class BatchRenorm extends ChannelNorm {
  /** Change it as training goes on: with rMax 1 and dMax 0 it is BatchNorm, where the paper starts (and goes to 3 and 5). */
  rMax: number;
  /** See rMax. */
  dMax: number;

  constructor(numFeatures: number, settings: BatchRenormOptions = {}) {
    requireKnown(new.target.name, arguments, 2, ["momentum", "rMax", "dMax", "eps", "affine"]);
    const { rMax = 3, dMax = 5, momentum = 0.01, ...options } = settings;
    super(numFeatures, { ...options, momentum, trackRunningStats: true });
    this.rMax = rMax;
    this.dMax = dMax;
    this.checkLimits();
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    this.checkInput(input);
    this.checkLimits();
    const { weight, bias, eps } = this;
    if (!this.training) {
      const { runningMean, runningVar } = this;
      return batchNorm(input, { weight, bias, runningMean, runningVar, eps });
    }
    const { r, d } = this.follow(input);
    const shift = weight === null ? d : weight.mul(d);
    return batchNorm(input, {
      weight: weight === null ? r : weight.mul(r),
      bias: bias === null ? shift : shift.add(bias),
      training: true,
      eps,
    });
  }

  /** The corrections for this batch, towards the running statistics, which move afterwards. */
  protected follow(input: Tensor): { r: Tensor; d: Tensor } {
    const { eps, rMax, dMax } = this;
    const [runningMean, runningVar, batches] = [this.runningMean!, this.runningVar!, this.numBatchesTracked!];
    const measure = () => {
      const [mean, variance] = [zeros([this.numFeatures]), ones([this.numFeatures])];
      batchNorm(input, {
        runningMean: mean,
        runningVar: variance,
        biasedRunningVar: true,
        training: true,
        momentum: 1,
      });
      const sigma = runningVar.add(eps).sqrt();
      const r = variance.add(eps).sqrt().div(sigma);
      const d = mean.sub(runningMean).div(sigma);
      const count = batches.item() + 1;
      const momentum = this.momentum ?? 1 / count;
      runningMean.mul_(1 - momentum).add_(mean, { alpha: momentum });
      runningVar.mul_(1 - momentum).add_(variance, { alpha: momentum });
      batches.fill_(count);
      return { r: r.clamp({ min: 1 / rMax, max: rMax }), d: d.clamp({ min: -dMax, max: dMax }) };
    };
    return noGrad(() => tidy(measure));
  }

  protected checkLimits(): void {
    const { rMax, dMax } = this;
    if (typeof rMax === "number" && typeof dMax === "number" && rMax >= 1 && dMax >= 0) return;
    throw new RangeError(
      `${this.constructor.name}: expected rMax ≥ 1 and dMax ≥ 0, got ${describe(rMax)} and ${describe(dMax)}`,
    );
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum, affine, rMax, dMax } = this;
    return `${numFeatures}, eps=${eps}, momentum=${momentum}, affine=${affine}, rMax=${rMax}, dMax=${dMax}`;
  }
}

/** Batch renormalization of features, [N, C], or sequences, [N, C, L] → the same (Ioffe 2017). Throws as BatchNorm1d does. */
export class BatchRenorm1d extends BatchRenorm {
  protected override get layouts() {
    return sequences;
  }
}

/** Batch renormalization of images, [N, C, H, W] → the same (Ioffe 2017). Throws as BatchNorm2d does. */
export class BatchRenorm2d extends BatchRenorm {
  protected override get layouts() {
    return images;
  }
}
