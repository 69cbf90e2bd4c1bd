// The base of the schedulers: an optimizer's groups in, their learning rates changed step by step.

import { describe, requireKnown } from "../tensor/arguments";
import { requireNonNegative } from "./optimizer";

/** What a scheduler sees and changes of a parameter group. */
export interface ScheduledGroup {
  /** Learning rate. */
  lr: number;
  /** Its rate before any scheduler changed it; the first scheduler of an optimizer writes it down. */
  initialLr?: number;
  /** SGD's, which OneCycleLR moves against the rate. */
  momentum?: number;
  /** Adam's; OneCycleLR moves the first. */
  betas?: readonly [number, number];
}

/** Any optimizer. */
export interface Scheduled {
  /** The groups whose rates change. */
  readonly paramGroups: readonly ScheduledGroup[];
}

/** Where a schedule is: numbers only, so that JSON keeps it. What the constructor was given is not in it. */
export interface SchedulerState {
  /** How many steps there were. */
  readonly lastEpoch: number;
  /** The rates before any scheduler changed them, one a group. */
  readonly baseLrs: readonly number[];
  /** The rates now, one a group. */
  readonly lastLr: readonly number[];
}

/**
 * Changes the rate of each group by what it was: opt.step(); scheduler.step(), once an epoch or once a batch. Schedulers of
 * one optimizer work together (a warmup and a decay: step both), and a rate that you set yourself is where they go on from.
 * As torch.optim.lr_scheduler.
 */
export abstract class LRScheduler {
  /** How many steps there were. */
  protected lastEpoch = 0;

  /** Those that the optimizer had when this was made. */
  protected readonly groups: readonly ScheduledGroup[];

  constructor(optimizer: Scheduled) {
    requireKnown(new.target.name, arguments, 1);
    this.groups = groupsOf(this.constructor.name, optimizer);
    for (const group of this.groups) group.initialLr ??= group.lr;
  }

  /** The group's rate after lastEpoch steps, given what it was before the last of them. */
  protected abstract next(group: ScheduledGroup, index: number): number;

  /** Sets the learning rate of every group. */
  step(): void {
    requireKnown("step", arguments, 0);
    this.lastEpoch++;
    for (const [i, group] of this.groups.entries()) group.lr = this.next(group, i);
  }

  /** The learning rates now, one a group. */
  getLastLr(): number[] {
    requireKnown("getLastLr", arguments, 0);
    return this.groups.map(({ lr }) => lr);
  }

  /** Where it is, for loadStateDict(). */
  stateDict(): SchedulerState {
    requireKnown("stateDict", arguments, 0);
    const baseLrs = this.groups.map(({ initialLr }) => initialLr!);
    return { lastEpoch: this.lastEpoch, baseLrs, lastLr: this.getLastLr() };
  }

  /**
   * Goes on where the scheduler whose stateDict() this is has stopped, and sets the optimizer's rates to what they were then.
   * Make this one with the same options. Throws a RangeError, before anything changes, for a state of
   * another number of groups or of ReduceLROnPlateau.
   */
  loadStateDict(state: SchedulerState): void {
    requireKnown("loadStateDict", arguments, 1);
    const { groups } = this;
    const name = `${this.constructor.name}.loadStateDict`;
    requireIntegers(name, { lastEpoch: state?.lastEpoch }, 0);
    requireOneEach(name, "baseLrs", state.baseLrs, groups);
    requireOneEach(name, "lastLr", state.lastLr, groups);
    this.lastEpoch = state.lastEpoch;
    for (const [i, group] of groups.entries()) {
      group.initialLr = state.baseLrs[i]!;
      group.lr = state.lastLr[i]!;
    }
  }
}

/** The groups that the optimizer has now. Throws a TypeError for what is no optimizer. */
export function groupsOf(scheduler: string, optimizer: Scheduled): ScheduledGroup[] {
  if (Array.isArray(optimizer?.paramGroups)) return [...optimizer.paramGroups];
  throw new TypeError(`${scheduler}: expected an optimizer, got ${describe(optimizer)}`);
}

/** Throws a RangeError unless there is a number ≥ 0 for each parameter group. */
export function requireOneEach(
  scheduler: string,
  name: string,
  values: readonly number[],
  groups: readonly unknown[],
): void {
  if (!Array.isArray(values) || values.length !== groups.length) {
    throw new RangeError(
      `${scheduler}: expected ${groups.length} values of ${name}, got ${values?.length ?? "none"}`,
    );
  }
  for (const each of values) requireNonNegative(scheduler, { [name]: each }, [name]);
}

/** Throws a RangeError unless each named option is an integer ≥ least. */
export function requireIntegers<Name extends string>(
  scheduler: string,
  options: Readonly<Record<Name, number>>,
  least = 1,
): void {
  for (const [name, value] of Object.entries<number>(options)) {
    if (!(Number.isSafeInteger(value) && value >= least)) {
      throw new RangeError(`${scheduler}: expected ${name} to be an integer ≥ ${least}, got ${value}`);
    }
  }
}
