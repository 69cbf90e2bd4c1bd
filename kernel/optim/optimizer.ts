// The base of all optimizers: which parameters, with which settings, and what is remembered of each between steps.

import { full, keep, noGrad, Tensor, tidy } from "../tensor";
import { describe, isRecord, requireKnown, requireOptions, show } from "../tensor/arguments";
import { gradientOf } from "../tensor/doors/optim";

/** A parameter, or several, with settings of their own; what is left out follows the optimizer's. */
export type ParamGroup<Settings> = { params: Tensor | Iterable<Tensor> } & Partial<Settings>;

/** Parameters with all their settings: change one (`optimizer.paramGroups[0].lr`) and the next step follows it. */
export type FullParamGroup<Settings> = { readonly params: readonly Tensor[] } & Settings;

/** What an optimizer remembers of a parameter, under PyTorch's names: `step`, `momentum_buffer`, `exp_avg`, ... */
export type ParameterState = Record<string, number | Tensor>;

/** As PyTorch's: parameters are numbers, counted through all groups; one that never had a gradient has no state. */
export interface OptimizerState<Settings> {
  /** What is remembered of each parameter, by its number. */
  readonly state: Readonly<Record<number, Readonly<ParameterState>>>;
  /** The groups: the numbers of their parameters, and their settings. */
  readonly paramGroups: readonly ({ readonly params: readonly number[] } & Settings)[];
}

/** Updates parameters from their gradients: opt.zeroGrad(); loss.backward(); opt.step(). */
export abstract class Optimizer<Settings extends object> {
  /** What it was given, with all settings: change one and the next step follows it. */
  readonly paramGroups: readonly FullParamGroup<Settings>[] = [];
  readonly #state = new Map<Tensor, ParameterState>();
  #stepCount = 0;

  readonly #defaults: Settings;

  /**
   * Throws unless there is at least one parameter, each a leaf tensor that requires grad or was frozen
   * (requiresGrad_(false); it gets no gradient and stays), none given twice, and the
   * settings of every group pass validate().
   */
  constructor(params: Iterable<Tensor | ParamGroup<Settings>>, defaults: Settings) {
    this.#defaults = defaults;
    const name = this.constructor.name;
    const given = [...listOf(name, params)];
    if (given.length === 0) throw new RangeError(`${name}: expected parameters, got an empty list`);
    const tensors = given.filter((each) => each instanceof Tensor);
    const groups = given.filter((each): each is ParamGroup<Settings> => !(each instanceof Tensor));
    if (tensors.length > 0 && groups.length > 0) {
      throw new TypeError(`${name}: expected parameters or groups { params, ... }, got both`);
    }
    if (tensors.length > 0) this.addParamGroup({ params: tensors } as unknown as ParamGroup<Settings>);
    else for (const group of groups) this.addParamGroup(group);
  }

