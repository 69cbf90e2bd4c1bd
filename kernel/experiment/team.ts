// Who makes runs of an experiment elsewhere, many at once: Node's processes, where the cells' runner is one.

/** What came of a run. */
export interface Outcome<Result> {
  readonly result: Result | null;
  /** `RangeError: …`; null if it did not fail. */
  readonly error: string | null;
  readonly seconds: number;
}

export interface Work<Trial extends { readonly seed: number }, Result> {
  readonly run: (trial: Trial) => Result | Promise<Result>;
  readonly trials: readonly Trial[];
  /** At most so many at once; undefined: as suits the machine. */
  readonly most: number | undefined;
}

export interface Team<Result> {
  /** How many are made at once. */
  readonly size: number;
  /**
   * Said once the first trial has been made here.
   *
   * @returns why the others are to be, too, "" where that goes without saying; undefined where they need not.
   */
  join(): string | undefined;
  /** What came of a trial; words for why it has to be made here. Asked for in the order of the trials, from the second on. */
  outcome(index: number): Promise<Outcome<Result> | string>;
  /** What is not done yet will not be. */
  end(): void;
}

/** @returns why all have to be made here; null where that goes without saying. */
export type StartTeam = <Trial extends { readonly seed: number }, Result>(
  work: Work<Trial, Result>,
) => Team<Result> | string | null;

let current: StartTeam | undefined;

/** One a process. */
export function setTeams(start: StartTeam): void {
  current = start;
}

export const startTeam: StartTeam = (work) => current?.(work) ?? null;

/** A failure of a run as it is kept. */
export const failureText = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
