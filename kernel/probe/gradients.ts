// The gradients that the last backward left in a model's parameters.

import type { Tensor } from "../tensor";
import { requireKnown } from "../tensor/arguments";
import { numbersOf } from "../tensor/doors/numbers";
import { requireModel } from "./layers";

/**
 * Copies of the parameters' gradients, flat, by the parameters' names (`0.weight`); parameters without one are left out.
 *
 * @throws Error if no parameter has a gradient.
 */
export function gradients(model: {
  namedParameters(): readonly (readonly [name: string, parameter: Tensor])[];
}): Record<string, Float32Array> {
  requireKnown("gradients", arguments, 1);
  requireModel("gradients", model);
  const found = model
    .namedParameters()
    .flatMap(([name, { grad }]) =>
      grad === null ? [] : [[name, new Float32Array(numbersOf(grad)[0])] as const],
    );
  if (found.length === 0) {
    throw new Error("gradients: expected parameters with gradients, got none; call loss.backward() before");
  }
  return Object.fromEntries(found);
}
