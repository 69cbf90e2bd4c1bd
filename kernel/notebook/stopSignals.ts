// Ctrl+C and its like: the first asks a run to stop and keep what there is, the next no longer waits for the kernel. A time limit
// stops it as well.
import { type StopSignal, signalCodes } from "./exitCodes";
import { TimeLimit } from "./timeLimit";

/** npx and the terminal each pass on the same Ctrl+C: within this many milliseconds it is one. */
const sameMs = 300;
/** How long a cell has to end after a signal that no person sent, in milliseconds: whoever sent it will not wait for long. */
const graceMs = 2000;

export class StopSignals {
  readonly #stop = new AbortController();
  readonly #abandon = new AbortController();
  #first: StopSignal | undefined;
  #firstAt = 0;
  #isLate = false;

  constructor() {
    for (const name of names) process.on(name, this.#receive);
    // Whoever started it has died and may start it anew at once: two that write the same files would be one too many.
    const end = () => process.exit(signalCodes.SIGHUP);
    if (process.connected === false) end(); // it died while this was being loaded
    process.on("disconnect", end);
    process.channel?.unref(); // to listen keeps no process alive
  }

  /** Stops the run after so many seconds, as a signal does. */
  limit(seconds: number): void {
    new TimeLimit(seconds * 1000, () => {
      if (this.#isLate) this.#abandon.abort();
      if (this.#stop.signal.aborted) return;
      this.#isLate = true;
      this.#stop.abort();
    });
  }

  /** Whether the time limit was what stopped it. */
  get isLate(): boolean {
    return this.#isLate && this.#first === undefined;
  }

  /** Aborted by the first: interrupt what runs, save what ran. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Aborted when the kernel is not to be waited for any more. */
  get abandon(): AbortSignal {
    return this.#abandon.signal;
  }

  /** The exit code that tells of the first, if one came. */
  get exitCode(): number | undefined {
    return this.#first && signalCodes[this.#first];
  }

  /** What its reader calls it. */
  get word(): string | undefined {
    if (this.isLate) return "its time limit";
    return this.#first === "SIGINT" ? "Ctrl+C" : this.#first;
  }

  /** What a key in a question does; the terminal gives it to the question and to nobody else. */
  interrupt(): void {
    this.#receive("SIGINT");
  }

  readonly #receive = (name: StopSignal): void => {
    if (!this.#first) {
      this.#first = name;
      this.#firstAt = performance.now();
      this.#stop.abort();
      if (name !== "SIGINT") setTimeout(() => this.#abandon.abort(), graceMs).unref();
    } else if (performance.now() - this.#firstAt > sameMs) {
      this.#abandon.abort();
    }
  };
}

const names = (Object.keys(signalCodes) as StopSignal[]).filter(
  (name) => name !== "SIGBREAK" || process.platform === "win32",
);
