// The base of the schedulers: an optimizer's groups in, their learning rates changed step by step.

/** What a scheduler sees and changes of a parameter group. */
export interface ScheduledGroup {
  lr: number;
  /** Its rate before any scheduler changed it; the first scheduler of an optimizer writes it down. */
  initialLr?: number;
  momentum?: number;
  betas?: readonly [number, number];
}

/** Any optimizer. */
export interface Scheduled {
  readonly paramGroups: readonly ScheduledGroup[];
}

/**
 * Changes the rate of each group by what it was: opt.step(); scheduler.step(), once an epoch or once a batch. Schedulers of
 * one optimizer work together (a warmup and a decay: step both), and a rate that you set yourself is where they go on from.
 * As torch.optim.lr_scheduler.
 */
export abstract class LRScheduler {
  /** How many steps there were. */
  protected lastEpoch = 0;

  constructor(protected readonly optimizer: Scheduled) {
    for (const group of optimizer.paramGroups) group.initialLr ??= group.lr;
  }

  /** The group's rate after lastEpoch steps, given what it was before the last of them. */
  protected abstract next(group: ScheduledGroup, index: number): number;

  /** Sets the learning rate of every group. */
  step(): void {
    this.lastEpoch++;
    for (const [i, group] of this.optimizer.paramGroups.entries()) group.lr = this.next(group, i);
  }

  /** The learning rates now, one a group. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }
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
