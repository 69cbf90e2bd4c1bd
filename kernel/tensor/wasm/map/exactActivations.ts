// What the activations of `activations.ts` and their derivatives are, one number at a time in float64.

import { erfc } from "../../math/erf";

/**
 * y = f(x; a, b), elementwise, whose gradient is taken by x: leakyRelu with slope a, elu with alpha a and rate b, gelu exact or
 * by tanh, softplus with beta a and threshold b, hardtanh from a to b, softshrink and hardshrink by a, threshold a with value
 * b; what has no constants does not look at them.
 */
export type ActivationOp =
  | "leakyRelu"
  | "elu"
  | "gelu"
  | "geluTanh"
  | "silu"
  | "softplus"
  | "hardtanh"
  | "hardsigmoid"
  | "hardswish"
  | "mish"
  | "softsign"
  | "softshrink"
  | "hardshrink"
  | "threshold";

interface Formula {
  readonly value: (x: number, a: number, b: number) => number;
  readonly slope: (x: number, a: number, b: number) => number;
}

const normal = (x: number) => 0.5 * erfc(-x * Math.SQRT1_2);
const density = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
/** log(1 + e^x) */
const softened = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const logistic = (x: number) => 1 / (1 + Math.exp(-x));
// 2u of x·(1 + tanh u)/2, whose value is x·σ(2u), and what it grows by
const [scale, cubic] = [Math.sqrt(8 / Math.PI), 0.044715];
const inner = (x: number) => scale * (x + cubic * x ** 3);
const growth = (x: number) => scale * (1 + 3 * cubic * x * x);

export const exactActivations: { readonly [O in ActivationOp]: Formula } = {
  leakyRelu: { value: (x, a) => (x > 0 ? x : a * x), slope: (x, a) => (x > 0 ? 1 : a) },
  elu: {
    value: (x, a, b) => (x > 0 ? x : a * Math.expm1(b * x)),
    slope: (x, a, b) => (x > 0 ? 1 : a * b * Math.exp(b * x)),
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
  hardtanh: {
    value: (x, a, b) => Math.min(Math.max(x, a), b),
    slope: (x, a, b) => (x <= a || x >= b ? 0 : 1),
  },
  hardsigmoid: {
    value: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
    slope: (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
  },
  hardswish: {
    value: (x) => x * (Math.min(Math.max(x + 3, 0), 6) / 6),
    slope: (x) => (x < -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
  },
  mish: {
    value: (x) => x * Math.tanh(softened(x)),
    slope: (x) => {
      const t = Math.tanh(softened(x));
      const far = Math.max(-120, Math.min(120, x)); // ∞·0 would be NaN
      return t + far * (1 - t * t) * logistic(x);
    },
  },
  softsign: { value: (x) => x / (1 + Math.abs(x)), slope: (x) => 1 / (1 + Math.abs(x)) ** 2 },
  softshrink: {
    value: (x, a) => (Math.abs(x) <= a ? 0 : x - Math.sign(x) * a),
    slope: (x, a) => (Math.abs(x) <= a ? 0 : 1),
  },
  hardshrink: {
    value: (x, a) => (Math.abs(x) <= a ? 0 : x),
    slope: (x, a) => (Math.abs(x) <= a ? 0 : 1),
  },
  threshold: { value: (x, a, b) => (x <= a ? b : x), slope: (x, a) => (x <= a ? 0 : 1) },
};
