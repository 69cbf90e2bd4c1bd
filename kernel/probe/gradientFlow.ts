// How large the gradient still is at each depth.

import type { Module } from "../nn";
import type { Tensor } from "../tensor";
import { requireKnown } from "../tensor/arguments";
import { numbersOf } from "../tensor/doors/numbers";
import { chooseLayers, type Layers } from "./layers";
import { evaluate, type Loss, learning } from "./lossProbe";
import { hooked, untouched } from "./untouched";

export interface LayerGradient {
  /** The layer's label. */
  readonly layer: string;
  /** ‖∂loss/∂output‖ of the whole batch; null if the loss does not depend on it or it needs no gradient. */
  readonly outputs: number | null;
  /** ‖∂loss/∂parameters‖ of the layer's own; null where there are none. */
  readonly parameters: number | null;
}

/**
 * The norm of the loss's gradient at each layer, in the model's order: read backwards it shows where the gradient vanishes or
 * explodes. One forward and backward in the mode the model is in; the model is left as it was. Call it between steps.
 *
 * @example
 * const flow = probe.gradientFlow(net, () => nn.functional.crossEntropy(net.forward(x), y));
 * plot.line({ "‖∂loss/∂output‖": flow.map(({ outputs }) => outputs ?? NaN) }, { xTitle: "layer", logY: true })
 * @throws RangeError if the model has no layer of a name in `layers`.
 */
export function gradientFlow(
  model: Module,
  loss: Loss,
  { layers }: { layers?: Layers } = {},
): LayerGradient[] {
  requireKnown("gradientFlow", arguments, 3, ["layers"]);
  const parameters = learning("gradientFlow", model, loss).map(([, parameter]) => parameter);
  const chosen = chooseLayers("gradientFlow", model, layers);
  const squares = new Map<Module, number>();
  const see = (module: Module, _inputs: unknown, output: Tensor) => {
    if (!output.requiresGrad || output.isLeaf) return;
    output.registerHook((gradient) => {
      squares.set(module, (squares.get(module) ?? 0) + squareSum(numbersOf(gradient)[0]));
      return undefined;
    });
  };
  const modules = [...new Set(chosen.map(([, module]) => module))];
  const { gradients } = hooked(modules, see, () => untouched(model, () => evaluate(loss, parameters)));
  const squaresOf = new Map(parameters.map((parameter, i) => [parameter, squareSum(gradients[i]!)]));
  return chosen.map(([layer, module]) => {
    const own = module.parameters().flatMap((parameter) => squaresOf.get(parameter) ?? []);
    const outputs = squares.get(module);
    return {
      layer,
      outputs: outputs === undefined ? null : Math.sqrt(outputs),
      parameters: own.length === 0 ? null : Math.sqrt(own.reduce((sum, each) => sum + each, 0)),
    };
  });
}

function squareSum(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]! ** 2;
  return sum;
}
