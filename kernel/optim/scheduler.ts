// The base of the schedulers: an optimizer's groups in, their learning rates changed step by step.

import { describe, requireInteger, requireKnown, requireNonNegative } from "../tensor/arguments";

/** What a scheduler sees and changes of a parameter group. */
export interface ScheduledGroup {
  /** Learning rate. */
  lr: number;
  /** Its rate before any scheduler changed it; the first scheduler of an optimizer writes it down. */
  initialLr?: number;
  /** SGD's, which OneCycleLR and CyclicLR move against the rate. */
  momentum?: number;
  /** Adam's; OneCycleLR and CyclicLR move the first. */
  betas?: readonly [number, number];
}

/** Any optimizer. */
export interface Scheduled {
  /** The groups whose rates change. */
  readonly paramGroups: readonly ScheduledGroup[];
  /** How many steps it made: a schedule that is stepped before it warns. */
  readonly stepCount?: number;
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
  /** The one whose rates it changes. */
  readonly optimizer: Scheduled;
  /** How many steps there were. */
  lastEpoch = 0;

  /** Those that the optimizer had when this was made. */
  protected readonly groups: readonly ScheduledGroup[];

  /** How many steps the optimizer had made before the first of this one; null after that. */
  #stepsBefore: number | null;

  constructor(optimizer: Scheduled) {
    requireKnown(new.target.name, arguments, 1);
    this.groups = groupsOf(this.constructor.name, optimizer);
    this.optimizer = optimizer;
    this.#stepsBefore = optimizer.stepCount ?? null;
    for (const group of this.groups) group.initialLr ??= group.lr;
  }

  /** The group's rate after lastEpoch steps, given what it was before the last of them. */
  protected abstract next(group: ScheduledGroup, index: number): number;

  /** The group's rate before the first step, where the schedule starts from `lr`. */
  protected first(_group: ScheduledGroup, lr: number, _index: number): number {
    return lr;
  }

  /** @internal Goes back before the first step, from the rates that the groups have now or had before any scheduler. */
  start(from: "lr" | "initialLr"): void {
    this.lastEpoch = 0;
    for (const [i, group] of this.groups.entries()) group.lr = this.first(group, group[from]!, i);
  }

  /** Sets the learning rate of every group. Warns where the optimizer has made no step before the first of these. */
  step(): void {
    requireKnown("step", arguments, 0);
    this.warnOfOrder();
    this.lastEpoch++;
    for (const [i, group] of this.groups.entries()) group.lr = this.next(group, i);
  }

  /** Says, once, that the first rate was left out. */
  protected warnOfOrder(): void {
    if (this.#stepsBefore !== null && this.optimizer.stepCount === this.#stepsBefore) {
      console.warn(
        `${this.constructor.name}: expected optimizer.step() before the first scheduler.step(), got none: the first learning rate is left out; step the optimizer first, then the scheduler`,
      );
    }
    this.#stepsBefore = null;
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

/** One value for each group, given one for all or a list. Throws a RangeError unless each is a number ≥ 0. */
export function oneEach(
  scheduler: string,
  name: string,
  value: number | readonly number[],
  groups: readonly unknown[],
): readonly number[] {
  const values = Array.isArray(value) ? [...value] : groups.map(() => value as number);
  requireOneEach(scheduler, name, values, groups);
  return values;
}

/** Throws a TypeError unless every group has a momentum, or betas, to move. */
export function requireMomentum(scheduler: string, groups: readonly ScheduledGroup[]): void {
  if (groups.every((group) => "momentum" in group || "betas" in group)) return;
  throw new TypeError(
    `${scheduler}: expected an optimizer with momentum or betas, got neither; pass cycleMomentum: false`,
  );
}

/** Sets the group's momentum, or the first of its betas. */
export function setMomentum(group: ScheduledGroup, momentum: number): void {
  if (group.betas !== undefined) group.betas = [momentum, group.betas[1]];
  else group.momentum = momentum;
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

/** Throws a RangeError unless each named option is a whole number ≥ least. */
export function requireIntegers<Name extends string>(
  scheduler: string,
  options: Readonly<Record<Name, number>>,
  least = 1,
): void {
  for (const [name, value] of Object.entries<number>(options)) requireInteger(scheduler, name, value, least);
}
