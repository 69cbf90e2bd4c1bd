// Adam with the largest gradient in place of the mean of squares.

import type { Tensor } from "../tensor";
import { optionsOf, requireNonNegative } from "../tensor/arguments";
import { adamaxStep } from "../tensor/doors/optim";
import {
  buffer,
  countStep,
  Optimizer,
  type ParameterState,
  type ParamGroup,
  requireBetas,
} from "./optimizer";

/** What Adamax can be told, for all parameters or by group. */
export interface AdamaxSettings {
  /** Learning rate. */
  lr: number;
  /** How much the running means of the gradient and of its square keep at each step. */
  betas: readonly [number, number];
  /** Joins the size of each gradient. */
  eps: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  weightDecay: number;
  /** Climb instead of going down. */
  maximize: boolean;
}

/**
 * g ← grad + weightDecay·p; m ← β₁·m + (1 − β₁)·g; u ← max(β₂·u, |g| + eps); p ← p − lr/(1 − β₁ᵗ)·m/u at step t. As
 * torch.optim.Adamax; Kingma & Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, section 7. Throws a RangeError for
 * a negative or not finite setting, and for betas outside [0, 1).
 */
export class Adamax extends Optimizer<AdamaxSettings> {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<AdamaxSettings>>,
    settings: Partial<AdamaxSettings> | number = {},
    ...more: readonly (number | boolean | readonly [number, number])[]
  ) {
    const names = ["lr", "betas", "eps", "weightDecay", "maximize"] as const;
    const {
      lr = 2e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      maximize = false,
    } = optionsOf<Partial<AdamaxSettings>>(new.target.name, names, settings, more);
    super(params, { lr, betas, eps, weightDecay, maximize });
  }

  protected override update(param: Tensor, state: ParameterState, settings: AdamaxSettings): void {
    const step = countStep(state);
    adamaxStep(param, buffer(param, state, "exp_avg"), buffer(param, state, "exp_inf"), {
      ...settings,
      step,
    });
  }

  protected override validate(settings: AdamaxSettings): void {
    requireNonNegative("Adamax", settings, ["lr", "eps", "weightDecay"]);
    requireBetas("Adamax", settings.betas);
  }
}
