// Values of a notebook → nodes for another process. What cannot go there is named, with the variable that has it.
import { isProxy, isSharedArrayBuffer } from "node:util/types";
import { describe } from "../arguments";
import { nn, Tensor } from "../bnlab";
import type { CellReferences } from "../session/cells/references";
import { ownerOf } from "../tensor/doors/nn";
import { placeOf } from "../words";
import { type Callable, CannotTravel, closureOf } from "./closures";
import { textOf } from "./functionText";
import { makers } from "./makers";
import type { Encoded, Origin, PropertyNode, Ref, TensorFlags, ValueNode } from "./nodes";
import type { ScopeReader } from "./scopes";

export interface EncodeOptions {
  readonly references: CellReferences;
  readonly scopes: ScopeReader;
  /** What every process has by itself. */
  readonly origins: ReadonlyMap<unknown, Origin>;
  /** What the other side has already, by number. */
  readonly known?: ReadonlyMap<object, number>;
  /** Says of each node where its value stands. */
  readonly places?: boolean;
  /** Puts a checksum where numbers would stand: to see whether anything has changed. */
  readonly sums?: boolean;
}

type Key = string | number;
type Rest = Pick<ValueNode & { kind: "object" }, "properties">;

/** @returns the nodes, and the objects that they stand for, by number. */
export function encode(
  value: unknown,
  options: EncodeOptions,
): Encoded & { objects: object[]; places: string[] } {
  const encoder = new Encoder(options);
  const root = encoder.ref(value);
  const { nodes, objects, places } = encoder;
  return { root, nodes, objects, places };
}

class Encoder {
  readonly nodes: ValueNode[] = [];
  readonly objects: object[] = [];
  readonly places: string[] = [];
  readonly #numbers = new Map<unknown, number>();
  readonly #classes: (Callable & { prototype: object })[] = [];
  /** The variable that the value at hand was reached by, and the way from there. */
  #path: Key[] = [];
  readonly #options: EncodeOptions;

  constructor(options: EncodeOptions) {
    this.#options = options;
  }

  ref(value: unknown): Ref {
    if (typeof value === "symbol") return this.#symbol(value);
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return value as Ref;
    const number = this.#numbers.get(value);
    if (number !== undefined) return [number];
    const own = this.#reserve(value);
    this.nodes[own] = this.#node(value);
    return [own];
  }

  #reserve(value: object | symbol): number {
    const own = this.nodes.length;
    this.#numbers.set(value, own);
    this.nodes.push({ kind: "kernel" }); // until its own is there
    this.objects.push(value as object);
    if (this.#options.places) this.places[own] = this.#place();
    return own;
  }

