// Batch normalization as layers: which statistics a forward uses, and when the running ones move.

import { cat, type Tensor } from "../tensor";
import { optionsOf, requireKnown } from "../tensor/arguments";
import { type Activation, batchNormThen } from "../tensor/doors/nn";
import { ChannelNorm, type ChannelNormOptions, images, sequences } from "./channelNorm";
import { addForgetful, addFusing } from "./sweep";

/** What batch normalizations can be told. */
export interface BatchNormOptions extends ChannelNormOptions {
  /**
   * Whose words the numbers are in. "pytorch" (default) is what the other options say. "keras": momentum is the share that is
   * *kept*, running ← momentum·running + (1 − momentum)·batch, default 0.99 and 1 freezes; the stored variance is the biased
   * one; ε is 1e-3 by default. The outputs in training differ by ε alone.
   */
  convention?: "pytorch" | "keras";
  /**
   * Ghost batch normalization (Hoffer, Hubara & Soudry 2017): in training, normalize by the statistics of virtual batches of
   * so many samples, one after the other; each moves the running statistics and counts as a batch. Where the size does not
   * divide the batch, the virtual batches are smaller and as even as can be. Default null: the whole batch.
   */
  ghostSize?: number | null;
}

/**
 * y = γ·(x − μ)/√(σ² + ε) + β per channel, over the batch and all positions (Ioffe & Szegedy 2015). Training normalizes
 * by the batch's mean and biased variance, and moves the running statistics towards them, the variance unbiased, also
 * under noGrad(); evaluation normalizes by the running statistics. To freeze them in a model that trains, call eval() on the norm
 * after each train() of the model; requiresGrad_(false) freezes γ and β alone. Gradients that are accumulated over parts of a batch
 * are those of parts normalized by themselves. Weight decay is left off γ and β by parameter groups: see SGD.
 * Throws a RangeError for another shape, and when batch statistics are due and a channel has one value only.
 */
export abstract class BatchNorm extends ChannelNorm {
  readonly convention: NonNullable<BatchNormOptions["convention"]>;
  readonly ghostSize: number | null;

  constructor(
    numFeatures: number,
    settings: BatchNormOptions | number = {},
    ...more: [momentum?: number | null, affine?: boolean, trackRunningStats?: boolean]
  ) {
    const {
      convention = "pytorch",
      eps = convention === "keras" ? 1e-3 : 1e-5,
      momentum = convention === "keras" ? 0.99 : 0.1,
      ghostSize = null,
      ...options
    } = optionsOf<BatchNormOptions>(
      new.target.name,
      ["eps", "momentum", "affine", "trackRunningStats", "convention", "ghostSize"],
      settings,
      more,
    );
    super(numFeatures, { eps, momentum, ...options });
    const { name } = this.constructor;
    if (convention !== "pytorch" && convention !== "keras") {
      throw new RangeError(`${name}: expected convention "pytorch" or "keras", got ${String(convention)}`);
    }
    if (ghostSize !== null && !(Number.isInteger(ghostSize) && ghostSize >= 1)) {
      throw new RangeError(
        `${name}: expected ghostSize to be a whole number ≥ 1, or null for the whole batch, got ${ghostSize}`,
      );
    }
    this.convention = convention;
    this.ghostSize = ghostSize;
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return this.forwardThen(null, input);
  }

  /** forward(), and the activation in the same sweep over memory: what Sequential calls for the two in a row. @internal */
  forwardThen(activation: Activation | null, input: Tensor): Tensor {
    this.checkInput(input);
    if (this.ghostSize === null || !this.training) return this.normalize(activation, input);
    const [n = 0] = input.shape;
    const parts = Math.max(1, Math.ceil(n / this.ghostSize));
    // The first is the smallest: if one is too small for statistics, nothing has moved yet.
    const sizes = Array.from(
      { length: parts },
      (_, i) => Math.floor(((i + 1) * n) / parts) - Math.floor((i * n) / parts),
    );
    return cat(input.split(sizes).map((part) => this.normalize(activation, part)));
  }

  protected normalize(activation: Activation | null, input: Tensor): Tensor {
    const { weight, bias, eps, momentum } = this;
    const moves = !this.training || this.trackRunningStats;
    const runningMean = moves ? this.runningMean : null;
    const runningVar = moves ? this.runningVar : null;
    const numBatchesTracked = moves ? this.numBatchesTracked : null;
    const batches = numBatchesTracked === null ? 0 : numBatchesTracked.item() + 1;
    const keras = this.convention === "keras";
    const output = batchNormThen(activation, input, {
      weight,
      bias,
      runningMean,
      runningVar,
      biasedRunningVar: keras,
      training: this.training,
      momentum: momentum === null ? 1 / batches : keras ? 1 - momentum : momentum,
      eps,
    });
    if (this.training) numBatchesTracked?.fill_(batches);
    return output;
  }

  override extraRepr(): string {
    const { convention, ghostSize } = this;
    const ghost = ghostSize === null ? "" : `, ghostSize=${ghostSize}`;
    return `${super.extraRepr()}${convention === "keras" ? ', convention="keras"' : ""}${ghost}`;
  }
}

/**
 * Batch normalization of features, [N, C] → [N, C], or sequences, [N, C, L] → [N, C, L]: γ·(x − μ)/√(σ² + ε) + β per
 * channel, by the batch's mean and biased variance in training, by the running ones in evaluation (Ioffe & Szegedy 2015).
 * Throws a RangeError for another shape, and when batch statistics are due and a channel has one value only (N·L = 1).
 */
export class BatchNorm1d extends BatchNorm {
  protected override get layouts() {
    return sequences;
  }
}

/** Batch normalization of images, as BatchNorm1d: [N, C, H, W] → the same. Throws a RangeError for another shape. */
export class BatchNorm2d extends BatchNorm {
  protected override get layouts() {
    return images;
  }
}

/** Batch normalization of volumes, as BatchNorm1d: [N, C, D, H, W] → the same. Throws a RangeError for another shape. */
export class BatchNorm3d extends BatchNorm {
  protected override get layouts() {
    return [["N", "C", "D", "H", "W"]];
  }
}

/**
 * There is none: it averages statistics over the processes that share a batch, and here one process has the whole batch, by
 * which BatchNorm1d, 2d and 3d normalize. To normalize by parts of it, give them a ghostSize.
 */
export abstract class SyncBatchNorm {
  /** Throws an Error that says what to write. */
  constructor() {
    throw noSync();
  }

  /** Throws an Error that says what to write: the model as it is. */
  static convertSyncBatchnorm(_module: unknown): never {
    throw noSync();
  }
}

function noSync(): Error {
  return new Error(
    "SyncBatchNorm: expected several processes that share a batch, got one, which has the whole batch; use BatchNorm1d, 2d or 3d, which normalize by all of it, and leave convertSyncBatchnorm() out",
  );
}

addForgetful([BatchNorm1d, BatchNorm2d, BatchNorm3d]);
addFusing(BatchNorm, (norm, activation, input) => norm.forwardThen(activation, input));
