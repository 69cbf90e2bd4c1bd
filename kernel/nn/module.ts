// The base of all layers and networks: finds what it is made of in its own properties.

import { noGrad, type RemovableHandle, Tensor } from "../tensor";
import { describe, requireFlag, requireFunction, requireKnown, show } from "../tensor/arguments";
import { handleOf } from "../tensor/doors/nn";
import { countText, htmlTable, plural } from "../words";
import { type FullBackwardHook, forwardBetweenHooks } from "./backwardHooks";
import { Parameter } from "./parameter";

/** Sees each call of a module's forward. A tensor that it returns takes the place of the output. */
export type ForwardHook = (module: Module, inputs: readonly Tensor[], output: Tensor) => unknown;

/** Sees each call of a module's forward before it runs. A tensor, or an array of them, that it returns takes the inputs' place. */
export type ForwardPreHook = (module: Module, inputs: readonly Tensor[]) => unknown;

/** Whether only this module is asked, or all inside too (default). */
export interface Recurse {
  /** Default true. */
  recurse?: boolean;
}

/** Tensors by their dotted names, `1.running_var`: PyTorch's keys. */
export type StateDict = Record<string, Tensor>;

/**
 * A subclass assigns its parameters, buffers and child modules to properties and overrides `forward`; arrays of modules
 * and of parameters count too. In names, a child goes by its property (`hidden.0`); parameters and buffers go by PyTorch's snake_case
 * (`runningVar` is `running_var`).
 */
export abstract class Module {
  /** Whether the module is in training mode: set by train() and eval(), read by layers such as BatchNorm1d. */
  training = true;
  readonly #buffers = new Set<string>();
  /** Buffers that the state leaves out. */
  readonly #transient = new Set<string>();
  readonly #preHooks = new Set<{ readonly call: ForwardPreHook }>();
  readonly #hooks = new Set<{ readonly call: ForwardHook }>();
  readonly #backwardHooks = new Set<{ readonly call: FullBackwardHook }>();
  /** What the first hook shadowed, where forward is a class field: `forward = (x) => …`. */
  #ownForward: PropertyDescriptor | undefined;

  /** Takes nothing: a layer's own constructor keeps what it was given. */
  constructor() {
    requireKnown(new.target.name, arguments, 0);
  }

  /** What the module computes; call it as `module.forward(x)`. */
  abstract forward<Output = Tensor>(first: Tensor, ...others: unknown[]): Output;
  abstract forward<Output = Tensor>(...inputs: unknown[]): Output;

  /**
   * Marks the property as state that is saved but not learned, and gives its first value back to assign to it. With `persistent: false`
   * it is left out of stateDict(): a mask that the constructor makes anew, say.
   */
  registerBuffer<T extends Tensor | null>(
    property: string,
    value: T,
    { persistent = true }: { persistent?: boolean } = {},
  ): T {
    requireKnown("registerBuffer", arguments, 3, ["persistent"]);
    if (typeof property !== "string") {
      throw new TypeError(`registerBuffer: expected the name of a property, got ${describe(property)}`);
    }
    this.#buffers.add(property);
    if (persistent) this.#transient.delete(property);
    else this.#transient.add(property);
    return value;
  }

  /** The modules this one is directly made of, by property; null counts as absent. */
  namedChildren(): [name: string, child: Module][] {
    requireKnown("namedChildren", arguments, 0);
    const children: [string, Module][] = [];
    eachMember(this, (value, name, index) => {
      if (value instanceof Module) children.push([named(name, index), value]);
    });
    return children;
  }

