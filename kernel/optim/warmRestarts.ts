// The cosine that starts again.

import { describe, optionsOf, requireKnown, requireNonNegative } from "../tensor/arguments";

import {
  LRScheduler,
  requireIntegers,
  type Scheduled,
  type ScheduledGroup,
  type SchedulerState,
} from "./scheduler";

/** What CosineAnnealingWarmRestarts can be told. */
export interface WarmRestartsOptions {
  /** How many steps the first cosine has. */
  t0: number;
  /** Each cosine is so many times as long as the one before, a whole number. Default 1. */
  tMult?: number;
  /** The rate at the bottom. Default 0. */
  etaMin?: number;
}

/** Where a CosineAnnealingWarmRestarts is. */
export interface WarmRestartsState extends SchedulerState {
  /** Steps since the last restart. */
  readonly tCur: number;
  /** How many steps this cosine has. */
  readonly tI: number;
}

/**
 * lr = etaMin + (initial − etaMin)·(1 + cos(π·tCur/tI))/2, tCur steps after the last restart: a cosine of t0 steps down to
 * etaMin, then at once up again to another, tMult times as long. step(epoch) goes to any place, as step(epoch + i/batches)
 * after batch i does. As torch's CosineAnnealingWarmRestarts; Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with
 * Warm Restarts", ICLR 2017. Throws a RangeError for options that make no sense.
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  readonly #t0: number;
  readonly #tMult: number;
  readonly #etaMin: number;
  #tCur = 0;
  #tI: number;

  constructor(
    optimizer: Scheduled,
    options: WarmRestartsOptions | number,
    ...more: [tMult?: number, etaMin?: number]
  ) {
    const { name } = new.target;
    const names = ["t0", "tMult", "etaMin"] as const;
    const { t0, tMult = 1, etaMin = 0 } = optionsOf<WarmRestartsOptions>(name, names, options, more);
    requireIntegers(name, { t0, tMult });
    requireNonNegative(name, { etaMin }, ["etaMin"]);
    super(optimizer);
    this.#t0 = t0;
    this.#tMult = tMult;
    this.#etaMin = etaMin;
    this.#tI = t0;
    this.start("lr");
  }

  protected override first(group: ScheduledGroup): number {
    this.#tCur = 0;
    this.#tI = this.#t0;
    return this.next(group);
  }

  /**
   * Goes on by one, or to `epoch` ≥ 0, which may lie between whole ones. Throws a RangeError for an epoch below 0.
   */
  override step(epoch?: number): void {
    requireKnown("step", arguments, 1);
    if (epoch !== undefined && !(Number.isFinite(epoch) && epoch >= 0)) {
      throw new RangeError(
        `CosineAnnealingWarmRestarts.step: expected an epoch ≥ 0, got ${describe(epoch)}; step() goes on by one`,
      );
    }
    this.warnOfOrder();
    if (epoch === undefined) {
      this.lastEpoch++;
      this.#tCur++;
      if (this.#tCur >= this.#tI) {
        this.#tCur -= this.#tI;
        this.#tI *= this.#tMult;
      }
    } else {
      this.lastEpoch = Math.floor(epoch);
      this.#go(epoch);
    }
    for (const group of this.groups) group.lr = this.next(group);
  }

  override stateDict(): WarmRestartsState {
    requireKnown("stateDict", arguments, 0);
    return { ...super.stateDict(), tCur: this.#tCur, tI: this.#tI };
  }

  override loadStateDict(state: WarmRestartsState): void {
    requireKnown("loadStateDict", arguments, 1);
    const name = "CosineAnnealingWarmRestarts.loadStateDict";
    requireNonNegative(name, { tCur: state?.tCur }, ["tCur"]);
    requireIntegers(name, { tI: state.tI });
    super.loadStateDict(state);
    this.#tCur = state.tCur;
    this.#tI = state.tI;
  }

  protected override next({ initialLr }: ScheduledGroup): number {
    const etaMin = this.#etaMin;
    return etaMin + ((initialLr! - etaMin) * (1 + Math.cos((Math.PI * this.#tCur) / this.#tI))) / 2;
  }

  /** Counts whole cosines: torch takes a logarithm, which rounds to the wrong side of some restarts (3⁵, say). */
  #go(epoch: number): void {
    this.#tI = this.#t0;
    this.#tCur = epoch;
    if (this.#tMult === 1) this.#tCur %= this.#t0;
    else {
      while (this.#tCur >= this.#tI) {
        this.#tCur -= this.#tI;
        this.#tI *= this.#tMult;
      }
    }
  }
}
