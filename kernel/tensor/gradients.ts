// Gradients without backward(): of chosen tensors, and checked against finite differences. Exported as `autograd`.

import {
  refuseCreateGraph,
  requireFunction,
  requireKnown,
  requireNumbers,
  requireTensors,
} from "./arguments";
import { BackwardPass, seedOf } from "./autograd";
import { tensor } from "./creation";
import { Generator } from "./math/random";
import { enableGrad, noGrad } from "./runtime";
import { show, stridesOf } from "./shape";
import type { Tensor } from "./tensor";

type OneOrMore = Tensor | readonly Tensor[];

export interface GradOptions {
  /** The gradient of each output to start from; may be left out for outputs of one element. */
  readonly gradOutputs?: OneOrMore;
  /** Keeps the graph for another walk. */
  readonly retainGraph?: boolean;
  /** Not to be had: gradients carry no graph here. Refused if true, so that nobody counts on it. */
  readonly createGraph?: false;
  /** Gives null, not an error, for an input that the outputs do not depend on. */
  readonly allowUnused?: boolean;
}

/**
 * The gradients of the (summed) outputs with respect to each input, leaving every `.grad` as it is. As torch.autograd.grad;
 * the gradients themselves carry no graph (there is no createGraph). Each result has its input's shape.
 */
export function grad(
  outputs: OneOrMore,
  inputs: OneOrMore,
  options: GradOptions & { readonly allowUnused: true },
): (Tensor | null)[];
export function grad(outputs: OneOrMore, inputs: OneOrMore, options?: GradOptions): Tensor[];
export function grad(
  outputs: OneOrMore,
  inputs: OneOrMore,
  { gradOutputs, retainGraph = false, allowUnused = false, createGraph }: GradOptions = {},
): (Tensor | null)[] {
  requireKnown("grad", arguments, 3, ["gradOutputs", "retainGraph", "allowUnused", "createGraph"]);
  refuseCreateGraph("grad", createGraph);
  const ys = listOf(outputs);
  const xs = listOf(inputs);
  const seeds = gradOutputs === undefined ? [] : listOf(gradOutputs);
  for (const list of [ys, xs, seeds]) requireTensors("grad", list);
  if (ys.length === 0 || xs.length === 0 || (gradOutputs !== undefined && seeds.length !== ys.length)) {
    throw new RangeError(
      `grad: expected outputs, inputs, and as many gradOutputs as outputs if any, got ${ys.length}, ${xs.length} and ${seeds.length}`,
    );
  }
  for (const [i, x] of xs.entries()) {
    if (!x.requiresGrad) {
      throw new Error(`grad: expected inputs that require grad, got input ${i} ${show(x.shape)} without`);
    }
  }
  const [root, seed] = ys.length === 1 ? [ys[0]!, seeds[0]] : [combined(ys, seeds), undefined];
  const pass = new BackwardPass(root.engine, new Set(xs));
  pass.run(root, seedOf("grad", root, seed), retainGraph);
  return xs.map((x, i) => {
    const storage = pass.found.get(x);
    if (storage !== undefined) return x.engine.view(storage, 0, x.shape, stridesOf(x.shape), "float32");
    if (allowUnused) return null;
    throw new Error(
      `grad: expected outputs that depend on every input, got none that depends on input ${i} ${show(x.shape)}; pass { allowUnused: true } to get null for it`,
    );
  });
}

/** Σ of all outputs, each weighted by its gradient: one root for one walk. */
function combined(outputs: readonly Tensor[], seeds: readonly Tensor[]): Tensor {
  return enableGrad(() =>
    outputs
      .map((y, i) => {
        const seed = seeds[i];
        if (seed === undefined && y.numel() !== 1) {
          throw new Error(
            `grad: expected outputs of one element, got shape ${show(y.shape)} for output ${i}; pass gradOutputs`,
          );
        }
        return (seed === undefined ? y : y.mul(seed)).sum();
      })
      .reduce((sum, y) => sum.add(y)),
  );
}

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
  { eps = 1e-2, atol = 1e-2, rtol = 2e-2 }: GradcheckOptions = {},
): true {
  requireKnown("gradcheck", arguments, 3, ["eps", "atol", "rtol"]);
  requireFunction("gradcheck", fn);
  requireNumbers("gradcheck", { eps, atol, rtol });
  const xs = listOf(inputs);
  requireTensors("gradcheck", xs);
  const variables = xs.filter((x) => x.requiresGrad);
  if (variables.length === 0 || variables.some((x) => !x.isContiguous())) {
    throw new Error(
      `gradcheck: expected contiguous inputs, one of which requires grad, got ${variables.length} that do; make them with { requiresGrad: true }`,
    );
  }
  const generator = new Generator(99);
  const ys = listOf(enableGrad(() => fn(...xs)));
  requireTensors("gradcheck", ys);
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
        `gradcheck: expected ${difference} by finite differences for element ${i} of input ${xs.indexOf(x)} ${show(x.shape)}, got a gradient of ${gradient[i]}`,
      );
    }
  }
  return true;
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

function listOf(tensors: OneOrMore): readonly Tensor[] {
  return Array.isArray(tensors) ? tensors : [tensors as Tensor];
}
