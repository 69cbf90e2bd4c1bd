// Activation functions with constants of their own.

import { requireKnown, requireNumber, requireNumbers } from "../arguments";
import { type Rule, record } from "../autograd";
import type { Tensor } from "../tensor";
import type { ActivationOp } from "../wasm/kernels";
import { activationSlopes } from "./activationSlopes";
import { requireFloat } from "./check";
import { contiguous } from "./view";

interface Info {
  readonly op: ActivationOp;
  readonly a: number;
  readonly b: number;
}

// dx = dy · f′(x)
const ruleOf = (name: string): Rule<Info> => ({
  name,
  reads: "inputs",
  sharesGradient: true,
  backward(node, dy, pass) {
    const x = node.inputs[0]!;
    const { op, a, b } = node.info;
    const dx = pass.target(dy, x);
    pass.engine.kernels.activationGrad(op, {
      x: x.pointer,
      dy: dy.pointer,
      dx: dx.pointer,
      n: x.count,
      a,
      b,
    });
    pass.give(x, dx);
  },
  formula: ({ inputs: [x], info: { op, a, b } }, dy) => [() => dy.mul(activationSlopes[op](x!, a, b))],
});

const rules: { [O in ActivationOp]: Rule<Info> } = {
  leakyRelu: ruleOf("leakyRelu"),
  elu: ruleOf("elu"),
  gelu: ruleOf("gelu"),
  geluTanh: ruleOf("gelu"),
  silu: ruleOf("silu"),
  softplus: ruleOf("softplus"),
  hardtanh: ruleOf("hardtanh"),
  hardsigmoid: ruleOf("hardsigmoid"),
  hardswish: ruleOf("hardswish"),
  mish: ruleOf("mish"),
  softsign: ruleOf("softsign"),
  softshrink: ruleOf("softshrink"),
  hardshrink: ruleOf("hardshrink"),
  threshold: ruleOf("threshold"),
};

function activation(op: ActivationOp, input: Tensor, a = 0, b = 0): Tensor {
  const { name } = rules[op];
  const x = contiguous(requireFloat(name, input));
  const y = x.engine.emptyLike(x, "float32");
  x.engine.kernels.activation(op, { x: x.pointer, y: y.pointer, n: x.count, a, b });
  return record(rules[op], y, [x], { op, a, b });
}

/** x where x > 0, else negativeSlope·x (default 0.01), any shape; the gradient at 0 is negativeSlope. Maas et al. 2013. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  requireKnown("leakyRelu", arguments, 2);
  requireNumber("leakyRelu", "negativeSlope", negativeSlope);
  return activation("leakyRelu", x, negativeSlope);
}

/** x where x > 0, else alpha·(eˣ − 1) (default 1), any shape. Clevert et al. 2015. */
export function elu(x: Tensor, alpha = 1): Tensor {
  requireKnown("elu", arguments, 2);
  requireNumber("elu", "alpha", alpha);
  return activation("elu", x, alpha, 1);
}

export interface GeluOptions {
  /** "none" (default) for the exact Φ, "tanh" for the paper's approximation of it. */
  readonly approximate?: "none" | "tanh";
}

/**
 * x·Φ(x) with the normal distribution function Φ, any shape. Hendrycks & Gimpel 2016. Φ keeps its
 * digits in the negative tail too. Throws a RangeError for another `approximate`.
 */
export function gelu(x: Tensor, { approximate = "none" }: GeluOptions = {}): Tensor {
  requireKnown("gelu", arguments, 2, ["approximate"]);
  if (approximate !== "none" && approximate !== "tanh") {
    throw new RangeError(`gelu: expected approximate "none" or "tanh", got ${String(approximate)}`);
  }
  return activation(approximate === "tanh" ? "geluTanh" : "gelu", x);
}

/** x·sigmoid(x), also called swish, any shape. Elfwing et al. 2017. */
export function silu(x: Tensor): Tensor {
  requireKnown("silu", arguments, 1);
  return activation("silu", x);
}

