// Stochastic gradient descent.

import type { Tensor } from "../tensor";
import { optionsOf, requireNonNegative } from "../tensor/arguments";
import { sgdStep } from "../tensor/doors/optim";
import { Optimizer, type ParameterState, type ParamGroup } from "./optimizer";

/** What SGD can be told, for all parameters or by group. */
export interface SGDSettings {
  /** Learning rate. */
  lr: number;
  /** Share of the last step's velocity that is kept; 0 is none. */
  momentum: number;
  /** Share of each new gradient that momentum leaves out. */
  dampening: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  weightDecay: number;
  /** Step by the gradient where momentum will have carried the parameters (Sutskever et al. 2013). */
  nesterov: boolean;
  /** Climb instead of going down. Default false. */
  maximize: boolean;
}

/**
 * g ← grad + weightDecay·p; v ← momentum·v + (1 − dampening)·g, from v = g; p ← p − lr·(nesterov ? g + momentum·v : v).
 * As torch.optim.SGD. Throws a RangeError for a negative or not finite setting, and for nesterov without momentum or with
 * dampening.
 *
 * @example
 * // Weight decay on matrices and kernels alone, not on biases, γ and β:
 * const decayed = net.parameters().filter((p) => p.ndim > 1);
 * const plain = net.parameters().filter((p) => p.ndim <= 1);
 * new optim.SGD([{ params: decayed, weightDecay: 1e-4 }, { params: plain }], { lr: 0.1, momentum: 0.9 });
 */
export class SGD extends Optimizer<SGDSettings> {
  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<SGDSettings>>,
    settings: (Partial<SGDSettings> & { lr: number }) | number,
    ...more: readonly (number | boolean)[]
  ) {
    const names = ["lr", "momentum", "dampening", "weightDecay", "nesterov", "maximize"] as const;
    const {
      lr,
      momentum = 0,
      dampening = 0,
      weightDecay = 0,
      nesterov = false,
      maximize = false,
    } = optionsOf<Partial<SGDSettings> & { lr: number }>(new.target.name, names, settings, more);
    super(params, { lr, momentum, dampening, weightDecay, nesterov, maximize });
  }

  protected override update(param: Tensor, state: ParameterState, settings: SGDSettings): void {
    const velocity = sgdStep(param, (state.momentum_buffer as Tensor | undefined) ?? null, settings);
    if (velocity !== null) state.momentum_buffer = velocity;
  }

  protected override validate(settings: SGDSettings): void {
    requireNonNegative("SGD", settings, ["lr", "momentum", "weightDecay"]);
    if (!Number.isFinite(settings.dampening)) {
      throw new RangeError(`SGD: expected dampening to be a number, got ${settings.dampening}`);
    }
    if (settings.nesterov && (settings.momentum === 0 || settings.dampening !== 0)) {
      throw new RangeError(
        `SGD: expected a momentum above 0 and dampening 0 with nesterov, got ${settings.momentum} and ${settings.dampening}`,
      );
    }
  }
}
