// Dropout as layers: active in training, the identity in evaluation.

import {
  alphaDropout,
  type DropoutOptions,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  type Tensor,
} from "../tensor";
import { requireKnown, requireShare } from "../tensor/arguments";
import { Module } from "./module";
import { addForgetful } from "./sweep";

abstract class Dropping extends Module {
  /** p: the probability of becoming 0. Default 0.5. Throws a RangeError outside 0 … 1. */
  constructor(readonly p = 0.5) {
    super();
    requireKnown(new.target.name, arguments, 1);
    requireShare(new.target.name, "p", p);
  }

  protected get options(): DropoutOptions {
    return { p: this.p, training: this.training };
  }

  override extraRepr(): string {
    return `p=${this.p}`;
  }
}

/** In training drops each element with probability p: see functional.dropout. */
export class Dropout extends Dropping {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return dropout(input, this.options);
  }
}

/** In training drops each channel of each sample with probability p: see functional.dropout2d. */
export class Dropout2d extends Dropping {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return dropout2d(input, this.options);
  }
}

/** In training drops each channel of each sequence with probability p: see functional.dropout1d. */
export class Dropout1d extends Dropping {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return dropout1d(input, this.options);
  }
}

/** In training drops each channel of each volume with probability p: see functional.dropout3d. */
export class Dropout3d extends Dropping {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return dropout3d(input, this.options);
  }
}

/** In training drops to SELU's negative end and keeps mean and variance: see functional.alphaDropout. */
export class AlphaDropout extends Dropping {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return alphaDropout(input, this.options);
  }
}

addForgetful([AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d]);
