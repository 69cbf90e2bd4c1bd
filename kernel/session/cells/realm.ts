// The engine's own objects as they were before any cell. A cell may replace what the kernel itself works with (`Array.prototype.push`,
// `globalThis.Map`): where the kernel then fails, it puts those back. What it goes on well with stays as the cell left it: libraries patch.

// Nothing here may look anything up in what it guards, so loops count and functions stand on their own.
const { defineProperty, deleteProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
const root: object = globalThis;

interface Kept {
  holder: object;
  key: PropertyKey;
  descriptor: PropertyDescriptor;
  /** As a cell would write it: `Array.prototype.push`. */
  name: string;
}

const guarded = [
  ...["Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt", "Date", "RegExp"],
  ...["Error", "AggregateError", "TypeError", "RangeError", "SyntaxError", "ReferenceError"],
  ...["Map", "Set", "WeakMap", "WeakSet", "WeakRef", "FinalizationRegistry", "Promise", "Proxy"],
  ...["Reflect", "JSON", "Math", "Atomics", "ArrayBuffer", "SharedArrayBuffer", "DataView"],
  ...["Int32Array", "Uint8Array", "Float32Array", "Float64Array", "WebAssembly"],
  ...["Buffer", "TextDecoder", "TextEncoder", "URL", "performance", "crypto", "process", "console"],
];
/** Node's objects have much that programs are meant to set: they are kept as wholes. */
const wholes: ReadonlySet<string> = new Set(["performance", "crypto", "process", "console"]);
/** Settings, which libraries set for good reason. */
const settings: ReadonlySet<PropertyKey> = new Set(["prepareStackTrace", "stackTraceLimit"]);

export class Realm {
  readonly #kept: Kept[] = [];
  readonly #objectKeys = new Set<PropertyKey>(ownKeys(Object.prototype));
  readonly #globals = new Set<PropertyKey>(ownKeys(globalThis));

  readonly #tell: (names: string) => void;

  /** @param tell is told what has been put back. */
  constructor(tell: (names: string) => void) {
    this.#tell = tell;
    for (const name of guarded) {
      this.#keep(root, name, name);
      const value: unknown = (globalThis as Record<string, unknown>)[name];
      if (wholes.has(name)) continue;
      this.#keepAll(value, name);
      if (typeof value === "function") this.#keepAll(value.prototype, `${name}.prototype`);
    }
    for (const [name, iterator] of [
      ["Array", [].values()],
      ["Map", new Map().values()],
      ["Set", new Set().values()],
      ["String", ""[Symbol.iterator]()],
    ] as const) {
      this.#keepAll(Object.getPrototypeOf(iterator), `${name} iterators`);
    }
    this.#keepAll(Object.getPrototypeOf(Int32Array), "TypedArray");
    this.#keepAll(Object.getPrototypeOf(Int32Array.prototype), "TypedArray.prototype");
  }

  /** Does what the kernel has to do; where it fails for what cells have made of these objects, they are put back first. */
  guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!this.#restore()) throw error;
      return work();
    }
  }

  /** Puts back what is gone, or is no function any more: that is nobody's patch. */
  mend(): void {
    this.#putBack((now, before) => !now || (!now.get && typeof now.value !== typeof before));
  }

  /** The globals that have come since. */
  added(): string[] {
    return Object.getOwnPropertyNames(globalThis).filter((name) => !this.#globals.has(name));
  }

  /** The first of these objects' members that is not what it was; undefined where all are. */
  changed(): string | undefined {
    const odd = this.#kept.find(
      ({ holder, key, descriptor }) => getOwnPropertyDescriptor(holder, key)?.value !== descriptor.value,
    );
    const key = ownKeys(Object.prototype).find((each) => !this.#objectKeys.has(each));
    return odd?.name ?? (key === undefined ? undefined : `Object.prototype.${String(key)}`);
  }

  /** Puts back all that differs, and takes out what every object would inherit. @returns whether there was anything. */
  #restore(): boolean {
    let found = this.#putBack((now, before) => now?.value !== before);
    const keys = ownKeys(Object.prototype);
    for (let i = 0; i < keys.length; i++) {
      if (!this.#objectKeys.has(keys[i]!)) found = deleteProperty(Object.prototype, keys[i]!) || found;
    }
    return found;
  }

  #putBack(differs: (now: PropertyDescriptor | undefined, before: unknown) => boolean): boolean {
    let names = "";
    for (let i = 0; i < this.#kept.length; i++) {
      const { holder, key, descriptor, name } = this.#kept[i]!;
      if (!differs(getOwnPropertyDescriptor(holder, key), descriptor.value)) continue;
      if (defineProperty(holder, key, descriptor)) names += `${names && ", "}${name}`;
    }
    if (names) this.#tell(names);
    return names !== "";
  }

  #keepAll(holder: unknown, name: string): void {
    if ((typeof holder !== "object" && typeof holder !== "function") || holder === null) return;
    for (const key of ownKeys(holder)) {
      if (!settings.has(key)) this.#keep(holder, key, `${name}.${String(key)}`);
    }
  }

  #keep(holder: object, key: PropertyKey, name: string): void {
    const descriptor = getOwnPropertyDescriptor(holder, key);
    // Node puts some of its own in place when they are first asked for: until then they are getters.
    if (descriptor?.configurable && "value" in descriptor) this.#kept.push({ holder, key, descriptor, name });
  }
}
