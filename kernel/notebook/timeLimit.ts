// A time limit of a cell or a run; no process lives on for its sake.

/** What the end of its time has not ended, as a cell inside a long native call, is told once more after so many milliseconds. */
const insistMs = 5000;
/** The longest time that a timer takes; longer ones fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** A time after which something is done, and once more if that did not help. */
export class TimeLimit {
  isOver = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, act: () => void) {
    this.#wait(milliseconds, () => {
      this.isOver = true;
      act();
      this.#wait(insistMs, act);
    });
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #wait(milliseconds: number, then: () => void): void {
    if (milliseconds === Number.POSITIVE_INFINITY) return;
    const rest = milliseconds - longestTimerMs;
    this.#timer = setTimeout(
      rest > 0 ? () => this.#wait(rest, then) : then,
      Math.min(milliseconds, longestTimerMs),
    ).unref();
  }
}
