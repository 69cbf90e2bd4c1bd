// Schedules by a function of the step: LambdaLR, MultiplicativeLR.

import { describe, optionsOf } from "../tensor/arguments";
import { groupsOf, LRScheduler, type Scheduled, type ScheduledGroup } from "./scheduler";

/** A factor for each step, counted from 0. */
export type LrLambda = (epoch: number) => number;

/** What LambdaLR and MultiplicativeLR can be told. */
export interface LambdaLROptions {
  /** The factor after so many steps: one function for all groups, or one a group. */
  lrLambda: LrLambda | readonly LrLambda[];
}

/** What the two have in common. */
abstract class FactorLR extends LRScheduler {
  readonly #factors: readonly LrLambda[];

  constructor(
    optimizer: Scheduled,
    options: LambdaLROptions | LrLambda | readonly LrLambda[],
    ...more: never[]
  ) {
    const { name } = new.target;
    const { lrLambda } = optionsOf<LambdaLROptions>(name, ["lrLambda"], options, more);
    const groups = groupsOf(name, optimizer);
    const factors = Array.isArray(lrLambda) ? [...lrLambda] : groups.map(() => lrLambda as LrLambda);
    if (factors.length !== groups.length) {
      throw new RangeError(`${name}: expected ${groups.length} values of lrLambda, got ${factors.length}`);
    }
    for (const factor of factors) {
      if (typeof factor === "function") continue;
      throw new TypeError(`${name}: expected lrLambda to be a function of the step, got ${describe(factor)}`);
    }
    super(optimizer);
    this.#factors = factors;
  }

  /** What the group's function says of this step. */
  protected factor(index: number): number {
    const factor: unknown = this.#factors[index]!(this.lastEpoch);
    if (typeof factor === "number" && factor >= 0 && factor < Number.POSITIVE_INFINITY) return factor;
    throw new RangeError(
      `${this.constructor.name}: expected lrLambda(${this.lastEpoch}) to be a number ≥ 0, got ${describe(factor)}`,
    );
  }
}

/**
 * lr = initial·lrLambda(t) after t steps, whatever the rate was before: `new LambdaLR(optimizer, (t) => 0.95 ** t)`. As
 * torch's LambdaLR. Throws a TypeError for what is no function, a RangeError for a factor that is no number ≥ 0. Functions
 * are not part of its state.
 */
export class LambdaLR extends FactorLR {
  constructor(
    optimizer: Scheduled,
    options: LambdaLROptions | LrLambda | readonly LrLambda[],
    ...more: never[]
  ) {
    super(optimizer, options, ...more);
    this.start("lr");
  }

  protected override first(group: ScheduledGroup, _lr: number, index: number): number {
    return this.next(group, index);
  }

  protected override next({ initialLr }: ScheduledGroup, index: number): number {
    return initialLr! * this.factor(index);
  }
}

/**
 * lr ← lr·lrLambda(t) at step t, from 1 on: `new MultiplicativeLR(optimizer, () => 0.95)`. As torch's MultiplicativeLR.
 * Throws as LambdaLR does. In a SequentialLR it goes on from the rate that it finds.
 */
export class MultiplicativeLR extends FactorLR {
  protected override first({ lr }: ScheduledGroup): number {
    return lr;
  }

  protected override next({ lr }: ScheduledGroup, index: number): number {
    return lr * this.factor(index);
  }
}
