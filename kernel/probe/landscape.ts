// How smooth the loss is along its gradient (Santurkar et al. 2018, arXiv 1805.11604, Sec. 3.1 and Fig. 4).

import type { Module } from "../nn";
import { requireInteger, requireKnown, requireRange, show } from "../tensor/arguments";
import { cosine, distance, evaluate, type Loss, learning, norm, place, valuesOf } from "./lossProbe";
import { untouched } from "./untouched";

export interface LandscapeOptions {
  /** The step that the training takes. */
  lr: number;
  /** From how many to how many times `lr` the walk goes. Default [½, 4]. */
  range?: readonly [number, number];
  /** Places on the walk, evenly apart, both ends included. Default 8. */
  points?: number;
}

const optionNames: readonly (keyof LandscapeOptions)[] = ["lr", "range", "points"];

export interface GradientPredictiveness {
  /** How far each place is along the gradient: x − steps[i]·∇. */
  readonly steps: readonly number[];
  /** ‖∇ at the place − ∇ at the start‖. */
  readonly differences: readonly number[];
  /** The cosine of the angle between them. */
  readonly cosines: readonly number[];
  /** ‖∇‖ at the start. */
  readonly gradientNorm: number;
}

export interface Landscape extends GradientPredictiveness {
  /** At the start. */
  readonly loss: number;
  /** At the places along the gradient, nearest first. */
  readonly losses: readonly number[];
  /** Smallest and largest of `losses`: the band of Fig. 4a. */
  readonly lossRange: readonly [number, number];
  /** Smallest and largest of `differences`: the band of Fig. 4b. */
  readonly differenceRange: readonly [number, number];
  /** Effective β-smoothness, Fig. 4c: the largest ‖difference of gradients‖ / ‖distance walked‖. */
  readonly smoothness: number;
}

/**
 * Walks from the parameters against the gradient, [½, 4] times the step, and tells at each place the loss and how much the
 * gradient has changed. A narrow range, a small change and a small β mean a landscape that a step can trust.
 *
 * The model is used in the mode it is in, and left as it was: parameters, buffers, gradients, random stream. Call it between
 * steps. Random layers draw the same numbers at every place.
 *
 * @example probe.landscape(net, () => nn.functional.crossEntropy(net.forward(x), y), { lr: 0.1 }).lossRange
 * @throws RangeError unless `lr` is above 0, `range` ascends from above 0, and there are at least 2 points.
 */
export function landscape(model: Module, loss: Loss, options: LandscapeOptions): Landscape {
  requireKnown("landscape", arguments, 3, optionNames);
  return walk("landscape", model, loss, options);
}

function walk(
  operation: string,
  model: Module,
  loss: Loss,
  options: LandscapeOptions | undefined,
): Landscape {
  const { lr = Number.NaN, range = [0.5, 4], points = 8 } = options ?? {};
  const parameters = learning(operation, model, loss).map(([, parameter]) => parameter);
  requireInteger(operation, "points", points, 2);
  requireRange(operation, "range", range);
  const [low, high] = range;
  if (!(lr > 0 && low > 0)) {
    throw new RangeError(
      `${operation}: expected lr and range above 0, got ${options?.lr} and ${show(range)}`,
    );
  }
  const steps = Array.from({ length: points }, (_, i) => lr * (low + ((high - low) * i) / (points - 1)));
  return untouched(model, () => {
    const from = valuesOf(parameters);
    const start = evaluate(loss, parameters);
    const places = steps.map((step) => {
      place(parameters, from, -step, start.gradients);
      return evaluate(loss, parameters);
    });
    const gradientNorm = norm(start.gradients);
    const differences = places.map(({ gradients }) => distance(gradients, start.gradients));
    const losses = places.map((each) => each.loss);
    return {
      steps,
      loss: start.loss,
      losses,
      lossRange: extremes(losses),
      differences,
      differenceRange: extremes(differences),
      cosines: places.map(({ gradients }) => cosine(gradients, start.gradients)),
      gradientNorm,
      smoothness: Math.max(...differences.map((difference, i) => difference / (steps[i]! * gradientNorm))),
    };
  });
}

/** The gradients' part of `landscape`: how well the gradient here predicts the gradient a step away. */
export function gradientPredictiveness(
  model: Module,
  loss: Loss,
  options: LandscapeOptions,
): GradientPredictiveness {
  requireKnown("gradientPredictiveness", arguments, 3, optionNames);
  const { steps, differences, cosines, gradientNorm } = walk("gradientPredictiveness", model, loss, options);
  return { steps, differences, cosines, gradientNorm };
}

const extremes = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;
