// All parameters as one vector, and back: for methods that walk through the space of weights.

import { cat, noGrad, Tensor } from "../../tensor";
import { describe, requireKnown, requireTensor, show } from "../../tensor/arguments";

/** A parameter, or several: `net.parameters()`. */
export type Parameters = Tensor | Iterable<Tensor>;

/** The parameters one after the other as a vector, a copy through which gradients flow. As torch.nn.utils.parameters_to_vector. */
export function parametersToVector(parameters: Parameters): Tensor {
  requireKnown("parametersToVector", arguments, 1);
  return cat(listOf("parametersToVector", parameters).map((parameter) => parameter.reshape(-1)));
}

/**
 * Writes a vector that parametersToVector() gave, or one changed since, over the parameters. As
 * torch.nn.utils.vector_to_parameters. Throws a RangeError, before anything is written, unless the lengths agree.
 */
export function vectorToParameters(vector: Tensor, parameters: Parameters): void {
  requireKnown("vectorToParameters", arguments, 2);
  requireTensor("vectorToParameters", vector, "the vector");
  const list = listOf("vectorToParameters", parameters);
  const total = list.reduce((sum, parameter) => sum + parameter.numel(), 0);
  if (vector.ndim !== 1 || vector.numel() !== total) {
    throw new RangeError(
      `vectorToParameters: expected a vector [${total}] for these parameters, got ${show(vector.shape)}`,
    );
  }
  noGrad(() => {
    const parts = vector.split(list.map((parameter) => parameter.numel()));
    for (const [i, parameter] of list.entries()) parameter.copy_(parts[i]!.reshape(parameter.shape));
  });
}

/** The parameters as an array. Throws a TypeError for anything else, a module above all. */
export function listOf(operation: string, parameters: Parameters): Tensor[] {
  if (parameters instanceof Tensor) return [parameters];
  if (typeof parameters?.[Symbol.iterator] !== "function") {
    throw new TypeError(
      `${operation}: expected parameters, got ${describe(parameters)}; pass net.parameters()`,
    );
  }
  const list = [...parameters];
  for (const each of list) requireTensor(operation, each, "parameters");
  return list;
}
