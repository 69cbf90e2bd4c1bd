// Adam with the momentum of the step to come.

import type { Tensor } from "../tensor";
import { optionsOf, requireNonNegative } from "../tensor/arguments";
import {
  blend,
  buffer,
  countStep,
  inTensors,
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
    const { lr, betas, eps, momentumDecay } = settings;
    const [beta1, beta2] = betas;
    const step = countStep(state);
    const momentum = (at: number) => beta1 * (1 - 0.5 * 0.96 ** (at * momentumDecay));
    const [mu, next] = [momentum(step), momentum(step + 1)];
    const product = ((state.mu_product as number | undefined) ?? 1) * mu;
    state.mu_product = product;
    const mean = buffer(param, state, "exp_avg");
    const square = buffer(param, state, "exp_avg_sq");
    inTensors(param, settings, (gradient) => {
      blend(mean, beta1, gradient);
      blend(square, beta2, gradient.square());
      const denominator = square
        .div(1 - beta2 ** step)
        .sqrt()
        .add(eps);
      param.sub_(gradient.div(denominator), { alpha: (lr * (1 - mu)) / (1 - product) });
      param.sub_(mean.div(denominator), { alpha: (lr * next) / (1 - product * mu * next) });
    });
  }

  protected override validate(settings: NAdamSettings): void {
    requireNonNegative("NAdam", settings, ["lr", "eps", "weightDecay", "momentumDecay"]);
    requireBetas("NAdam", settings.betas);
  }
}
