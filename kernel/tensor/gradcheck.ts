// Gradients, and gradients of gradients, held against finite differences.

import { requireFunction, requireKnown, requireNumbers, requireTensors } from "./arguments";
import { tensor } from "./creation";
import { grad, listOf, type OneOrMore } from "./gradients";
import { Generator } from "./math/random";
import { enableGrad, noGrad } from "./runtime";
import { sameShape, show } from "./shape";
import type { Tensor } from "./tensor";

export interface GradcheckOptions {
  /** The step of the differences, 1e-2 unless given. */
  readonly eps?: number;
  /** 1e-2 unless given. */
  readonly atol?: number;
  /** 2e-2 unless given. */
  readonly rtol?: number;
}

/**
 * Compares the gradients of fn with central differences: true, or an error that names the element that differs by more
 * than atol + rtol·|difference|. Inputs that do not require grad stay constant; fn must give the same for the same input.
 *
 * As torch.autograd.gradcheck in fast mode: all outputs are taken together, weighted by fixed random numbers. PyTorch's
 * tolerances are for float64. In float32 a difference over 2·eps carries about 1e-7/eps of rounding and eps² of
 * curvature; the ones here tell a wrong gradient from both.
 */
export function gradcheck(
  fn: (...inputs: Tensor[]) => OneOrMore,
  inputs: OneOrMore,
  options: GradcheckOptions = {},
): true {
  requireKnown("gradcheck", arguments, 3, ["eps", "atol", "rtol"]);
  return compared("gradcheck", fn, inputs, options);
}

function compared(
  operation: string,
  fn: (...inputs: Tensor[]) => OneOrMore,
  inputs: OneOrMore,
  { eps = 1e-2, atol = 1e-2, rtol = 2e-2 }: GradcheckOptions,
): true {
  requireFunction(operation, fn);
  requireNumbers(operation, { eps, atol, rtol });
  const xs = listOf(inputs);
  requireTensors(operation, xs);
  const variables = requireVariables(operation, xs);
  const generator = new Generator(99);
  const ys = listOf(enableGrad(() => fn(...xs)));
  requireTensors(operation, ys);
  const weights = ys.map((y) => {
    const values = Float32Array.from({ length: y.numel() }, () => 0.5 + generator.uniform());
    return tensor(values, { shape: y.shape });
  });
  const gradients = grad(ys, variables, { gradOutputs: weights, allowUnused: true });
  const total = () => {
    const outputs = noGrad(() => listOf(fn(...xs)).map((y, i) => y.mul(weights[i]!).data));
    let sum = 0; // in float64
    for (const terms of outputs) for (const term of terms) sum += term;
    return sum;
  };
  for (const [which, x] of variables.entries()) {
    const values = x.data;
    const gradient = gradients[which]?.data ?? new Float32Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const difference = slopeAt(values, i, eps, total);
      const error = Math.abs(gradient[i]! - difference);
      if (error <= atol + rtol * Math.abs(difference)) continue;
      throw new Error(
        `${operation}: expected ${difference} by finite differences for element ${i} of input ${xs.indexOf(x)} ${show(x.shape)}, got a gradient of ${gradient[i]}`,
      );
    }
  }
  return true;
}

/** Those of the inputs that are varied. */
function requireVariables(operation: string, xs: readonly Tensor[]): readonly Tensor[] {
  const variables = xs.filter((x) => x.requiresGrad);
  if (variables.length === 0 || variables.some((x) => !x.isContiguous())) {
    throw new Error(
      `${operation}: expected contiguous inputs, one of which requires grad, got ${variables.length} that do; make them with { requiresGrad: true }`,
    );
  }
  return variables;
}

/** (f(x + eps) − f(x − eps)) / 2eps for one element of x, which is put back whatever happens. */
function slopeAt(values: { [index: number]: number }, i: number, eps: number, f: () => number): number {
  const value = values[i]!;
  try {
    values[i] = value + eps;
    const above = f();
    values[i] = value - eps;
    return (above - f()) / (2 * eps);
  } finally {
    values[i] = value;
  }
}

/** What gradgradcheck is told beside gradcheck's tolerances. */
export interface GradgradcheckOptions extends GradcheckOptions {
  /** The gradient of each output to start from; default: fixed random numbers. */
  readonly gradOutputs?: OneOrMore;
}

/**
 * Compares the gradients of fn's gradients with central differences of the latter: true, or an error that names the element
 * that differs, or the operation that has no second derivative here. Both fn's inputs and the gradients of its outputs are
 * varied. As torch.autograd.gradgradcheck, with gradcheck's tolerances for float32.
 */
export function gradgradcheck(
  fn: (...inputs: Tensor[]) => OneOrMore,
  inputs: OneOrMore,
  { gradOutputs, eps = 1e-2, atol = 1e-2, rtol = 2e-2 }: GradgradcheckOptions = {},
): true {
  requireKnown("gradgradcheck", arguments, 3, ["eps", "atol", "rtol", "gradOutputs"]);
  requireFunction("gradgradcheck", fn);
  const xs = listOf(inputs);
  requireTensors("gradgradcheck", xs);
  requireVariables("gradgradcheck", xs);
  const ys = listOf(enableGrad(() => fn(...xs)));
  requireTensors("gradgradcheck", ys);
  const generator = new Generator(98);
  const seeds =
    gradOutputs === undefined
      ? ys.map(({ shape, count }) => {
          const values = Float32Array.from({ length: count }, () => 0.5 + generator.uniform());
          return tensor(values, { shape, requiresGrad: true });
        })
      : listOf(gradOutputs);
  requireTensors("gradgradcheck", seeds);
  requireNumbers("gradgradcheck", { eps, atol, rtol });
  const fits = (seed: Tensor, i: number) => seed.dtype === "float32" && sameShape(seed.shape, ys[i]!.shape);
  if (seeds.length !== ys.length || !seeds.every(fits) || ys.some(({ requiresGrad }) => !requiresGrad)) {
    const shapes = (list: readonly Tensor[]) => list.map(({ shape }) => show(shape)).join(", ");
    throw new Error(
      `gradgradcheck: expected outputs that require grad, and a float32 gradient of the shape of each, got outputs ${shapes(ys)} and gradients ${shapes(seeds)}`,
    );
  }
  const gradients = (...all: Tensor[]) =>
    enableGrad(() => {
      const given = all.slice(0, xs.length);
      const asked = given.filter((x) => x.requiresGrad);
      const found = grad(fn(...given), asked, {
        gradOutputs: all.slice(xs.length),
        createGraph: true,
        allowUnused: true,
      });
      return found.filter((each) => each !== null);
    });
  const varied = seeds.map((seed) => (seed.requiresGrad ? seed : seed.detach().requiresGrad_()));
  return compared("gradgradcheck", gradients, [...xs, ...varied], { eps, atol, rtol });
}
