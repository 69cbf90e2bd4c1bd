// How far vectors lie apart, as layers.

import {
  type CosineOptions,
  cosineSimilarity,
  type DistanceOptions,
  pairwiseDistance,
  type Tensor,
} from "../tensor";
import { optionsOf, requireKnown } from "../tensor/arguments";
import { Module } from "./module";

/** ‖a − b + eps‖ₚ along the last dimension: see functional.pairwiseDistance. */
export class PairwiseDistance extends Module {
  readonly p: number;
  readonly eps: number;
  readonly keepdim: boolean;

  constructor(options: DistanceOptions | number = {}, ...more: [eps?: number, keepdim?: boolean]) {
    super();
    const names = ["p", "eps", "keepdim"] as const;
    const settings = optionsOf<DistanceOptions>(new.target.name, names, options, more);
    this.p = settings.p ?? 2;
    this.eps = settings.eps ?? 1e-6;
    this.keepdim = settings.keepdim ?? false;
  }

  override forward(a: Tensor, b: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    const { p, eps, keepdim } = this;
    return pairwiseDistance(a, b, { p, eps, keepdim });
  }

  override extraRepr(): string {
    return `p=${this.p}, eps=${this.eps}, keepdim=${this.keepdim}`;
  }
}

/** The cosine of the angle between vectors: see functional.cosineSimilarity. */
export class CosineSimilarity extends Module {
  readonly dim: number;
  readonly eps: number;

  constructor(options: CosineOptions | number = {}, ...more: [eps?: number]) {
    super();
    const settings = optionsOf<CosineOptions>(new.target.name, ["dim", "eps"], options, more);
    this.dim = settings.dim ?? 1;
    this.eps = settings.eps ?? 1e-8;
  }

  override forward(a: Tensor, b: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 2);
    return cosineSimilarity(a, b, { dim: this.dim, eps: this.eps });
  }

  override extraRepr(): string {
    return `dim=${this.dim}, eps=${this.eps}`;
  }
}
