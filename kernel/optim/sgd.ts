// Stochastic gradient descent.

import { sgdStep, type Tensor } from "../tensor";
import { Optimizer, type ParamGroup } from "./optimizer";

export interface SGDSettings {
  /** Learning rate. */
  lr: number;
  momentum: number;
  /** Share of each new gradient that momentum leaves out. */
  dampening: number;
  /** L2 penalty: weightDecay·p joins the gradient. */
  weightDecay: number;
  nesterov: boolean;
}

/**
 * g ← grad + weightDecay·p; v ← momentum·v + (1 − dampening)·g, from v = g; p ← p − lr·(nesterov ? g + momentum·v : v).
 * As torch.optim.SGD. Throws a RangeError for a negative or not finite setting, and for nesterov without momentum or with
 * dampening.
 */
export class SGD extends Optimizer<SGDSettings> {
  private readonly velocity = new Map<Tensor, Tensor | null>();

  constructor(
    params: Iterable<Tensor> | Iterable<ParamGroup<SGDSettings>>,
    {
      lr,
      momentum = 0,
      dampening = 0,
      weightDecay = 0,
      nesterov = false,
    }: Partial<SGDSettings> & { lr: number },
  ) {
    super(params, { lr, momentum, dampening, weightDecay, nesterov });
    for (const group of this.paramGroups) check(group);
  }

  override step(): void {
    for (const group of this.paramGroups) {
      for (const param of group.params) {
        this.velocity.set(param, sgdStep(param, this.velocity.get(param) ?? null, group));
      }
    }
  }
}

function check(settings: SGDSettings): void {
  for (const name of ["lr", "momentum", "weightDecay"] as const) {
    const value = settings[name];
    if (!(Number.isFinite(value) && value >= 0)) {
      throw new RangeError(`SGD: expected ${name} to be a number ≥ 0, got ${value}`);
    }
  }
  if (!Number.isFinite(settings.dampening)) {
    throw new RangeError(`SGD: expected dampening to be a number, got ${settings.dampening}`);
  }
  if (settings.nesterov && (settings.momentum === 0 || settings.dampening !== 0)) {
    throw new RangeError(
      `SGD: expected a momentum above 0 and dampening 0 with nesterov, got ${settings.momentum} and ${settings.dampening}`,
    );
  }
}
