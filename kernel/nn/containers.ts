// Modules that arrange others, or nothing at all.

import { cat, type Tensor } from "../tensor";
import { describe, requireInteger, requireIntegers, requireKnown, requireTensor } from "../tensor/arguments";
import { giveUp, isSweeping } from "../tensor/doors/nn";
import { Module } from "./module";
import { showSizes } from "./sizes";
import { addForgetful, forgets, forwardInRow } from "./sweep";

/** Modules in a row, named "0", "1", … as in PyTorch unless a subclass names them otherwise. */
abstract class ModuleRow<M extends Module> extends Module implements Iterable<M> {
  readonly layers: readonly M[];

  protected constructor(layers: Iterable<M>) {
    super();
    if (typeof layers?.[Symbol.iterator] !== "function") {
      throw new TypeError(`${this.constructor.name}: expected modules in an array, got ${describe(layers)}`);
    }
    this.layers = [...layers];
    for (const [i, layer] of this.layers.entries()) this.check(layer, i);
  }

  protected get own(): M[] {
    return this.layers as M[];
  }

  get length(): number {
    return this.layers.length;
  }

  [Symbol.iterator](): Iterator<M> {
    return this.layers[Symbol.iterator]();
  }

  /** The i-th module; −1 is the last. Throws a RangeError where there is none. */
  at(index: number): M {
    requireKnown("at", arguments, 1);
    const layer = this.layers.at(index);
    if (layer === undefined) {
      throw new RangeError(
        `${this.constructor.name}: expected one of its ${this.length} layers, got ${index}`,
      );
    }
    return layer;
  }

  /** Adds a module at the end. Optimizers made before do not know its parameters. */
  append(layer: M): this {
    requireKnown("append", arguments, 1);
    this.check(layer, this.length);
    this.own.push(layer);
    return this;
  }

  /** Adds modules at the end, all or none. */
  extend(layers: Iterable<M>): this {
    requireKnown("extend", arguments, 1);
    if (typeof layers?.[Symbol.iterator] !== "function") {
      throw new TypeError(`${this.constructor.name}.extend: expected modules, got ${describe(layers)}`);
    }
    const more = [...layers];
    for (const [i, layer] of more.entries()) this.check(layer, this.length + i);
    this.own.push(...more);
    return this;
  }

  /** Adds a module before the one at `index`, which may be the length; those behind it are named anew. */
  insert(index: number, layer: M): this {
    requireKnown("insert", arguments, 2);
    this.check(layer, index);
    this.own.splice(this.place(index, this.length), 0, layer);
    return this;
  }

  /** Puts a module in the place of another; −1 is the last. */
  set(index: number, layer: M): this {
    requireKnown("set", arguments, 2);
    this.check(layer, index);
    this.own[this.place(index, this.length - 1)] = layer;
    return this;
  }

  /** Takes a module out, the last by default, and gives it back. */
  pop(index = -1): M {
    requireKnown("pop", arguments, 1);
    return this.own.splice(this.place(index, this.length - 1), 1)[0]!;
  }

  protected place(index: number, last: number): number {
    const at = index < 0 ? index + this.length : index;
    if (Number.isInteger(at) && at >= 0 && at <= last) return at;
    throw new RangeError(
      `${this.constructor.name}: expected a place among its ${this.length} layers, got ${describe(index)}`,
    );
  }

  override namedChildren(): [name: string, child: Module][] {
    requireKnown("namedChildren", arguments, 0);
    return this.layers.map((layer, i) => [String(i), layer]);
  }

  protected check(layer: unknown, index: number): void {
    if (layer instanceof Module) return;
    throw new TypeError(
      `${this.constructor.name}: expected modules, got ${typeof layer} at ${index}; layers are made with new`,
    );
  }
}

/** Applies layers one after the other. */
export class Sequential extends ModuleRow<Module> {
  constructor(...layers: Module[] | [readonly Module[]]) {
    super(
      Array.isArray(layers[0]) && layers.length === 1
        ? (layers[0] as readonly Module[])
        : (layers as Module[]),
    );
  }

