// What the probes of a loss share: a closure that gives it, its gradients at the parameters, and steps along them.
import type { Module, Parameter } from "../nn";
import { autograd, enableGrad, forkRng, noGrad, type Tensor, tensor } from "../tensor";
import { requireFunction } from "../tensor/arguments";
import { numbersOf } from "../tensor/doors/numbers";
import { requireModel } from "./layers";

/** Computes the loss of the model, one element, on data that stays the same: `() => F.crossEntropy(net.forward(x), y)`. */
export type Loss = () => Tensor;

/** The parameters that learn, by name. Throws an Error if there is none. */
export function learning(who: string, model: Module, loss: unknown): [name: string, parameter: Parameter][] {
  requireModel(who, model);
  requireFunction(who, loss);
  const found = model.namedParameters().filter(([, parameter]) => parameter.requiresGrad);
  if (found.length === 0) {
    throw new Error(
      `${who}: expected a model with parameters that require grad, got ${model.constructor.name} without`,
    );
  }
  return found;
}

export interface Evaluation {
  readonly loss: number;
  /** In the order of the parameters, flat; zeros for one that the loss does not depend on. */
  readonly gradients: readonly Float32Array[];
}

/** Loss and gradients where the parameters are now. `.grad` stays; dropout draws the same numbers each time. */
export function evaluate(loss: Loss, parameters: readonly Parameter[]): Evaluation {
  return forkRng(() =>
    enableGrad(() => {
      const value = loss();
      const found = autograd.grad(value, parameters, { allowUnused: true });
      const gradients = found.map((each, i) => {
        return each === null
          ? new Float32Array(parameters[i]!.numel())
          : new Float32Array(numbersOf(each)[0]);
      });
      return { loss: value.item(), gradients };
    }),
  );
}

/** The loss alone. */
export function lossOf(loss: Loss): number {
  return forkRng(() => noGrad(() => loss().item()));
}

/** parameter ← from + scale·direction, for each. */
export function place(
  parameters: readonly Parameter[],
  from: readonly Float32Array[],
  scale: number,
  directions: readonly Float32Array[],
): void {
  for (const [i, parameter] of parameters.entries()) {
    const direction = directions[i]!;
    write(
      parameter,
      from[i]!.map((start, at) => start + scale * direction[at]!),
    );
  }
}

/** Not through `parameter.data`, which is a copy where the parameter is not contiguous. */
export function write(parameter: Parameter, values: Float32Array): void {
  noGrad(() => void parameter.copy_(tensor(values, { shape: parameter.shape })));
}

/** Copies of the parameters' values, flat. */
export function valuesOf(parameters: readonly Parameter[]): Float32Array[] {
  return parameters.map((parameter) => new Float32Array(numbersOf(parameter)[0]));
}

/** ‖a − b‖ over all parts, in float64. */
export function distance(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let squares = 0;
  for (const [i, part] of a.entries())
    for (let at = 0; at < part.length; at++) squares += (part[at]! - b[i]![at]!) ** 2;
  return Math.sqrt(squares);
}

function dot(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let sum = 0;
  for (const [i, part] of a.entries()) for (let at = 0; at < part.length; at++) sum += part[at]! * b[i]![at]!;
  return sum;
}

export const norm = (parts: readonly Float32Array[]) => Math.sqrt(dot(parts, parts));

/** NaN where either is 0. */
export const cosine = (a: readonly Float32Array[], b: readonly Float32Array[]) =>
  dot(a, b) / (norm(a) * norm(b));
