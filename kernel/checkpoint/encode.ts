// A value → its structure and the numbers in it. Refuses what a file cannot give back, with its place.

import { Parameter } from "../nn";
import { type Stored, storedTensor } from "../safetensors/format";
import { type Shape, Tensor } from "../tensor";
import { describe, isPlain } from "../tensor/arguments";
import { placeOf } from "../words";
import { arrayKinds, mostDepth, type Node, type TensorMarks } from "./structure";

export interface Encoded {
  readonly structure: Node;
  readonly stored: readonly Stored[];
}

/** Throws a TypeError that names the place of what is no value of a file; nothing has happened then. */
export function encode(value: unknown): Encoded {
  const encoder = new Encoder();
  return { structure: encoder.node(value), stored: encoder.stored };
}

/** Where a tensor lies in its memory, and its name in the file. */
interface Place {
  readonly name: string;
  readonly layout: string;
}

class Encoder {
  readonly stored: Stored[] = [];
  readonly #path: (string | number)[] = [];
  /** Objects by the order in which they were come by. */
  readonly #numbers = new Map<object, number>();
  /** Those that the one at hand is in. */
  readonly #open = new Set<object>();
  /** Names that are taken, with how often they were asked for. */
  readonly #names = new Map<string, number>([["__metadata__", 1]]);
  readonly #places = new Map<Tensor["storage"], Place[]>();

  node(value: unknown): Node {
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number") {
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return ["number", Object.is(value, -0) ? "-0" : String(value)];
    }
    if (value === undefined) return ["undefined"];
    if (typeof value === "bigint") return ["bigint", String(value)];
    if (typeof value !== "object") {
      throw this.#refusal(typeof value === "function" ? "a function" : describe(value), "leave it out");
    }
    const number = this.#numbers.get(value);
    if (number !== undefined) {
      if (this.#open.has(value)) throw this.#refusal("a cycle: a value inside itself", "leave it out");
      return ["same", number];
    }
    if (this.#path.length > mostDepth) {
      throw this.#refusal(`values more than ${mostDepth} deep`, "save them in a list");
    }
    this.#numbers.set(value, this.#numbers.size);
    this.#open.add(value);
    const node = this.#objectNode(value);
    this.#open.delete(value);
    return node;
  }

  #objectNode(value: object): Node {
    if (value instanceof Tensor) return this.#tensorNode(value);
    if (ArrayBuffer.isView(value)) return this.#arrayNode(value);
    if (Array.isArray(value)) return this.#listNode(value);
    if (value instanceof Map) {
      return [
        "map",
        ...[...value].map(([key, each], i) => {
          const place = typeof key === "string" || typeof key === "number" ? key : i;
          return [this.#inside(place, key), this.#inside(place, each)];
        }),
      ];
    }
    if (value instanceof Set) return ["set", ...[...value].map((each, i) => this.#inside(i, each))];
    if (!isPlain(value)) throw this.#refusal(describe(value), remedyFor(value));
    this.#requireNoSymbols(value);
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#inside(key, each)]));
  }

  #inside(key: string | number, value: unknown): Node {
    this.#path.push(key);
    const node = this.node(value);
    this.#path.pop();
    return node;
  }

  #listNode(list: readonly unknown[]): Node {
    const odd = Object.keys(list).length > list.length ? Object.keys(list).at(-1)! : undefined;
    if (odd !== undefined) {
      this.#path.push(odd);
      throw this.#refusal("a property of a list", "save a record { list, … }");
    }
    this.#requireNoSymbols(list);
    // Array.from, for holes count as undefined.
    return ["list", ...Array.from(list, (each, i) => this.#inside(i, each))];
  }

  #tensorNode(x: Tensor): Node {
    const { storage, offset, shape, strides, dtype } = x;
    const name = this.#name();
    const layout = [dtype, offset, shape, strides].join(";");
    const places = this.#places.get(storage) ?? [];
    const twin = places.find((place) => place.layout === layout);
    if (twin === undefined) this.#places.set(storage, [...places, { name, layout }]);
    this.stored.push(storedTensor(name, x));
    const marks: TensorMarks = {
      ...(x instanceof Parameter ? { parameter: true } : {}),
      ...(x.requiresGrad || x.isFrozen ? { requiresGrad: x.requiresGrad } : {}),
      ...(twin === undefined ? {} : { of: twin.name }),
    };
    return Object.keys(marks).length === 0 ? ["tensor", name] : ["tensor", name, { ...marks }];
  }

  #arrayNode(values: ArrayBufferView): Node {
    const kind = Object.prototype.toString.call(values).slice("[object ".length, -1);
    const known = arrayKinds.get(kind);
    if (known === undefined) {
      const remedy = kind === "Float16Array" ? "copy it into a Float32Array" : "save a typed array";
      throw this.#refusal(`a ${kind}`, remedy);
    }
    const name = this.#name();
    const shape: Shape = [(values as Uint8Array).length];
    this.stored.push({ name, dtype: known.dtype, shape, values });
    return ["array", kind, name];
  }

  /** The path with dots, as PyTorch names what is in modules; made one of its kind. */
  #name(): string {
    const path = this.#path.length === 0 ? "value" : this.#path.join(".");
    const wanted = path.replace(/\p{Surrogate}/gu, "\ufffd"); // halves of characters, which UTF-8 cannot write
    for (;;) {
      const count = (this.#names.get(wanted) ?? 0) + 1;
      this.#names.set(wanted, count);
      if (count === 1) return wanted;
      const other = `${wanted}~${count}`;
      if (this.#names.has(other)) continue;
      this.#names.set(other, 1);
      return other;
    }
  }

  #requireNoSymbols(value: object): void {
    const symbol = Object.getOwnPropertySymbols(value)[0];
    if (symbol !== undefined) throw this.#refusal(`a property named ${String(symbol)}`, "name it by text");
  }

  #refusal(got: string, remedy: string): TypeError {
    return new TypeError(
      `save: expected tensors, typed arrays, numbers, strings, booleans, null, lists, records, Maps and Sets, got ${got} at ${placeOf("value", this.#path)}; ${remedy}`,
    );
  }
}

function remedyFor(value: object): string {
  if ("stateDict" in value) return "save its stateDict()";
  if ("getState" in value) return "save its getState()";
  if (value instanceof Date) return "save its toISOString()";
  return "copy what is to be kept into a record { … }";
}
