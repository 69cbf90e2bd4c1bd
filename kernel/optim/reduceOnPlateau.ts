// The schedule that looks at a metric: a lower rate when it has stopped improving.

import type { Tensor } from "../tensor";
import { describe, requireKnown, requireNonNegative } from "../tensor/arguments";

import {
  groupsOf,
  oneEach,
  requireIntegers,
  requireOneEach,
  type Scheduled,
  type ScheduledGroup,
} from "./scheduler";

/** What ReduceLROnPlateau can be told. */
export interface ReduceLROnPlateauOptions {
  /** Whether a better metric is a smaller or a larger one. */
  mode?: "min" | "max";
  /** lr ← max(factor·lr, minLr) */
  factor?: number;
  /** How many steps without improvement pass before the rate falls at the next. */
  patience?: number;
  /** An improvement is more than this: a share of the best (rel) or a difference from it (abs). */
  threshold?: number;
  /** Default "rel". */
  thresholdMode?: "rel" | "abs";
  /** How many steps after a fall do not count. */
  cooldown?: number;
  /** One for all groups, or one a group. */
  minLr?: number | readonly number[];
  /** A fall by no more than this is left out. */
  eps?: number;
}

/** Where a ReduceLROnPlateau is: numbers only, so that JSON keeps it. What the constructor was given is not in it. */
export interface PlateauState {
  /** The best metric so far, null before the first. */
  readonly best: number | null;
  /** Steps without improvement in a row. */
  readonly numBadEpochs: number;
  /** Steps that will still not count. */
  readonly cooldownCounter: number;
  /** The rates now, one a group. */
  readonly lastLr: readonly number[];
}

/** Call step(metric) after each validation. As torch's ReduceLROnPlateau. Throws a RangeError for options that make no sense. */
export class ReduceLROnPlateau {
  readonly #groups: readonly ScheduledGroup[];
  readonly #options: Required<ReduceLROnPlateauOptions>;
  readonly #minLrs: readonly number[];
  #best: number;
  #numBadEpochs = 0;
  #cooldownCounter = 0;

  constructor(
    optimizer: Scheduled,
    {
      mode = "min",
      factor = 0.1,
      patience = 10,
      threshold = 1e-4,
      thresholdMode = "rel",
      cooldown = 0,
      minLr = 0,
      eps = 1e-8,
    }: ReduceLROnPlateauOptions = {},
  ) {
    requireKnown(new.target.name, arguments, 2, [
      "mode",
      "factor",
      "patience",
      "threshold",
      "thresholdMode",
      "cooldown",
      "minLr",
      "eps",
    ]);
    const name = "ReduceLROnPlateau";
    const groups = groupsOf(name, optimizer);
    if (mode !== "min" && mode !== "max") {
      throw new RangeError(`${name}: expected mode "min" or "max", got ${mode}`);
    }
    if (thresholdMode !== "rel" && thresholdMode !== "abs") {
      throw new RangeError(`${name}: expected thresholdMode "rel" or "abs", got ${thresholdMode}`);
    }
    if (!(factor >= 0 && factor < 1)) {
      throw new RangeError(`${name}: expected factor to be ≥ 0 and < 1, got ${factor}`);
    }
    requireIntegers(name, { patience, cooldown }, 0);
    requireNonNegative(name, { threshold, eps }, ["threshold", "eps"]);
    this.#minLrs = oneEach(name, "minLr", minLr, groups);
    this.#groups = groups;
    this.#options = { mode, factor, patience, threshold, thresholdMode, cooldown, minLr, eps };
    this.#best = this.#worst();
  }

  /** Takes the metric of this step, a number or a tensor of one element, and lowers the rates if it is time to. */
  step(metric: number | Tensor): void {
    requireKnown("step", arguments, 1);
    const value = typeof metric === "number" ? metric : metric.item();
    if (this.#improves(value)) {
      this.#best = value;
      this.#numBadEpochs = 0;
    } else {
      this.#numBadEpochs++;
    }
    if (this.#cooldownCounter > 0) {
      this.#cooldownCounter--;
      this.#numBadEpochs = 0;
    }
    if (this.#numBadEpochs > this.#options.patience) {
      this.#reduce();
      this.#cooldownCounter = this.#options.cooldown;
      this.#numBadEpochs = 0;
    }
  }

  /** The learning rates now, one a group. */
  getLastLr(): number[] {
    requireKnown("getLastLr", arguments, 0);
    return this.#groups.map(({ lr }) => lr);
  }

  /** Where it is, for loadStateDict(). */
  stateDict(): PlateauState {
    requireKnown("stateDict", arguments, 0);
    return {
      best: Number.isFinite(this.#best) ? this.#best : null,
      numBadEpochs: this.#numBadEpochs,
      cooldownCounter: this.#cooldownCounter,
      lastLr: this.getLastLr(),
    };
  }

  /**
   * Goes on where the scheduler whose stateDict() this is has stopped, and sets the optimizer's rates to what they were then.
   * Make this one with the same options. Throws a RangeError, before anything changes, for a state of another number of groups
   * or of another kind of scheduler.
   */
  loadStateDict(state: PlateauState): void {
    requireKnown("loadStateDict", arguments, 1);
    const name = "ReduceLROnPlateau.loadStateDict";
    if (typeof state !== "object" || state === null) {
      throw new TypeError(`${name}: expected a state, got ${describe(state)}`);
    }
    const { best, numBadEpochs, cooldownCounter, lastLr } = state;
    requireIntegers(name, { numBadEpochs, cooldownCounter }, 0);
    requireOneEach(name, "lastLr", lastLr, this.#groups);
    this.#best = best ?? this.#worst();
    this.#numBadEpochs = numBadEpochs;
    this.#cooldownCounter = cooldownCounter;
    for (const [i, group] of this.#groups.entries()) group.lr = lastLr[i]!;
  }

  /** What every metric is better than. */
  #worst(): number {
    return this.#options.mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  #improves(value: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const sign = mode === "min" ? -1 : 1;
    // (1 ± threshold) · best, as PyTorch has it: for a negative best, rel asks for less than the best.
    const bar = thresholdMode === "rel" ? this.#best * (1 + sign * threshold) : this.#best + sign * threshold;
    return mode === "min" ? value < bar : value > bar;
  }

  #reduce(): void {
    for (const [i, group] of this.#groups.entries()) {
      const lower = Math.max(group.lr * this.#options.factor, this.#minLrs[i]!);
      if (group.lr - lower > this.#options.eps) group.lr = lower;
    }
  }
}
