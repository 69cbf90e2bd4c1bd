// The walk back that records itself, so that gradients can be differentiated in turn: createGraph. Rules say by `formula`
// what they give as compositions of operations; the walk without a graph (autograd.ts) never looks here.

import { consume, contiguousGradient, graphOf, type Node, requireRoot, requireUnchanged } from "./autograd";
import { type Shape, sameShape } from "./shape";
import type { Tensor } from "./tensor";

/** Where a walk starts, and what it is for. */
interface Walk {
  readonly root: Tensor;
  /** The gradient of the root. */
  readonly seed: Tensor;
  /** The tensors whose gradients are asked for; null for all leaves, and what retainGrad() was said of. */
  readonly wanted: ReadonlySet<Tensor> | null;
  readonly retainGraph: boolean;
}

/** The gradients that a walk finds, by the tensors they are of, each with a graph of its own. */
export function recordedGradients({ root, seed, wanted, retainGraph }: Walk): Map<Tensor, Tensor> {
  const { engine } = root;
  const number = ++engine.passes;
  const nodes = root.gradFn === null ? [] : graphOf(root.gradFn, number);
  const leads = leadingTo(nodes, wanted);
  const gradients = new Map<Node, Tensor>();
  const leaves = new Map<Tensor, Tensor>();
  const found = new Map<Tensor, Tensor>();
  const give = (x: Tensor, gradient: Tensor) => {
    const own = summedTo(gradient, x.shape);
    const sum = (before: Tensor | undefined) => (before === undefined ? own : before.add(own));
    if (x.gradFn === null) leaves.set(x, sum(leaves.get(x)));
    else gradients.set(x.gradFn, sum(gradients.get(x.gradFn)));
  };
  const recording = engine.gradEnabled;
  engine.gradEnabled = true;
  try {
    give(root, seed);
    for (const node of nodes) {
      const given = gradients.get(node);
      if (given === undefined) continue;
      gradients.delete(node);
      requireUnchanged(node);
      const { output, inputs } = node;
      const dy = throughHooks(output, given);
      if (wanted?.has(output) ?? output.retainsGrad) found.set(output, dy);
      if (!leads.has(node)) continue;
      const parts = formulaOf(node, dy);
      for (const [i, x] of inputs.entries()) if (asks(x, wanted, leads)) give(x, parts[i]!());
    }
    for (const [x, gradient] of leaves) found.set(x, throughHooks(x, gradient));
  } finally {
    engine.gradEnabled = recording;
  }
  if (!retainGraph) consume(engine, nodes, number);
  return found;
}

/** The gradient that a walk with a graph starts from. */
export function graphSeedOf(operation: string, root: Tensor, gradient: Tensor | null | undefined): Tensor {
  requireRoot(operation, root, gradient);
  if (gradient === undefined || gradient === null) {
    const one = root.engine.empty(root.shape, "float32");
    root.engine.f32[one.pointer >>> 2] = 1;
    return one;
  }
  return gradient;
}

/** Whether x, an input of a node, is on the way to what is asked for. */
function asks(x: Tensor, wanted: ReadonlySet<Tensor> | null, leads: ReadonlySet<Node>): boolean {
  if (!x.requiresGrad) return false;
  return wanted === null || wanted.has(x) || (x.gradFn !== null && leads.has(x.gradFn));
}

/** The nodes, given newest first, from which a way leads on to what is asked for. */
function leadingTo(nodes: readonly Node[], wanted: ReadonlySet<Tensor> | null): ReadonlySet<Node> {
  const leads = new Set<Node>();
  for (const node of nodes.toReversed()) {
    if (node.inputs.some((x) => asks(x, wanted, leads))) leads.add(node);
  }
  return leads;
}

function formulaOf(node: Node, dy: Tensor): readonly (() => Tensor)[] {
  const { rule } = node;
  if (rule.formula !== undefined) return rule.formula(node, dy);
  throw new Error(
    `createGraph: the gradient of "${rule.name}" cannot itself be differentiated here; ` +
      "write that step with other operations, or take differences of gradients at two points",
  );
}

/** The gradient of x as its hooks leave it; each sees a copy. */
function throughHooks(x: Tensor, gradient: Tensor): Tensor {
  let current = gradient;
  for (const hook of x.hooks ?? []) {
    const returned: unknown = hook(current.clone());
    if (returned === undefined || returned === null) continue;
    current = contiguousGradient("registerHook", "the hook to return nothing or ", returned, x);
  }
  return current;
}

/** The sum of a gradient over what its tensor, of shape `shape`, was broadcast along. */
function summedTo(gradient: Tensor, shape: Shape): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient;
  const added = gradient.shape.length - shape.length;
  const repeated = gradient.shape.flatMap((size, i) =>
    i < added || (shape[i - added] === 1 && size !== 1) ? [i] : [],
  );
  return (repeated.length === 0 ? gradient : gradient.sum(repeated)).reshape(shape);
}
