// Losses as layers.

import type { Tensor } from "../tensor";
import { crossEntropy, type LossOptions, mseLoss } from "./functional";
import { Module } from "./module";

/** Cross-entropy of logits [N, C] against class numbers [N] int32: see functional.crossEntropy. */
export class CrossEntropyLoss extends Module {
  readonly reduction: NonNullable<LossOptions["reduction"]>;

  constructor({ reduction = "mean" }: LossOptions = {}) {
    super();
    this.reduction = reduction;
  }

  override forward(logits: Tensor, targets: Tensor): Tensor {
    return crossEntropy(logits, targets, { reduction: this.reduction });
  }
}

/** Squared error: see functional.mseLoss. */
export class MSELoss extends Module {
  readonly reduction: NonNullable<LossOptions["reduction"]>;

  constructor({ reduction = "mean" }: LossOptions = {}) {
    super();
    this.reduction = reduction;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction });
  }
}
