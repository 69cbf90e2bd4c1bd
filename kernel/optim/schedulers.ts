// Schedules that are one formula: StepLR, MultiStepLR, ExponentialLR, CosineAnnealingLR, LinearWarmup.

import { describe } from "../tensor/arguments";
import { requireNonNegative } from "./optimizer";
import { LRScheduler, requireIntegers, type Scheduled, type ScheduledGroup } from "./scheduler";

/** lr ← gamma·lr after every stepSize steps. As torch's StepLR. Throws a RangeError for options that make no sense. */
export class StepLR extends LRScheduler {
  readonly #stepSize: number;
  readonly #gamma: number;

  constructor(optimizer: Scheduled, { stepSize, gamma = 0.1 }: { stepSize: number; gamma?: number }) {
    requireIntegers("StepLR", { stepSize });
    requireNonNegative("StepLR", { gamma }, ["gamma"]);
    super(optimizer);
    this.#stepSize = stepSize;
    this.#gamma = gamma;
  }

  protected override next({ lr }: ScheduledGroup): number {
    return this.lastEpoch % this.#stepSize === 0 ? lr * this.#gamma : lr;
  }
}

/**
 * lr ← gamma·lr at each milestone, a number of steps; given twice, twice. As torch's MultiStepLR. Throws a RangeError for
 * options that make no sense.
 */
export class MultiStepLR extends LRScheduler {
  readonly #milestones: readonly number[];
  readonly #gamma: number;

  constructor(
    optimizer: Scheduled,
    { milestones, gamma = 0.1 }: { milestones: readonly number[]; gamma?: number },
  ) {
    if (!Array.isArray(milestones)) {
      throw new TypeError(`MultiStepLR: expected an array of milestones, got ${describe(milestones)}`);
    }
    for (const milestone of milestones) requireIntegers("MultiStepLR", { milestone });
    requireNonNegative("MultiStepLR", { gamma }, ["gamma"]);
    super(optimizer);
    this.#milestones = [...milestones];
    this.#gamma = gamma;
  }

  protected override next({ lr }: ScheduledGroup): number {
    const times = this.#milestones.filter((milestone) => milestone === this.lastEpoch).length;
    return lr * this.#gamma ** times;
  }
}

/** lr ← gamma·lr at every step. As torch's ExponentialLR. Throws a RangeError for a gamma that makes no sense. */
export class ExponentialLR extends LRScheduler {
  readonly #gamma: number;

  constructor(optimizer: Scheduled, { gamma }: { gamma: number }) {
    requireNonNegative("ExponentialLR", { gamma }, ["gamma"]);
    super(optimizer);
    this.#gamma = gamma;
  }

  protected override next({ lr }: ScheduledGroup): number {
    return lr * this.#gamma;
  }
}

/**
 * lr = etaMin + (initial − etaMin)·(1 + cos(π·t/tMax))/2 after t steps: down to etaMin at tMax, then up again. As torch's
 * CosineAnnealingLR; Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017 (without the
 * restarts). Throws a RangeError for options that make no sense.
 */
export class CosineAnnealingLR extends LRScheduler {
  readonly #tMax: number;
  readonly #etaMin: number;

  constructor(optimizer: Scheduled, { tMax, etaMin = 0 }: { tMax: number; etaMin?: number }) {
    requireIntegers("CosineAnnealingLR", { tMax });
    requireNonNegative("CosineAnnealingLR", { etaMin }, ["etaMin"]);
    super(optimizer);
    this.#tMax = tMax;
    this.#etaMin = etaMin;
  }

  protected override next({ lr, initialLr }: ScheduledGroup): number {
    const t = this.lastEpoch;
    const [tMax, etaMin] = [this.#tMax, this.#etaMin];
    const height = (at: number) => 1 + Math.cos((Math.PI * at) / tMax);
    // One step past the bottom the ratio below is something over 0.
    if ((t - 1 - tMax) % (2 * tMax) === 0) {
      return lr + ((initialLr! - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    }
    return (height(t) / height(t - 1)) * (lr - etaMin) + etaMin;
  }
}

/**
 * lr = initial·(startFactor + (1 − startFactor)·t/totalIters) after t steps, from the start on; the initial rate after
 * totalIters. As torch's LinearLR with its endFactor of 1. Throws a RangeError for options that make no sense.
 */
export class LinearWarmup extends LRScheduler {
  readonly #startFactor: number;
  readonly #totalIters: number;

  constructor(
    optimizer: Scheduled,
    { startFactor = 1 / 3, totalIters = 5 }: { startFactor?: number; totalIters?: number } = {},
  ) {
    requireIntegers("LinearWarmup", { totalIters });
    if (!(startFactor > 0 && startFactor <= 1)) {
      throw new RangeError(`LinearWarmup: expected startFactor to be > 0 and ≤ 1, got ${startFactor}`);
    }
    super(optimizer);
    this.#startFactor = startFactor;
    this.#totalIters = totalIters;
    for (const group of this.groups) group.lr *= startFactor;
  }

  protected override next({ lr }: ScheduledGroup): number {
    const factor = (at: number) =>
      this.#startFactor + (1 - this.#startFactor) * Math.min(1, at / this.#totalIters);
    return lr * (factor(this.lastEpoch) / factor(this.lastEpoch - 1));
  }
}