  /**
   * Takes more parameters in, as a group whose settings follow the optimizer's where they are left out: layers that are to
   * learn from now on. Throws as the constructor does, before anything changes. Schedulers made before do not know the group.
   */
  addParamGroup(group: ParamGroup<Settings>): void {
    const name = this.constructor.name;
    requireKnown("addParamGroup", arguments, 1);
    if (isRecord(group)) requireOptions(name, group, ["params", ...Object.keys(this.#defaults), "initialLr"]);
    const params = [...listOf(name, group?.params)];
    const seen = new Set(this.paramGroups.flatMap((other) => other.params));
    for (const param of params) {
      if (!(param instanceof Tensor))
        throw new TypeError(`${name}: expected parameters to be tensors, got ${describe(param)}`);
      if (!param.isLeaf || !(param.requiresGrad || param.isFrozen)) {
        const got = param.isLeaf ? "one that requires no grad" : "the result of an operation";
        throw new TypeError(
          `${name}: expected leaf tensors that require grad, got ${got}: ${show(param.shape)}`,
        );
      }
      if (seen.has(param)) throw new TypeError(`${name}: expected each parameter once, got one twice`);
      seen.add(param);
    }
    const full = { ...this.#defaults, ...group, params };
    this.validate(full);
    (this.paramGroups as FullParamGroup<Settings>[]).push(full);
  }

  /**
   * The learning rate of the first group. Set, it becomes that of every group, from the next step on, whatever each had;
   * a scheduler's next step sets its own. Throws as the constructor does for a rate that makes no sense, before anything changes.
   */
  get lr(): number {
    return (this.paramGroups[0] as unknown as { lr: number }).lr;
  }

  set lr(rate: number) {
    for (const group of this.paramGroups) this.validate({ ...group, lr: rate });
    for (const group of this.paramGroups) Object.assign(group, { lr: rate });
  }

  /** Throws a RangeError for settings that make no sense. The constructor calls it: it sees no fields of a subclass. */
  protected abstract validate(settings: Settings): void;

  /** Changes one parameter, which has a gradient, and its state, {} before its first step. */
  protected abstract update(param: Tensor, state: ParameterState, settings: Settings): void;

  /** Forgets the gradients: without it backward() adds to those of the last step. */
  zeroGrad(): void {
    requireKnown("zeroGrad", arguments, 0);
    for (const { params } of this.paramGroups) for (const param of params) param.grad = null;
  }

  /** Changes each parameter by its gradient; one without a gradient stays. */
  step(): void {
    requireKnown("step", arguments, 0);
    this.#stepCount++;
    for (const group of this.paramGroups) {
      for (const param of group.params) {
        if (param.gradStorage() === null) continue;
        let state = this.#state.get(param);
        if (state === undefined) {
          state = {};
          this.#state.set(param, state);
        }
        this.update(param, state, group);
      }
    }
  }

  /** How many steps this made, for the schedulers. */
  get stepCount(): number {
    return this.#stepCount;
  }

  /** The settings of every group and what is remembered of each parameter, in this optimizer's own memory: steps change it. */
  stateDict(): OptimizerState<Settings> {
    requireKnown("stateDict", arguments, 0);
    const params = this.paramGroups.flatMap((group) => group.params);
    const number = new Map(params.map((param, i) => [param, i]));
    const state: Record<number, ParameterState> = {};
    for (const [param, own] of this.#state) {
      if (Object.keys(own).length > 0) state[number.get(param)!] = { ...own };
    }
    const paramGroups = this.paramGroups.map((group) => ({
      ...(group as Settings),
      params: group.params.map((param) => number.get(param)!),
    }));
    return { state, paramGroups };
  }

  /**
   * Goes on where the optimizer whose stateDict() this is has stopped; the tensors are copied. Throws an Error, before
   * anything changes, unless that one was of the same kind, with as many parameters in each group, of the same shapes.
   */
  loadStateDict(saved: OptimizerState<Settings>): void {
    requireKnown("loadStateDict", arguments, 1);
    const name = `${this.constructor.name}.loadStateDict`;
    if (!Array.isArray(saved?.paramGroups) || typeof saved.state !== "object") {
      throw new TypeError(`${name}: expected { state, paramGroups }, got ${describe(saved)}`);
    }
    const { state, paramGroups } = saved;
    const sizes = (groups: readonly { params: readonly unknown[] }[]) =>
      groups.map(({ params }) => params.length).join(", ");
    if (sizes(paramGroups) !== sizes(this.paramGroups)) {
      throw new Error(
        `${name}: expected groups of ${sizes(this.paramGroups)} parameters, got ${sizes(paramGroups)}`,
      );
    }
    for (const [i, group] of this.paramGroups.entries()) {
      // "maximize" came later than some states.
      const missing = Object.keys(group).filter(
        (key) => key !== "initialLr" && key !== "maximize" && !(key in paramGroups[i]!),
      );
      if (missing.length > 0) {
        throw new Error(
          `${name}: expected the state of this kind of optimizer, got none of its ${missing.join(", ")}`,
        );
      }
      this.validate(paramGroups[i]!);
    }
    const loaded = new Map<Tensor, ParameterState>();
    for (const [i, { params }] of paramGroups.entries()) {
      for (const [j, number] of params.entries()) {
        const param = this.paramGroups[i]!.params[j]!;
        if (state[number] !== undefined) loaded.set(param, copied(name, param, state[number]));
      }
    }
    this.#state.clear();
    for (const [param, own] of loaded) this.#state.set(param, own);
    for (const [i, group] of this.paramGroups.entries()) {
      Object.assign(group, { ...paramGroups[i], params: group.params });
    }
  }
}

/** The parameter's buffer of that name, in its shape and filled with `initial` the first time it is asked for. */
export function buffer(param: Tensor, state: ParameterState, name: string, initial = 0): Tensor {
  state[name] ??= keep(full(param.shape, initial)); // it outlives a tidy() around the step
  return state[name] as Tensor;
}

/** Counts this step and returns its number, 1 at first. */
export function countStep(state: ParameterState): number {
  state.step = ((state.step as number | undefined) ?? 0) + 1;
  return state.step;
}

/**
 * Runs a step that is written in tensors, outside the graph: with the gradient, turned around to maximize, and weight decay's
 * share of the parameter in it. What it makes on its way is freed.
 */
export function inTensors(
  param: Tensor,
  { weightDecay = 0, maximize }: { readonly weightDecay?: number; readonly maximize: boolean },
  step: (gradient: Tensor) => void,
): void {
  noGrad(() =>
    tidy(() => {
      const own = gradientOf(param)!;
      const gradient = maximize ? own.neg() : own;
      step(weightDecay === 0 ? gradient : gradient.add(param, { alpha: weightDecay }));
    }),
  );
}

/** Throws a RangeError unless betas are two numbers from 0 to below 1. */
export function requireBetas(optimizer: string, betas: readonly number[]): void {
  if (betas.length === 2 && betas.every((beta) => beta >= 0 && beta < 1)) return;
  throw new RangeError(`${optimizer}: expected betas to be two numbers ≥ 0 and < 1, got ${show(betas)}`);
}

function copied(operation: string, param: Tensor, state: Readonly<ParameterState>): ParameterState {
  const copy = ([name, value]: [string, number | Tensor]): [string, number | Tensor] => {
    if (typeof value === "number") return [name, value];
    if (value.shape.join() !== param.shape.join()) {
      throw new Error(
        `${operation}: expected ${name} of shape ${show(param.shape)}, got ${show(value.shape)}`,
      );
    }
    return [name, keep(noGrad(() => value.contiguous().clone()))];
  };
  return Object.fromEntries(Object.entries(state).map(copy));
}

/** What was given for a list of parameters; an error that says what to pass for anything else, a module above all. */
function listOf<T>(optimizer: string, given: Tensor | Iterable<T>): Iterable<T | Tensor> {
  if (given instanceof Tensor) return [given];
  if (typeof given?.[Symbol.iterator] === "function") return given;
  throw new TypeError(
    `${optimizer}: expected parameters or groups { params, ... }, got ${describe(given)}; pass net.parameters()`,
  );
}
