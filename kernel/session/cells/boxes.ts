// The cells' names and values: a box for each name, which all cells share, whatever cell declares it anew.

/**
 * Holds one variable under its own name. Until a declaration has run it holds nothing, and its prototype answers; `let` is
 * where a declaration puts the value, under a word that no variable can have for a name.
 */
type Box = Record<string, unknown>;

const names = new WeakMap<object, string>();

/** The variable whose box an object is; undefined for any other. */
export const boxName = (value: unknown): string | undefined => names.get(value as object);

export class Boxes {
  readonly #boxes = new Map<string, Box>();
  /** What the running cell has still to declare. */
  #awaited = new Set<string>();
  /** What it has declared with another value than there was. */
  #changed = new Set<string>();
  /** What it assigns to. */
  #assigned: readonly string[] = [];
  /** The values that are no objects as they were when it began: an object would be held, and with it its memory. */
  #before = new Map<string, unknown>();
  /** By name, for code that is given to `eval`. */
  readonly scope: object = new Proxy(Object.create(null) as Box, {
    has: (_, name) => typeof name === "string" && (this.has(name) || this.#awaited.has(name)),
    get: (_, name) => (typeof name === "string" ? this.open(name)[name] : undefined),
    set: (_, name, value) => Reflect.set(this.open(String(name)), name, value),
  });

  begin(declares: readonly string[], assigns: readonly string[] = []): void {
    this.#awaited = new Set(declares);
    this.#assigned = assigns;
    this.#changed = new Set();
    const values = this.names().map((name): [string, unknown] => [name, this.value(name)]);
    this.#before = new Map(values.filter(([, value]) => !isObject(value)));
  }

  /**
   * @returns `missed` is what the cell was to declare and never came to: to later cells it is what it was before. `changed` is what
   * has another value than before, as far as can be told: an object that a function of another cell has put in an object's place
   * is not seen, and what the cell itself assigns is another object.
   */
  end(): { missed: string[]; changed: string[] } {
    const missed = [...this.#awaited];
    const changed = new Set(this.#changed);
    for (const [name, value] of this.#before) if (!Object.is(this.value(name), value)) changed.add(name);
    for (const name of this.#assigned) if (!this.#before.has(name) && this.has(name)) changed.add(name);
    this.#awaited.clear();
    this.#before.clear();
    return { missed, changed: [...changed] };
  }

  open(name: string): Box {
    let box = this.#boxes.get(name);
    if (!box) {
      box = this.#empty(name);
      this.#boxes.set(name, box);
    }
    return box;
  }

  /** The box of a `var`, which is `undefined` before its declaration ran. */
  openVar(name: string): Box {
    this.declare(name, this.value(name));
    return this.open(name);
  }

  declare(name: string, value: unknown): void {
    this.open(name).let = value;
  }

  has(name: string): boolean {
    const box = this.#boxes.get(name);
    return box !== undefined && Object.hasOwn(box, name);
  }

  /** Undefined also for a name that has none. */
  value(name: string): unknown {
    return this.has(name) ? this.open(name)[name] : undefined;
  }

  /** The names that have a value, in the order of their first. */
  names(): string[] {
    return [...this.#boxes.keys()].filter((name) => this.has(name));
  }

  /** Its prototype is its own, so that to V8 each box has a shape of its own, and is fast once the value is there. */
  #empty(name: string): Box {
    const prototype = Object.create(null, {
      [name]: {
        get: () => Reflect.get(this.#elsewhere(name), name) as unknown,
        set: (value: unknown) => Reflect.set(this.#elsewhere(name), name, value),
      },
      let: {
        set: (value: unknown) => {
          if (!Object.hasOwn(box, name) || !Object.is(box[name], value)) this.#changed.add(name);
          Object.defineProperty(box, name, { value, writable: true, enumerable: true, configurable: true });
          this.#awaited.delete(name);
        },
      },
    }) as object;
    const box = Object.create(prototype) as Box;
    names.set(box, name);
    return box;
  }

  /** What a name means that has no value here: the global of that name, unless the running cell is to declare it. */
  #elsewhere(name: string): object {
    if (this.#awaited.has(name)) throw new ReferenceError(`Cannot access '${name}' before initialization`);
    if (!(name in globalThis)) throw new ReferenceError(`${name} is not defined`);
    return globalThis;
  }
}

const isObject = (value: unknown) =>
  (typeof value === "object" && value !== null) || typeof value === "function";
