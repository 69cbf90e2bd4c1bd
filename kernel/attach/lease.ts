// How long a kernel stays to which nobody speaks.

/** Who goes deliberately comes back at once, as a window that is loaded anew, or never. */
const returnMs = 120_000;

/** What is counted is time in which the process could run: that of a machine asleep is not. */
export class Lease {
  #timer: NodeJS.Timeout | undefined;

  /** Calls `end` when all cells have ended, and some time to come back has gone since; in any case after so many minutes. */
  start(
    minutes: number,
    wasDeliberate: boolean,
    { isBusy, end }: { isBusy: () => boolean; end: () => void },
  ): void {
    this.stop();
    const mostMs = minutes * 60_000;
    const idleMs = wasDeliberate ? Math.min(returnMs, mostMs) : mostMs;
    const everyMs = Math.min(1000, mostMs / 4);
    let [all, idle] = [0, 0];
    this.#timer = setInterval(() => {
      all += everyMs;
      idle = isBusy() ? 0 : idle + everyMs;
      if (all >= mostMs || idle >= idleMs) end();
    }, everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
