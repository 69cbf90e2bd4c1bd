// What is healthy in a network, and one line a layer about what is not.
import { requireKnown } from "../tensor/arguments";
import { percent, proseNumber } from "../words";
import type { LayerRecord, WatchedLayer } from "./records";
import type { ActivationName } from "./saturation";

/** Bounds that charts draw and a layer's health goes by. Rules of thumb: a network may train outside them. */
export interface Healthy {
  /** The largest share of flat values of an activation that is flat on both sides: sigmoid, tanh. Default 0.25. */
  readonly saturated: number;
  /** The same for one that is flat on one side: ReLU rests for half of its inputs by design. Default 0.9. */
  readonly resting: number;
  /** The largest share of units that are flat for a whole batch. Default 0.1. */
  readonly dead: number;
  /** Smallest and largest norm of a layer's gradient as a multiple of the last layer's. Default [0.01, 100]. */
  readonly gradients: readonly [number, number];
  /** Smallest and largest ‖update‖ / ‖weight‖ of a step; about 1e-3 is the rule of thumb. Default [1e-4, 3e-2]. */
  readonly updates: readonly [number, number];
}

export const healthyNames: readonly (keyof Healthy)[] = [
  "saturated",
  "resting",
  "dead",
  "gradients",
  "updates",
];

export const defaultHealthy: Healthy = {
  saturated: 0.25,
  resting: 0.9,
  dead: 0.1,
  gradients: [0.01, 100],
  updates: [1e-4, 3e-2],
};

export interface LayerHealth {
  /** The layer's label. */
  readonly layer: string;
  /** Whether nothing is wrong with it. */
  readonly healthy: boolean;
  /** `2 Sigmoid: 41 % saturated`, or `2 Sigmoid: healthy`. */
  readonly text: string;
}

/** A line for each layer about its last record. */
export function healthOf(layers: readonly WatchedLayer[], bounds: Healthy): LayerHealth[] {
  const reference = referenceNorm(layers, -1);
  return layers.map((layer) => {
    const { label, activation, records } = layer;
    const last = records.at(-1);
    if (last === undefined) {
      return { layer: label, healthy: true, text: `${label}: not seen in training yet` };
    }
    const problems = [
      ...finiteProblems(last),
      ...flatProblems(last, activation, bounds),
      ...gradientProblems(last, reference, bounds),
      ...updateProblems(records, bounds),
    ];
    const text = problems.length === 0 ? "healthy" : problems.join(", ");
    return { layer: label, healthy: problems.length === 0, text: `${label}: ${text}` };
  });
}

/** The norm of the gradient at the deepest layer that has one, at the record counted from the front or, below 0, the end. */
export function referenceNorm(layers: readonly WatchedLayer[], at: number): number | null {
  requireKnown("referenceNorm", arguments, 2);
  const norms = layers.map(({ records }) => records.at(at)?.gradients?.norm ?? null);
  return norms.findLast((norm) => norm !== null && norm > 0) ?? null;
}

/** The share above which an activation's flat values are too many. */
export function saturationBound(activation: ActivationName | null, bounds: Healthy): number {
  requireKnown("saturationBound", arguments, 2, healthyNames);
  return activation === "sigmoid" || activation === "tanh" ? bounds.saturated : bounds.resting;
}

function finiteProblems({ activations, gradients, parameters }: LayerRecord): string[] {
  const problems: string[] = [];
  const weights = Object.values(parameters).map(({ values }) => values);
  if (activations.notFinite > 0)
    problems.push(`${percent(activations.notFinite / activations.count)} of its outputs not finite`);
  if (gradients !== null && gradients.notFinite > 0) problems.push("gradient not finite");
  if (weights.some(({ notFinite }) => notFinite > 0)) problems.push("weights not finite");
  return problems;
}

function flatProblems(
  { saturated, dead }: LayerRecord,
  activation: ActivationName | null,
  bounds: Healthy,
): string[] {
  const problems: string[] = [];
  const twoSided = saturationBound(activation, bounds) === bounds.saturated;
  if (saturated !== null && saturated > saturationBound(activation, bounds)) {
    problems.push(`${percent(saturated)} ${twoSided ? "saturated" : "at rest"}`);
  }
  if (dead !== null && dead > bounds.dead) problems.push(`${percent(dead)} of its units dead`);
  return problems;
}

function gradientProblems(
  { gradients }: LayerRecord,
  reference: number | null,
  { gradients: [low, high] }: Healthy,
): string[] {
  if (gradients === null || reference === null || gradients.notFinite > 0) return [];
  const ratio = gradients.norm / reference;
  if (ratio >= low && ratio <= high) return [];
  return [`gradient ${ratio < low ? "vanishes" : "explodes"}: ${short(ratio)} of the last layer's`];
}

/** Judges matrices and kernels only: biases, γ and β start at 0 or 1, and their ratio says little. */
function updateProblems(records: readonly LayerRecord[], { updates: [low, high] }: Healthy): string[] {
  const names = Object.keys(records[0]!.parameters);
  return names.flatMap((name) => {
    const measured = records.map(({ parameters }) => parameters[name]!);
    const update = measured.findLast((each) => each.update !== null)?.update ?? null;
    if (measured[0]!.shape.length < 2 || update === null || (update >= low && update <= high)) return [];
    return [
      `updates of ${name} too ${update < low ? "small" : "large"}: ${short(update)} of its size a step`,
    ];
  });
}

/** 0.022, 2.7e−5. */
const short = (value: number) => proseNumber(value, 2, 1e-3);
