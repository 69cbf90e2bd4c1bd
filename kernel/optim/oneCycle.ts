// The 1cycle policy: up to a large rate and down to almost nothing, momentum the other way.

import { requireKnown } from "../tensor/arguments";
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

/** What OneCycleLR can be told. */
export interface OneCycleOptions {
  /** The highest rate: one for all groups, or one a group. */
  maxLr: number | readonly number[];
  /** How many steps the cycle has; or give epochs and stepsPerEpoch. */
  totalSteps?: number;
  /** With stepsPerEpoch, in place of totalSteps. */
  epochs?: number;
  /** With epochs, in place of totalSteps. */
  stepsPerEpoch?: number;
  /** The share of the cycle in which the rate rises. */
  pctStart?: number;
  /** The shape of the rise and the fall. Default "cos". */
  annealStrategy?: "cos" | "linear";
  /** Move momentum, or Adam's β₁, too: from maxMomentum down to baseMomentum and back. */
  cycleMomentum?: boolean;
  /** Where the rate is highest. Default 0.85. */
  baseMomentum?: number;
  /** At both ends. Default 0.95. */
  maxMomentum?: number;
  /** The first rate is maxLr / divFactor. */
  divFactor?: number;
  /** The last rate is the first / finalDivFactor. */
  finalDivFactor?: number;
  /** Fall back to the first rate as slowly as it rose, then on to the last. */
  threePhase?: boolean;
}

/** The rate (a multiple of maxLr) and momentum that a phase ends with, and the step at which. */
interface Corner {
  readonly step: number;
  readonly rate: number;
  readonly momentum: number;
}

/**
 * Step it after every batch. As torch's OneCycleLR; Smith & Topin, "Super-Convergence: Very Fast Training of Neural Networks
 * Using Large Learning Rates", 2017. Throws a RangeError for options that make no sense, and when stepped more than totalSteps
 * times; a TypeError for cycleMomentum on an optimizer that has neither momentum nor betas.
 */
export class OneCycleLR extends LRScheduler {
  readonly #maxLrs: readonly number[];
  readonly #totalSteps: number;
  readonly #corners: readonly Corner[];
  readonly #linear: boolean;
  readonly #cycleMomentum: boolean;

  constructor(
    optimizer: Scheduled,
    {
      maxLr,
      epochs = Number.NaN,
      stepsPerEpoch = Number.NaN,
      totalSteps = epochs * stepsPerEpoch,
      pctStart = 0.3,
      annealStrategy = "cos",
      cycleMomentum = true,
      baseMomentum = 0.85,
      maxMomentum = 0.95,
      divFactor = 25,
      finalDivFactor = 1e4,
      threePhase = false,
    }: OneCycleOptions,
  ) {
    requireKnown(new.target.name, arguments, 2, [
      "maxLr",
      "totalSteps",
      "epochs",
      "stepsPerEpoch",
      "pctStart",
      "annealStrategy",
      "cycleMomentum",
      "baseMomentum",
      "maxMomentum",
      "divFactor",
      "finalDivFactor",
      "threePhase",
    ]);
    const groups = groupsOf("OneCycleLR", optimizer);
    const maxLrs = oneEach("OneCycleLR", "maxLr", maxLr, groups);
    requireIntegers("OneCycleLR", { totalSteps });
    if (!(pctStart >= 0 && pctStart <= 1)) {
      throw new RangeError(`OneCycleLR: expected pctStart from 0 to 1, got ${pctStart}`);
    }
    if (annealStrategy !== "cos" && annealStrategy !== "linear") {
      throw new RangeError(`OneCycleLR: expected annealStrategy "cos" or "linear", got ${annealStrategy}`);
    }
    if (!(divFactor > 0 && finalDivFactor > 0)) {
      throw new RangeError(
        `OneCycleLR: expected divFactor and finalDivFactor above 0, got ${divFactor} and ${finalDivFactor}`,
      );
    }
    if (cycleMomentum) requireMomentum("OneCycleLR", groups);
    super(optimizer);
    this.#maxLrs = maxLrs;
    this.#totalSteps = totalSteps;
    const first = 1 / divFactor;
    const top = { step: pctStart * totalSteps - 1, rate: 1, momentum: baseMomentum };
    const back = { step: 2 * pctStart * totalSteps - 2, rate: first, momentum: maxMomentum };
    this.#corners = [
      { step: 0, rate: first, momentum: maxMomentum },
      top,
      ...(threePhase ? [back] : []),
      { step: totalSteps - 1, rate: first / finalDivFactor, momentum: maxMomentum },
    ];
    this.#linear = annealStrategy === "linear";
    this.#cycleMomentum = cycleMomentum;
    for (const [i, group] of groups.entries()) group.initialLr = maxLrs[i]! * first;
    this.start("lr");
  }

  protected override first(group: ScheduledGroup, _lr: number, index: number): number {
    return this.next(group, index);
  }

  override step(): void {
    requireKnown("step", arguments, 0);
    if (this.lastEpoch >= this.#totalSteps) {
      throw new RangeError(`OneCycleLR: expected at most ${this.#totalSteps} steps, got one more`);
    }
    super.step();
  }

  override loadStateDict(state: SchedulerState): void {
    requireKnown("loadStateDict", arguments, 1);
    super.loadStateDict(state);
    for (const [i, group] of this.groups.entries()) this.next(group, i); // for the momentum
  }

  protected override next(group: ScheduledGroup, index: number): number {
    const corners = this.#corners;
    const { lastEpoch } = this;
    const later = corners.findIndex(({ step }, i) => i > 0 && lastEpoch <= step);
    const end = later === -1 ? corners.length - 1 : later; // torch goes on past the end in its last phase, too
    const [from, to] = [corners[end - 1]!, corners[end]!];
    const share = to.step === from.step ? 1 : (lastEpoch - from.step) / (to.step - from.step);
    const blend = this.#linear ? share : (1 - Math.cos(Math.PI * share)) / 2;
    if (this.#cycleMomentum) setMomentum(group, from.momentum + (to.momentum - from.momentum) * blend);
    return this.#maxLrs[index]! * (from.rate + (to.rate - from.rate) * blend);
  }
}
