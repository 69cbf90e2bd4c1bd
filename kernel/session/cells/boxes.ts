// The cells' names and values: a box for each name, which all cells share, whatever cell declares it anew.

/**
 * Holds one variable under its own name. Until a declaration has run it holds nothing, and its prototype answers; `let` is
 * where a declaration puts the value, under a word that no variable can have for a name.
 */
type Box = Record<string, unknown>;

export class Boxes {
  readonly #boxes = new Map<string, Box>();
  /** What the running cell has still to declare. */
  #awaited = new Set<string>();
  /** By name, for code that is given to `eval`. */
  readonly scope: object = new Proxy(Object.create(null) as Box, {
    has: (_, name) => typeof name === "string" && (this.has(name) || this.#awaited.has(name)),
    get: (_, name) => (typeof name === "string" ? this.open(name)[name] : undefined),
    set: (_, name, value) => Reflect.set(this.open(String(name)), name, value),
  });

  begin(declares: readonly string[]): void {
    this.#awaited = new Set(declares);
  }

  /** @returns what the cell was to declare and never came to: to later cells it is what it was before. */
  end(): string[] {
    const missed = [...this.#awaited];
    this.#awaited.clear();
    return missed;
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
          Object.defineProperty(box, name, { value, writable: true, enumerable: true, configurable: true });
          this.#awaited.delete(name);
        },
      },
    }) as object;
    const box = Object.create(prototype) as Box;
    return box;
  }

  /** What a name means that has no value here: the global of that name, unless the running cell is to declare it. */
  #elsewhere(name: string): object {
    if (this.#awaited.has(name)) throw new ReferenceError(`Cannot access '${name}' before initialization`);
    if (!(name in globalThis)) throw new ReferenceError(`${name} is not defined`);
    return globalThis;
  }
}
