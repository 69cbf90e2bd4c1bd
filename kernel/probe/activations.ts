// What a model's layers give for an input, watched without leaving a trace. Imports kernel/tensor only.
import { noGrad, type Tensor } from "../tensor";

/** What is asked of a model: every nn.Module fits. */
export interface Probed {
  forward(input: Tensor): unknown;
  namedModules(): readonly (readonly [name: string, module: ProbedModule])[];
  namedBuffers(): readonly (readonly [name: string, buffer: Tensor])[];
}

export interface ProbedModule {
  namedChildren(): readonly unknown[];
  registerForwardHook(hook: (module: unknown, inputs: unknown, output: Tensor) => unknown): () => void;
}

export interface ActivationsOptions {
  /**
   * Which modules to watch, by their names in `namedModules()`; given as an object, its keys label them:
   * `{ "hidden 1": "2" }`. Default: every module without modules inside, labelled `2 Sigmoid`.
   */
  layers?: readonly string[] | Readonly<Record<string, string>>;
}

/**
 * The outputs of a model's layers for one input, flat, in the order of the layers. The model runs once under noGrad in
 * the mode it is in, and is left as it was: in training mode BatchNorm normalizes by this batch, but its running
 * statistics are put back. A layer that runs several times gives all its outputs in a row.
 *
 * @throws RangeError if the model has no module of that name.
 */
export function activations(
  model: Probed,
  input: Tensor,
  { layers }: ActivationsOptions = {},
): Record<string, Float32Array> {
  const watched = choose(model, layers);
  const seen = new Map<string, Float32Array[]>(watched.map(([label]) => [label, []]));
  const before = model.namedBuffers().map(([, buffer]) => [buffer, noGrad(() => buffer.clone())] as const);
  const removers: (() => void)[] = [];
  try {
    for (const [label, module] of watched) {
      const remove = module.registerForwardHook((_module, _inputs, output) => {
        seen.get(label)?.push(Float32Array.from(output.data)); // a copy: its memory is free after the forward
      });
      removers.push(remove);
    }
    noGrad(() => model.forward(input));
  } finally {
    for (const remove of removers) remove();
    noGrad(() => {
      for (const [buffer, value] of before) buffer.copy_(value);
    });
  }
  return Object.fromEntries([...seen].map(([label, parts]) => [label, joined(parts)]));
}

function choose(
  model: Probed,
  layers: ActivationsOptions["layers"],
): [label: string, module: ProbedModule][] {
  const modules = new Map(model.namedModules());
  if (layers === undefined) {
    return [...modules]
      .filter(([, module]) => module.namedChildren().length === 0)
      .map(([name, module]) => [label(name, module), module]);
  }
  const wanted: [string | undefined, string][] = isList(layers)
    ? layers.map((name) => [undefined, name])
    : Object.entries(layers);
  return wanted.map(([given, name]) => {
    const module = modules.get(name);
    if (module === undefined) {
      const names = [...modules.keys()].filter((each) => each !== "").map((each) => `"${each}"`);
      throw new RangeError(`activations: expected a layer among ${names.join(", ")}, got "${name}"`);
    }
    return [given ?? label(name, module), module];
  });
}

/** `1 BatchNorm1d`. */
const label = (name: string, module: ProbedModule) => `${name} ${module.constructor.name}`.trim();

const isList = (layers: object): layers is readonly string[] => Array.isArray(layers);

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
