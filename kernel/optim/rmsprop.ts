// RMSprop: steps scaled by a running mean of the squared gradient.

import type { Tensor } from "../tensor";
import { optionsOf, requireNonNegative } from "../tensor/arguments";
import { rmspropStep } from "../tensor/doors/optim";
import { buffer, countStep, Optimizer, type ParameterState, type ParamGroup } from "./optimizer";

/** What RMSprop can be told, for all parameters or by group. */
export interface RMSpropSettings {
  /** Learning rate. */
  lr: number;
  /** How much the running mean of the square keeps at each step. */
  alpha: number;
  /** Joins the denominator. */
  eps: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  weightDecay: number;
  /** Share of the last change that joins the next one. Default 0. */
  momentum: number;
  /** Divide by the gradient's running variance instead of its mean square. */
  centered: boolean;
  /** Climb instead of going down. Default false. */
  maximize: boolean;
}

/**
 * g ← grad + weightDecay·p; s ← α·s + (1 − α)·g²; d ← g / (√s + eps), centered: √(s − a²) with a ← α·a + (1 − α)·g;
 * b ← momentum·b + d; p ← p − lr·b. As torch.optim.RMSprop; Tieleman & Hinton, "Lecture 6.5: rmsprop", Coursera 2012;
 * centered: Graves, arXiv:1308.0850. Throws a RangeError for a negative or not finite setting.
 */
export class RMSprop extends Optimizer<RMSpropSettings> {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<RMSpropSettings>>,
    settings: Partial<RMSpropSettings> | number = {},
    ...more: readonly (number | boolean)[]
  ) {
    const names = ["lr", "alpha", "eps", "weightDecay", "momentum", "centered", "maximize"] as const;
    const {
      lr = 1e-2,
      alpha = 0.99,
      eps = 1e-8,
      weightDecay = 0,
      momentum = 0,
      centered = false,
      maximize = false,
    } = optionsOf<Partial<RMSpropSettings>>(new.target.name, names, settings, more);
    super(params, { lr, alpha, eps, weightDecay, momentum, centered, maximize });
  }

  protected override update(param: Tensor, state: ParameterState, settings: RMSpropSettings): void {
    countStep(state);
    rmspropStep(
      param,
      buffer(param, state, "square_avg"),
      settings.centered ? buffer(param, state, "grad_avg") : null,
      settings.momentum > 0 ? buffer(param, state, "momentum_buffer") : null,
      settings,
    );
  }

  protected override validate(settings: RMSpropSettings): void {
    requireNonNegative("RMSprop", settings, ["lr", "alpha", "eps", "weightDecay", "momentum"]);
  }
}
