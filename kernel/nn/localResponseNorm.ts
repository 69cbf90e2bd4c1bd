// Local response normalization as a layer.

import type { Tensor } from "../tensor";
import { requireKnown } from "../tensor/arguments";
import { type LocalResponseNormOptions, localResponseNorm } from "./functional";
import { Module } from "./module";

/** x / (k + α·mean of x² over `size` neighboring channels)^β: see functional.localResponseNorm. */
export class LocalResponseNorm extends Module {
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(
    readonly size: number,
    { alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseNormOptions = {},
  ) {
    super();
    requireKnown(new.target.name, arguments, 2, ["alpha", "beta", "k"]);
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    const { size, alpha, beta, k } = this;
    return localResponseNorm(input, size, { alpha, beta, k });
  }

  override extraRepr(): string {
    return `${this.size}, alpha=${this.alpha}, beta=${this.beta}, k=${this.k}`;
  }
}
