// Work that is done again whenever something has changed: never twice at a time, and never for what is old already.
import { host, interruptCount } from "./host";

export class Newest {
  #wanted = false;
  /** The count of interrupts when the work under way began; undefined while there is none. */
  #begun: number | undefined;

  readonly #work: () => unknown;
  readonly #soon: () => unknown;

  /** @param work may return a promise; what it throws at its start is the caller's, later the cell's in which this was made. */
  constructor(work: () => unknown) {
    this.#work = work;
    this.#soon = host().speaking(() => this.#run());
  }

  /** Does it soon: once for all that has come until then, and after what is under way. */
  request(): void {
    this.#wanted = true;
    if (this.#begun === interruptCount()) return;
    this.#begun = interruptCount();
    // A task, not a microtask: what waits in the event loop comes first, and counts.
    setTimeout(() => void this.#soon(), 0);
  }

  /** Does it now. @returns a promise where it goes on. */
  start(): Promise<void> | undefined {
    const begun = interruptCount();
    this.#begun = begun;
    let pending: unknown;
    try {
      pending = this.#work();
    } finally {
      if (!(pending instanceof Promise)) this.#rest();
    }
    return pending instanceof Promise ? this.#finish(pending, begun) : undefined;
  }

  async #finish(pending: Promise<unknown>, begun: number): Promise<void> {
    try {
      await pending;
    } finally {
      if (this.#begun === begun) this.#rest();
    }
  }

  async #run(): Promise<void> {
    const begun = this.#begun;
    try {
      while (this.#wanted && begun === interruptCount()) {
        host().poll(); // what has come by now is not old when the work is done
        this.#wanted = false;
        await this.#work();
      }
    } finally {
      if (this.#begun === begun) this.#rest();
    }
  }

  /** What has come since is for the next turn. */
  #rest(): void {
    this.#begun = undefined;
    if (this.#wanted) this.request();
  }
}
