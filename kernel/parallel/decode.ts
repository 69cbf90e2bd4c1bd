// Nodes from another process → the values that they stand for, as far as may be the same here.
import vm from "node:vm";
import { nn, type Tensor, zeros } from "../bnlab";
import type { CellReferences } from "../session/cells/references";
import { factoryCode } from "./functionText";
import { makers } from "./makers";
import type { Encoded, Origin, PropertyNode, Ref, ValueNode } from "./nodes";
import { at } from "./origins";

type Of<Kind extends ValueNode["kind"]> = ValueNode & { kind: Kind };

export interface DecodeOptions {
  readonly references: CellReferences;
  /** What `known` nodes stand for. */
  readonly known?: readonly unknown[];
}

/** @returns the value, and what each node stands for. */
export async function decode({ root, nodes }: Encoded, options: DecodeOptions) {
  const modules = new Map<string, unknown>();
  for (const node of nodes) {
    if (node.kind !== "origin") continue;
    const { origin } = node;
    const specifier = origin.in === "module" ? origin.specifier : origin.in === "bnlab" ? "bnlab" : undefined;
    if (specifier === undefined || modules.has(specifier)) continue;
    const attributes = origin.in === "module" ? { ...origin.attributes } : {};
    modules.set(specifier, await options.references.load(specifier, attributes));
  }
  const decoder = new Decoder(nodes, modules, options);
  const value = decoder.value(root);
  decoder.finish();
  return { value, objects: decoder.objects };
}

class Decoder {
  readonly objects: unknown[];
  readonly #isMade: boolean[];
  /** What is to be done once all objects are there: later first, for what is inside comes later. */
  readonly #later: (() => void)[] = [];
  readonly #nodes: readonly ValueNode[];
  readonly #modules: ReadonlyMap<string, unknown>;
  readonly #references: CellReferences;
  readonly #known: readonly unknown[];
  readonly #kernel: object;

  constructor(
    nodes: readonly ValueNode[],
    modules: ReadonlyMap<string, unknown>,
    { references, known = [] }: DecodeOptions,
  ) {
    this.#nodes = nodes;
    this.#modules = modules;
    this.#references = references;
    this.#known = known;
    this.#kernel = references.kernel();
    this.objects = new Array(nodes.length);
    this.#isMade = new Array(nodes.length).fill(false);
  }

  value(ref: Ref): unknown {
    if (!Array.isArray(ref)) return ref;
    const [number] = ref as readonly [number];
    if (!this.#isMade[number]) {
      this.#isMade[number] = true;
      this.#make(number, this.#nodes[number]!);
    }
    return this.objects[number];
  }

  /** Freezes what was frozen. */
  finish(): void {
    for (const work of this.#later) work();
  }

  /** Notes an object before what is in it is made, which may mention it. */
  #make(number: number, node: ValueNode): void {
    const note = <Value>(value: Value): Value => {
      this.objects[number] = value;
      return value;
    };
    const make = this.#makers[node.kind] as (node: ValueNode, note: <V>(value: V) => V) => void;
    make(node, note);
  }

