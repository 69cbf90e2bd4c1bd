// How questions are written: what a reader expects of a run, asked before it, and what is asked after it.
import type { Words } from "../words";

/** Asked before a run: one of the choices comes out, and the notebook's code says which. */
export interface Expectation {
  /** A short question; it stands beside the choices. */
  readonly asks: Words;
  /** What may come out, by a name for code, in few words. */
  readonly choices: Readonly<Record<string, Words>>;
}

/** The expectations of a notebook by name, each beginning with the notebook's number. */
export type Expectations = Readonly<Record<`${number}-${string}`, Expectation>>;

/** A choice of a question: what it says, and why it is right or wrong. */
export interface Choice {
  readonly says: Words;
  readonly because: Words;
  /** Whether it is the right one, of which each question has one. */
  readonly isRight?: true;
}

/** Asked after a run; one choice is right, and each has its explanation. */
export interface Question {
  readonly asks: Words;
  readonly choices: readonly [Choice, Choice, Choice, ...Choice[]];
}

/** The questions of a notebook by name, each beginning with the notebook's number. */
export type Questions = Readonly<Record<`${number}-${string}`, Question>>;
