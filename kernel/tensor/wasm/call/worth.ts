// Whether a team is worth having just now. Where another process wants the core that a helper computes on, or cores are far
// from each other, calls take longer together than alone: the team rests then, and tries again.

import type { Kernel } from "../emit/kernel";

/** What is weighed at a time: some turns that a system gives each of two threads on a core, 3 ms long. */
const windowMilliseconds = 30;
/** How long a team rests that was not worth it, twice as long each time that it is not again. */
const shortestRest = 10;
const longestRest = 1000;
/** How long calls briefer than that go alone to see what they take, and after how many windows that were worth it at most. */
const look = 10;
const mostBetweenLooks = 15;
/** A clock of longer steps, in milliseconds, tells nothing of parts that take some microseconds. */
const coarse = 0.002;
const mostSizes = 64;

/** What is known of calls of one kernel at one size, in milliseconds. */
interface Cost {
  /** What they take alone: a guess at first, from parts of one that was shared. */
  alone: number;
  /** The time before each in which nothing is shared, 0 as long as that is not known. */
  before: number;
  /** Calls that went alone so far: of brief ones the first do, of which the very first may have waited for code and memory. */
  seen: number;
}
const firstAlone = 2;

/** Sizes beyond those that are remembered have this one: their calls go together, by what parts tell. */
const unknown: Cost = { alone: Number.POSITIVE_INFINITY, before: 0, seen: 0 };

/** What weighs the calls of so many threads; null by a clock too coarse (pages have one of 5 µs or more): they never rest. */
export const worthOf = (threads: number, step = clockStep()): Worth | null =>
  step > coarse ? null : new Worth(threads);

/** Weighs what calls take together against what they take alone. */
export class Worth {
  readonly #threads: number;
  readonly #costs = new WeakMap<Kernel, Map<number, Cost>>();
  #restsUntil = 0;
  #looksUntil = 0;
  #rest = shortestRest;
  #together = 0;
  #gained = 0;
  /** Windows until the next look, and from that one to the one after it. */
  #toLook = 0;
  #betweenLooks = 0;
  /** When the last call of this turn of the event loop ended, 0 before the first. */
  #lastEnd = 0;

  constructor(threads: number) {
    this.#threads = threads;
  }

  /** Whether a call had better go alone at the time `now`: all do in a rest, brief ones to see what they take. */
  prefersAlone({ alone, seen }: Cost, now: number): boolean {
    const brief = alone > 0 && alone < look;
    return now < this.#restsUntil || (brief && (now < this.#looksUntil || seen < firstAlone));
  }

  /** What is known of calls of that kernel, size and number. */
  costOf(kernel: Kernel, args: readonly number[], times: number): Cost {
    const costs = this.#costs.get(kernel) ?? new Map<number, Cost>();
    const size = kernel.sizeOf(args, times);
    const known = costs.get(size);
    if (known !== undefined) return known;
    if (costs.size === mostSizes) return unknown;
    this.#costs.set(kernel, costs);
    const cost = { alone: 0, before: 0, seen: 0 };
    costs.set(size, cost);
    return cost;
  }

  /** Notes what a call took alone. */
  sawAlone(cost: Cost, begin: number, end: number): void {
    const gap = this.#sinceLast(begin, end);
    if (cost === unknown) return;
    const ofLate = cost.seen++ < firstAlone ? lastOf : meanOf;
    if (gap > 0) cost.before = ofLate(cost.before, gap);
    cost.alone = ofLate(cost.alone, end - begin);
  }

  /** What comes between here and the next call does not count. */
  endTurn(): void {
    this.#lastEnd = 0;
  }

  #sinceLast(begin: number, end: number): number {
    const last = this.#lastEnd;
    if (last === 0) queueMicrotask(() => this.endTurn());
    this.#lastEnd = end;
    return last === 0 ? 0 : begin - last;
  }

  /** Weighs a call that took from `begin` to `end`; `guess` is what it takes alone by its fastest part. */
  sawTogether(cost: Cost, begin: number, end: number, guess: number): void {
    if (cost.alone === 0) cost.alone = guess;
    const { alone, before } = cost;
    const took = end - begin;
    const gap = this.#sinceLast(begin, end);
    // Neither is too little: the guess is of a thread that others are in the way of, what calls took alone of a slower past.
    const likely = guess > 0 ? Math.min(alone, guess) : cost === unknown ? took : alone;
    this.#gained += Math.min(likely, this.#threads * took) - took;
    if (before > 0 && gap > 0) this.#gained += before - gap; // helpers may be in the caller's way there, too
    this.#together += took + gap;
    if (this.#together < windowMilliseconds) return;
    if (this.#gained < 0) {
      this.#restsUntil = end + this.#rest;
      this.#rest = Math.min(2 * this.#rest, longestRest);
    } else {
      this.#rest = shortestRest;
      if (--this.#toLook < 0) {
        this.#looksUntil = end + look;
        this.#toLook = this.#betweenLooks;
        this.#betweenLooks = Math.min(2 * this.#betweenLooks + 1, mostBetweenLooks);
      }
    }
    this.#together = 0;
    this.#gained = 0;
  }
}

const lastOf = (_: number, took: number): number => took;
/** What something takes of late: soon less, as code gets faster; slowly more, for it may have been interrupted. */
const meanOf = (before: number, took: number): number =>
  before + (Math.min(took, 2 * before) - before) / (took < before ? 2 : 8);

/** The least by which the clock goes on, in milliseconds. */
function clockStep(): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0, last = performance.now(); i < 100; i++) {
    const now = performance.now();
    if (now > last) least = Math.min(least, now - last);
    last = now;
  }
  return least;
}
