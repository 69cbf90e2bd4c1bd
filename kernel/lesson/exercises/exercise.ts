// How an exercise is written: `export const … = { "03-forward": { hints, check, solution, mistakes } } satisfies Exercises`.
import type { Words } from "../words";

/** What `check` says of an answer that is still the one the notebook begins with: none yet. */
export const untouched: Words = { en: "no answer yet", "zh-cn": "还没有作答" };

/** One exercise; the type of check's argument is what the compiler asks of an answer. */
export interface Exercise<Answer> {
  /** From a nudge to nearly the answer; each call of lesson.hint() shows one more. */
  readonly hints: readonly [Words, ...Words[]];
  /**
   * Null when the answer is right, else what is wrong with it. What it throws is shown as what the answer threw, so it may call
   * an answer as it is.
   */
  check(answer: Answer): Words | null;
  /** An expression in TypeScript in which the names of "bnlab" are known: `(x: Tensor) => x.add(1)`. A test proves that it passes. */
  readonly solution: string;
  /** What the notebook's cell begins with, where that is not undefined, so that `check` says `untouched`. */
  readonly start?: string;
  /** Likely wrong answers, expressions as the solution is. A test proves that none passes. */
  readonly mistakes: readonly [string, ...string[]];
}

/** The exercises of a notebook by name, each beginning with the notebook's number. */
export type Exercises = Readonly<Record<`${number}-${string}`, Exercise<never>>>;
