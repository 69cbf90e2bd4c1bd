// Running a model without a trace: what a probe changes is put back bit by bit, also when it fails.
import type { Module } from "../nn";
import { forkRng, noGrad, type Tensor } from "../tensor";

/**
 * Runs fn, a synchronous function, and puts back the model's parameters, buffers, modes and gradients and the default random
 * stream. Between a forward and its backward it cannot be used: that backward would find its parameters changed.
 */
export function untouched<T>(model: Module, fn: () => T): T {
  const modes = model.modules().map((module) => [module, module.training] as const);
  const grads = model.parameters().map((parameter) => [parameter, parameter.grad] as const);
  const values = copiesOf([...model.parameters(), ...model.buffers()]);
  try {
    return forkRng(fn as () => never);
  } finally {
    restore(values);
    for (const [parameter, grad] of grads) parameter.grad = grad;
    for (const [module, training] of modes) module.training = training;
  }
}

type Copies = readonly (readonly [tensor: Tensor, copy: Tensor])[];

export function copiesOf(tensors: readonly Tensor[]): Copies {
  return noGrad(() => tensors.map((tensor) => [tensor, tensor.detach().clone()] as const)) as Copies;
}

export function restore(copies: Copies): void {
  noGrad(() => {
    for (const [tensor, copy] of copies) tensor.copy_(copy);
  });
}
