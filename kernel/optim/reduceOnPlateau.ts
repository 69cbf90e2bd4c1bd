// The schedule that looks at a metric: a lower rate when it has stopped improving.

import type { Tensor } from "../tensor";
import { requireNonNegative } from "./optimizer";
import { requireIntegers, type Scheduled } from "./scheduler";

export interface ReduceLROnPlateauOptions {
  /** Whether a better metric is a smaller or a larger one. */
  mode?: "min" | "max";
  /** lr ← max(factor·lr, minLr) */
  factor?: number;
  /** How many steps without improvement pass before the rate falls at the next. */
  patience?: number;
  /** An improvement is more than this: a share of the best (rel) or a difference from it (abs). */
  threshold?: number;
  thresholdMode?: "rel" | "abs";
  /** How many steps after a fall do not count. */
  cooldown?: number;
  /** One for all groups, or one a group. */
  minLr?: number | readonly number[];
  /** A fall by no more than this is left out. */
  eps?: number;
}

/** Call step(metric) after each validation. As torch's ReduceLROnPlateau. Throws a RangeError for options that make no sense. */
export class ReduceLROnPlateau {
  private readonly optimizer: Scheduled;
  private readonly options: Required<ReduceLROnPlateauOptions>;
  private readonly minLrs: readonly number[];
  private best: number;
  private badSteps = 0;
  private coolingFor = 0;

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
    const name = "ReduceLROnPlateau";
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
    this.minLrs = typeof minLr === "number" ? optimizer.paramGroups.map(() => minLr) : [...minLr];
    if (this.minLrs.length !== optimizer.paramGroups.length) {
      throw new RangeError(
        `${name}: expected ${optimizer.paramGroups.length} values of minLr, got ${this.minLrs.length}`,
      );
    }
    this.optimizer = optimizer;
    this.options = { mode, factor, patience, threshold, thresholdMode, cooldown, minLr, eps };
    this.best = mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  /** Takes the metric of this step, a number or a tensor of one element, and lowers the rates if it is time to. */
  step(metric: number | Tensor): void {
    const value = typeof metric === "number" ? metric : metric.item();
    if (this.improves(value)) {
      this.best = value;
      this.badSteps = 0;
    } else {
      this.badSteps++;
    }
    if (this.coolingFor > 0) {
      this.coolingFor--;
      this.badSteps = 0;
    }
    if (this.badSteps > this.options.patience) {
      this.reduce();
      this.coolingFor = this.options.cooldown;
      this.badSteps = 0;
    }
  }

  /** The learning rates now, one a group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  private improves(value: number): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    const sign = mode === "min" ? -1 : 1;
    // (1 ± threshold) · best, as PyTorch has it: for a negative best, rel asks for less than the best.
    const bar = thresholdMode === "rel" ? this.best * (1 + sign * threshold) : this.best + sign * threshold;
    return mode === "min" ? value < bar : value > bar;
  }

  private reduce(): void {
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      const lower = Math.max(group.lr * this.options.factor, this.minLrs[i]!);
      if (group.lr - lower > this.options.eps) group.lr = lower;
    }
  }
}
