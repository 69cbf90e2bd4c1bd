// Schedules made of schedules: one after the other, or all at once.

import { describe, optionsOf, requireKnown, show } from "../tensor/arguments";
import { groupsOf, LRScheduler, requireIntegers, type Scheduled, type SchedulerState } from "./scheduler";

/** What SequentialLR can be told. */
export interface SequentialLROptions {
  /** All of the same optimizer. */
  schedulers: readonly LRScheduler[];
  /** The step at which each but the first begins, in rising order. */
  milestones: readonly number[];
}

/** Where a SequentialLR or ChainedScheduler is: with the states of those it is made of. */
export interface ComposedState extends SchedulerState {
  /** One a scheduler, in order. */
  readonly schedulers: readonly SchedulerState[];
}

/** What the two have in common. */
abstract class ComposedLR extends LRScheduler {
  protected readonly schedulers: readonly LRScheduler[];

  constructor(optimizer: Scheduled, schedulers: readonly LRScheduler[]) {
    super(optimizer);
    this.schedulers = [...schedulers];
  }

  override stateDict(): ComposedState {
    requireKnown("stateDict", arguments, 0);
    return { ...super.stateDict(), schedulers: this.schedulers.map((each) => each.stateDict()) };
  }

  override loadStateDict(state: ComposedState): void {
    requireKnown("loadStateDict", arguments, 1);
    const given: unknown = state?.schedulers;
    if (!Array.isArray(given) || given.length !== this.schedulers.length) {
      throw new RangeError(
        `${this.constructor.name}.loadStateDict: expected the states of ${this.schedulers.length} schedulers, got ${Array.isArray(given) ? given.length : describe(given)}`,
      );
    }
    for (const [i, each] of this.schedulers.entries()) each.loadStateDict(state.schedulers[i]!);
    super.loadStateDict(state);
  }

  protected override next({ lr }: { lr: number }): number {
    return lr;
  }
}

function requireSchedulers(name: string, schedulers: readonly LRScheduler[]): void {
  if (!Array.isArray(schedulers) || schedulers.length === 0) {
    throw new TypeError(`${name}: expected schedulers in an array, got ${describe(schedulers)}`);
  }
  for (const [i, each] of schedulers.entries()) {
    if (!(each instanceof LRScheduler)) {
      throw new TypeError(
        `${name}: expected schedulers that step without a metric, got ${describe(each)} at ${i}`,
      );
    }
    if (each.optimizer !== schedulers[0]!.optimizer) {
      throw new RangeError(`${name}: expected schedulers of one optimizer, got one of another at ${i}`);
    }
  }
}

/**
 * One schedule after the other: from a milestone on the next one counts its own steps, from the rate before all. As torch's
 * SequentialLR. Throws a TypeError for what is no scheduler, a RangeError for those of another optimizer, or unless there is
 * one milestone less than schedulers.
 *
 * @example
 * const warmup = new optim.LinearLR(optimizer, { startFactor: 0.1, totalIters: 5 });
 * const decay = new optim.CosineAnnealingLR(optimizer, { tMax: 45 });
 * const scheduler = new optim.SequentialLR(optimizer, { schedulers: [warmup, decay], milestones: [5] });
 */
export class SequentialLR extends ComposedLR {
  readonly #milestones: readonly number[];

  constructor(
    optimizer: Scheduled,
    options: SequentialLROptions | readonly LRScheduler[],
    ...more: [milestones?: readonly number[]]
  ) {
    const { name } = new.target;
    const names = ["schedulers", "milestones"] as const;
    const { schedulers, milestones } = optionsOf<SequentialLROptions>(name, names, options, more);
    groupsOf(name, optimizer);
    requireSchedulers(name, schedulers);
    if (schedulers[0]!.optimizer !== optimizer) {
      throw new RangeError(`${name}: expected schedulers of the given optimizer, got those of another`);
    }
    if (!Array.isArray(milestones) || milestones.length !== schedulers.length - 1) {
      const got = Array.isArray(milestones) ? milestones.length : describe(milestones);
      throw new RangeError(
        `${name}: expected ${schedulers.length - 1} milestones for ${schedulers.length} schedulers, got ${got}`,
      );
    }
    for (const milestone of milestones) requireIntegers(name, { milestone });
    if (milestones.some((milestone, i) => i > 0 && milestone <= milestones[i - 1]!)) {
      throw new RangeError(`${name}: expected milestones in rising order, got ${show(milestones)}`);
    }
    super(optimizer, schedulers);
    this.#milestones = [...milestones];
    this.start("initialLr");
  }

  /** @internal */
  override start(from: "lr" | "initialLr"): void {
    this.lastEpoch = 0;
    this.schedulers[0]!.start(from);
  }

  override step(): void {
    requireKnown("step", arguments, 0);
    this.lastEpoch++;
    const begun = this.#milestones.findLastIndex((milestone) => milestone <= this.lastEpoch);
    const scheduler = this.schedulers[begun + 1]!;
    if (this.#milestones[begun] === this.lastEpoch) scheduler.start("initialLr");
    else scheduler.step();
  }
}

/**
 * All schedules at once, each changing what the one before has made of the rate: one step() for all. As torch's
 * ChainedScheduler. Throws a TypeError for what is no scheduler, a RangeError for those of different optimizers.
 */
export class ChainedScheduler extends ComposedLR {
  constructor(schedulers: readonly LRScheduler[]) {
    requireKnown(new.target.name, arguments, 1);
    requireSchedulers(new.target.name, schedulers);
    super(schedulers[0]!.optimizer, schedulers);
  }

  /** @internal */
  override start(from: "lr" | "initialLr"): void {
    this.lastEpoch = 0;
    for (const [i, each] of this.schedulers.entries()) each.start(i === 0 ? from : "lr");
  }

  override step(): void {
    requireKnown("step", arguments, 0);
    this.lastEpoch++;
    for (const each of this.schedulers) each.step();
  }
}
