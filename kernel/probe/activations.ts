// What a model's layers give for an input, watched without leaving a trace.

import { forkRng, noGrad, type Tensor } from "../tensor";
import { requireKnown } from "../tensor/arguments";
import { numbersOf } from "../tensor/doors/numbers";
import { chooseLayers, type Layers, type Named } from "./layers";
import { thenBack } from "./untouched";

/** What is asked of a model: every nn.Module fits. */
export interface Probed {
  /** Runs the model on a batch. */
  forward(input: Tensor): unknown;
  /** All modules, by dotted name. */
  namedModules(): readonly (readonly [name: string, module: ProbedModule])[];
  /** All buffers, by dotted name. */
  namedBuffers(): readonly (readonly [name: string, buffer: Tensor])[];
}

export interface ProbedModule extends Named {
  /** Calls the hook after each forward; gives a function that removes it. */
  registerForwardHook(hook: (module: unknown, inputs: unknown, output: Tensor) => unknown): () => void;
}

export interface ActivationsOptions {
  /**
   * Which modules to watch, by their names in `namedModules()`; given as an object, its keys label them:
   * `{ "hidden 1": "2" }`. Default: every module without modules inside, labeled `2 Sigmoid`.
   */
  layers?: Layers;
}

/**
 * The outputs of a model's layers for one input, flat, in the order of the layers. The model runs once under noGrad in
 * the mode it is in, and is left as it was: in training mode BatchNorm normalizes by this batch, but its running
 * statistics are put back, and the random stream. A layer that runs several times gives all its outputs in a row.
 *
 * @throws RangeError if the model has no module of that name.
 */
export function activations(
  model: Probed,
  input: Tensor,
  { layers }: ActivationsOptions = {},
): Record<string, Float32Array> {
  requireKnown("activations", arguments, 3, ["layers"]);
  const watched = chooseLayers("activations", model, layers);
  const seen = new Map<string, Float32Array[]>(watched.map(([label]) => [label, []]));
  const before = model.namedBuffers().map(([, buffer]) => [buffer, noGrad(() => buffer.clone())] as const);
  const removers: (() => void)[] = [];
  const putBack = () => {
    for (const remove of removers) remove();
    noGrad(() => {
      for (const [buffer, value] of before) buffer.copy_(value);
    });
  };
  thenBack(putBack, () => {
    for (const [label, module] of watched) {
      const remove = module.registerForwardHook((_module, _inputs, output) => {
        seen.get(label)?.push(new Float32Array(numbersOf(output)[0])); // a copy: its memory is free after the forward
      });
      removers.push(remove);
    }
    forkRng(() => noGrad(() => void model.forward(input)));
  });
  return Object.fromEntries([...seen].map(([label, parts]) => [label, joined(parts)]));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
