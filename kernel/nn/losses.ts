// Losses of predictions and targets as layers.

import { type CrossEntropyOptions, crossEntropy, type NllOptions, nllLoss, type Tensor } from "../tensor";
import { requireKnown } from "../tensor/arguments";
import {
  type BCEOptions,
  type BCEWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type GaussianNLLOptions,
  gaussianNllLoss,
  type HuberLossOptions,
  huberLoss,
  type KLDivOptions,
  klDiv,
  type LossOptions,
  l1Loss,
  mseLoss,
  type PoissonNLLOptions,
  poissonNllLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
  softMarginLoss,
} from "./lossFunctions";
import { Module } from "./module";

type Reduction = NonNullable<LossOptions["reduction"]>;

/** A loss keeps how it brings its elements together; the mean by default. */
export abstract class Loss extends Module {
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

/** Cross-entropy of logits [N, C, d…] against class numbers [N, d…] int32 or probabilities: see functional.crossEntropy. */
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

/** Binary cross-entropy of probabilities against targets in 0…1: see functional.binaryCrossEntropy. */
export class BCELoss extends Loss {
  readonly weight: Tensor | null;

  constructor({ weight = null, ...options }: BCEOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["weight", "reduction"]);
    super(options);
    this.weight = this.registerBuffer("weight", weight);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return binaryCrossEntropy(input, target, { weight: this.weight, reduction: this.reduction });
  }
}

/** Squared error near 0, delta times the absolute error beyond delta: see functional.huberLoss. */
export class HuberLoss extends Loss {
  readonly delta: number;

  constructor({ delta = 1, ...options }: HuberLossOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["delta", "reduction"]);
    super(options);
    this.delta = delta;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return huberLoss(input, target, { delta: this.delta, reduction: this.reduction });
  }
}

/** The Kullback-Leibler divergence of log probabilities from a target: see functional.klDiv; "batchmean" is the divergence. */
export class KLDivLoss extends Module {
  readonly reduction: NonNullable<KLDivOptions["reduction"]>;
  readonly logTarget: boolean;

  constructor({ reduction = "mean", logTarget = false }: KLDivOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["reduction", "logTarget"]);
    super();
    this.reduction = reduction;
    this.logTarget = logTarget;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return klDiv(input, target, { reduction: this.reduction, logTarget: this.logTarget });
  }
}

/** log(1 + exp(−target·input)) of targets 1 and −1: see functional.softMarginLoss. */
export class SoftMarginLoss extends Loss {
  override forward(input: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return softMarginLoss(input, target, { reduction: this.reduction });
  }
}

/** Counts against rates: see functional.poissonNllLoss. */
export class PoissonNLLLoss extends Loss {
  readonly logInput: boolean;
  readonly full: boolean;
  readonly eps: number;

  constructor({ logInput = true, full = false, eps = 1e-8, ...options }: PoissonNLLOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["logInput", "full", "eps", "reduction"]);
    super(options);
    this.logInput = logInput;
    this.full = full;
    this.eps = eps;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    const { logInput, full, eps, reduction } = this;
    return poissonNllLoss(input, target, { logInput, full, eps, reduction });
  }
}

/** Targets against means and variances: see functional.gaussianNllLoss. */
export class GaussianNLLLoss extends Loss {
  readonly full: boolean;
  readonly eps: number;

  constructor({ full = false, eps = 1e-6, ...options }: GaussianNLLOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["full", "eps", "reduction"]);
    super(options);
    this.full = full;
    this.eps = eps;
  }

  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 3);
    const { full, eps, reduction } = this;
    return gaussianNllLoss(input, target, variance, { full, eps, reduction });
  }
}
