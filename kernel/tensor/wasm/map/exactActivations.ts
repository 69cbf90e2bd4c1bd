// What the activations of `activations.ts` and their derivatives are, one number at a time in float64.

import { erfc } from "../../math/erf";

/**
 * y = f(x; a, b), elementwise, whose gradient is taken by x: leakyRelu with slope a, elu with alpha a, gelu exact or by tanh,
 * softplus with beta a and threshold b; what has no constants does not look at them.
 */
export type ActivationOp = "leakyRelu" | "elu" | "gelu" | "geluTanh" | "silu" | "softplus";

interface Formula {
  readonly value: (x: number, a: number, b: number) => number;
  readonly slope: (x: number, a: number, b: number) => number;
}

const normal = (x: number) => 0.5 * erfc(-x * Math.SQRT1_2);
const density = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
const logistic = (x: number) => 1 / (1 + Math.exp(-x));
// 2u of x·(1 + tanh u)/2, whose value is x·σ(2u), and what it grows by
const [scale, cubic] = [Math.sqrt(8 / Math.PI), 0.044715];
const inner = (x: number) => scale * (x + cubic * x ** 3);
const growth = (x: number) => scale * (1 + 3 * cubic * x * x);

export const exactActivations: { readonly [O in ActivationOp]: Formula } = {
  leakyRelu: { value: (x, a) => (x > 0 ? x : a * x), slope: (x, a) => (x > 0 ? 1 : a) },
  elu: {
    value: (x, a) => (x > 0 ? x : a * Math.expm1(x)),
    slope: (x, a) => (x > 0 ? 1 : a * Math.exp(x)),
  },
  gelu: { value: (x) => x * normal(x), slope: (x) => normal(x) + x * density(x) },
  geluTanh: {
    value: (x) => x * logistic(inner(x)),
    slope: (far) => {
      const x = Math.max(-14.5, Math.min(14.5, far)); // the slope is 0 or 1 by then, and x³ would overflow
      return logistic(inner(x)) * (1 + x * logistic(-inner(x)) * growth(x));
    },
  },
  silu: { value: (x) => x * logistic(x), slope: (x) => logistic(x) * (1 + x * logistic(-x)) },
  softplus: {
    value: (x, a, b) => (a * x > b ? x : (Math.max(a * x, 0) + Math.log1p(Math.exp(-Math.abs(a * x)))) / a),
    slope: (x, a, b) => (a * x > b ? 1 : logistic(a * x)),
  },
};
