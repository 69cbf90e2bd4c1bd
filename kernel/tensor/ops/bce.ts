// Binary cross-entropy of probabilities, whose gradient stays finite at 0 and 1.

import { type Rule, record } from "../autograd";
import { show } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat } from "./check";
import { contiguous } from "./view";

/** PyTorch's bounds: of a logarithm, and of what the gradient divides by. */
const leastLog = -100;
const leastVariance = 1e-12;

const log = (p: number) => Math.max(Math.log(p), leastLog);

// dp = dy·(p − t)/max((1 − p)·p, 1e-12), dt = dy·(log(1 − p) − log p)
const bceRule: Rule = {
  name: "binaryCrossEntropy",
  reads: "inputs",
  sharesGradient: true,
  backward(node, dy, pass) {
    const [p, t] = node.inputs as [Tensor, Tensor];
    const { f32 } = pass.engine;
    for (const [side, input] of node.inputs.entries()) {
      if (!input.requiresGrad) continue;
      const dx = pass.allocate(input);
      const [x, y, from, to] = [p.pointer >>> 2, t.pointer >>> 2, dy.pointer >>> 2, dx.pointer >>> 2];
      for (let i = 0; i < p.count; i++) {
        const own = f32[x + i]!;
        f32[to + i] =
          side === 0
            ? (f32[from + i]! * (own - f32[y + i]!)) / Math.max((1 - own) * own, leastVariance)
            : f32[from + i]! * (log(1 - own) - log(own));
      }
      pass.give(input, dx);
    }
  },
  formula({ inputs }, dy) {
    const [p, t] = inputs as [Tensor, Tensor];
    const rest = p.neg().add(1);
    const bounded = (x: Tensor) => x.log().clamp({ min: leastLog });
    return [
      () => dy.mul(p.sub(t)).div(rest.mul(p).clamp({ min: leastVariance })),
      () => dy.mul(bounded(rest).sub(bounded(p))),
    ];
  },
};

/**
 * −(t·log p + (1 − t)·log(1 − p)) of each probability and target, of equal shapes; a logarithm counts as −100 at least.
 * Throws a RangeError for a probability outside 0 … 1.
 */
export function binaryCrossEntropies(operation: string, input: Tensor, target: Tensor): Tensor {
  const p = contiguous(requireFloat(operation, input));
  const t = contiguous(requireFloat(operation, target));
  const y = p.engine.emptyLike(p, "float32");
  const { f32 } = p.engine;
  const [x, from, to] = [p.pointer >>> 2, t.pointer >>> 2, y.pointer >>> 2];
  for (let i = 0; i < p.count; i++) {
    const own = f32[x + i]!;
    if (!(own >= 0 && own <= 1)) {
      throw new RangeError(
        `${operation}: expected probabilities from 0 to 1, got ${own} in ${show(p.shape)}; for logits take binaryCrossEntropyWithLogits`,
      );
    }
    f32[to + i] = (f32[from + i]! - 1) * log(1 - own) - f32[from + i]! * log(own);
  }
  return record(bceRule, y, [p, t], undefined);
}
