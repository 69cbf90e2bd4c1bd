// When to end a training: a metric that has stopped improving.

import { keep, noGrad, type Tensor } from "../tensor";
import { describe, requireInteger, requireKnown, requireNonNegative } from "../tensor/arguments";

/** What has weights that can be put back: a module. */
interface Restorable {
  stateDict(): Readonly<Record<string, Tensor>>;
  loadStateDict(state: Record<string, Tensor>): unknown;
}

/** What EarlyStopping can be told. */
export interface EarlyStoppingOptions {
  /** How many steps without improvement in a row end the training. Default 10. */
  patience?: number;
  /** An improvement is more than this. Default 0. */
  minDelta?: number;
  /** Whether a better metric is a smaller or a larger one. Default "min". */
  mode?: "min" | "max";
  /** The model whose weights are kept at each improvement, and put back when the training ends. Default: none. */
  restoreBest?: Restorable | null;
}

/** Where an EarlyStopping is; save() keeps it. */
export interface EarlyStoppingState {
  /** The best metric so far, null before the first. */
  readonly best: number | null;
  /** The step of the best metric, from 0; −1 before the first. */
  readonly bestStep: number;
  /** How many steps there were. */
  readonly steps: number;
  /** The weights at the best step, null without restoreBest. */
  readonly weights: Readonly<Record<string, Tensor>> | null;
}

/**
 * Call step(metric) after each validation; it says when to stop: after `patience` steps in a row none of which improved on the
 * best by more than minDelta. NaN improves nothing. Throws a RangeError for options that make no sense.
 *
 * @example
 * const stopping = new optim.EarlyStopping({ patience: 5, restoreBest: net });
 * for (let epoch = 0; epoch < 100; epoch++) {
 *   if (stopping.step(validate())) break; // net has its best weights again
 * }
 */
export class EarlyStopping {
  readonly #options: Required<EarlyStoppingOptions>;
  #best: number | null = null;
  #bestStep = -1;
  #steps = 0;
  #weights: Readonly<Record<string, Tensor>> | null = null;

  constructor({ patience = 10, minDelta = 0, mode = "min", restoreBest = null }: EarlyStoppingOptions = {}) {
    const name = "EarlyStopping";
    requireKnown(name, arguments, 1, ["patience", "minDelta", "mode", "restoreBest"]);
    requireInteger(name, "patience", patience, 1);
    requireNonNegative(name, { minDelta }, ["minDelta"]);
    if (mode !== "min" && mode !== "max") {
      throw new RangeError(`${name}: expected mode "min" or "max", got ${describe(mode)}`);
    }
    if (restoreBest !== null && typeof restoreBest?.loadStateDict !== "function") {
      throw new TypeError(
        `${name}: expected restoreBest to be a model, got ${describe(restoreBest)}; write { restoreBest: net }`,
      );
    }
    this.#options = { patience, minDelta, mode, restoreBest };
  }

  /** The best metric so far, null before the first. */
  get best(): number | null {
    return this.#best;
  }

  /** The step of the best metric, from 0; −1 before the first. */
  get bestStep(): number {
    return this.#bestStep;
  }

  /** Takes the metric of this step, a number or a tensor of one element; whether to stop. Then the best weights are back. */
  step(metric: number | Tensor): boolean {
    requireKnown("step", arguments, 1);
    const value = typeof metric === "number" ? metric : metric?.item?.();
    if (typeof value !== "number") {
      throw new TypeError(
        `EarlyStopping.step: expected a number or a tensor of one, got ${describe(metric)}`,
      );
    }
    const { patience, restoreBest } = this.#options;
    if (this.#improves(value)) {
      this.#best = value;
      this.#bestStep = this.#steps;
      if (restoreBest !== null) this.#weights = copied(restoreBest.stateDict());
    }
    this.#steps++;
    const isOver = this.#steps - 1 - this.#bestStep >= patience;
    if (isOver && this.#weights !== null) this.restore();
    return isOver;
  }

  /** Puts the best weights back, where the training ended for another reason. Throws an Error where none were kept. */
  restore(): void {
    requireKnown("restore", arguments, 0);
    if (this.#weights === null) {
      throw new Error("restore: expected weights from a step with { restoreBest: net }, got none");
    }
    this.#options.restoreBest?.loadStateDict(this.#weights);
  }

  /** Where it is, for loadStateDict(). */
  stateDict(): EarlyStoppingState {
    requireKnown("stateDict", arguments, 0);
    return { best: this.#best, bestStep: this.#bestStep, steps: this.#steps, weights: this.#weights };
  }

  /** Goes on where the one whose stateDict() this is has stopped. Make this one with the same options. Throws a RangeError for another state. */
  loadStateDict(state: EarlyStoppingState): void {
    requireKnown("loadStateDict", arguments, 1);
    const name = "EarlyStopping.loadStateDict";
    if (typeof state !== "object" || state === null) {
      throw new TypeError(`${name}: expected a state, got ${describe(state)}`);
    }
    const { best, bestStep, steps, weights } = state;
    requireInteger(name, "steps", steps, 0);
    requireInteger(name, "bestStep", bestStep, -1);
    if (best !== null && typeof best !== "number") {
      throw new RangeError(`${name}: expected best to be a number or null, got ${describe(best)}`);
    }
    if (
      this.#options.restoreBest !== null &&
      best !== null &&
      (typeof weights !== "object" || weights === null)
    ) {
      throw new RangeError(`${name}: expected the weights at the best step, got ${describe(weights)}`);
    }
    this.#best = best;
    this.#bestStep = bestStep;
    this.#steps = steps;
    this.#weights = weights === null || this.#options.restoreBest === null ? null : copied(weights);
  }

  #improves(value: number): boolean {
    const { mode, minDelta } = this.#options;
    if (Number.isNaN(value)) return false;
    if (this.#best === null) return true;
    return mode === "min" ? value < this.#best - minDelta : value > this.#best + minDelta;
  }
}

/** The tensors as they are now; they outlive a tidy() around the step. */
function copied(state: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return noGrad(() => Object.fromEntries(Object.entries(state).map(([name, x]) => [name, keep(x.clone())])));
}
