// Watching a model while it trains, by hooks alone: no number of the training changes, and between watched steps one
// comparison is all it costs. Imports kernel/tensor and kernel/nn.
import { Flatten, Identity, type Module, type Parameter } from "../nn";
import { isGradEnabled, type Tensor, type TensorData } from "../tensor";
import {
  describe,
  requireFunction,
  requireInteger,
  requireKnown,
  requireNumber,
  requireOptions,
} from "../tensor/arguments";
import { numbersOf } from "../tensor/doors/numbers";
import { batchNormRecord } from "./batchNorms";
import { distributionOf } from "./distribution";
import { defaultHealthy, type Healthy, healthOf, healthyNames, type LayerHealth } from "./health";
import { chooseLayers, type Layers } from "./layers";
import type { LayerRecord, ParameterRecord, WatchedLayer } from "./records";
import { type ActivationName, activationNames, activationOf, flatness } from "./saturation";

export interface WatchOptions {
  /** Watches every so many training steps, the first included. Default 10. */
  every?: number;
  /** Which modules, by name or by label: see `activations`. Default: all without modules inside, but for Flatten and Identity. */
  layers?: Layers;
  /** Watched steps kept. At the limit every second one is let go, and `every` doubles: memory stays bounded. Default 128. */
  limit?: number;
  /** Below which slope an activation counts as flat: for all, or by activation. Default 0.01. */
  threshold?: number | Partial<Record<ActivationName, number>>;
  /** What counts as healthy, where it differs from the default. */
  healthy?: Partial<Healthy>;
}

const watchOptions: readonly (keyof WatchOptions)[] = ["every", "layers", "limit", "threshold", "healthy"];

const defaultThreshold = 0.01;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Layer {
  readonly label: string;
  readonly module: Module;
  readonly parameters: readonly (readonly [name: string, parameter: Parameter])[];
  readonly activation: ReturnType<typeof activationOf>;
  readonly flatBelow: number;
  records: LayerRecord[];
}

/** A layer's record in the making. */
interface Draft {
  /** What its forward showed; null before. */
  run: Mutable<Omit<LayerRecord, "step" | "parameters">> | null;
  /** The parameters' values when the step began. */
  readonly before: readonly TensorData[];
  readonly parameters: Record<string, Mutable<ParameterRecord>>;
}

/** The watched step under way. */
interface Step {
  readonly number: number;
  readonly drafts: ReadonlyMap<Layer, Draft>;
  /** What takes away the hooks on modules, which see one forward, and on tensors, which wait for the backward. */
  readonly onModules: (() => void)[];
  readonly onTensors: Set<() => void>;
}

/** A model under watch; `watch` makes it. */
export class Watch {
  /** What counts as healthy here. */
  readonly healthy: Healthy;
  readonly #limit: number;
  readonly #layers: readonly Layer[];
  readonly #threshold: NonNullable<WatchOptions["threshold"]>;
  readonly #unhook: readonly (() => void)[];
  #every: number;
  #forwards = 0;
  #watched = 0;
  #step: Step | null = null;

  /** As `watch` says. */
  constructor(
    readonly model: Module,
    { every = 10, layers, limit = 128, threshold = defaultThreshold, healthy = {} }: WatchOptions = {},
  ) {
    requireKnown("watch", arguments, 2, watchOptions);
    if (typeof threshold !== "number") requireThresholds(threshold);
    requireHealthy(healthy);
    requireInteger("watch", "every", every, 1);
    requireInteger("watch", "limit", limit, 2);
    this.#every = every;
    this.#limit = limit;
    this.healthy = { ...defaultHealthy, ...healthy };
    this.#threshold = threshold;
    const silent = (module: Module) => module instanceof Flatten || module instanceof Identity;
    this.#layers = chooseLayers("watch", model, layers)
      .filter(([, module]) => layers !== undefined || !silent(module))
      .map(([label, module]) => {
        const activation = activationOf(module);
        const flatBelow = activation === null ? 0 : this.threshold(activation.name);
        return { label, module, parameters: module.namedParameters(), activation, flatBelow, records: [] };
      });
    this.#unhook = [
      model.registerForwardPreHook(() => this.#begin()),
      model.registerForwardHook(() => this.#closeForward()),
    ];
  }

  /** Training steps from one watched to the next; doubled each time the limit was reached. */
  get every(): number {
    return this.#every;
  }

  /** Training forwards since the watch began. */
  get steps(): number {
    return this.#forwards;
  }

  /** What was seen, in the model's order; of the step under way as much as there is. */
  get layers(): WatchedLayer[] {
    if (this.#step !== null && moved(this.#step)) this.#settle();
    return this.#layers.map((layer) => {
      const record = this.#step && recordOf(this.#step, layer);
      const records = record === null ? [...layer.records] : [...layer.records, record];
      return { label: layer.label, activation: layer.activation?.name ?? null, records };
    });
  }

