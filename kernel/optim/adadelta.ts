// Steps in the units of the parameters: by the running means of squared changes and squared gradients.

import type { Tensor } from "../tensor";
import { optionsOf, requireNonNegative } from "../tensor/arguments";
import { adadeltaStep } from "../tensor/doors/optim";
import { buffer, countStep, Optimizer, type ParameterState, type ParamGroup } from "./optimizer";

/** What Adadelta can be told, for all parameters or by group. */
export interface AdadeltaSettings {
  /** Learning rate. */
  lr: number;
  /** How much the running means keep at each step, 0 … 1. */
  rho: number;
  /** Joins both means under the roots. */
  eps: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  weightDecay: number;
  /** Climb instead of going down. */
  maximize: boolean;
}

/**
 * g ← grad + weightDecay·p; s ← ρ·s + (1 − ρ)·g²; d ← √(a + eps)/√(s + eps)·g; a ← ρ·a + (1 − ρ)·d²; p ← p − lr·d. As
 * torch.optim.Adadelta; Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012. Throws a RangeError for a negative or not
 * finite setting, and for rho above 1.
 */
export class Adadelta extends Optimizer<AdadeltaSettings> {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<AdadeltaSettings>>,
    settings: Partial<AdadeltaSettings> | number = {},
    ...more: readonly (number | boolean | readonly [number, number])[]
  ) {
    const names = ["lr", "rho", "eps", "weightDecay", "maximize"] as const;
    const {
      lr = 1,
      rho = 0.9,
      eps = 1e-6,
      weightDecay = 0,
      maximize = false,
    } = optionsOf<Partial<AdadeltaSettings>>(new.target.name, names, settings, more);
    super(params, { lr, rho, eps, weightDecay, maximize });
  }

  protected override update(param: Tensor, state: ParameterState, settings: AdadeltaSettings): void {
    countStep(state);
    adadeltaStep(param, buffer(param, state, "square_avg"), buffer(param, state, "acc_delta"), settings);
  }

  protected override validate(settings: AdadeltaSettings): void {
    requireNonNegative("Adadelta", settings, ["lr", "rho", "eps", "weightDecay"]);
    if (settings.rho > 1) throw new RangeError(`Adadelta: expected rho from 0 to 1, got ${settings.rho}`);
  }
}