export interface SoftplusOptions {
  /** Sharpness, > 0 (default 1). */
  readonly beta?: number;
  /** Where beta·x is above it, y = x (default 20). */
  readonly threshold?: number;
}

/** log(1 + e^(beta·x))/beta, any shape: a smooth relu, whose slope is sigmoid(beta·x). Throws a RangeError unless beta > 0. */
export function softplus(x: Tensor, { beta = 1, threshold = 20 }: SoftplusOptions = {}): Tensor {
  requireKnown("softplus", arguments, 2, ["beta", "threshold"]);
  requireNumbers("softplus", { beta, threshold });
  if (!(beta > 0)) throw new RangeError(`softplus: expected beta > 0, got ${beta}`);
  return activation("softplus", x, beta, threshold);
}

/** x where x > 0, else alpha·(e^(x/alpha) − 1) (default 1), any shape: smooth at 0. Barron 2017. Throws a RangeError for alpha 0. */
export function celu(x: Tensor, alpha = 1): Tensor {
  requireKnown("celu", arguments, 2);
  requireNumber("celu", "alpha", alpha);
  if (alpha === 0) throw new RangeError("celu: expected alpha other than 0, got 0");
  return activation("elu", requireFloat("celu", x), alpha, 1 / alpha);
}

/**
 * x between minVal and maxVal (default −1 and 1), any shape; the gradient is 0 at both and beyond. Throws a RangeError unless
 * minVal < maxVal.
 */
export function hardtanh(x: Tensor, minVal = -1, maxVal = 1): Tensor {
  requireKnown("hardtanh", arguments, 3);
  requireNumbers("hardtanh", { minVal, maxVal });
  if (!(minVal < maxVal)) {
    throw new RangeError(`hardtanh: expected minVal below maxVal, got ${minVal} and ${maxVal}`);
  }
  return activation("hardtanh", x, minVal, maxVal);
}

/** (x + 3)/6 between 0 and 1, any shape: a sigmoid of straight lines. */
export function hardsigmoid(x: Tensor): Tensor {
  requireKnown("hardsigmoid", arguments, 1);
  return activation("hardsigmoid", x);
}

/** x·hardsigmoid(x), any shape. Howard et al. 2019. */
export function hardswish(x: Tensor): Tensor {
  requireKnown("hardswish", arguments, 1);
  return activation("hardswish", x);
}

/** x·tanh(softplus(x)), any shape. Misra 2019. */
export function mish(x: Tensor): Tensor {
  requireKnown("mish", arguments, 1);
  return activation("mish", x);
}

/** x/(1 + |x|), any shape. */
export function softsign(x: Tensor): Tensor {
  requireKnown("softsign", arguments, 1);
  return activation("softsign", x);
}

function requireWidth(operation: string, lambd: number): void {
  requireNumber(operation, "lambd", lambd);
  if (!(lambd >= 0)) throw new RangeError(`${operation}: expected lambd ≥ 0, got ${lambd}`);
}

/** x moved towards 0 by lambd (default ½), 0 where |x| ≤ lambd; any shape. Throws a RangeError for lambd < 0. */
export function softshrink(x: Tensor, lambd = 0.5): Tensor {
  requireKnown("softshrink", arguments, 2);
  requireWidth("softshrink", lambd);
  return activation("softshrink", x, lambd);
}

/** x, but 0 where |x| ≤ lambd (default ½); any shape. Throws a RangeError for lambd < 0. */
export function hardshrink(x: Tensor, lambd = 0.5): Tensor {
  requireKnown("hardshrink", arguments, 2);
  requireWidth("hardshrink", lambd);
  return activation("hardshrink", x, lambd);
}

/** x where x > threshold, else value; any shape. The gradient is 1 where x is kept, else 0. */
export function threshold(x: Tensor, threshold: number, value: number): Tensor {
  requireKnown("threshold", arguments, 3);
  requireNumbers("threshold", { threshold, value });
  return activation("threshold", x, threshold, value);
}