  /**
   * One number of each record over the steps, by layer, for `plot.line`; records where it is null are left out, and layers
   * without any.
   *
   * @example plot.line(seen.series(({ saturated }) => saturated), { xTitle: "step", yTitle: "share saturated" })
   */
  series(
    pick: (record: LayerRecord) => number | null | undefined,
  ): Record<string, { x: number[]; y: number[] }> {
    requireKnown("series", arguments, 1);
    requireFunction("series", pick);
    const all = this.layers.map(({ label, records }) => {
      const points = records.flatMap((record) => {
        const y = pick(record);
        return y === null || y === undefined ? [] : [{ x: record.step, y }];
      });
      return [label, { x: points.map(({ x }) => x), y: points.map(({ y }) => y) }] as const;
    });
    return Object.fromEntries(all.filter(([, { x }]) => x.length > 0));
  }

  /** A line for each layer about its last watched step: `2 Sigmoid: 41 % saturated`. */
  health(): LayerHealth[] {
    requireKnown("health", arguments, 0);
    return healthOf(this.layers, this.healthy);
  }

  /** The slope below which that activation counts as flat. */
  threshold(activation: ActivationName): number {
    requireKnown("threshold", arguments, 1);
    const given = this.#threshold;
    return (typeof given === "number" ? given : given[activation]) ?? defaultThreshold;
  }

