// What V8 writes when JavaScript's heap is full, the last that a process says: fifteen lines of addresses, of which one tells something.

const heading = "\n<--- Last few GCs --->\n";

export class HeapReport {
  readonly #beginning: string;
  #report = "";

  /** @param pid the process whose report is meant; those of its children are left as they are. */
  constructor(pid: number | undefined) {
    this.#beginning = `[${pid}:`;
  }

  /** @returns what of the text is not in the report. */
  take(text: string): string {
    const all = this.#report + text;
    const at = all.indexOf(heading);
    if (at < 0) return text;
    this.#report = all.slice(at);
    // It may come in pieces: one that is too short to tell whose it is may be the process's own.
    const begins = this.#report.slice(heading.length).trimStart().slice(0, this.#beginning.length);
    if (this.#beginning.startsWith(begins)) return all.slice(0, at);
    this.#report = "";
    return all;
  }

  /** @returns the line that tells what happened, once. */
  rest(): string {
    const report = this.#report;
    this.#report = "";
    return /^FATAL ERROR: .*\n?/m.exec(report)?.[0] ?? report;
  }
}
