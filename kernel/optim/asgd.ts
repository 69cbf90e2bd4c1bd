// Gradient descent that also keeps the average of where it has been.

import type { Tensor } from "../tensor";
import { optionsOf, requireNonNegative } from "../tensor/arguments";
import { buffer, countStep, inTensors, Optimizer, type ParameterState, type ParamGroup } from "./optimizer";

/** What ASGD can be told, for all parameters or by group. */
export interface ASGDSettings {
  /** Learning rate. */
  lr: number;
  /** Decay of parameters and of the rate. */
  lambd: number;
  /** The power by which the rate falls. */
  alpha: number;
  /** From this step on the average is taken. */
  t0: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  weightDecay: number;
  /** Climb instead of going down. */
  maximize: boolean;
}

/**
 * p ← p·(1 − lambd·η) − η·g with η = lr/(1 + lambd·lr·t)^alpha after t steps, lr at first; the state's `ax` is p until step
 * t0, the mean of all p from then on: ax ← ax + μ·(p − ax), μ = 1/max(1, t − t0). As torch.optim.ASGD; Polyak & Juditsky,
 * "Acceleration of Stochastic Approximation by Averaging", 1992. Throws a RangeError for a negative or not finite setting.
 */
export class ASGD extends Optimizer<ASGDSettings> {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<ASGDSettings>>,
    settings: Partial<ASGDSettings> | number = {},
    ...more: readonly (number | boolean | readonly [number, number])[]
  ) {
    const names = ["lr", "lambd", "alpha", "t0", "weightDecay", "maximize"] as const;
    const {
      lr = 1e-2,
      lambd = 1e-4,
      alpha = 0.75,
      t0 = 1e6,
      weightDecay = 0,
      maximize = false,
    } = optionsOf<Partial<ASGDSettings>>(new.target.name, names, settings, more);
    super(params, { lr, lambd, alpha, t0, weightDecay, maximize });
  }

  protected override update(param: Tensor, state: ParameterState, settings: ASGDSettings): void {
    const { lr, lambd, alpha, t0 } = settings;
    const step = countStep(state);
    const rate = (state.eta as number | undefined) ?? lr;
    const share = (state.mu as number | undefined) ?? 1;
    const average = buffer(param, state, "ax");
    inTensors(param, settings, (gradient) => {
      param.mul_(1 - lambd * rate).sub_(gradient, { alpha: rate });
      if (share === 1) average.copy_(param);
      else average.add_(param.sub(average), { alpha: share });
    });
    state.eta = lr / (1 + lambd * lr * step) ** alpha;
    state.mu = 1 / Math.max(1, step - t0);
  }

  protected override validate(settings: ASGDSettings): void {
    requireNonNegative("ASGD", settings, ["lr", "lambd", "alpha", "t0", "weightDecay"]);
  }
}
