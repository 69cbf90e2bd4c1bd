// Weights as lengths and directions.

import type { Tensor } from "../../tensor";
import { requireInteger, requireKnown } from "../../tensor/arguments";
import type { Module } from "../module";
import { Parameter } from "../parameter";
import { computeBeforeForward, keepComputed, partOf, requireParameter } from "./computedWeight";

/** The norms of x over all dimensions but one, which keep their place; over all for null. */
function normExcept(x: Tensor, dim: number | null): Tensor {
  const others = x.shape.map((_, i) => i).filter((i) => i !== dim);
  return x.norm(2, others, { keepdim: dim !== null });
}

/**
 * The parameter of that name as g·v/‖v‖, by slice along dim (all of it as one for null): `weight_g` and `weight_v` are
 * parameters in its place, and the weight is computed of them before each forward. Optimizers are made after it. As
 * torch.nn.utils.weight_norm; Salimans & Kingma 2016. Throws a TypeError for what is no parameter, a RangeError for another dim.
 */
export function weightNorm<M extends Module>(module: M, name = "weight", dim: number | null = 0): M {
  requireKnown("weightNorm", arguments, 3);
  const weight = requireParameter("weightNorm", module, name);
  if (dim !== null) requireInteger("weightNorm", "dim", dim, -weight.ndim);
  const along = dim === null ? null : dim < 0 ? dim + weight.ndim : dim;
  if (along !== null && along >= weight.ndim) {
    throw new RangeError(`weightNorm: expected a dim of [${weight.shape.join(", ")}] or null, got ${dim}`);
  }
  const [g, v] = [`${name}G`, `${name}V`];
  Reflect.set(module, g, new Parameter(normExcept(weight.detach(), along)));
  Reflect.set(module, v, new Parameter(weight.detach().clone()));
  computeBeforeForward(module, name, {
    operation: "weightNorm",
    parts: [g, v],
    compute(each) {
      const direction = partOf(each, v);
      return direction.mul(partOf(each, g).div(normExcept(direction, along)));
    },
  });
  return module;
}

/** Makes one parameter again of what weightNorm() took apart. As torch.nn.utils.remove_weight_norm. */
export function removeWeightNorm<M extends Module>(module: M, name = "weight"): M {
  requireKnown("removeWeightNorm", arguments, 2);
  keepComputed("removeWeightNorm", "weightNorm", module, name);
  return module;
}