  /** The modules this one is directly made of. */
  children(): Module[] {
    requireKnown("children", arguments, 0);
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module as "", then all modules inside it, depth first; a module used twice is named once. */
  namedModules(): [name: string, module: Module][] {
    requireKnown("namedModules", arguments, 0);
    const found = new Map<Module, string>();
    const visit = (module: Module, name: string) => {
      if (found.has(module)) return;
      found.set(module, name);
      for (const [key, child] of module.namedChildren()) visit(child, name === "" ? key : `${name}.${key}`);
    };
    visit(this, "");
    return [...found].map(([module, name]) => [name, module]);
  }

  /** This module, then all modules inside it, each once. */
  modules(): Module[] {
    requireKnown("modules", arguments, 0);
    return this.namedModules().map(([, module]) => module);
  }

  /** All parameters here and inside, each once. */
  namedParameters(options?: Recurse): [name: string, parameter: Parameter][] {
    requireKnown("namedParameters", arguments, 1, ["recurse"]);
    return unique(this.#tensors((value) => value instanceof Parameter, options)) as [string, Parameter][];
  }

  /** All parameters here and inside, each once: what an optimizer is given. */
  parameters(options?: Recurse): Parameter[] {
    requireKnown("parameters", arguments, 1, ["recurse"]);
    return this.namedParameters(options).map(([, parameter]) => parameter);
  }

  /** All buffers here and inside, each once: running statistics and other state that is not learned. */
  namedBuffers(): [name: string, buffer: Tensor][] {
    requireKnown("namedBuffers", arguments, 0);
    return unique(this.#tensors((_, property, module) => module.#buffers.has(property)));
  }

  /** As namedBuffers(), without the names. */
  buffers(): Tensor[] {
    requireKnown("buffers", arguments, 0);
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /** Calls `visit` for each module inside, children before their parent, and for this one last. */
  apply(visit: (module: Module) => void): this {
    requireKnown("apply", arguments, 1);
    for (const child of this.children()) child.apply(visit);
    visit(this);
    return this;
  }

  /**
   * Training mode, here and inside: BatchNorm normalizes by the batch and updates its running statistics. A module that
   * overrides it is asked, whatever it is in: one that keeps its norms in evaluation, say.
   */
  train(mode = true): this {
    requireKnown("train", arguments, 1);
    requireFlag("train", "mode", mode);
    this.training = mode;
    for (const child of this.children()) child.train(mode);
    return this;
  }

  /** Evaluation mode, here and inside: BatchNorm normalizes by its running statistics. */
  eval(): this {
    requireKnown("eval", arguments, 0);
    return this.train(false);
  }

  /** Lets all parameters here and inside learn, or freezes them. Running statistics still move in training mode: see eval(). */
  requiresGrad_(value = true): this {
    requireKnown("requiresGrad_", arguments, 1);
    for (const parameter of this.parameters()) parameter.requiresGrad_(value);
    return this;
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    requireKnown("zeroGrad", arguments, 0);
    const seen = new Set<Module>();
    const visit = (value: unknown) => {
      if (value instanceof Parameter) value.grad = null;
      if (!(value instanceof Module) || seen.has(value)) return;
      seen.add(value);
      eachMember(value, visit);
    };
    visit(this);
  }

  /** Every parameter and buffer, sharing memory with the module: clone() what must outlive the next step. */
  stateDict(): StateDict {
    requireKnown("stateDict", arguments, 0);
    return Object.fromEntries(this.#state().map(([name, value]) => [name, value.detach()]));
  }

  /**
   * Copies values into the parameters and buffers of the same names. Throws an Error that lists every missing name,
   * unexpected name and differing shape, before anything is copied; `strict: false` passes over the first two.
   * Returns the names it passed over.
   */
  loadStateDict(
    state: StateDict,
    { strict = true }: { strict?: boolean } = {},
  ): { missingKeys: string[]; unexpectedKeys: string[] } {
    requireKnown("loadStateDict", arguments, 2, ["strict"]);
    if (typeof state !== "object" || state === null) {
      throw new TypeError(`loadStateDict: expected tensors by name, got ${describe(state)}`);
    }
    const own = new Map(this.#state());
    const faults: string[] = [];
    // Batch counts are younger than running means: a file may have these without those, and the count stays.
    const excused = (name: string) =>
      /(^|\.)num_batches_tracked$/.test(name) &&
      state[name.replace("num_batches_tracked", "running_mean")] !== undefined;
    const missing = [...own.keys()].filter((name) => state[name] === undefined && !excused(name));
    const unexpected = Object.keys(state).filter((name) => !own.has(name));
    if (strict && missing.length > 0) faults.push(`missing ${missing.join(", ")}`);
    if (strict && unexpected.length > 0) faults.push(`unexpected ${unexpected.join(", ")}`);
    for (const [name, target] of own) {
      const value: unknown = state[name];
      if (value === undefined) continue;
      const shape = value instanceof Tensor ? show(value.shape) : describe(value);
      const expected = show(target.shape);
      if (shape !== expected) faults.push(`${name}: expected shape ${expected}, got ${shape}`);
    }
    if (faults.length > 0) {
      throw new Error(
        `loadStateDict: expected the state of this ${this.constructor.name}, got ${faults.join("; ")}`,
      );
    }
    noGrad(() => {
      for (const [name, target] of own) if (state[name] !== undefined) target.copy_(state[name]);
    });
    return { missingKeys: missing, unexpectedKeys: unexpected };
  }

  /**
   * Calls `hook` after each forward of this module, also when a Sequential calls it. Returns a function, with a remove() of
   * its own, that removes it. Subclasses override forward() and everybody calls forward(), so the first hook shadows it on
   * this one instance.
   */
  registerForwardHook(hook: ForwardHook): RemovableHandle {
    requireKnown("registerForwardHook", arguments, 1);
    return this.#register(this.#hooks, { call: hook });
  }

  /** Calls `hook` before each forward of this module, as registerForwardHook() does after it. */
  registerForwardPreHook(hook: ForwardPreHook): RemovableHandle {
    requireKnown("registerForwardPreHook", arguments, 1);
    return this.#register(this.#preHooks, { call: hook });
  }

  /**
   * Calls `hook` in each backward() through this module with the gradients of its inputs and of its outputs; it may return
   * others in place of the former. The forward gives a tensor or an array of tensors then. As
   * torch.nn.Module.register_full_backward_hook.
   */
  registerFullBackwardHook(hook: FullBackwardHook): RemovableHandle {
    requireKnown("registerFullBackwardHook", arguments, 1);
    return this.#register(this.#backwardHooks, { call: hook });
  }

  /** A module of the same class with the same hooks, whose properties are still to be copied: see deepcopy(). @internal */
  blank(): this {
    const twin = Reflect.construct(Module, [], this.constructor) as this;
    for (const name of this.#buffers) twin.#buffers.add(name);
    if (this.#ownForward !== undefined) Object.defineProperty(twin, "forward", this.#ownForward);
    for (const name of this.#transient) twin.#transient.add(name);
    for (const entry of this.#preHooks) twin.#register(twin.#preHooks, entry);
    for (const entry of this.#hooks) twin.#register(twin.#hooks, entry);
    for (const entry of this.#backwardHooks) twin.#register(twin.#backwardHooks, entry);
    return twin;
  }

  /** What a class field `forward = (x) => …` holds, under the hooks' shadow; see deepcopy(). @internal */
  get forwardField(): unknown {
    return this.#ownForward?.value;
  }

  /** What it keeps beside its properties. @internal */
  get registered(): { buffers: string[]; transient: string[]; isHooked: boolean } {
    const isHooked = this.#hooks.size + this.#preHooks.size + this.#backwardHooks.size > 0;
    return { buffers: [...this.#buffers], transient: [...this.#transient], isHooked };
  }

  #register<Entry extends { readonly call: unknown }>(hooks: Set<Entry>, entry: Entry): RemovableHandle {
    requireFunction(`${this.constructor.name}'s hook`, entry.call);
    const none = () => this.#hooks.size + this.#preHooks.size + this.#backwardHooks.size === 0;
    if (none()) this.#shadowForward();
    hooks.add(entry);
    return handleOf(() => {
      if (hooks.delete(entry) && none()) this.#unshadowForward();
    });
  }

  #shadowForward(): void {
    this.#ownForward = Object.getOwnPropertyDescriptor(this, "forward");
    const forward: (...inputs: Tensor[]) => Tensor = this.forward;
    const shadow = (...given: Tensor[]): unknown => {
      let inputs = given;
      for (const { call } of [...this.#preHooks]) {
        const replacement = call(this, inputs);
        if (replacement instanceof Tensor) inputs = [replacement];
        else if (isTensors(replacement)) inputs = replacement;
      }
      const compute = (through: Tensor[]) => forward.apply(this, through);
      const backward = [...this.#backwardHooks].map(({ call }) => call);
      let output =
        backward.length === 0
          ? compute(inputs)
          : (forwardBetweenHooks(this, backward, inputs, compute) as Tensor);
      for (const { call } of [...this.#hooks]) {
        const replacement = call(this, inputs, output);
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
    const own = this.extraRepr();
    const children = this.namedChildren().map(([name, child]) => `(${name}): ${child.toString()}`);
    if (children.length === 0) return `${this.constructor.name}(${own})`;
    const lines = own === "" ? children : [own, ...children];
    return `${this.constructor.name}(\n  ${lines.join("\n").replaceAll("\n", "\n  ")}\n)`;
  }

  /** What console.log shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows: the tree as text, and a table of the modules where there are some inside. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const countOf = (parameters: readonly Parameter[]) =>
      parameters.reduce((sum, parameter) => sum + parameter.numel(), 0);
    const total = countOf(this.parameters());
    const text = { "text/plain": `${this.toString()}\n${plural(total, "parameter")}` };
    if (this.children().length === 0) return text;
    const rows = this.namedModules().map(([name, module]) => {
      const own = module.parameters({ recurse: false });
      const words = module.extraRepr();
      const plain = words === "" && module.children().length > 0;
      const described = plain ? module.constructor.name : `${module.constructor.name}(${words})`;
      return [name, described, own.length === 0 ? "" : countText(countOf(own))];
    });
    return {
      ...text,
      "text/html": htmlTable(["", "module", "parameters"], rows, ["total", "", countText(total)]),
    };
  }

  /** The name of a property in the state: PyTorch's spelling of camelCase. */
  protected spelled(property: string): string {
    return snake(property);
  }

  #state(): [string, Tensor][] {
    return this.#tensors(
      (value, property, module) =>
        value instanceof Parameter || (module.#buffers.has(property) && !module.#transient.has(property)),
    );
  }

  /** The tensors among the properties here and inside that are `wanted`, by dotted name. */
  #tensors(
    wanted: (value: Tensor, property: string, module: Module) => boolean,
    { recurse = true }: Recurse = {},
  ): [name: string, value: Tensor][] {
    const modules: [string, Module][] = recurse ? this.namedModules() : [["", this]];
    const found: [string, Tensor][] = [];
    for (const [path, module] of modules) {
      const properties = new Map<string, string>();
      eachMember(module, (value, name, index) => {
        const property = named(name, index);
        if (!(value instanceof Tensor) || !wanted(value, property, module)) return;
        const spelled = module.spelled(property);
        if (properties.has(spelled)) {
          throw new Error(
            `${module.constructor.name}: expected names that differ in PyTorch's spelling, got ${properties.get(spelled)} and ${property}, both ${spelled}; rename one`,
          );
        }
        properties.set(spelled, property);
        found.push([path === "" ? spelled : `${path}.${spelled}`, value]);
      });
    }
    return found;
  }
}

/** Visits a module's properties, those of arrays one by one. */
function eachMember(module: Module, visit: (value: unknown, property: string, index?: number) => void): void {
  for (const property of Object.keys(module)) {
    const value: unknown = module[property as keyof Module];
    if (!Array.isArray(value)) visit(value, property);
    else for (let i = 0; i < value.length; i++) visit(value[i], property, i);
  }
}

/** `hidden`, or `hidden.0` within an array. */
const named = (property: string, index?: number): string =>
  index === undefined ? property : `${property}.${index}`;

function isTensors(value: unknown): value is Tensor[] {
  return Array.isArray(value) && value.every((each) => each instanceof Tensor);
}

function unique(named: [string, Tensor][]): [string, Tensor][] {
  const seen = new Set<Tensor>();
  return named.filter(([, tensor]) => !seen.has(tensor) && seen.add(tensor));
}

/**
 * PyTorch's spelling of a property: `runningVar` is running_var. Only camelCase is respelled, so that what a model calls W
 * or A_log is W and A_log in its state, too.
 */
export function snake(name: string): string {
  if (!/^[a-z][a-zA-Z0-9]*(\.\d+)?$/.test(name)) return name;
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
