// The base of all layers and networks: finds what it is made of in its own properties.

import { noGrad, Tensor } from "../tensor";
import { Parameter } from "./parameter";

/** Sees each call of a module's forward. A tensor that it returns takes the place of the output. */
export type ForwardHook = (module: Module, inputs: readonly Tensor[], output: Tensor) => unknown;

/** Tensors by their dotted names, `1.running_var`: PyTorch's keys. */
export type StateDict = Record<string, Tensor>;

/**
 * A subclass assigns its parameters, buffers and child modules to properties and overrides `forward`; arrays of modules
 * count too. In names, a child goes by its property (`hidden.0`); parameters and buffers go by PyTorch's snake_case
 * (`runningVar` is `running_var`).
 */
export abstract class Module {
  /** Whether the module is in training mode: set by train() and eval(), read by layers such as BatchNorm1d. */
  training = true;
  readonly #buffers = new Set<string>();
  readonly #hooks = new Set<{ readonly call: ForwardHook }>();
  /** What the first hook shadowed, where forward is a class field: `forward = (x) => …`. */
  #ownForward: PropertyDescriptor | undefined;

  /** What the module computes; call it as `module.forward(x)`. */
  abstract forward(...inputs: Tensor[]): Tensor;

  /** Marks the property as state that is saved but not learnt, and gives its first value back to assign to it. */
  protected registerBuffer<T extends Tensor | null>(property: string, value: T): T {
    this.#buffers.add(property);
    return value;
  }

  /** The modules this one is directly made of, by property; null counts as absent. */
  namedChildren(): [name: string, child: Module][] {
    return Object.entries(this).flatMap(([name, value]: [string, unknown]) => {
      if (value instanceof Module) return [[name, value] as [string, Module]];
      if (!Array.isArray(value)) return [];
      return value.flatMap((each: unknown, i) =>
        each instanceof Module ? [[`${name}.${i}`, each] as [string, Module]] : [],
      );
    });
  }

  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module as "", then all modules inside it, depth first; a module used twice is named once. */
  namedModules(): [name: string, module: Module][] {
    const found = new Map<Module, string>();
    const visit = (module: Module, name: string) => {
      if (found.has(module)) return;
      found.set(module, name);
      for (const [key, child] of module.namedChildren()) visit(child, name === "" ? key : `${name}.${key}`);
    };
    visit(this, "");
    return [...found].map(([module, name]) => [name, module]);
  }

