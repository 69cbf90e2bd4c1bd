// Losses as layers.

import type { CrossEntropyOptions, NllOptions, Tensor } from "../tensor";
import { requireKnown } from "../tensor/arguments";
import {
  type BCEWithLogitsOptions,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  type LossOptions,
  l1Loss,
  mseLoss,
  nllLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from "./functional";
import { Module } from "./module";

type Reduction = NonNullable<LossOptions["reduction"]>;

/** A loss keeps how it brings its elements together; the mean by default. */
abstract class Loss extends Module {
  readonly reduction: Reduction;

  constructor({ reduction = "mean" }: LossOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["reduction"]);
    super();
    this.reduction = reduction;
  }
}

/** Losses of class numbers; the weights of the classes are a buffer. */
abstract class ClassLoss extends Loss {
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;

  constructor({ weight = null, ignoreIndex = -100, reduction }: NllOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["reduction", "weight", "ignoreIndex"]);
    super({ reduction });
    this.weight = this.registerBuffer("weight", weight);
    this.ignoreIndex = ignoreIndex;
  }
}

/** Cross-entropy of logits [N, C, d…] against class numbers [N, d…] int32: see functional.crossEntropy. */
export class CrossEntropyLoss extends ClassLoss {
  readonly labelSmoothing: number;

  constructor({ labelSmoothing = 0, ...options }: CrossEntropyOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["labelSmoothing", "reduction", "weight", "ignoreIndex"]);
    super(options);
    this.labelSmoothing = labelSmoothing;
  }

  override forward(logits: Tensor, targets: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    const { weight, ignoreIndex, reduction, labelSmoothing } = this;
    return crossEntropy(logits, targets, { weight, ignoreIndex, reduction, labelSmoothing });
  }
}

/** Negative log-likelihood of log probabilities [N, C, d…] and class numbers [N, d…] int32: see functional.nllLoss. */
export class NLLLoss extends ClassLoss {
  override forward(logProbabilities: Tensor, targets: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    const { weight, ignoreIndex, reduction } = this;
    return nllLoss(logProbabilities, targets, { weight, ignoreIndex, reduction });
  }
}

/** Squared error: see functional.mseLoss. */
export class MSELoss extends Loss {
  override forward(input: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return mseLoss(input, target, { reduction: this.reduction });
  }
}

/** Absolute error: see functional.l1Loss. */
export class L1Loss extends Loss {
  override forward(input: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return l1Loss(input, target, { reduction: this.reduction });
  }
}

/** Squared error near 0, absolute error beyond beta: see functional.smoothL1Loss. */
export class SmoothL1Loss extends Loss {
  readonly beta: number;

  constructor({ beta = 1, ...options }: SmoothL1LossOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["beta", "reduction"]);
    super(options);
    this.beta = beta;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return smoothL1Loss(input, target, { beta: this.beta, reduction: this.reduction });
  }
}

/** Binary cross-entropy of logits against targets in 0…1: see functional.binaryCrossEntropyWithLogits. */
export class BCEWithLogitsLoss extends Loss {
  readonly weight: Tensor | null;
  readonly posWeight: Tensor | null;

  constructor({ weight = null, posWeight = null, ...options }: BCEWithLogitsOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["weight", "posWeight", "reduction"]);
    super(options);
    this.weight = this.registerBuffer("weight", weight);
    this.posWeight = this.registerBuffer("posWeight", posWeight);
  }

  override forward(logits: Tensor, targets: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    const { weight, posWeight, reduction } = this;
    return binaryCrossEntropyWithLogits(logits, targets, { weight, posWeight, reduction });
  }
}
