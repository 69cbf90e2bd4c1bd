// Gradients without `.grad`: of chosen tensors. Exported as `autograd`, with what checks and takes them further.

import { requireKnown, requireTensors } from "./arguments";
import { contiguousGradient, seedOf } from "./autograd";
import { requireInputs } from "./backward";
import { BackwardPass } from "./backwardPass";
import { graphSeedOf, recordedGradients } from "./graphPass";
import { enableGrad } from "./runtime";
import { show, stridesOf } from "./shape";
import type { Tensor } from "./tensor";

export type OneOrMore = Tensor | readonly Tensor[];

export interface GradOptions {
  /** The gradient of each output to start from; may be left out for outputs of one element. */
  readonly gradOutputs?: OneOrMore;
  /** Keeps the graph for another walk. Default: what createGraph is. */
  readonly retainGraph?: boolean;
  /** Records the walk, so that the gradients can be differentiated in turn. Default false. */
  readonly createGraph?: boolean;
  /** Gives null, not an error, for an input that the outputs do not depend on. */
  readonly allowUnused?: boolean;
}

/**
 * The gradients of the (summed) outputs with respect to each input, leaving every `.grad` as it is. As torch.autograd.grad;
 * each result has its input's shape, and with `createGraph` a graph of its own. Throws an Error where an operation on the
 * way has no second derivative here, naming it.
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
  { gradOutputs, createGraph = false, retainGraph = createGraph, allowUnused = false }: GradOptions = {},
): (Tensor | null)[] {
  requireKnown("grad", arguments, 3, ["gradOutputs", "retainGraph", "allowUnused", "createGraph"]);
  const ys = listOf(outputs);
  const seeds = gradOutputs === undefined ? [] : listOf(gradOutputs);
  const xs = listOf(inputs);
  for (const list of [ys, xs, seeds]) requireTensors("grad", list);
  if (ys.length === 0 || xs.length === 0 || (seeds.length > 0 && seeds.length !== ys.length)) {
    throw new Error(
      `grad: expected outputs, inputs, and as many gradOutputs as outputs if any, got ${ys.length}, ${xs.length} and ${seeds.length}`,
    );
  }
  requireInputs("grad", xs);
  const [root, seed] = ys.length === 1 ? [ys[0]!, seeds[0]] : [combined(ys, seeds), undefined];
  const found = createGraph
    ? graphOf(root, seed, new Set(xs), retainGraph)
    : plainOf(root, seed, new Set(xs), retainGraph);
  return xs.map((x, i) => {
    const gradient = found.get(x);
    if (gradient !== undefined) return gradient;
    if (allowUnused) return null;
    throw new Error(
      `grad: expected outputs that depend on every input, got none that depends on input ${i} ${show(x.shape)}; pass { allowUnused: true } to get null for it`,
    );
  });
}

function graphOf(root: Tensor, gradient: Tensor | undefined, wanted: Set<Tensor>, retainGraph: boolean) {
  if (gradient !== undefined) contiguousGradient("grad", "", gradient, root);
  return recordedGradients({ root, seed: graphSeedOf("grad", root, gradient), wanted, retainGraph });
}

function plainOf(root: Tensor, gradient: Tensor | undefined, wanted: Set<Tensor>, retainGraph: boolean) {
  const pass = new BackwardPass(root.engine, wanted);
  pass.run(root, seedOf("grad", root, gradient), retainGraph);
  const tensors = new Map<Tensor, Tensor>();
  for (const [x, storage] of pass.found) {
    tensors.set(x, x.engine.view(storage, 0, x.shape, stridesOf(x.shape), "float32"));
  }
  return tensors;
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

/** A tensor, or several, as a list. */
export function listOf(tensors: OneOrMore): readonly Tensor[] {
  return Array.isArray(tensors) ? tensors : [tensors as Tensor];
}
