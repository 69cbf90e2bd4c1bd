// Averages of a model's weights over its training, as torch.optim.swa_utils.

import { Module } from "../nn";
import { deepcopy } from "../nn/deepcopy";
import { noGrad, type Tensor, tensor } from "../tensor";
import { describe, requireFunction, requireKnown, requireShare } from "../tensor/arguments";

export { updateBn } from "../nn/utils/updateBn";

/** The new average of one tensor, given the old one, the model's tensor now, and how many models are in the average. */
export type AvgFn = (averaged: Tensor, current: Tensor, numAveraged: number) => Tensor;
/** Changes all averages in place, given the model's tensors now. */
export type MultiAvgFn = (
  averaged: readonly Tensor[],
  current: readonly Tensor[],
  numAveraged: number,
) => void;

/** What AveragedModel can be told. */
export interface AveragedModelOptions {
  /** How one tensor is averaged. Default: all models weigh the same. */
  avgFn?: AvgFn;
  /** How all are averaged together, in place of avgFn: getEmaMultiAvgFn(0.999) for a moving average. */
  multiAvgFn?: MultiAvgFn;
  /** Average BatchNorm's running statistics as well. Default false: they are those of the model at the last update; updateBn() measures them. */
  useBuffers?: boolean;
}

/**
 * A copy of a model whose weights are an average of the model's over its training: call updateParameters(model) after each
 * step or epoch, and the average's forward() to predict. The first update copies. Its BatchNorms have seen none of its own
 * activations: measure them by updateBn(loader, averaged), or average them by useBuffers.
 * As torch.optim.swa_utils.AveragedModel; Izmailov et al., "Averaging Weights Leads to Wider Optima", UAI 2018.
 * Throws a TypeError for what is no module, and for both kinds of functions together.
 *
 * @example
 * const ema = new optim.swaUtils.AveragedModel(net, { multiAvgFn: optim.swaUtils.getEmaMultiAvgFn(0.999) });
 * optimizer.step();
 * ema.updateParameters(net);
 */
export class AveragedModel<Model extends Module = Module> extends Module {
  /** The average. */
  readonly module: Model;
  /** How many models are in the average: [] int32. */
  readonly nAveraged = this.registerBuffer("nAveraged", tensor(0, { dtype: "int32" }));
  readonly useBuffers: boolean;
  protected readonly average: MultiAvgFn;

  constructor(model: Model, { avgFn, multiAvgFn, useBuffers = false }: AveragedModelOptions = {}) {
    super();
    requireKnown(new.target.name, arguments, 2, ["avgFn", "multiAvgFn", "useBuffers"]);
    requireModule("AveragedModel", model);
    if (avgFn !== undefined && multiAvgFn !== undefined) {
      throw new TypeError("AveragedModel: expected avgFn or multiAvgFn, got both");
    }
    if (avgFn !== undefined) requireFunction("AveragedModel", avgFn);
    if (multiAvgFn !== undefined) requireFunction("AveragedModel", multiAvgFn);
    this.module = deepcopy(model);
    this.useBuffers = useBuffers;
    this.average = multiAvgFn ?? each(avgFn ?? getSwaAvgFn());
  }

  override forward<Output = Tensor>(...inputs: Tensor[]): Output {
    return this.module.forward<Output>(...inputs);
  }

  /** Takes the model's weights into the average. Throws a RangeError, before anything changes, for another model's. */
  updateParameters(model: Module): void {
    requireKnown("updateParameters", arguments, 1);
    requireModule("updateParameters", model);
    const [own, now] = [tensorsOf(this.module), tensorsOf(model)];
    const shapes = (list: readonly Tensor[]) => list.map(({ shape }) => `[${shape.join(", ")}]`).join(" ");
    if (shapes(own.all) !== shapes(now.all)) {
      throw new RangeError(
        `updateParameters: expected the model that is averaged, with tensors ${shapes(own.all)}, got ${shapes(now.all)}`,
      );
    }
    const count = this.nAveraged.item();
    noGrad(() => {
      const [averaged, current] = this.useBuffers ? [own.all, now.all] : [own.parameters, now.parameters];
      if (count === 0) copyAll(averaged, current);
      else this.average(averaged, current, count);
      if (!this.useBuffers) copyAll(own.buffers, now.buffers);
      this.nAveraged.fill_(count + 1);
    });
  }

  override extraRepr(): string {
    return `useBuffers=${this.useBuffers}`;
  }
}

/** averaged ← decay·averaged + (1 − decay)·current. Throws a RangeError for a decay outside 0 … 1. As torch's get_ema_avg_fn. */
export function getEmaAvgFn(decay = 0.999): AvgFn {
  requireKnown("getEmaAvgFn", arguments, 1);
  requireShare("getEmaAvgFn", "decay", decay);
  return (averaged, current) => averaged.mul(decay).add(current.mul(1 - decay));
}

/** As getEmaAvgFn(), for all tensors together. Throws a RangeError for a decay outside 0 … 1. As torch's get_ema_multi_avg_fn. */
export function getEmaMultiAvgFn(decay = 0.999): MultiAvgFn {
  requireKnown("getEmaMultiAvgFn", arguments, 1);
  requireShare("getEmaMultiAvgFn", "decay", decay);
  return each(getEmaAvgFn(decay), (averaged, current) => averaged.lerp_(current, 1 - decay));
}

/** averaged ← averaged + (current − averaged)/(numAveraged + 1): all models weigh the same. As torch's get_swa_avg_fn. */
export function getSwaAvgFn(): AvgFn {
  requireKnown("getSwaAvgFn", arguments, 0);
  return (averaged, current, numAveraged) => averaged.add(current.sub(averaged).div(numAveraged + 1));
}

/** As getSwaAvgFn(), for all tensors together. As torch's get_swa_multi_avg_fn. */
export function getSwaMultiAvgFn(): MultiAvgFn {
  requireKnown("getSwaMultiAvgFn", arguments, 0);
  return each(getSwaAvgFn());
}

/** Tensor by tensor; those of floats by `inPlace` where there is one. Whole numbers (batch counts) lose their fractions. */
function each(average: AvgFn, inPlace?: (averaged: Tensor, current: Tensor) => void): MultiAvgFn {
  return (averaged, current, numAveraged) => {
    for (const [i, own] of averaged.entries()) {
      const now = current[i]!;
      if (inPlace !== undefined && own.dtype === "float32") inPlace(own, now);
      else own.copy_(average(own, now, numAveraged));
    }
  };
}

function copyAll(to: readonly Tensor[], from: readonly Tensor[]): void {
  for (const [i, own] of to.entries()) own.copy_(from[i]!);
}

/** Outside the graph. */
function tensorsOf(model: Module) {
  const parameters = model.parameters().map((each) => each.detach());
  const buffers = model.buffers();
  return { parameters, buffers, all: [...parameters, ...buffers] };
}

function requireModule(operation: string, model: unknown): void {
  if (!(model instanceof Module))
    throw new TypeError(`${operation}: expected a module, got ${describe(model)}`);
}
