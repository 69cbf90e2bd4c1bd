// Copies of whole models and of what is kept beside them, as Python's copy.deepcopy makes them.

import { Generator, noGrad, Tensor } from "../tensor";
import { describe, requireKnown } from "../tensor/arguments";
import { placeOf } from "../words";
import { Module } from "./module";
import { Parameter } from "./parameter";

/**
 * A copy of a tensor, a module, or of lists, records, Maps, Sets, typed arrays and instances of them, down to the last: nothing that is
 * done to it reaches the original. What is one object is one in the copy, what shares memory shares it there: tied weights
 * stay tied. A module keeps its mode and its hooks, its parameters whether they learn, but not their gradients. Functions
 * are not copied. As Python's copy.deepcopy.
 * Throws a TypeError, with its place, for results of operations, and for instances with #private state (optimizers, loaders):
 * copy their stateDict().
 *
 * @example
 * const best = deepcopy(net.stateDict()); // net trains on, best stays
 */
export function deepcopy<Value>(value: Value): Value {
  requireKnown("deepcopy", arguments, 1);
  return noGrad(() => new Copier().copy(value) as never) as Value;
}

type Key = string | number;

class Copier {
  readonly #copies = new Map<object, unknown>();
  /** Whole memories by those they are copies of. */
  readonly #memories = new Map<Tensor["storage"], Tensor>();
  readonly #path: Key[] = [];

  copy(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    if (value instanceof Tensor) return this.#noted(value, this.#tensor(value));
    if (ArrayBuffer.isView(value)) {
      if (value instanceof DataView) throw this.#refusal("a DataView", "copy a typed array");
      return this.#noted(value, Uint8Array.prototype.slice.call(value)); // of its own kind, and no Buffer's shared one
    }
    if (value instanceof Generator) return this.#noted(value, new Generator(0).setState(value.getState()));
    if (value instanceof Date) return this.#noted(value, new Date(value));
    if (value instanceof Map) {
      const copy = this.#noted(value, new Map<unknown, unknown>());
      for (const [key, each] of value) copy.set(this.copy(key), this.#inside(String(key), each));
      return copy;
    }
    if (value instanceof Set) {
      const copy = this.#noted(value, new Set<unknown>());
      for (const each of value) copy.add(this.copy(each));
      return copy;
    }
    if (Array.isArray(value)) {
      const copy = this.#noted(value, new Array<unknown>(value.length));
      for (const key of Object.keys(value)) {
        const i = Number(key);
        copy[key as never] = this.#inside(Number.isNaN(i) ? key : i, value[key as never]) as never;
      }
      return copy;
    }
    return this.#instance(value);
  }

  #noted<Copy>(value: object, copy: Copy): Copy {
    this.#copies.set(value, copy);
    return copy;
  }

  #inside(key: Key, value: unknown): unknown {
    this.#path.push(key);
    const copy = this.copy(value);
    this.#path.pop();
    return copy;
  }

  #tensor(x: Tensor): Tensor {
    if (!x.isLeaf) throw this.#refusal("the result of an operation", "copy its detach()");
    const { offset, shape, strides, dtype, engine } = x.detach(); // refuses what was freed
    let memory = this.#memories.get(x.storage);
    if (memory === undefined) {
      const elements = x.storage.byteLength / Float32Array.BYTES_PER_ELEMENT;
      memory = engine.view(x.storage, 0, [elements], [1], dtype).clone();
      this.#memories.set(x.storage, memory);
    }
    const numbers = engine.view(memory.storage, offset, shape, strides, dtype);
    const copy = x instanceof Parameter ? new Parameter(numbers, { requiresGrad: x.requiresGrad }) : numbers;
    if (x.requiresGrad || x.isFrozen) copy.requiresGrad_(x.requiresGrad);
    if (!(x instanceof Parameter) && x.grad !== null) copy.grad = x.grad.detach().clone();
    return copy;
  }

  /** A record, a module, or an instance of a class that keeps all it has in properties. */
  #instance(value: object): object {
    this.#requireCopyable(value);
    const copy = value instanceof Module ? value.blank() : Object.create(Object.getPrototypeOf(value));
    this.#copies.set(value, copy);
    if (value instanceof Module && typeof value.forwardField === "function")
      this.#requireFree("forward", value.forwardField);
    for (const key of Reflect.ownKeys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key)!;
      if (value instanceof Module && key === "forward" && !property.enumerable) continue; // the shadow of its hooks
      if (typeof property.value === "function") this.#requireFree(key, property.value);
      if ("value" in property) property.value = this.#inside(String(key), property.value);
      Object.defineProperty(copy, key, property);
    }
    return copy;
  }

  /** Throws where a class keeps something that nobody can copy: built-in ones, and those with #private members. */
  #requireCopyable(value: object): void {
    let prototype: object | null = Object.getPrototypeOf(value);
    while (
      prototype !== null &&
      prototype !== Module.prototype &&
      Object.getPrototypeOf(prototype) !== null
    ) {
      const source = Function.prototype.toString.call(prototype.constructor);
      if (source.endsWith("{ [native code] }")) throw this.#refusal(describe(value), "leave it out");
      if (/\.#[\p{ID_Start}_$]/u.test(source)) {
        const remedy =
          "stateDict" in value && !(value instanceof Module)
            ? "copy its stateDict()"
            : "keep it in a property without #, which can be copied";
        throw this.#refusal(`${describe(value)} with #private state`, remedy);
      }
      prototype = Object.getPrototypeOf(prototype);
    }
  }

  /** Throws for an arrow function that would go on working on the original. */
  #requireFree(key: string | symbol, method: unknown): void {
    const source = Function.prototype.toString.call(method);
    const isArrow = /^(?:async\s*)?(?:\([\s\S]*?\)|[\p{ID_Continue}$]+)\s*=>/u.test(source);
    if (!isArrow || !/\bthis\b/.test(source)) return;
    this.#path.push(String(key));
    throw this.#refusal(
      "an arrow function that is bound to the original",
      `write it as a method: ${String(key)}(…) { … }`,
    );
  }

  #refusal(got: string, remedy: string): TypeError {
    return new TypeError(
      `deepcopy: expected tensors, modules, records and what can be copied, got ${got} at ${placeOf("value", this.#path)}; ${remedy}`,
    );
  }
}