  /** The layers from start to end−1 as a Sequential of their own, the same modules; negative positions count from the end. */
  slice(start?: number, end?: number): Sequential {
    requireKnown("slice", arguments, 2);
    return new Sequential(...this.layers.slice(start, end));
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return forwardInRow(this.layers, input);
  }
}

/**
 * Runs its branches on the same input and lays the channels of what they give one after the other: [N, C, ...] →
 * [N, ΣC′, ...]. They are named "branch1", "branch2", … Throws a RangeError without any.
 */
export class Branches extends ModuleRow<Module> {
  constructor(...branches: Module[]) {
    super(branches);
    if (branches.length === 0) throw new RangeError(`${this.constructor.name}: expected branches, got none`);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    const parts = this.layers.map((branch) => branch.forward(input));
    const output = cat(parts, 1);
    for (const [i, part] of parts.entries()) {
      const isOwn = part !== input && part !== output && parts.indexOf(part) === i;
      if (isOwn && isSweeping() && forgets(this.layers[i]!)) giveUp(part, output);
    }
    return output;
  }

  override namedChildren(): [name: string, child: Module][] {
    requireKnown("namedChildren", arguments, 0);
    return this.layers.map((branch, i) => [`branch${i + 1}`, branch]);
  }
}

/** Modules in a row that a forward of yours goes through: `for (const layer of this.blocks) y = layer.forward(y)`. */
export class ModuleList<M extends Module = Module> extends ModuleRow<M> {
  constructor(modules: Iterable<M> = []) {
    super(modules);
    requireKnown(new.target.name, arguments, 1);
  }

  /** Throws: a list says nothing of the order to compute in. */
  override forward(): never {
    requireKnown(this.constructor.name, arguments, 0);
    throw new TypeError(
      "ModuleList: expected its modules to be called one by one, got a call of the list; use Sequential to chain them",
    );
  }
}

/** Modules by name, in an object or as pairs (a Map, another ModuleDict). */
export type NamedModules<M extends Module> = Readonly<Record<string, M>> | Iterable<readonly [string, M]>;

function entriesOf<M extends Module>(modules: NamedModules<M>): (readonly [string, M])[] {
  if (typeof modules !== "object" || modules === null) {
    throw new TypeError(`ModuleDict: expected an object of modules, or pairs, got ${describe(modules)}`);
  }
  if (Symbol.iterator in modules) {
    const pairs = [...(modules as Iterable<readonly [string, M]>)];
    const odd = pairs.findIndex(
      (pair) => !Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string",
    );
    if (odd >= 0) {
      throw new TypeError(
        `ModuleDict: expected pairs of a name and a module, got ${describe(pairs[odd])} at ${odd}`,
      );
    }
    return pairs;
  }
  const entries = Object.entries(modules as Readonly<Record<string, M>>);
  const numbered = entries.find(([name]) => String(Number(name) >>> 0) === name);
  if (numbered !== undefined && entries.length > 1) {
    throw new RangeError(
      `ModuleDict: expected names that are no whole numbers, which JavaScript puts first in an object, got "${numbered[0]}"; keep the order by pairs: new ModuleDict([["${numbered[0]}", …], …])`,
    );
  }
  return entries;
}

/**
 * Modules by name: `new nn.ModuleDict({ relu: new nn.ReLU(), tanh: new nn.Tanh() }).get("relu")`, or as pairs,
 * `[["10", a], ["9", b]]`: whole numbers as names JavaScript puts in an order of its own in an object, which is refused.
 */
export class ModuleDict<M extends Module = Module> extends Module implements Iterable<[string, M]> {
  protected readonly byName = new Map<string, M>();

  constructor(modules: NamedModules<M> = {}) {
    super();
    requireKnown(new.target.name, arguments, 1);
    this.update(modules);
  }

  /** How many there are. */
  get length(): number {
    return this.byName.size;
  }

