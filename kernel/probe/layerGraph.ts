// Which layer feeds which: followed through one forward where there is an input, else read off Sequentials.
import { Dropout, Dropout2d, type Module, Sequential } from "../nn";
import { noGrad, Tensor } from "../tensor";
import { hooked, untouched } from "./untouched";

/** One call of a layer. */
export interface LayerCall {
  /** As in `namedModules()`. */
  readonly name: string;
  readonly module: Module;
  /** The call whose output it was given, untouched by anything in between; null if that is not known. */
  readonly previous: LayerCall | null;
  /** What it was given; null where nothing ran. */
  readonly input: Tensor | null;
  /** Whether its output is the model's. */
  readonly last: boolean;
}

export const isDropout = (module: Module) => module instanceof Dropout || module instanceof Dropout2d;

/**
 * Runs the model once in evaluation mode, dropout alone in training so that it gives a tensor of its own, and leaves it as it
 * was. Two calls are joined where one is given the very tensor that the other has made: what a functional does in between
 * parts them, so no join is a guess.
 */
export function tracedCalls(model: Module, input: Tensor): LayerCall[] {
  const seen: { name: string; module: Module; input: Tensor; output: Tensor; previous: number }[] = [];
  const leaves = model.namedModules().filter(([, module]) => module.children().length === 0);
  const names = new Map(leaves.map(([name, module]) => [module, name]));
  const see = (module: Module, [given]: readonly Tensor[], output: Tensor) => {
    if (!(given instanceof Tensor)) return;
    const previous = seen.findLastIndex((call) => call.output === given);
    seen.push({ name: names.get(module)!, module, input: given, output, previous });
  };
  const run = () => {
    model.eval();
    for (const module of model.modules()) if (isDropout(module)) module.training = true;
    return noGrad(() => [model.forward(input)])[0];
  };
  const result = hooked([...names.keys()], see, () => untouched(model, run));
  const calls: LayerCall[] = [];
  for (const { name, module, input, output, previous } of seen) {
    calls.push({ name, module, input, previous: calls[previous] ?? null, last: output === result });
  }
  return calls;
}

/** The chains of the Sequentials inside; other containers are links whose inside is a chain of its own. */
export function chainedCalls(model: Module): LayerCall[] {
  const calls: LayerCall[] = [];
  const links = (name: string, module: Module): [string, Module][] => {
    const inside = (key: string) => (name === "" ? key : `${name}.${key}`);
    if (module instanceof Sequential)
      return module.namedChildren().flatMap(([key, child]) => links(inside(key), child));
    for (const [key, child] of module.namedChildren()) chain(links(inside(key), child), false);
    return [[name, module]];
  };
  const chain = (modules: readonly [string, Module][], whole: boolean) => {
    let previous: LayerCall | null = null;
    for (const [i, [name, module]] of modules.entries()) {
      const last = whole && i === modules.length - 1;
      previous = { name, module, previous, input: null, last };
      calls.push(previous);
    }
  };
  chain(links("", model), true);
  return calls;
}
