// Adam with the momentum of the step to come.

import type { Tensor } from "../tensor";
import { optionsOf, requireNonNegative } from "../tensor/arguments";
import { nadamStep } from "../tensor/doors/optim";
import {
  buffer,
  countStep,
  Optimizer,
  type ParameterState,
  type ParamGroup,
  requireBetas,
} from "./optimizer";

/** What NAdam can be told, for all parameters or by group. */
export interface NAdamSettings {
  /** Learning rate. */
  lr: number;
  /** How much the running means of the gradient and of its square keep at each step. */
  betas: readonly [number, number];
  /** Joins the denominator. */
  eps: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  weightDecay: number;
  /** How fast β₁ rises from half of itself. */
  momentumDecay: number;
  /** Climb instead of going down. */
  maximize: boolean;
}

/**
 * μₜ = β₁·(1 − ½·0.96^(t·momentumDecay)); m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²;
 * p ← p − lr·((1 − μₜ)·g/(1 − μ₁…μₜ) + μₜ₊₁·m/(1 − μ₁…μₜ₊₁)) / (√(v/(1 − β₂ᵗ)) + eps) at step t. As torch.optim.NAdam, which
 * takes μₜ once more into the last product; Dozat, "Incorporating Nesterov Momentum into Adam", ICLR 2016. Throws a RangeError
 * for a negative or not finite setting, and for betas outside [0, 1).
 */
export class NAdam extends Optimizer<NAdamSettings> {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<NAdamSettings>>,
    settings: Partial<NAdamSettings> | number = {},
    ...more: readonly (number | boolean | readonly [number, number])[]
  ) {
    const names = ["lr", "betas", "eps", "weightDecay", "momentumDecay", "maximize"] as const;
    const {
      lr = 2e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      momentumDecay = 4e-3,
      maximize = false,
    } = optionsOf<Partial<NAdamSettings>>(new.target.name, names, settings, more);
    super(params, { lr, betas, eps, weightDecay, momentumDecay, maximize });
  }

  protected override update(param: Tensor, state: ParameterState, settings: NAdamSettings): void {
    const beta1 = settings.betas[0];
    const step = countStep(state);
    const momentum = (at: number) => beta1 * (1 - 0.5 * 0.96 ** (at * settings.momentumDecay));
    const [mu, next] = [momentum(step), momentum(step + 1)];
    const product = ((state.mu_product as number | undefined) ?? 1) * mu;
    state.mu_product = product;
    nadamStep(param, buffer(param, state, "exp_avg"), buffer(param, state, "exp_avg_sq"), {
      ...settings,
      step,
      momenta: [mu, next, product],
    });
  }

  protected override validate(settings: NAdamSettings): void {
    requireNonNegative("NAdam", settings, ["lr", "eps", "weightDecay", "momentumDecay"]);
    requireBetas("NAdam", settings.betas);
  }
}