  readonly #makers: {
    [Kind in ValueNode["kind"]]: (node: Of<Kind>, note: <Value>(value: Value) => Value) => void;
  } = {
    origin: ({ origin }, note) => note(this.#found(origin)),
    member: ({ of, key, part }, note) =>
      note(Object.getOwnPropertyDescriptor(this.value(of) as object, this.value(key) as PropertyKey)?.[part]),
    prototype: ({ of }, note) => note((this.value(of) as { prototype: object }).prototype),
    kernel: (_, note) => note(this.#kernel),
    commonjs: ({ index }, note) => note(this.#references.commonjs[index]),
    known: ({ index }, note) => note(this.#known[index]),
    box: ({ name, value, isEmpty }, note) => {
      note(this.#references.boxes.open(name));
      const given = this.value(value);
      if (!isEmpty) this.#references.boxes.declare(name, given);
    },
    symbol: ({ registered, text }, note) => note(registered ? Symbol.for(text) : Symbol(text)),
    object: (node, note) =>
      this.#fill(note(Object.create(this.value(node.prototype) as object | null)), node),
    array: (node, note) =>
      this.#fill(Object.setPrototypeOf(note([]), this.value(node.prototype) as object), node),
    error: (node, note) =>
      this.#fill(Object.setPrototypeOf(note(new Error()), this.value(node.prototype) as object), node),
    list: ({ values }, note) => {
      const list = note([] as unknown[]);
      for (const value of values) list.push(this.value(value));
    },
    map: ({ entries }, note) => {
      const map = note(new Map());
      for (const [key, value] of entries) map.set(this.value(key), this.value(value));
    },
    set: ({ values }, note) => {
      const set = note(new Set());
      for (const value of values) set.add(this.value(value));
    },
    date: ({ time }, note) => note(new Date(time)),
    regexp: ({ source, flags, lastIndex }, note) =>
      Object.assign(note(new RegExp(source, flags)), { lastIndex }),
    bytes: ({ bytes }, note) => note((bytes as Uint8Array).slice().buffer),
    view: ({ type, buffer, offset, length }, note) => {
      const View = (globalThis as unknown as Record<string, typeof Float32Array>)[type]!;
      const bytes = this.value(buffer) as ArrayBuffer;
      note(type === "Buffer" ? Buffer.from(bytes, offset, length) : new View(bytes, offset, length));
    },
    storage: ({ numbers }, note) => {
      const x = zeros([numbers.length]);
      const { engine, storage } = x;
      engine.i32.set(numbers as Int32Array, storage.pointer >>> 2);
      note(x);
    },
    tensor: (node, note) => this.#tensor(node, note),
    data: ({ of }, note) => note((this.value(of) as Tensor).data),
    module: ({ type, buffers, transient, properties }, note) => {
      const made = note(
        Reflect.construct(nn.Module, [], this.value(type) as new () => nn.Module) as nn.Module,
      );
      for (const name of buffers) made.registerBuffer(name, null, { persistent: !transient.includes(name) });
      this.#define(made, properties);
    },
    made: ({ maker, parts }, note) => note(makers.get(maker)!.make(this.value(parts))),
    function: (node, note) => {
      const { set, make } = this.#factory(node);
      const made = note(make());
      set(node.captured.map(([, value]) => this.value(value)));
      this.#define(made, node.properties);
    },
    class: (node, note) => {
      const { set, make } = this.#factory(node);
      set(node.captured.map(([, value]) => this.value(value)));
      this.#define(note(make()), node.properties);
    },
  };

  #found(origin: Origin): unknown {
    if (origin.in !== "module") {
      return at(origin.in === "globals" ? globalThis : this.#modules.get("bnlab"), origin.path);
    }
    const { specifier, imported } = origin;
    const module = this.#modules.get(specifier) as Record<string, unknown>;
    if (imported === "*") return module;
    const whole = module.default as Record<string, unknown> | undefined;
    return imported in module
      ? module[imported]
      : (whole?.[imported] ?? (imported === "default" ? module : undefined));
  }

  #factory({ text, captured }: Of<"function" | "class">): { set(values: unknown[]): void; make(): object } {
    return new vm.Script(
      factoryCode(
        text,
        captured.map(([name]) => name),
      ),
    ).runInThisContext();
  }

  #tensor(node: Of<"tensor">, note: <Value>(value: Value) => Value): void {
    const { offset, shape, strides, dtype, flags, grad } = node;
    const { engine, storage } = this.value(node.storage) as Tensor;
    const numbers = engine.view(storage, offset, shape, strides, dtype);
    const x = note(
      flags.isParameter ? new nn.Parameter(numbers, { requiresGrad: flags.requiresGrad }) : numbers,
    );
    if (flags.requiresGrad || flags.isFrozen) x.requiresGrad_(flags.requiresGrad);
    if (grad !== null) x.grad = this.value(grad) as Tensor;
  }

  #fill(made: object, { properties, integrity }: Of<"object" | "array" | "error">): void {
    this.#define(made, properties);
    if (integrity > 0)
      this.#later.push(() => [Object.preventExtensions, Object.seal, Object.freeze][integrity - 1]!(made));
  }

  #define(made: object, properties: readonly PropertyNode[]): void {
    for (const [key, flags, ...values] of properties) {
      const [first, second] = values.map((each) => this.value(each as Ref));
      const own = { enumerable: (flags & 2) > 0, configurable: (flags & 4) > 0 };
      Object.defineProperty(
        made,
        this.value(key) as PropertyKey,
        values.length === 2
          ? ({ get: first, set: second, ...own } as PropertyDescriptor)
          : { value: first, writable: (flags & 1) > 0, ...own },
      );
    }
  }
}
