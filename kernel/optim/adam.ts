// Adam and AdamW: steps scaled by running means of the gradient and of its square.

import type { Tensor } from "../tensor";
import { optionsOf, requireNonNegative } from "../tensor/arguments";
import { adamStep } from "../tensor/doors/optim";
import {
  buffer,
  countStep,
  Optimizer,
  type ParameterState,
  type ParamGroup,
  requireBetas,
} from "./optimizer";

/** What Adam can be told, for all parameters or by group. */
export interface AdamSettings {
  /** Learning rate. */
  lr: number;
  /** How much the running means of the gradient and of its square keep at each step. */
  betas: readonly [number, number];
  /** Joins the denominator. */
  eps: number;
  /** Adam: an L2 penalty that joins the gradient. AdamW: the share of lr by which parameters shrink. */
  weightDecay: number;
  /** Divide by the largest mean square so far (Reddi, Kale & Kumar 2018). */
  amsgrad: boolean;
  /** Climb instead of going down. Default false. */
  maximize: boolean;
}

/** What the two have in common: all but where weight decay acts. */
abstract class AdamFamily extends Optimizer<AdamSettings> {
  /** Weight decay shrinks the parameter instead of joining the gradient. */
  protected abstract readonly decoupled: boolean;

  protected override update(param: Tensor, state: ParameterState, settings: AdamSettings): void {
    adamStep(
      param,
      buffer(param, state, "exp_avg"),
      buffer(param, state, "exp_avg_sq"),
      settings.amsgrad ? buffer(param, state, "max_exp_avg_sq") : null,
      { ...settings, decoupled: this.decoupled, step: countStep(state) },
    );
  }

  protected override validate(settings: AdamSettings): void {
    const { name } = this.constructor;
    requireNonNegative(name, settings, ["lr", "eps", "weightDecay"]);
    requireBetas(name, settings.betas);
  }
}

/**
 * g ← grad + weightDecay·p; m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²;
 * p ← p − lr·m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + eps) at step t. As torch.optim.Adam; Kingma & Ba, "Adam: A Method for
 * Stochastic Optimization", ICLR 2015. Throws a RangeError for a negative or not finite setting, and for betas outside [0, 1).
 */
export class Adam extends AdamFamily {
  protected override readonly decoupled = false;

  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<AdamSettings>>,
    settings: Partial<AdamSettings> | number = {},
    ...more: readonly (number | boolean)[]
  ) {
    const names = ["lr", "betas", "eps", "weightDecay", "amsgrad", "maximize"] as const;
    const {
      lr = 1e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 0,
      amsgrad = false,
      maximize = false,
    } = optionsOf<Partial<AdamSettings>>(new.target.name, names, settings, more);
    super(params, { lr, betas, eps, weightDecay, amsgrad, maximize });
  }
}

/**
 * Adam, but weight decay stays out of the means: p ← p·(1 − lr·weightDecay) before each step. As torch.optim.AdamW;
 * Loshchilov & Hutter, "Decoupled Weight Decay Regularization", ICLR 2019. Throws as Adam does.
 */
export class AdamW extends AdamFamily {
  protected override readonly decoupled = true;

  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<AdamSettings>>,
    settings: Partial<AdamSettings> | number = {},
    ...more: readonly (number | boolean)[]
  ) {
    const names = ["lr", "betas", "eps", "weightDecay", "amsgrad", "maximize"] as const;
    const {
      lr = 1e-3,
      betas = [0.9, 0.999],
      eps = 1e-8,
      weightDecay = 1e-2,
      amsgrad = false,
      maximize = false,
    } = optionsOf<Partial<AdamSettings>>(new.target.name, names, settings, more);
    super(params, { lr, betas, eps, weightDecay, amsgrad, maximize });
  }
}
