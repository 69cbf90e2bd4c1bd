// How many units sit where their activation is flat and lets no gradient through. Imports nothing.

/** The slope of an activation, told from its output. */
const slopes = {
  /** σ′ = σ(1 − σ), at most ¼. */
  sigmoid: (output: number) => output * (1 - output),
  /** tanh′ = 1 − tanh², at most 1. */
  tanh: (output: number) => 1 - output * output,
} as const;

export interface SaturationOptions {
  activation: keyof typeof slopes;
  /** A slope below this counts as flat. */
  threshold?: number;
}

/** The share, 0 to 1, of an activation's outputs at which its slope is below the threshold; NaN of none. */
export function saturation(
  outputs: ArrayLike<number>,
  { activation, threshold = 0.01 }: SaturationOptions,
): number {
  const slope = slopes[activation];
  let flat = 0;
  for (let at = 0; at < outputs.length; at++) if (slope(outputs[at]!) < threshold) flat++;
  return flat / outputs.length;
}
