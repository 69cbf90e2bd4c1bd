// Which modules of a model a probe looks at, and what it calls them.
import { describe } from "../tensor/arguments";

/** What is asked of a module to be watched: every nn.Module fits. */
export interface Named {
  /** The modules it is made of, by name. */
  namedChildren(): readonly unknown[];
}

/**
 * Modules by their names in `namedModules()`; given as an object, its keys label them: `{ "hidden 1": "2" }`.
 * Without, every module that has no modules inside, labeled `2 Sigmoid`.
 */
export type Layers = readonly string[] | Readonly<Record<string, string>>;

/** @throws TypeError for what is no module. */
export function requireModel(who: string, model: unknown): void {
  const object = typeof model === "object" && model !== null;
  if (object && ("namedModules" in model || "namedParameters" in model)) return;
  throw new TypeError(`${who}: expected a model, an nn.Module, got ${describe(model)}`);
}

/** The chosen modules and their labels, in the model's order or that of the choice. Throws a RangeError for an unknown name. */
export function chooseLayers<M extends Named>(
  who: string,
  model: { namedModules(): readonly (readonly [name: string, module: M])[] },
  layers: Layers | undefined,
): [label: string, module: M][] {
  requireModel(who, model);
  if (layers !== undefined && (typeof layers !== "object" || layers === null)) {
    throw new TypeError(`${who}: expected layers as names, or names by label, got ${describe(layers)}`);
  }
  const modules = new Map(model.namedModules());
  if (layers === undefined) {
    return [...modules]
      .filter(([, module]) => module.namedChildren().length === 0)
      .map(([name, module]) => [labelOf(name, module), module]);
  }
  const wanted: [string | undefined, string][] = isList(layers)
    ? layers.map((name) => [undefined, name])
    : Object.entries(layers);
  return wanted.map(([given, name]) => {
    const module = modules.get(name);
    if (module === undefined) {
      const names = [...modules.keys()].filter((each) => each !== "").map((each) => `"${each}"`);
      throw new RangeError(`${who}: expected a layer among ${names.join(", ")}, got "${name}"`);
    }
    return [given ?? labelOf(name, module), module];
  });
}

/** `1 BatchNorm1d`. */
export const labelOf = (name: string, module: object) => `${name} ${module.constructor.name}`.trim();

const isList = (layers: Layers): layers is readonly string[] => Array.isArray(layers);
