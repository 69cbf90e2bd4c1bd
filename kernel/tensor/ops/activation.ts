// Activation functions with constants of their own. Plain loops over the memory: none allocates per element.

import { requireNumber, requireNumbers } from "../arguments";
import { type Rule, record } from "../autograd";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import { erfc } from "./erf";
import { contiguous } from "./view";

/** Walks n elements from position x to position y of the memory. */
type Loop<P> = (f32: Float32Array, x: number, y: number, n: number, constants: P) => void;

/** An elementwise operation: `forward` writes f(x) to y, `backward` multiplies what is at y (dy) by f′(x). */
export function curve<P>(
  name: string,
  forward: Loop<P>,
  backward: Loop<P>,
): (x: Tensor, constants: P) => Tensor {
  const rule: Rule<P> = {
    name,
    reads: "inputs",
    backward(node, dy, pass) {
      const x = node.inputs[0]!;
      backward(pass.engine.f32, x.pointer >>> 2, dy.pointer >>> 2, x.count, node.info);
      pass.give(x, dy);
    },
  };
  return (input, constants) => {
    const x = contiguous(requireFloat(name, input));
    const y = x.engine.emptyLike(x, "float32");
    forward(x.engine.f32, x.pointer >>> 2, y.pointer >>> 2, x.count, constants);
    return record(rule, y, [x], constants);
  };
}

const leakyReluOf = curve<number>(
  "leakyRelu",
  (f32, x, y, n, slope) => {
    for (let i = 0; i < n; i++) {
      const v = f32[x + i]!;
      f32[y + i] = v > 0 ? v : slope * v;
    }
  },
  (f32, x, dy, n, slope) => {
    for (let i = 0; i < n; i++) if (!(f32[x + i]! > 0)) f32[dy + i]! *= slope;
  },
);

/** x where x > 0, else negativeSlope·x (default 0.01), any shape; the gradient at 0 is negativeSlope. Maas et al. 2013. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  requireNumber("leakyRelu", "negativeSlope", negativeSlope);
  return leakyReluOf(x, negativeSlope);
}

const eluOf = curve<number>(
  "elu",
  (f32, x, y, n, alpha) => {
    for (let i = 0; i < n; i++) {
      const v = f32[x + i]!;
      f32[y + i] = v > 0 ? v : alpha * Math.expm1(v);
    }
  },
  (f32, x, dy, n, alpha) => {
    for (let i = 0; i < n; i++) {
      const v = f32[x + i]!;
      if (!(v > 0)) f32[dy + i]! *= alpha * Math.exp(v);
    }
  },
);

/** x where x > 0, else alpha·(eˣ − 1) (default 1), any shape. Clevert et al. 2015. */
export function elu(x: Tensor, alpha = 1): Tensor {
  requireNumber("elu", "alpha", alpha);
  return eluOf(x, alpha);
}

// y = x·Φ(x), y′ = Φ(x) + x·φ(x)
const geluOf = curve<undefined>(
  "gelu",
  (f32, x, y, n) => {
    for (let i = 0; i < n; i++) {
      const v = f32[x + i]!;
      f32[y + i] = 0.5 * v * erfc(-v * Math.SQRT1_2);
    }
  },
  (f32, x, dy, n) => {
    const peak = 1 / Math.sqrt(2 * Math.PI);
    for (let i = 0; i < n; i++) {
      const v = f32[x + i]!;
      f32[dy + i]! *= 0.5 * erfc(-v * Math.SQRT1_2) + v * peak * Math.exp(-0.5 * v * v);
    }
  },
);

// y = x·(1 + tanh u)/2 with u = √(2/π)·(x + 0.044715·x³)
const [inner, cubic] = [Math.sqrt(2 / Math.PI), 0.044715];
const tanhGeluOf = curve<undefined>(
  "gelu",
  (f32, x, y, n) => {
    for (let i = 0; i < n; i++) {
      const v = f32[x + i]!;
      f32[y + i] = 0.5 * v * (1 + Math.tanh(inner * (v + cubic * v * v * v)));
    }
  },
  (f32, x, dy, n) => {
    for (let i = 0; i < n; i++) {
      const v = f32[x + i]!;
      const t = Math.tanh(inner * (v + cubic * v * v * v));
      f32[dy + i]! *= 0.5 * (1 + t) + 0.5 * v * (1 - t * t) * inner * (1 + 3 * cubic * v * v);
    }
  },
);

export interface GeluOptions {
  /** "none" (default) for the exact Φ, "tanh" for the paper's approximation of it. */
  readonly approximate?: "none" | "tanh";
}

/**
 * x·Φ(x) with the normal distribution function Φ, any shape. Hendrycks & Gimpel 2016. Φ comes from Cody's erfc (erf.ts),
 * exact to float32 also in the negative tail. Throws a RangeError for another `approximate`.
 */
export function gelu(x: Tensor, { approximate = "none" }: GeluOptions = {}): Tensor {
  if (approximate !== "none" && approximate !== "tanh") {
    throw new RangeError(`gelu: expected approximate "none" or "tanh", got ${String(approximate)}`);
  }
  return (approximate === "tanh" ? tanhGeluOf : geluOf)(x, undefined);
}

// y = x·σ, y′ = σ·(1 + x·(1 − σ))
const siluOf = curve<undefined>(
  "silu",
  (f32, x, y, n) => {
    for (let i = 0; i < n; i++) {
      const v = f32[x + i]!;
      f32[y + i] = v / (1 + Math.exp(-v));
    }
  },
  (f32, x, dy, n) => {
    for (let i = 0; i < n; i++) {
      const v = f32[x + i]!;
      const s = 1 / (1 + Math.exp(-v));
      f32[dy + i]! *= s * (1 + v * (1 - s));
    }
  },
);

/** x·sigmoid(x), also called swish, any shape. Elfwing et al. 2017. */
export function silu(x: Tensor): Tensor {
  return siluOf(x, undefined);
}

export interface SoftplusOptions {
  /** Sharpness, > 0 (default 1). */
  readonly beta?: number;
  /** Where beta·x is above it, y = x (default 20). */
  readonly threshold?: number;
}

// log(1 + eᵘ) = max(u, 0) + log(1 + e^−|u|) never overflows
const softplusOf = curve<Required<SoftplusOptions>>(
  "softplus",
  (f32, x, y, n, { beta, threshold }) => {
    for (let i = 0; i < n; i++) {
      const v = f32[x + i]!;
      const u = beta * v;
      f32[y + i] = u > threshold ? v : (Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)))) / beta;
    }
  },
  (f32, x, dy, n, { beta, threshold }) => {
    for (let i = 0; i < n; i++) {
      const u = beta * f32[x + i]!;
      if (!(u > threshold)) f32[dy + i]! /= 1 + Math.exp(-u);
    }
  },
);

/** log(1 + e^(beta·x))/beta, any shape: a smooth relu, whose slope is sigmoid(beta·x). Throws a RangeError unless beta > 0. */
export function softplus(x: Tensor, { beta = 1, threshold = 20 }: SoftplusOptions = {}): Tensor {
  requireNumbers("softplus", { beta, threshold });
  if (!(beta > 0)) throw new RangeError(`softplus: expected beta > 0, got ${beta}`);
  return softplusOf(x, { beta, threshold });
}