  /** Their names, in the order in which they came. */
  keys(): string[] {
    requireKnown("keys", arguments, 0);
    return [...this.byName.keys()];
  }

  /** The modules, in that order. */
  values(): M[] {
    requireKnown("values", arguments, 0);
    return [...this.byName.values()];
  }

  /** Names and modules, in that order. */
  items(): [name: string, module: M][] {
    requireKnown("items", arguments, 0);
    return [...this.byName];
  }

  /** Whether there is a module of that name. */
  has(name: string): boolean {
    requireKnown("has", arguments, 1);
    return this.byName.has(name);
  }

  /** Adds a module, or puts it in the place of the one of that name. */
  set(name: string, module: M): this {
    requireKnown("set", arguments, 2);
    return this.update([[name, module]]);
  }

  /** Adds modules, or puts them in the places of those of the same names: all or none. */
  update(modules: NamedModules<M>): this {
    requireKnown("update", arguments, 1);
    const entries = entriesOf(modules);
    for (const [name, module] of entries) {
      if (module instanceof Module) continue;
      throw new TypeError(
        `ModuleDict: expected modules, got ${typeof module} at "${name}"; layers are made with new`,
      );
    }
    for (const [name, module] of entries) this.byName.set(name, module);
    return this;
  }

  /** Takes a module out and gives it back. Throws a RangeError where there is none of that name. */
  pop(name: string): M {
    requireKnown("pop", arguments, 1);
    const module = this.get(name);
    this.byName.delete(name);
    return module;
  }

  /** Takes all modules out. */
  clear(): void {
    requireKnown("clear", arguments, 0);
    this.byName.clear();
  }

  [Symbol.iterator](): Iterator<[string, M]> {
    return this.byName.entries();
  }

  /** The module of that name. Throws a RangeError where there is none. */
  get(name: string): M {
    requireKnown("get", arguments, 1);
    const module = this.byName.get(name);
    if (module === undefined) {
      const names = [...this.byName.keys()].map((each) => `"${each}"`).join(", ");
      throw new RangeError(`ModuleDict: expected one of ${names}, got "${name}"`);
    }
    return module;
  }

  override namedChildren(): [name: string, child: Module][] {
    requireKnown("namedChildren", arguments, 0);
    return [...this.byName];
  }

  /** Throws: call a module of it. */
  override forward(): never {
    requireKnown(this.constructor.name, arguments, 0);
    throw new TypeError(
      "ModuleDict: expected one of its modules to be called, got a call of the dict; use get(name)",
    );
  }
}

/** Gives back what it gets. */
export class Identity extends Module {
  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    return input;
  }
}

/** [N, d1, d2, …] → [N, d1·d2·…], or another range of dimensions. */
export class Flatten extends Module {
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
    requireKnown(new.target.name, arguments, 2);
    requireInteger(new.target.name, "startDim", startDim);
    requireInteger(new.target.name, "endDim", endDim);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    requireTensor("Flatten", input);
    return input.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `startDim=${this.startDim}, endDim=${this.endDim}`;
  }
}

/** One dimension as several: [N, 12] → [N, 3, 4] with dim 1 and sizes [3, 4]; −1 stands for one size. */
export class Unflatten extends Module {
  constructor(
    readonly dim: number,
    readonly unflattenedSize: readonly number[],
  ) {
    super();
    requireKnown(new.target.name, arguments, 2);
    requireInteger(new.target.name, "dim", dim);
    requireIntegers(new.target.name, "unflattenedSize", unflattenedSize);
  }

  override forward(input: Tensor): Tensor {
    requireKnown(this.constructor.name, arguments, 1);
    requireTensor("Unflatten", input);
    return input.unflatten(this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattenedSize=${showSizes(this.unflattenedSize)}`;
  }
}

addForgetful([Sequential, Branches], ({ layers }: Sequential | Branches) => layers);
addForgetful([Identity, Flatten, Unflatten]);
