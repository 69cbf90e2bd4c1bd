// Parameters in a row or by name, as modules: their names in the state are their places or keys.

import { Tensor } from "../tensor";
import { describe, requireKnown, show } from "../tensor/arguments";
import { Module } from "./module";
import { Parameter } from "./parameter";

function parameterOf(container: string, value: Tensor, at: string | number): Parameter {
  if (value instanceof Parameter) return value;
  if (value instanceof Tensor) return new Parameter(value);
  throw new TypeError(
    `${container}: expected parameters or tensors, got ${describe(value)} at ${typeof at === "string" ? `"${at}"` : at}`,
  );
}

/**
 * Parameters in a row, named "0", "1", …: `new nn.ParameterList([a, b])`, `list[0]`, `list.append(c)`. Tensors become
 * parameters, sharing their memory. Throws a TypeError for anything else.
 */
export class ParameterList extends Module implements Iterable<Parameter> {
  readonly [index: number]: Parameter;

  constructor(values: Iterable<Tensor> = []) {
    super();
    requireKnown(new.target.name, arguments, 1);
    this.extend(values);
  }

  /** How many there are. */
  get length(): number {
    return this.own.length;
  }

  /** All of them; one that is there twice, twice. */
  protected get own(): Parameter[] {
    return Object.values(this).filter((value) => value instanceof Parameter);
  }

  [Symbol.iterator](): Iterator<Parameter> {
    return this.own[Symbol.iterator]();
  }

  /** The i-th parameter; −1 is the last. Throws a RangeError where there is none. */
  at(index: number): Parameter {
    requireKnown("at", arguments, 1);
    const found = this.own.at(index);
    if (found !== undefined) return found;
    throw new RangeError(`ParameterList: expected one of its ${this.length} parameters, got ${index}`);
  }

  /** Adds one at the end. Optimizers made before do not know it. */
  append(value: Tensor): this {
    requireKnown("append", arguments, 1);
    return this.extend([value]);
  }

  /** Adds several at the end, all or none. */
  extend(values: Iterable<Tensor>): this {
    requireKnown("extend", arguments, 1);
    if (values instanceof Tensor || typeof values?.[Symbol.iterator] !== "function") {
      throw new TypeError(`ParameterList: expected parameters in an array, got ${describe(values)}`);
    }
    const { length } = this;
    const more = [...values].map((value, i) => parameterOf("ParameterList", value, length + i));
    Object.assign(this, Object.fromEntries(more.map((value, i) => [length + i, value])));
    return this;
  }

  override extraRepr(): string {
    return shapes(this.own.map((value, i) => [String(i), value]));
  }

  /** Throws: use its parameters. */
  override forward(): never {
    requireKnown(this.constructor.name, arguments, 0);
    throw new TypeError("ParameterList: expected its parameters to be used, got a call of the list");
  }
}

/**
 * Parameters by name: `new nn.ParameterDict({ left: a, right: b }).get("left")`. Tensors become parameters, sharing their
 * memory. Throws a TypeError for anything else, a RangeError for a name that every module has, like "forward".
 */
export class ParameterDict extends Module implements Iterable<[string, Parameter]> {
  constructor(values: Readonly<Record<string, Tensor>> = {}) {
    super();
    requireKnown(new.target.name, arguments, 1);
    this.update(values);
  }

  /** How many there are. */
  get length(): number {
    return this.items().length;
  }

  /** Their names, in the order in which they came. */
  keys(): string[] {
    requireKnown("keys", arguments, 0);
    return this.items().map(([name]) => name);
  }

  /** The parameters, in that order. */
  values(): Parameter[] {
    requireKnown("values", arguments, 0);
    return this.items().map(([, value]) => value);
  }

  /** Names and parameters, in that order. */
  items(): [name: string, parameter: Parameter][] {
    requireKnown("items", arguments, 0);
    return Object.entries(this).filter(
      (entry): entry is [string, Parameter] => entry[1] instanceof Parameter,
    );
  }

  [Symbol.iterator](): Iterator<[string, Parameter]> {
    return this.items()[Symbol.iterator]();
  }

  /** Whether there is a parameter of that name. */
  has(name: string): boolean {
    requireKnown("has", arguments, 1);
    return this.keys().includes(name);
  }

  /** The parameter of that name. Throws a RangeError where there is none. */
  get(name: string): Parameter {
    requireKnown("get", arguments, 1);
    const found = this.items().find(([own]) => own === name);
    if (found !== undefined) return found[1];
    const names = this.keys().map((each) => `"${each}"`);
    throw new RangeError(
      `ParameterDict: expected one of ${names.join(", ") || "none"}, got ${describe(name)}`,
    );
  }

  /** Adds a parameter, or puts it in the place of the one of that name. */
  set(name: string, value: Tensor): this {
    requireKnown("set", arguments, 2);
    return this.update({ [name]: value });
  }

  /** Adds parameters, or puts them in the places of those of the same names: all or none. */
  update(values: Readonly<Record<string, Tensor>>): this {
    requireKnown("update", arguments, 1);
    if (typeof values !== "object" || values === null || values instanceof Tensor) {
      throw new TypeError(`ParameterDict: expected parameters by name, got ${describe(values)}`);
    }
    const more = Object.entries(values).map(([name, value]) => {
      if (name in this && !this.has(name)) {
        throw new RangeError(`ParameterDict: expected names that modules leave free, got "${name}"`);
      }
      return [name, parameterOf("ParameterDict", value, name)] as const;
    });
    Object.assign(this, Object.fromEntries(more));
    return this;
  }

  /** Takes a parameter out and gives it back. Throws a RangeError where there is none of that name. */
  pop(name: string): Parameter {
    requireKnown("pop", arguments, 1);
    const value = this.get(name);
    Reflect.deleteProperty(this, name);
    return value;
  }

  /** Takes all parameters out. */
  clear(): void {
    requireKnown("clear", arguments, 0);
    for (const name of this.keys()) this.pop(name);
  }

  override extraRepr(): string {
    return shapes(this.items());
  }

  protected override spelled(property: string): string {
    return property;
  }

  /** Throws: use its parameters. */
  override forward(): never {
    requireKnown(this.constructor.name, arguments, 0);
    throw new TypeError("ParameterDict: expected its parameters to be used, got a call of the dict");
  }
}

/** "0: [2, 3], 1: [3]" */
function shapes(named: readonly (readonly [string, Tensor])[]): string {
  return named.map(([name, { shape }]) => `${name}: ${show(shape)}`).join(", ");
}
