// Internal covariate shift as Santurkar et al. 2018 define it (arXiv 1805.11604, Def. 2.1).

import type { Module } from "../nn";
import { requireKnown } from "../tensor/arguments";
import { cosine, distance, evaluate, type Loss, learning, norm, place, valuesOf } from "./lossProbe";
import { untouched } from "./untouched";

export interface IcsOptions {
  /** The step of gradient descent that moves the layers before. */
  lr: number;
}

export interface LayerShift {
  /** The module that owns the parameters, by its name in `namedModules()`. */
  readonly layer: string;
  /** ‖G − G′‖: G the layer's gradient now, G′ the one after the layers before it have taken their step. */
  readonly difference: number;
  /** cos(G, G′); NaN where either is 0. */
  readonly cosine: number;
  /** ‖G‖. */
  readonly gradientNorm: number;
}

/**
 * How much the gradient of each layer changes when the layers before it take their step, on the same batch: what the layer
 * set out to do, against what it would do then. The first layer has none before it. BatchNorm's γ and β are a layer of their
 * own; layers are in the order of their names in the model, which must be that of its forward.
 *
 * The model is used in the mode it is in, and left as it was. Call it between steps. Costs a backward a layer.
 *
 * @throws RangeError unless `lr` is above 0.
 */
export function ics(model: Module, loss: Loss, options: IcsOptions): LayerShift[] {
  requireKnown("ics", arguments, 3, ["lr"]);
  const named = learning("ics", model, loss);
  const lr = options?.lr;
  if (!(lr > 0)) throw new RangeError(`ics: expected lr above 0, got ${lr}`);
  const all = named.map(([, parameter]) => parameter);
  const owners = named.map(([name]) => name.slice(0, Math.max(0, name.lastIndexOf("."))));
  return untouched(model, () => {
    const from = valuesOf(all);
    const now = evaluate(loss, all);
    return [...new Set(owners)].map((layer) => {
      const own = owners.flatMap((owner, i) => (owner === layer ? [i] : []));
      const earlier = owners.slice(0, own[0]!).map((_, i) => i);
      const chosen = <T>(values: readonly T[], which: readonly number[]) => which.map((i) => values[i]!);
      place(all, from, 0, now.gradients);
      place(chosen(all, earlier), chosen(from, earlier), -lr, chosen(now.gradients, earlier));
      const before = chosen(now.gradients, own);
      const after = evaluate(loss, chosen(all, own)).gradients;
      return {
        layer,
        difference: distance(before, after),
        cosine: cosine(before, after),
        gradientNorm: norm(before),
      };
    });
  });
}