  /** Takes every hook away; the model is as it was before the watch. What was seen stays. */
  stop(): void {
    requireKnown("stop", arguments, 0);
    this.#settle();
    for (const remove of this.#unhook) remove();
  }

  #begin(): void {
    if (!this.model.training || !isGradEnabled()) return;
    const number = this.#forwards++;
    // Where gradients are gathered over several forwards the update comes after the last: until then the step stays open.
    if (this.#step !== null && (number % this.#every === 0 || moved(this.#step))) this.#settle();
    if (number % this.#every === 0) this.#open(number); // settling may have doubled it
  }

  #open(number: number): void {
    const onModules: (() => void)[] = [];
    const onTensors = new Set<() => void>();
    const drafts = new Map<Layer, Draft>();
    for (const layer of this.#layers) {
      const before = layer.parameters.map(([, parameter]) => new Float32Array(numbersOf(parameter)[0]));
      const parameters: Draft["parameters"] = {};
      for (const [i, [name, { shape }]] of layer.parameters.entries()) {
        parameters[name] = { shape, values: distributionOf(before[i]!), gradients: null, update: null };
      }
      const draft: Draft = { run: null, before, parameters };
      drafts.set(layer, draft);
      onModules.push(
        layer.module.registerForwardHook((_module, [input], output) => {
          draft.run = runOf(layer, input!, output);
          if (output.requiresGrad && !output.isLeaf) awaitGradients(layer, draft, output, onTensors);
        }),
      );
    }
    this.#step = { number, drafts, onModules, onTensors };
  }

  #closeForward(): void {
    for (const remove of this.#step?.onModules.splice(0) ?? []) remove();
  }

  /** Ends the step under way, if any, with what its update has done. */
  #settle(): void {
    this.#closeForward();
    const step = this.#step;
    if (step === null) return;
    this.#step = null;
    for (const remove of step.onTensors) remove();
    for (const [layer, { before, parameters }] of step.drafts) {
      for (const [i, [name, parameter]] of layer.parameters.entries()) {
        parameters[name]!.update = updateRatio(before[i]!, numbersOf(parameter)[0]);
      }
      const record = recordOf(step, layer);
      if (record !== null) layer.records.push(record);
    }
    if (++this.#watched <= this.#limit) return;
    this.#every *= 2;
    this.#watched = Math.ceil(this.#watched / 2);
    for (const layer of this.#layers) {
      layer.records = layer.records.filter(({ step }) => step % this.#every === 0);
    }
  }
}

function requireThresholds(threshold: Partial<Record<ActivationName, number>>): void {
  requireOptions("watch.threshold", threshold, activationNames);
  for (const [name, value] of Object.entries(threshold)) requireNumber("watch.threshold", name, value);
}

function requireHealthy(healthy: Partial<Healthy>): void {
  requireOptions("watch.healthy", healthy, healthyNames);
  for (const name of healthyNames) {
    const value = healthy[name];
    if (value === undefined) continue;
    const one = typeof defaultHealthy[name] === "number";
    const fits = one ? typeof value === "number" : Array.isArray(value) && value[0] < value[1];
    if (fits) continue;
    const wanted = one ? "a number" : "[smallest, largest]";
    throw new TypeError(`watch.healthy: expected ${name} to be ${wanted}, got ${describe(value)}`);
  }
}

/** Whether an optimizer has changed a parameter since the step began. */
function moved({ drafts }: Step): boolean {
  for (const [layer, { before }] of drafts) {
    for (const [i, [, parameter]] of layer.parameters.entries()) {
      const [was, [is]] = [before[i]!, numbersOf(parameter)];
      const { length } = was;
      for (let at = 0; at < length; at++) if (was[at] !== is[at]) return true;
    }
  }
  return false;
}

function runOf(layer: Layer, input: Tensor, output: Tensor): Draft["run"] {
  const { activation, module, flatBelow } = layer;
  const [inputs, outputs] = numbersOf(input, output);
  const flat = activation && flatness(activation.slope, inputs, outputs, output.shape, flatBelow);
  return {
    activations: distributionOf(outputs),
    preActivations: activation && distributionOf(inputs),
    gradients: null,
    saturated: flat?.saturated ?? null,
    dead: flat?.dead ?? null,
    batchNorm: batchNormRecord(module, input),
  };
}

function awaitGradients(
  layer: Layer,
  { run, parameters }: Draft,
  output: Tensor,
  removers: Set<() => void>,
): void {
  const once = (tensor: Tensor, see: (gradient: Tensor) => void) => {
    const remove = tensor.registerHook((gradient) => {
      remove();
      removers.delete(remove);
      see(gradient);
      return undefined;
    });
    removers.add(remove);
  };
  once(output, (gradient) => {
    run!.gradients = distributionOf(numbersOf(gradient)[0]);
    for (const [name, parameter] of layer.parameters) {
      // With a hook, a pass's gradients are added up apart from those of earlier passes: where there are some, the sum
      // would be rounded in another order. A layer's output is reached before its parameters, so this is early enough.
      if (!parameter.requiresGrad || parameter.gradStorage() !== null) continue;
      once(parameter, (gradient) => {
        parameters[name]!.gradients = distributionOf(numbersOf(gradient)[0]);
      });
    }
  });
}

/** Null if the layer did not run. */
function recordOf({ number, drafts }: Step, layer: Layer): LayerRecord | null {
  const { run, parameters } = drafts.get(layer)!;
  return run && { step: number, ...run, parameters };
}

/** ‖after − before‖ / ‖before‖; null where that is no number. */
function updateRatio(before: ArrayLike<number>, after: ArrayLike<number>): number | null {
  let [change, size] = [0, 0];
  const { length } = before;
  for (let at = 0; at < length; at++) {
    change += (after[at]! - before[at]!) ** 2;
    size += before[at]! ** 2;
  }
  return size === 0 ? null : Math.sqrt(change / size);
}

/**
 * Watches a model while it trains, from its next forward in training mode on; forwards in evaluation mode or under noGrad()
 * do not count. The training's numbers and its random stream are the same with and without.
 *
 * The step's update is what has changed when the next training forward begins.
 *
 * @throws RangeError if `every` or `limit` is no whole number of at least 1 and 2, or the model has no layer of that name.
 */
export function watch(model: Module, options: WatchOptions = {}): Watch {
  requireKnown("watch", arguments, 2, watchOptions);
  return new Watch(model, options);
}
