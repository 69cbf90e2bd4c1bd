// What starts a walk back from a tensor: backward() with all that it can be told.

import { requireTensors } from "./arguments";
import { contiguousGradient, seedOf } from "./autograd";
import { BackwardPass } from "./backwardPass";
import { graphSeedOf, recordedGradients } from "./graphPass";
import { show } from "./shape";
import type { Tensor } from "./tensor";

export interface BackwardOptions {
  /** Keeps the graph for another walk. Default: what createGraph is. */
  readonly retainGraph?: boolean;
  /** Records the walk, so that the gradients can be differentiated in turn. Default false. */
  readonly createGraph?: boolean;
  /** The only tensors whose `.grad` is to change; default: all leaves. */
  readonly inputs?: Tensor | readonly Tensor[] | undefined;
}

/** Adds the gradient of `root` to `.grad` of what it came from. */
export function backward(
  root: Tensor,
  gradient: Tensor | null | undefined,
  { createGraph = false, retainGraph = createGraph, inputs }: BackwardOptions = {},
): void {
  const wanted = inputs === undefined ? null : new Set(requireInputs("backward", inputs));
  if (createGraph) {
    if (gradient) contiguousGradient("backward", "", gradient, root);
    const seed = graphSeedOf("backward", root, gradient);
    for (const [x, found] of recordedGradients({ root, seed, wanted, retainGraph })) x.addGraphGrad(found);
    return;
  }
  const pass = new BackwardPass(root.engine, wanted);
  pass.run(root, seedOf("backward", root, gradient), retainGraph);
  if (wanted === null) return;
  for (const [x, found] of pass.found) {
    x.addGrad(found);
    root.engine.release(found);
  }
}

/** The tensors whose gradients are asked for, as a list. */
export function requireInputs(operation: string, inputs: Tensor | readonly Tensor[]): readonly Tensor[] {
  const xs = Array.isArray(inputs) ? (inputs as readonly Tensor[]) : [inputs as Tensor];
  requireTensors(operation, xs);
  for (const [i, x] of xs.entries()) {
    if (!x.requiresGrad) {
      throw new Error(
        `${operation}: expected inputs that require grad, got input ${i} ${show(x.shape)} without`,
      );
    }
  }
  return xs;
}