  /** All parameters here and inside, each once. */
  namedParameters(): [name: string, parameter: Parameter][] {
    return unique(this.#tensors((value) => value instanceof Parameter)) as [string, Parameter][];
  }

  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** All buffers here and inside, each once: running statistics and other state that is not learnt. */
  namedBuffers(): [name: string, buffer: Tensor][] {
    return unique(this.#tensors((_, property, module) => module.#buffers.has(property)));
  }

  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /** Calls `visit` for each module inside, children before their parent, and for this one last. */
  apply(visit: (module: Module) => void): this {
    for (const child of this.children()) child.apply(visit);
    visit(this);
    return this;
  }

  /** Training mode, here and inside: BatchNorm normalizes by the batch and updates its running statistics. */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.training = mode;
    return this;
  }

  /** Evaluation mode, here and inside: BatchNorm normalizes by its running statistics. */
  eval(): this {
    return this.train(false);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /** Every parameter and buffer, sharing memory with the module: clone() what must outlive the next step. */
  stateDict(): StateDict {
    return Object.fromEntries(this.#state().map(([name, value]) => [name, value.detach()]));
  }

  /**
   * Copies values into the parameters and buffers of the same names. Throws an Error that lists every missing name,
   * unexpected name and differing shape, before anything is copied; `strict: false` passes over the first two.
   */
  loadStateDict(state: StateDict, { strict = true }: { strict?: boolean } = {}): void {
    const own = new Map(this.#state());
    const faults: string[] = [];
    const missing = [...own.keys()].filter((name) => state[name] === undefined);
    const unexpected = Object.keys(state).filter((name) => !own.has(name));
    if (strict && missing.length > 0) faults.push(`missing ${missing.join(", ")}`);
    if (strict && unexpected.length > 0) faults.push(`unexpected ${unexpected.join(", ")}`);
    for (const [name, target] of own) {
      const shape = state[name]?.shape;
      if (shape !== undefined && shape.join() !== target.shape.join()) {
        faults.push(`${name}: expected shape [${target.shape.join(", ")}], got [${shape.join(", ")}]`);
      }
    }
    if (faults.length > 0) {
      throw new Error(
        `loadStateDict: expected the state of this ${this.constructor.name}, got ${faults.join("; ")}`,
      );
    }
    noGrad(() => {
      for (const [name, target] of own) if (state[name] !== undefined) target.copy_(state[name]);
    });
  }

  /**
   * Calls `hook` after each forward of this module, also when a Sequential calls it. Returns a function that removes it.
   * Subclasses override forward() and everybody calls forward(), so the first hook shadows it on this one instance.
   */
  registerForwardHook(hook: ForwardHook): () => void {
    if (this.#hooks.size === 0) this.#shadowForward();
    const entry = { call: hook };
    this.#hooks.add(entry);
    return () => {
      if (this.#hooks.delete(entry) && this.#hooks.size === 0) this.#unshadowForward();
    };
  }

  #shadowForward(): void {
    this.#ownForward = Object.getOwnPropertyDescriptor(this, "forward");
    const forward = this.forward;
    const shadow = (...inputs: never[]): unknown => {
      let output = forward.apply(this, inputs);
      for (const { call } of [...this.#hooks]) {
        const replacement = call(this, inputs, output as Tensor);
        if (replacement instanceof Tensor) output = replacement;
      }
      return output;
    };
    Object.defineProperty(this, "forward", {
      value: shadow,
      configurable: true,
      writable: true,
      enumerable: false,
    });
  }

  #unshadowForward(): void {
    if (this.#ownForward !== undefined) Object.defineProperty(this, "forward", this.#ownForward);
    else Reflect.deleteProperty(this, "forward");
  }

  /** What the constructor was given, as toString() shows it: "inFeatures=784, outFeatures=100, bias=true". */
  extraRepr(): string {
    return "";
  }

  /** The tree of modules, as PyTorch prints it. */
  toString(): string {
    const children = this.namedChildren().map(([name, child]) => `(${name}): ${child.toString()}`);
    if (children.length === 0) return `${this.constructor.name}(${this.extraRepr()})`;
    return `${this.constructor.name}(\n  ${children.join("\n").replaceAll("\n", "\n  ")}\n)`;
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const count = this.parameters().reduce((sum, parameter) => sum + parameter.numel(), 0);
    return { "text/plain": `${this.toString()}\n${count.toLocaleString("en-US")} parameters` };
  }

  #state(): [string, Tensor][] {
    return this.#tensors(
      (value, property, module) => value instanceof Parameter || module.#buffers.has(property),
    );
  }

  /** The tensors among the properties here and inside that are `wanted`, by dotted name. */
  #tensors(
    wanted: (value: Tensor, property: string, module: Module) => boolean,
  ): [name: string, value: Tensor][] {
    return this.namedModules().flatMap(([path, module]) =>
      Object.entries(module)
        .filter(([property, value]) => value instanceof Tensor && wanted(value, property, module))
        .map(([property, value]): [string, Tensor] => [
          path === "" ? snake(property) : `${path}.${snake(property)}`,
          value,
        ]),
    );
  }
}

function unique(named: [string, Tensor][]): [string, Tensor][] {
  const seen = new Set<Tensor>();
  return named.filter(([, tensor]) => !seen.has(tensor) && seen.add(tensor));
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
