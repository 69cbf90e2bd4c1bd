// What the kernels of batch normalization (Ioffe & Szegedy 2015) share: their parameters, and the arithmetic of a channel.

import { type Code, type FunctionBuilder, f32x4, type Local } from "../emit/assembler";
import { count, each, element, float32, float64, units } from "../emit/kernel";
import { constant } from "../emit/math";
import { madd, type Target } from "../emit/target";

/** The numbers of a channel: those of the next one are `inner` numbers on, in each of the `outer` blocks. */
const data = each(4, "inner");
/** One number a channel. */
const channel = element;
/** `stride` is the bytes from one block to the next: channels·inner·4, of all channels where a call is cut. */
const shape = { outer: count, channels: units, inner: count, stride: count };

export const forwardParameters = {
  ...{ x: data, weight: channel, bias: channel, runningMean: channel, runningVar: channel, y: data },
  ...{ mean: channel, invStd: channel, ...shape, eps: float64, momentum: float32, correction: float32 },
};

export const applyParameters = {
  ...{ x: data, mean: channel, invStd: channel, weight: channel, bias: channel, y: data },
  ...shape,
};

export const backwardParameters = {
  ...{ x: data, mean: channel, invStd: channel, weight: channel },
  ...{ dy: data, dx: data, dWeight: channel, dBias: channel, ...shape },
};

export interface Affine {
  readonly weight: boolean;
  readonly bias: boolean;
}

/** (x − mean)·scale + shift, not x·scale + shift′: at a large mean the latter cancels. */
export const normalized = (target: Target, x: Code, mu: Local, scale: Local, shift: Local): Code =>
  madd(target, f32x4.sub(x, mu.get), scale.get, shift.get);

/** How running statistics move: (1 − momentum)·old + momentum·new. */
export function moving(f: FunctionBuilder, target: Target, momentum: Local, correction: Local) {
  const [keep, take, factor] = f.vectors(3);
  return {
    set: [
      take.set(f32x4.splat(momentum.get)),
      keep.set(f32x4.sub(constant("one"), take.get)),
      factor.set(f32x4.splat(correction.get)),
    ],
    correction: factor.get,
    moved: (old: Code, batch: Code): Code => madd(target, take.get, batch, f32x4.mul(keep.get, old)),
  };
}

export type Gradients = Record<"mu" | "a" | "b" | "c" | "sumDy" | "sumDyX", Local>;

export function gradientsOf(f: FunctionBuilder): Gradients {
  const [mu, a, b, c, sumDy, sumDyX] = f.vectors(6);
  return { mu, a, b, c, sumDy, sumDyX };
}

/** As slopes(), given Σdy and Σdy·(x − mean) in `sumDy` and `sumDyX`; leaves dBias and dWeight there. */
export const coefficients = (invStd: Code, weight: Code | null, perM: Local, values: Gradients): Code => [
  values.sumDyX.set(f32x4.mul(values.sumDyX.get, invStd)),
  slopes(invStd, weight, perM, values),
];

/**
 * dx = a·dy − b − c·(x − mean) with a = weight·invStd, b = a·dBias/m, c = a·invStd·dWeight/m, given dBias and dWeight in `sumDy`
 * and `sumDyX`.
 */
export const slopes = (
  invStd: Code,
  weight: Code | null,
  perM: Local,
  { a, b, c, sumDy, sumDyX }: Gradients,
): Code => [
  a.set(weight === null ? invStd : f32x4.mul(invStd, weight)),
  b.set(f32x4.mul(a.get, f32x4.mul(sumDy.get, perM.get))),
  c.set(f32x4.mul(f32x4.mul(a.get, invStd), f32x4.mul(sumDyX.get, perM.get))),
];

export const gradient = (
  xs: Code,
  dys: Code,
  { mu, a, b, c }: Pick<Gradients, "mu" | "a" | "b" | "c">,
): Code => f32x4.sub(f32x4.sub(f32x4.mul(a.get, dys), b.get), f32x4.mul(c.get, f32x4.sub(xs, mu.get)));
