// Steps by the signs of the gradient alone, for whole data sets.

import type { Tensor } from "../tensor";
import { optionsOf, requireNonNegative, show } from "../tensor/arguments";
import { rpropStep } from "../tensor/doors/optim";
import { buffer, countStep, Optimizer, type ParameterState, type ParamGroup } from "./optimizer";

/** What Rprop can be told, for all parameters or by group. */
export interface RpropSettings {
  /** The first step of each number. */
  lr: number;
  /** The factors of a step where the sign has changed, and where it has stayed. */
  etas: readonly [number, number];
  /** The smallest and the largest step. */
  stepSizes: readonly [number, number];
  /** Climb instead of going down. */
  maximize: boolean;
}

/**
 * Each number has a step of its own, lr at first: times etas[1] where the gradient has the sign that it had, times etas[0]
 * where it has changed, within stepSizes; p ← p − step·sign(g), but where the sign has changed p stays and g counts as 0. As
 * torch.optim.Rprop; Riedmiller & Braun, "A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP Algorithm",
 * 1993. Throws a RangeError for a negative or not finite setting, and unless 0 < etas[0] < 1 < etas[1].
 */
export class Rprop extends Optimizer<RpropSettings> {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<RpropSettings>>,
    settings: Partial<RpropSettings> | number = {},
    ...more: readonly (number | boolean | readonly [number, number])[]
  ) {
    const names = ["lr", "etas", "stepSizes", "maximize"] as const;
    const {
      lr = 1e-2,
      etas = [0.5, 1.2],
      stepSizes = [1e-6, 50],
      maximize = false,
    } = optionsOf<Partial<RpropSettings>>(new.target.name, names, settings, more);
    super(params, { lr, etas, stepSizes, maximize });
  }

  protected override update(param: Tensor, state: ParameterState, settings: RpropSettings): void {
    countStep(state);
    rpropStep(param, buffer(param, state, "prev"), buffer(param, state, "step_size", settings.lr), settings);
  }

  protected override validate(settings: RpropSettings): void {
    requireNonNegative("Rprop", settings, ["lr"]);
    const { etas, stepSizes } = settings;
    const [less, more] = etas;
    if (etas.length !== 2 || !(less > 0 && less < 1 && more > 1 && Number.isFinite(more))) {
      throw new RangeError(`Rprop: expected etas with 0 < etas[0] < 1 < etas[1], got ${show(etas)}`);
    }
    if (stepSizes.length !== 2 || !(stepSizes[0] >= 0 && stepSizes[1] >= stepSizes[0])) {
      throw new RangeError(`Rprop: expected stepSizes [smallest, largest], both ≥ 0, got ${show(stepSizes)}`);
    }
  }
}
