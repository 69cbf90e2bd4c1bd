// Where an activation is flat and lets no gradient through: slopes, and the shares of values and units that sit there.

import { ELU, GELU, LeakyReLU, type Module, ReLU, Sigmoid, SiLU, Softplus, Tanh } from "../nn";
import { describe, requireKnown, requireNumber } from "../tensor/arguments";

/** The slope of an activation, told from its output. */
const slopes = {
  /** σ′ = σ(1 − σ), at most ¼. */
  sigmoid: (output: number) => output * (1 - output),
  /** tanh′ = 1 − tanh², at most 1. */
  tanh: (output: number) => 1 - output * output,
  /** 1 above 0, else 0. */
  relu: (output: number) => (output > 0 ? 1 : 0),
} as const;

export interface SaturationOptions {
  /** Which activation gave the outputs: its slope is told from them. */
  activation: keyof typeof slopes;
  /** A slope below this counts as flat. */
  threshold?: number;
}

/** The share, 0 to 1, of an activation's outputs at which its slope is below the threshold; NaN of none. */
export function saturation(outputs: ArrayLike<number>, options: SaturationOptions): number {
  requireKnown("saturation", arguments, 2, ["activation", "threshold"]);
  const { activation, threshold = 0.01 } = options ?? {};
  if (!Object.hasOwn(slopes, String(activation))) {
    throw new RangeError(
      `saturation: expected activation to be one of ${Object.keys(slopes).join(", ")}, got ${String(activation)}`,
    );
  }
  if (typeof outputs?.length !== "number") {
    throw new TypeError(`saturation: expected outputs as an array of numbers, got ${describe(outputs)}`);
  }
  requireNumber("saturation", "threshold", threshold);
  const slope = slopes[activation];
  let flat = 0;
  for (let at = 0; at < outputs.length; at++) if (slope(outputs[at]!) < threshold) flat++;
  return flat / outputs.length;
}

/** The activations whose flatness is known. The first two are flat on both sides, the others on one: half of them may rest. */
export type ActivationName = (typeof activationNames)[number];

export const activationNames = [
  "sigmoid",
  "tanh",
  "relu",
  "leakyRelu",
  "elu",
  "gelu",
  "silu",
  "softplus",
] as const;

type Slope = (input: number, output: number) => number;

/** An activation layer's name and slope; null for other modules. */
export function activationOf(module: Module): { name: ActivationName; slope: Slope } | null {
  if (module instanceof Sigmoid) return { name: "sigmoid", slope: (_, y) => slopes.sigmoid(y) };
  if (module instanceof Tanh) return { name: "tanh", slope: (_, y) => slopes.tanh(y) };
  if (module instanceof ReLU) return { name: "relu", slope: (_, y) => slopes.relu(y) };
  if (module instanceof LeakyReLU) {
    return { name: "leakyRelu", slope: (x) => (x > 0 ? 1 : module.negativeSlope) };
  }
  if (module instanceof ELU) return { name: "elu", slope: (x, y) => (x > 0 ? 1 : y + module.alpha) };
  // x·Φ(x) as x·σ(1.702x), which Hendrycks & Gimpel 2016 offer: where it is flat does not depend on the difference.
  if (module instanceof GELU) return { name: "gelu", slope: (x) => slopeOfSwish(x, 1.702) };
  if (module instanceof SiLU) return { name: "silu", slope: (x) => slopeOfSwish(x, 1) };
  if (module instanceof Softplus) return { name: "softplus", slope: (x) => logistic(module.beta * x) };
  return null;
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** Returns the slope of x·σ(kx); it is negative left of its minimum. */
function slopeOfSwish(x: number, k: number): number {
  const s = logistic(k * x);
  return Math.abs(s * (1 + k * x * (1 - s)));
}

/** Shares of what is flat, each 0 to 1. */
export interface Flatness {
  /** The share of all values that are flat. */
  saturated: number;
  /** The share of the units (features, or channels) that are flat for every sample and position of the batch. */
  dead: number;
}

/** `inputs` and `outputs` of an activation, in the order of `shape` [N, units, ...]. */
export function flatness(
  slope: Slope,
  inputs: ArrayLike<number>,
  outputs: ArrayLike<number>,
  shape: readonly number[],
  threshold: number,
): Flatness {
  const units = shape.length > 1 ? shape[1]! : 1;
  const inner = shape.slice(2).reduce((product, size) => product * size, 1);
  const alive = new Uint8Array(units);
  const { length } = outputs;
  let flat = 0;
  for (let start = 0; start < length; start += inner) {
    const before = flat;
    for (let at = start; at < start + inner; at++) if (slope(inputs[at]!, outputs[at]!) < threshold) flat++;
    if (flat - before < inner) alive[(start / inner) % units] = 1;
  }
  return { saturated: flat / length, dead: 1 - alive.reduce((sum, each) => sum + each, 0) / units };
}