  #symbol(symbol: symbol): Ref {
    const number = this.#numbers.get(symbol);
    if (number !== undefined) return [number];
    const own = this.#reserve(symbol);
    const origin = this.#options.origins.get(symbol);
    const key = Symbol.keyFor(symbol);
    const wellKnown = Object.getOwnPropertyNames(Symbol).find((name) => Reflect.get(Symbol, name) === symbol);
    if (origin) this.nodes[own] = { kind: "origin", origin };
    else if (wellKnown)
      this.nodes[own] = { kind: "origin", origin: { in: "globals", path: ["Symbol", wellKnown] } };
    else
      this.nodes[own] = {
        kind: "symbol",
        registered: key !== undefined,
        text: key ?? symbol.description ?? "",
      };
    return [own];
  }

  #node(value: object): ValueNode {
    const { references, origins, known } = this.#options;
    const index = known?.get(value);
    if (index !== undefined) return { kind: "known", index };
    const origin = origins.get(value);
    if (origin) return { kind: "origin", origin };
    const box = references.boxName(value);
    if (box !== undefined) return this.#box(box);
    if (references.isKernel(value)) return { kind: "kernel" };
    const commonjs = references.commonjs.indexOf(value);
    if (commonjs >= 0) return { kind: "commonjs", index: commonjs };
    if (isProxy(value)) throw this.#refusal("a Proxy");
    if (typeof value === "function") return this.#function(value as Callable);
    return this.#object(value);
  }

  #box(name: string): ValueNode {
    const { boxes } = this.#options.references;
    const isEmpty = !boxes.has(name);
    const value = isEmpty ? undefined : this.#from(name, () => this.#variable(name, boxes.value(name)));
    return { kind: "box", name, value, isEmpty };
  }

  /** What an import has brought is imported there as well. */
  #variable(name: string, value: unknown): Ref {
    const origin = this.#options.references.originOf(name);
    if (origin === undefined) return this.ref(value);
    const number = this.#numbers.get(value);
    if (number !== undefined) return [number];
    if (value === null || (typeof value !== "object" && typeof value !== "function")) return value as Ref;
    const own = this.#reserve(value);
    this.nodes[own] = { kind: "origin", origin: this.#options.origins.get(value) ?? origin };
    return [own];
  }

  #object(value: object): ValueNode {
    if (value instanceof Tensor) return this.#tensor(value);
    if (ArrayBuffer.isView(value)) return this.#view(value);
    if (value instanceof ArrayBuffer) return { kind: "bytes", bytes: this.#numbersOf(new Uint8Array(value)) };
    if (isSharedArrayBuffer(value)) throw this.#refusal("a SharedArrayBuffer");
    const made = [...makers].find(([, { fits }]) => fits(value));
    if (made) return this.#made(...made, value);
    for (const [type, what] of unknowable) if (value instanceof type) throw this.#refusal(what);
    const prototype: object | null = Object.getPrototypeOf(value);
    if (value instanceof Map && prototype === Map.prototype)
      return {
        kind: "map",
        entries: [...value].map(([key, each], i) => [
          this.#inside(i, key),
          this.#inside(nameOf(key, i), each),
        ]),
      };
    if (value instanceof Set && prototype === Set.prototype)
      return { kind: "set", values: [...value].map((each, i) => this.#inside(i, each)) };
    if (value instanceof Date) return { kind: "date", time: value.getTime() };
    if (value instanceof RegExp)
      return { kind: "regexp", source: value.source, flags: value.flags, lastIndex: value.lastIndex };
    if (value instanceof nn.Module) return this.#module(value);
    if (this.#isPrototype(value)) return { kind: "prototype", of: this.ref(value.constructor) };
    this.#requireOpen(value, null);
    if (isPlainList(value)) return { kind: "list", values: value.map((each, i) => this.#inside(i, each)) };
    const isError = value instanceof Error;
    if (
      !Array.isArray(value) &&
      !isError &&
      /^\[object (?!Object\])/.test(Object.prototype.toString.call(value)) &&
      !(Symbol.toStringTag in value)
    )
      throw this.#refusal(describe(value));
    return {
      kind: Array.isArray(value) ? "array" : isError ? "error" : "object",
      prototype: this.ref(prototype),
      ...this.#rest(value, isError ? (key) => key !== "stack" : undefined),
      integrity: Object.isFrozen(value) ? 3 : Object.isSealed(value) ? 2 : Object.isExtensible(value) ? 0 : 1,
    };
  }

  #made(maker: string, { partsOf }: { partsOf(value: object): unknown }, value: object): ValueNode {
    let parts: unknown;
    try {
      parts = partsOf(value);
    } catch (error) {
      throw this.#refusal((error as Error).message);
    }
    return { kind: "made", maker, type: null, parts: this.ref(parts) };
  }

  #module(value: nn.Module): ValueNode {
    this.#requireOpen(value, nn.Module.prototype);
    const { buffers, transient, isHooked } = value.registered;
    if (isHooked) throw this.#refusal(`${describe(value)} with hooks`);
    return { kind: "module", type: this.ref(value.constructor), buffers, transient, ...this.#rest(value) };
  }

  #tensor(x: Tensor): ValueNode {
    if (!x.isLeaf) throw this.#refusal("a tensor with a graph behind it; take its detach()");
    if (x.hooks !== null && x.hooks.length > 0) throw this.#refusal("a tensor with hooks");
    const { shape, strides, offset, dtype } = x.detach(); // refuses what was freed
    const flags: TensorFlags = {
      isParameter: x instanceof nn.Parameter,
      requiresGrad: x.requiresGrad,
      isFrozen: x.isFrozen,
    };
    const storage = this.#storage(x);
    const grad = flags.requiresGrad && x.gradStorage() !== null ? this.ref(x.grad!.detach()) : null;
    return { kind: "tensor", storage, offset, shape, strides, dtype, grad, flags };
  }

  #storage(x: Tensor): Ref {
    const number = this.#numbers.get(x.storage);
    if (number !== undefined) return [number];
    const own = this.#reserve(x.storage);
    const { engine, storage } = x;
    const length = storage.byteLength / Int32Array.BYTES_PER_ELEMENT;
    const first = storage.pointer >>> 2;
    const numbers = engine.i32.subarray(first, first + length);
    this.nodes[own] = {
      kind: "storage",
      numbers: this.#options.sums ? sumOf(numbers) : numbers.slice(),
    };
    return [own];
  }

  #view(value: ArrayBufferView): ValueNode {
    const tensor = ownerOf(value);
    if (tensor) return { kind: "data", of: this.ref(tensor) };
    if (isSharedArrayBuffer(value.buffer)) throw this.#refusal("memory that threads share");
    const type = Buffer.isBuffer(value) ? "Buffer" : Object.prototype.toString.call(value).slice(8, -1);
    if (type === "Buffer") {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
      return { kind: "view", type, buffer: this.ref(bytes.buffer), offset: 0, length: lengthOf(value) };
    }
    return {
      kind: "view",
      type,
      buffer: this.ref(value.buffer),
      offset: value.byteOffset,
      length: lengthOf(value),
    };
  }

  #numbersOf(bytes: Uint8Array): Uint8Array | string {
    if (!this.#options.sums) return bytes.slice();
    const whole = bytes.byteLength >> 2;
    return `${sumOf(new Int32Array(bytes.buffer, bytes.byteOffset, whole))} ${bytes.subarray(whole << 2).join()}`;
  }

  #function(value: Callable): ValueNode {
    const home = this.#homeOf(value);
    if (home) return home;
    const { references, scopes } = this.#options;
    const refuse = (what: string) => this.#refusal(what);
    const { isClass, text, captured, isOwn } = closureOf(value, references, scopes, refuse);
    if (isClass) this.#classes.push(value as Callable & { prototype: object });
    return {
      kind: isClass ? "class" : "function",
      text,
      captured: captured.map(([word, each]) => [word, this.#from(word, () => this.ref(each))]),
      ...this.#rest(value, isOwn),
    };
  }

  /** A method of a class goes with its class. */
  #homeOf(value: Callable): ValueNode | undefined {
    for (const holder of this.#classes) {
      for (const of of [holder, holder.prototype]) {
        for (const key of Reflect.ownKeys(of)) {
          const property = Object.getOwnPropertyDescriptor(of, key)!;
          for (const part of ["value", "get", "set"] as const)
            if (property[part] === value && key !== "constructor")
              return { kind: "member", of: this.ref(of), key: this.ref(key), part };
        }
      }
    }
    return undefined;
  }

  #rest(
    value: object,
    isKept: (key: PropertyKey, property: PropertyDescriptor) => boolean = () => true,
  ): Rest {
    const properties: PropertyNode[] = [];
    for (const key of Reflect.ownKeys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key)!;
      if (!isKept(key, property)) continue;
      const flags =
        (property.writable ? 1 : 0) + (property.enumerable ? 2 : 0) + (property.configurable ? 4 : 0);
      const name = this.ref(key);
      if ("value" in property) properties.push([name, flags, this.#inside(nameOf(key, 0), property.value)]);
      else properties.push([name, flags, this.#inside(nameOf(key, 0), property.get), this.ref(property.set)]);
    }
    return { properties };
  }

  #isPrototype(value: object): boolean {
    if (!Object.hasOwn(value, "constructor")) return false;
    const { constructor: type } = value;
    return typeof type === "function" && type.prototype === value;
  }

  /** Throws where a class keeps something that nobody outside can read. */
  #requireOpen(value: object, end: object | null): void {
    let prototype: object | null = Object.getPrototypeOf(value);
    for (; prototype !== null && prototype !== end; prototype = Object.getPrototypeOf(prototype)) {
      if (typeof prototype.constructor !== "function") continue;
      if (/\.#[\p{ID_Start}_$]|^\s*#[\p{ID_Start}_$]/mu.test(textOf(prototype.constructor)))
        throw this.#refusal(`${describe(value)}, which has #private state`);
    }
  }

  /** What is named from there on begins with the variable. */
  #from(variable: string, work: () => Ref): Ref {
    const before = this.#path;
    this.#path = [variable];
    const ref = work();
    this.#path = before;
    return ref;
  }

  #inside(key: Key, value: unknown): Ref {
    this.#path.push(key);
    const ref = this.ref(value);
    this.#path.pop();
    return ref;
  }

  #refusal(what: string): CannotTravel {
    const place = this.#place();
    return new CannotTravel(place === "" ? what : `${place} is ${what}`);
  }

  #place(): string {
    const [variable, ...path] = this.#path;
    return variable === undefined ? "" : placeOf(String(variable), path);
  }
}

