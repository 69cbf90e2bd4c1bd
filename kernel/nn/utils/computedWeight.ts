// A parameter of a module put in the place of which stands what is computed of others before each forward.

import { noGrad, type RemovableHandle, type Tensor } from "../../tensor";
import { describe } from "../../tensor/arguments";
import { Module } from "../module";
import { Parameter } from "../parameter";

/** How the tensor of a name is computed anew, and what its parts are called behind that name. */
export interface Recipe {
  /** "weightNorm" */
  readonly operation: string;
  readonly parts: readonly string[];
  compute(module: Module): Tensor;
}

const computed = new WeakMap<Module, Map<string, { recipe: Recipe; handle: RemovableHandle }>>();

/** A property of a module, by a name that is not known beforehand. */
export function partOf(module: Module, name: string): Tensor {
  return Reflect.get(module, name) as Tensor;
}

/** The parameter of that name, which is not computed yet. Throws a TypeError for another property. */
export function requireParameter(operation: string, module: Module, name: string): Parameter {
  if (!(module instanceof Module)) {
    throw new TypeError(`${operation}: expected a module, got ${describe(module)}`);
  }
  const parameter: unknown = typeof name === "string" ? Reflect.get(module, name) : undefined;
  if (parameter instanceof Parameter) return parameter;
  const why = computed.get(module)?.has(name) ? ", which is computed already" : "";
  throw new TypeError(
    `${operation}: expected the name of a parameter of ${module.constructor.name}, got ${describe(name)}${why}`,
  );
}

/** What is computed now, without a step of an iteration. */
function atRest(module: Module, recipe: Recipe): Tensor {
  const mode = module.training;
  module.training = false;
  try {
    return recipe.compute(module);
  } finally {
    module.training = mode;
  }
}

/** Puts the computed tensor in the parameter's place; its parts are properties of the module by now. */
export function computeBeforeForward(module: Module, name: string, recipe: Recipe): void {
  Reflect.set(module, name, atRest(module, recipe));
  const handle = module.registerForwardPreHook((each) => {
    Reflect.set(each, name, recipe.compute(each));
  });
  const own = computed.get(module) ?? new Map();
  computed.set(module, own.set(name, { recipe, handle }));
}

/** Makes a parameter of what is computed, and takes its parts away. Throws an Error where that operation did nothing. */
export function keepComputed(operation: string, undone: string, module: Module, name: string): void {
  const entry = module instanceof Module ? computed.get(module)?.get(name) : undefined;
  if (entry === undefined || entry.recipe.operation !== undone) {
    throw new Error(
      `${operation}: expected a module and the name of a parameter that ${undone}() was called for, got ${describe(module)} and ${describe(name)}`,
    );
  }
  const value = noGrad(() => atRest(module, entry.recipe).clone());
  entry.handle.remove();
  computed.get(module)!.delete(name);
  for (const part of entry.recipe.parts) Reflect.deleteProperty(module, part);
  Reflect.set(module, name, new Parameter(value));
}
