// Noise that puts covariate shift back behind a normalization: the "noisy BatchNorm" of Santurkar et al. 2018.

import { rand, randn, type Tensor } from "../tensor";
import { requireKnown, requireTensor, show } from "../tensor/arguments";
import { Module } from "./module";

export interface CovariateNoiseOptions {
  /** The shift of a unit is drawn from −shift … shift. Default 0.5. */
  shift?: number;
  /** The scale of a unit is drawn from 1 … scale. Default 1.25. */
  scale?: number;
  /** How far an element's shift (uniform) and scale (standard deviation) lie around its unit's. Default 0.1. */
  spread?: number;
}

/**
 * y = s·x + m in training, with another distribution for each unit at each step: a unit draws μ ~ U(−shift, shift) and
 * σ ~ U(1, scale), then each element m ~ U(μ ± spread) and s ~ N(σ, spread). In evaluation it gives back what it gets. Stood
 * after a BatchNorm it makes the inputs of the layers above shift from step to step (Santurkar et al. 2018, arXiv 1805.11604, whose numbers
 * are the defaults). [N, units, ...] → the same; draws from the
 * stream of manualSeed().
 */
export class CovariateNoise extends Module {
  readonly shift: number;
  readonly scale: number;
  readonly spread: number;

  /** Throws a RangeError unless shift and spread are at least 0, and scale at least 1. */
  constructor({ shift = 0.5, scale = 1.25, spread = 0.1 }: CovariateNoiseOptions = {}) {
    super();
    requireKnown(new.target.name, arguments, 1, ["shift", "scale", "spread"]);
    if (!(shift >= 0 && scale >= 1 && spread >= 0)) {
      throw new RangeError(
        `CovariateNoise: expected shift ≥ 0, scale ≥ 1 and spread ≥ 0, got ${shift}, ${scale} and ${spread}`,
      );
    }
    this.shift = shift;
    this.scale = scale;
    this.spread = spread;
  }

  /** Throws a RangeError for a tensor without a dimension of units. */
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    requireTensor("CovariateNoise", input);
    const { shape } = input;
    if (shape.length < 2) {
      throw new RangeError(`CovariateNoise: expected input [N, units, ...], got ${show(shape)}`);
    }
    if (!this.training) return input;
    const { shift, scale, spread } = this;
    const units = [1, shape[1]!, ...shape.slice(2).fill(1)];
    const mean = rand(units)
      .sub(0.5)
      .mul(2 * shift); // [1, units, 1, ...]
    const deviation = rand(units)
      .mul(scale - 1)
      .add(1);
    const m = rand(shape)
      .sub(0.5)
      .mul(2 * spread)
      .add(mean);
    const s = randn(shape).mul(spread).add(deviation);
    return input.mul(s).add(m);
  }

  override extraRepr(): string {
    return `shift=${this.shift}, scale=${this.scale}, spread=${this.spread}`;
  }
}