/** A list of values that code has written as one: no holes, no properties of its own. */
function isPlainList(value: object): value is unknown[] {
  return (
    Array.isArray(value) &&
    Object.getPrototypeOf(value) === Array.prototype &&
    Object.isExtensible(value) &&
    Object.keys(value).length === value.length &&
    Object.getOwnPropertySymbols(value).length === 0
  );
}

const unknowable: readonly (readonly [new (...args: never[]) => object, string])[] = [
  [Promise, "a promise"],
  [WeakMap, "a WeakMap"],
  [WeakSet, "a WeakSet"],
  [WeakRef, "a WeakRef"],
];

const nameOf = (key: unknown, i: number): Key =>
  typeof key === "string" || typeof key === "number" ? key : typeof key === "symbol" ? String(key) : i;

const lengthOf = (view: ArrayBufferView) => (view as Uint8Array).length ?? view.byteLength;

/** A checksum of 64 bits, in two halves. */
function sumOf(numbers: Int32Array): string {
  let a = numbers.length | 0;
  let b = 0x9e3779b9 | 0;
  for (let i = 0; i < numbers.length; i++) {
    a = Math.imul(a ^ numbers[i]!, 0x01000193);
    b = (Math.imul(b, 0x2c1b3c6d) + numbers[i]!) | 0;
    b ^= b >>> 15;
  }
  return `${a.toString(16)}:${b.toString(16)}`;
}
