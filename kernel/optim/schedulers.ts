// Schedules that are one formula of the step.

import { describe, optionsOf, requireNonNegative } from "../tensor/arguments";

import { LRScheduler, requireIntegers, type Scheduled, type ScheduledGroup } from "./scheduler";

/** lr ← gamma·lr after every stepSize steps. As torch's StepLR. Throws a RangeError for options that make no sense. */
export class StepLR extends LRScheduler {
  readonly #stepSize: number;
  readonly #gamma: number;

  constructor(
    optimizer: Scheduled,
    options: { stepSize: number; gamma?: number } | number,
    ...more: [gamma?: number]
  ) {
    const names = ["stepSize", "gamma"] as const;
    const { stepSize, gamma = 0.1 } = optionsOf<{ stepSize: number; gamma?: number }>(
      "StepLR",
      names,
      options,
      more,
    );
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
    options: { milestones: readonly number[]; gamma?: number } | readonly number[],
    ...more: [gamma?: number]
  ) {
    const names = ["milestones", "gamma"] as const;
    const { milestones, gamma = 0.1 } = optionsOf<{ milestones: readonly number[]; gamma?: number }>(
      "MultiStepLR",
      names,
      options,
      more,
    );
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

  constructor(optimizer: Scheduled, options: { gamma: number } | number, ...more: never[]) {
    const { gamma } = optionsOf<{ gamma: number }>("ExponentialLR", ["gamma"], options, more);
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

  constructor(
    optimizer: Scheduled,
    options: { tMax: number; etaMin?: number } | number,
    ...more: [etaMin?: number]
  ) {
    const names = ["tMax", "etaMin"] as const;
    const { tMax, etaMin = 0 } = optionsOf<{ tMax: number; etaMin?: number }>(
      "CosineAnnealingLR",
      names,
      options,
      more,
    );
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

/** What a LinearLR can be told. */
export interface LinearLROptions {
  /** The factor of the initial rate at the start, > 0 and ≤ 1. Default 1/3. */
  startFactor?: number;
  /** The factor from totalIters steps on, 0 … 1. Default 1: a warmup. */
  endFactor?: number;
  /** How many steps lead from one to the other. Default 5. */
  totalIters?: number;
}

/**
 * lr = initial·(startFactor + (endFactor − startFactor)·t/totalIters) after t steps, from the start on, and
 * initial·endFactor after totalIters: a warmup. As torch's LinearLR. Throws a RangeError for options that make no sense.
 */
export class LinearLR extends LRScheduler {
  readonly #startFactor: number;
  readonly #endFactor: number;
  readonly #totalIters: number;

  constructor(
    optimizer: Scheduled,
    options: LinearLROptions | number = {},
    ...more: [endFactor?: number, totalIters?: number]
  ) {
    const names = ["startFactor", "endFactor", "totalIters"] as const;
    const settings = optionsOf<LinearLROptions>("LinearLR", names, options, more);
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = settings;
    requireIntegers("LinearLR", { totalIters });
    if (!(startFactor > 0 && startFactor <= 1)) {
      throw new RangeError(`LinearLR: expected startFactor to be > 0 and ≤ 1, got ${startFactor}`);
    }
    if (!(endFactor >= 0 && endFactor <= 1)) {
      throw new RangeError(`LinearLR: expected endFactor to be ≥ 0 and ≤ 1, got ${endFactor}`);
    }
    super(optimizer);
    this.#startFactor = startFactor;
    this.#endFactor = endFactor;
    this.#totalIters = totalIters;
    this.start("lr");
  }

  protected override first(_group: ScheduledGroup, lr: number): number {
    return lr * this.#startFactor;
  }

  protected override next({ lr }: ScheduledGroup): number {
    const factor = (at: number) =>
      this.#startFactor + (this.#endFactor - this.#startFactor) * Math.min(1, at / this.#totalIters);
    return lr * (factor(this.lastEpoch) / factor(this.lastEpoch - 1));
  }
}

/** What a ConstantLR can be told. */
export interface ConstantLROptions {
  /** The factor of the rate until then, 0 … 1. Default 1/3. */
  factor?: number;
  /** After how many steps the rate is whole. Default 5. */
  totalIters?: number;
}

/**
 * lr = initial·factor until totalIters steps, then initial. As torch's ConstantLR. Throws a RangeError for options that make
 * no sense.
 */
export class ConstantLR extends LRScheduler {
  readonly #factor: number;
  readonly #totalIters: number;

  constructor(
    optimizer: Scheduled,
    options: ConstantLROptions | number = {},
    ...more: [totalIters?: number]
  ) {
    const names = ["factor", "totalIters"] as const;
    const settings = optionsOf<ConstantLROptions>("ConstantLR", names, options, more);
    const { factor = 1 / 3, totalIters = 5 } = settings;
    requireIntegers("ConstantLR", { totalIters });
    if (!(factor >= 0 && factor <= 1)) {
      throw new RangeError(`ConstantLR: expected factor to be ≥ 0 and ≤ 1, got ${factor}`);
    }
    super(optimizer);
    this.#factor = factor;
    this.#totalIters = totalIters;
    this.start("lr");
  }

  protected override first(_group: ScheduledGroup, lr: number): number {
    return lr * this.#factor;
  }

  protected override next({ lr, initialLr }: ScheduledGroup): number {
    if (this.lastEpoch !== this.#totalIters) return lr;
    return this.#factor === 0 ? initialLr! : lr * (1 / this.#factor);
  }
}

/** What a PolynomialLR can be told. */
export interface PolynomialLROptions {
  /** After how many steps the rate is 0. Default 5. */
  totalIters?: number;
  /** Default 1: a straight line. */
  power?: number;
}

/**
 * lr = initial·(1 − t/totalIters)^power after t steps, 0 from totalIters on. As torch's PolynomialLR. Throws a RangeError for
 * options that make no sense.
 */
export class PolynomialLR extends LRScheduler {
  readonly #totalIters: number;
  readonly #power: number;

  constructor(optimizer: Scheduled, options: PolynomialLROptions | number = {}, ...more: [power?: number]) {
    const names = ["totalIters", "power"] as const;
    const { totalIters = 5, power = 1 } = optionsOf<PolynomialLROptions>(
      "PolynomialLR",
      names,
      options,
      more,
    );
    requireIntegers("PolynomialLR", { totalIters });
    requireNonNegative("PolynomialLR", { power }, ["power"]);
    super(optimizer);
    this.#totalIters = totalIters;
    this.#power = power;
  }

  protected override next({ lr }: ScheduledGroup): number {
    if (this.lastEpoch > this.#totalIters) return lr;
    const left = (at: number) => 1 - at / this.#totalIters;
    return lr * (left(this.lastEpoch) / left(this.lastEpoch - 1)) ** this.#power;
  }
}
