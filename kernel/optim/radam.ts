// Adam that waits until its mean of squares can be trusted.

import type { Tensor } from "../tensor";
import { optionsOf, requireNonNegative } from "../tensor/arguments";
import { radamStep } from "../tensor/doors/optim";
import {
  buffer,
  countStep,
  Optimizer,
  type ParameterState,
  type ParamGroup,
  requireBetas,
} from "./optimizer";

/** What RAdam can be told, for all parameters or by group. */
export interface RAdamSettings {
  /** Learning rate. */
  lr: number;
  /** How much the running means of the gradient and of its square keep at each step. */
  betas: readonly [number, number];
  /** Joins the denominator. */
  eps: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  weightDecay: number;
  /** Climb instead of going down. */
  maximize: boolean;
}

/**
 * m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; ρ∞ = 2/(1 − β₂) − 1, ρ = ρ∞ − 2t·β₂ᵗ/(1 − β₂ᵗ) at step t. Where ρ > 5,
 * p ← p − lr·r·m/(1 − β₁ᵗ)·√(1 − β₂ᵗ)/(√v + eps) with r = √((ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ)), before that
 * p ← p − lr·m/(1 − β₁ᵗ). As torch.optim.RAdam; Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", ICLR
 * 2020. Throws a RangeError for a negative or not finite setting, and for betas outside [0, 1).
 */
export class RAdam extends Optimizer<RAdamSettings> {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<RAdamSettings>>,
    settings: Partial<RAdamSettings> | number = {},
    ...more: readonly (number | boolean | readonly [number, number])[]
  ) {
    const names = ["lr", "betas", "eps", "weightDecay", "maximize"] as const;
    const {
      lr = 1e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      maximize = false,
    } = optionsOf<Partial<RAdamSettings>>(new.target.name, names, settings, more);
    super(params, { lr, betas, eps, weightDecay, maximize });
  }

  protected override update(param: Tensor, state: ParameterState, settings: RAdamSettings): void {
    const step = countStep(state);
    radamStep(param, buffer(param, state, "exp_avg"), buffer(param, state, "exp_avg_sq"), {
      ...settings,
      step,
    });
  }

  protected override validate(settings: RAdamSettings): void {
    requireNonNegative("RAdam", settings, ["lr", "eps", "weightDecay"]);
    requireBetas("RAdam", settings.betas);
  }
}
