// Which learning rates a training takes (Smith 2017, arXiv 1506.01186, Sec. 3.3).
import type { Module } from "../nn";
import { enableGrad, type Tensor } from "../tensor";
import { requireInteger, requireKnown } from "../tensor/arguments";
import { numbersOf } from "../tensor/doors/numbers";
import { learning, write } from "./lossProbe";
import { untouched } from "./untouched";

export interface LrRangeTestOptions {
  /** The first learning rate. Default 1e-5. */
  from?: number;
  /** The last, unless the loss diverges before. Default 10. */
  to?: number;
  /** Steps from the first to the last, each the same factor larger. Default 100. */
  steps?: number;
  /** Weight of the past in the moving average of the losses. Default 0.9. */
  smoothing?: number;
  /** The test ends where the smoothed loss is so many times its smallest, or not finite. Default 4. */
  diverged?: number;
}

export interface LrRange {
  /** The learning rates tried, in order. */
  readonly lrs: readonly number[];
  /** Before the step with the learning rate of the same place. */
  readonly losses: readonly number[];
  /** Their debiased moving average. */
  readonly smoothed: readonly number[];
  /** Where the smoothed loss falls fastest: a good first choice. Null if it falls nowhere. */
  readonly steepest: number | null;
  /** The last one before the loss diverged, the largest that could be borne; null if it never diverged. */
  readonly divergedAt: number | null;
}

/**
 * Trains a little with plain gradient descent while the learning rate grows from step to step, and tells the losses. The model
 * is left as it was. Call it between steps.
 *
 * @example
 * const batches = [...loader];
 * const range = probe.lrRangeTest(net, (step) => lossOf(batches[step % batches.length]));
 * plot.line({ loss: { x: range.lrs, y: range.smoothed } }, { xTitle: "learning rate", logX: true })
 * @param loss Computes the loss of step 0, 1, …: of another batch each time.
 * @throws RangeError unless 0 < from < to, there are at least 2 steps, 0 ≤ smoothing < 1 and diverged > 1.
 */
export function lrRangeTest(
  model: Module,
  loss: (step: number) => Tensor,
  { from = 1e-5, to = 10, steps = 100, smoothing = 0.9, diverged = 4 }: LrRangeTestOptions = {},
): LrRange {
  requireKnown("lrRangeTest", arguments, 3, ["from", "to", "steps", "smoothing", "diverged"]);
  const parameters = learning("lrRangeTest", model, loss).map(([, parameter]) => parameter);
  requireInteger("lrRangeTest", "steps", steps, 2);
  if (!(from > 0 && from < to && smoothing >= 0 && smoothing < 1 && diverged > 1)) {
    throw new RangeError(
      `lrRangeTest: expected 0 < from < to, 0 ≤ smoothing < 1 and diverged > 1, got ${from}, ${to}, ${smoothing} and ${diverged}`,
    );
  }
  const [lrs, losses, smoothed]: [number[], number[], number[]] = [[], [], []];
  let [average, weight, best, divergedAt]: [number, number, number, number | null] = [0, 0, Infinity, null];
  untouched(model, () =>
    enableGrad(() => {
      for (let step = 0; step < steps; step++) {
        const lr = from * (to / from) ** (step / (steps - 1));
        for (const parameter of parameters) parameter.grad = null;
        const value = loss(step);
        const now = value.item();
        average = smoothing * average + (1 - smoothing) * now;
        weight = smoothing * weight + (1 - smoothing);
        if (!Number.isFinite(now) || average / weight > diverged * best) {
          divergedAt = lrs.at(-1) ?? null;
          return;
        }
        best = Math.min(best, average / weight);
        lrs.push(lr);
        losses.push(now);
        smoothed.push(average / weight);
        value.backward();
        for (const parameter of parameters) {
          if (parameter.grad === null) continue;
          const [values, gradient] = numbersOf(parameter, parameter.grad);
          write(
            parameter,
            Float32Array.from(values, (value, at) => value - lr * gradient[at]!),
          );
        }
      }
    }),
  );
  return { lrs, losses, smoothed, steepest: steepestOf(lrs, smoothed), divergedAt };
}

/** By central differences over log lr; the ends are left out. */
function steepestOf(lrs: readonly number[], smoothed: readonly number[]): number | null {
  let [steepest, least]: [number | null, number] = [null, 0];
  for (let i = 1; i + 1 < lrs.length; i++) {
    const slope = smoothed[i + 1]! - smoothed[i - 1]!;
    if (slope < least) [steepest, least] = [lrs[i]!, slope];
  }
  return steepest;
}
