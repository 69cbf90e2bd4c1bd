// Adagrad: steps scaled by the sum of all squared gradients so far.

import type { Tensor } from "../tensor";
import { optionsOf, requireNonNegative } from "../tensor/arguments";
import { adagradStep } from "../tensor/doors/optim";
import { buffer, countStep, Optimizer, type ParameterState, type ParamGroup } from "./optimizer";

/** What Adagrad can be told, for all parameters or by group. */
export interface AdagradSettings {
  /** Learning rate. */
  lr: number;
  /** The rate at step t is lr / (1 + (t − 1)·lrDecay). */
  lrDecay: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  weightDecay: number;
  /** Where the sum of squares starts. */
  initialAccumulatorValue: number;
  /** Joins the denominator. */
  eps: number;
  /** Climb instead of going down. Default false. */
  maximize: boolean;
}

/**
 * g ← grad + weightDecay·p; s ← s + g², from initialAccumulatorValue; p ← p − lr/(1 + (t − 1)·lrDecay) · g / (√s + eps) at
 * step t. As torch.optim.Adagrad; Duchi, Hazan & Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
 * Optimization", JMLR 12, 2011. Throws a RangeError for a negative or not finite setting.
 */
export class Adagrad extends Optimizer<AdagradSettings> {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<AdagradSettings>>,
    settings: Partial<AdagradSettings> | number = {},
    ...more: readonly (number | boolean)[]
  ) {
    const names = ["lr", "lrDecay", "weightDecay", "initialAccumulatorValue", "eps", "maximize"] as const;
    const {
      lr = 1e-2,
      lrDecay = 0,
      weightDecay = 0,
      initialAccumulatorValue = 0,
      eps = 1e-10,
      maximize = false,
    } = optionsOf<Partial<AdagradSettings>>(new.target.name, names, settings, more);
    super(params, { lr, lrDecay, weightDecay, initialAccumulatorValue, eps, maximize });
  }

  protected override update(param: Tensor, state: ParameterState, settings: AdagradSettings): void {
    const { lr, lrDecay, weightDecay, initialAccumulatorValue, eps, maximize } = settings;
    const rate = lr / (1 + (countStep(state) - 1) * lrDecay);
    adagradStep(param, buffer(param, state, "sum", initialAccumulatorValue), {
      lr: rate,
      weightDecay,
      eps,
      maximize,
    });
  }

  protected override validate(settings: AdagradSettings): void {
    requireNonNegative("Adagrad", settings, [
      "lr",
      "lrDecay",
      "weightDecay",
      "initialAccumulatorValue",
      "eps",
    ]);
  }
}
