// Running a model without a trace: what a probe changes is put back bit by bit, also when it fails.
import type { ForwardHook, Module } from "../nn";
import { forkRng, noGrad, type Tensor } from "../tensor";

/**
 * Runs fn, a synchronous function, and puts back the model's parameters, buffers, modes and gradients and the default random
 * stream. Between a forward and its backward it cannot be used: that backward would find its parameters changed.
 */
export function untouched<T>(model: Module, fn: () => T): T {
  const modes = model.modules().map((module) => [module, module.training] as const);
  const grads = model.parameters().map((parameter) => [parameter, parameter.grad] as const);
  const values = copiesOf([...model.parameters(), ...model.buffers()]);
  const putBack = () => {
    restore(values);
    for (const [parameter, grad] of grads) parameter.grad = grad;
    for (const [module, training] of modes) module.training = training;
  };
  return thenBack(putBack, () => forkRng(fn as () => never));
}

/** Runs fn while `hook` sees each forward of these modules. */
export function hooked<T>(modules: readonly Module[], hook: ForwardHook, fn: () => T): T {
  const removers: (() => void)[] = [];
  const unhook = () => {
    for (const remove of removers) remove();
  };
  return thenBack(unhook, () => {
    for (const module of modules) removers.push(module.registerForwardHook(hook));
    return fn();
  });
}

const open = new Set<() => void>();

/** Runs fn, then `putBack`: also when fn fails, and by `recover` when an interrupt ends it. */
export function thenBack<T>(putBack: () => void, fn: () => T): T {
  open.add(putBack);
  try {
    return fn();
  } finally {
    open.delete(putBack);
    putBack();
  }
}

/** Puts back what probes had changed when an interrupt unwound them without running their ends. */
export function recover(): void {
  const unfinished = [...open].reverse();
  open.clear();
  for (const putBack of unfinished) putBack();
}

type Copies = readonly (readonly [tensor: Tensor, copy: Tensor])[];

function copiesOf(tensors: readonly Tensor[]): Copies {
  return noGrad(() => tensors.map((tensor) => [tensor, tensor.detach().clone()] as const)) as Copies;
}

function restore(copies: Copies): void {
  noGrad(() => {
    for (const [tensor, copy] of copies) tensor.copy_(copy);
  });
}
