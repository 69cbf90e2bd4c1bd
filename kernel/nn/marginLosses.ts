// Losses that ask for a margin, as layers.

import type { Tensor } from "../tensor";
import { requireKnown } from "../tensor/arguments";
import { Loss } from "./losses";
import type { LossOptions } from "./lossFunctions";
import {
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  type MarginLossOptions,
  type MultilabelSoftMarginOptions,
  type MultiMarginOptions,
  marginRankingLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
  type TripletMarginOptions,
  tripletMarginLoss,
} from "./marginLossFunctions";

/** A loss with a margin of its own. */
abstract class MarginLoss extends Loss {
  constructor(
    readonly margin: number,
    options: LossOptions,
  ) {
    super(options);
  }

  override extraRepr(): string {
    return `margin=${this.margin}`;
  }
}

/** Distances and targets 1 or −1: see functional.hingeEmbeddingLoss. */
export class HingeEmbeddingLoss extends MarginLoss {
  constructor({ margin = 1, ...options }: MarginLossOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["margin", "reduction"]);
    super(margin, options);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return hingeEmbeddingLoss(input, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** Which of two scores is to be larger: see functional.marginRankingLoss. */
export class MarginRankingLoss extends MarginLoss {
  constructor({ margin = 0, ...options }: MarginLossOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["margin", "reduction"]);
    super(margin, options);
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 3);
    const { margin, reduction } = this;
    return marginRankingLoss(input1, input2, target, { margin, reduction });
  }
}

/** Pairs of vectors that are to point the same way, or not: see functional.cosineEmbeddingLoss. */
export class CosineEmbeddingLoss extends MarginLoss {
  constructor({ margin = 0, ...options }: MarginLossOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["margin", "reduction"]);
    super(margin, options);
  }

  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 3);
    const { margin, reduction } = this;
    return cosineEmbeddingLoss(input1, input2, target, { margin, reduction });
  }
}

/** An anchor that is to be nearer to a positive than to a negative: see functional.tripletMarginLoss. */
export class TripletMarginLoss extends MarginLoss {
  readonly p: number;
  readonly eps: number;
  readonly swap: boolean;

  constructor({ margin = 1, p = 2, eps = 1e-6, swap = false, ...options }: TripletMarginOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["margin", "p", "eps", "swap", "reduction"]);
    super(margin, options);
    this.p = p;
    this.eps = eps;
    this.swap = swap;
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 3);
    const { margin, p, eps, swap, reduction } = this;
    return tripletMarginLoss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}

/** The class's score is to be the largest by a margin: see functional.multiMarginLoss. */
export class MultiMarginLoss extends MarginLoss {
  readonly p: 1 | 2;
  readonly weight: Tensor | null;

  constructor({ p = 1, margin = 1, weight = null, ...options }: MultiMarginOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["p", "margin", "weight", "reduction"]);
    super(margin, options);
    this.p = p;
    this.weight = this.registerBuffer("weight", weight);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    const { p, margin, weight, reduction } = this;
    return multiMarginLoss(input, target, { p, margin, weight, reduction });
  }
}

/** Every label's score is to be larger than every other class's: see functional.multilabelMarginLoss. */
export class MultiLabelMarginLoss extends Loss {
  override forward(input: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return multilabelMarginLoss(input, target, { reduction: this.reduction });
  }
}

/** Each class by itself, by logits: see functional.multilabelSoftMarginLoss. */
export class MultiLabelSoftMarginLoss extends Loss {
  readonly weight: Tensor | null;

  constructor({ weight = null, ...options }: MultilabelSoftMarginOptions = {}) {
    requireKnown(new.target.name, arguments, 1, ["weight", "reduction"]);
    super(options);
    this.weight = this.registerBuffer("weight", weight);
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return multilabelSoftMarginLoss(input, target, { weight: this.weight, reduction: this.reduction });
  }
}
