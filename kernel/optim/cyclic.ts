// A rate that goes up and down between two bounds, momentum the other way.

import { describe, requireKnown, requireNonNegative } from "../tensor/arguments";

import {
  groupsOf,
  LRScheduler,
  oneEach,
  requireIntegers,
  requireMomentum,
  type Scheduled,
  type ScheduledGroup,
  type SchedulerState,
  setMomentum,
} from "./scheduler";

/** What CyclicLR can be told. */
export interface CyclicOptions {
  /** The rate at the bottom: one for all groups, or one a group. */
  baseLr: number | readonly number[];
  /** The rate at the top of the first cycle. */
  maxLr: number | readonly number[];
  /** How many steps lead up. Default 2000. */
  stepSizeUp?: number;
  /** How many steps lead down again. Default stepSizeUp. */
  stepSizeDown?: number;
  /** What becomes of the height: it stays (default), is halved each cycle, or falls by gamma at each step. */
  mode?: "triangular" | "triangular2" | "exp_range";
  /** For "exp_range": the height after t steps is gammaᵗ. Default 1. */
  gamma?: number;
  /** A height of your own in place of the mode's: of the cycle, from 1 on, or of the step, from 0 on. */
  scaleFn?: (x: number) => number;
  /** What scaleFn is given. Default "cycle". */
  scaleMode?: "cycle" | "iterations";
  /** Move momentum, or Adam's β₁, too: from maxMomentum down to baseMomentum and back. Default true. */
  cycleMomentum?: boolean;
  /** Where the rate is highest: one for all groups, or one a group. Default 0.8. */
  baseMomentum?: number | readonly number[];
  /** Where the rate is lowest. Default 0.9. */
  maxMomentum?: number | readonly number[];
}

const modes = ["triangular", "triangular2", "exp_range"] as const;

/**
 * Step it after every batch: lr = baseLr + (maxLr − baseLr)·s·h, where s goes from 0 to 1 in stepSizeUp steps and back in
 * stepSizeDown, and h is the mode's height. As torch's CyclicLR, and for Adam's β₁ as its newer ones; Smith, "Cyclical
 * Learning Rates for Training Neural Networks", WACV 2017. Throws a RangeError for options that make no sense; a TypeError
 * for cycleMomentum on an optimizer that has neither momentum nor betas.
 */
export class CyclicLR extends LRScheduler {
  readonly #baseLrs: readonly number[];
  readonly #maxLrs: readonly number[];
  readonly #total: number;
  readonly #up: number;
  readonly #height: (cycle: number) => number;
  readonly #momenta: readonly (readonly [base: number, max: number])[] | null;

  constructor(
    optimizer: Scheduled,
    {
      baseLr,
      maxLr,
      stepSizeUp = 2000,
      stepSizeDown = stepSizeUp,
      mode = "triangular",
      gamma = 1,
      scaleFn,
      scaleMode = "cycle",
      cycleMomentum = true,
      baseMomentum = 0.8,
      maxMomentum = 0.9,
    }: CyclicOptions,
  ) {
    const { name } = new.target;
    requireKnown(name, arguments, 2, [
      "baseLr",
      "maxLr",
      "stepSizeUp",
      "stepSizeDown",
      "mode",
      "gamma",
      "scaleFn",
      "scaleMode",
      "cycleMomentum",
      "baseMomentum",
      "maxMomentum",
    ]);
    const groups = groupsOf(name, optimizer);
    const baseLrs = oneEach(name, "baseLr", baseLr, groups);
    const maxLrs = oneEach(name, "maxLr", maxLr, groups);
    requireIntegers(name, { stepSizeUp, stepSizeDown });
    requireNonNegative(name, { gamma }, ["gamma"]);
    if (!modes.includes(mode)) {
      throw new RangeError(`${name}: expected mode "${modes.join('", "')}", got ${describe(mode)}`);
    }
    if (scaleFn !== undefined && typeof scaleFn !== "function") {
      throw new TypeError(`${name}: expected scaleFn to be a function, got ${describe(scaleFn)}`);
    }
    if (scaleMode !== "cycle" && scaleMode !== "iterations") {
      throw new RangeError(`${name}: expected scaleMode "cycle" or "iterations", got ${describe(scaleMode)}`);
    }
    const bases = oneEach(name, "baseMomentum", baseMomentum, groups);
    const tops = oneEach(name, "maxMomentum", maxMomentum, groups);
    if (cycleMomentum) requireMomentum(name, groups);
    super(optimizer);
    this.#baseLrs = baseLrs;
    this.#maxLrs = maxLrs;
    this.#total = stepSizeUp + stepSizeDown;
    this.#up = stepSizeUp / this.#total;
    this.#momenta = cycleMomentum ? bases.map((base, i) => [base, tops[i]!]) : null;
    this.#height = (cycle) => {
      if (scaleFn !== undefined) return scaleFn(scaleMode === "cycle" ? cycle : this.lastEpoch);
      if (mode === "triangular") return 1;
      return mode === "triangular2" ? 2 ** (1 - cycle) : gamma ** this.lastEpoch;
    };
    this.start("lr");
  }

  protected override first(group: ScheduledGroup, _lr: number, index: number): number {
    return this.next(group, index);
  }

  override loadStateDict(state: SchedulerState): void {
    requireKnown("loadStateDict", arguments, 1);
    super.loadStateDict(state);
    for (const [i, group] of this.groups.entries()) this.next(group, i); // for the momentum
  }

  protected override next(group: ScheduledGroup, index: number): number {
    const turns = this.lastEpoch / this.#total;
    const cycle = Math.floor(1 + turns);
    const x = 1 + turns - cycle;
    const share = x <= this.#up ? x / this.#up : (x - 1) / (this.#up - 1);
    const height = share * this.#height(cycle);
    if (this.#momenta !== null) {
      const [base, max] = this.#momenta[index]!;
      setMomentum(group, max - (max - base) * height);
    }
    const baseLr = this.#baseLrs[index]!;
    return baseLr + (this.#maxLrs[index]! - baseLr) * height;
  }
}
