// `progress`: bars over loops, with rate and time left; loops inside loops stand under each other in one output.
import { machine } from "../../machine/machine";
import { Mime, type MimeBundle, type ProgressBar } from "../../protocol";
import { escapeHtml, localized } from "../../words";
import { type DisplayHandle, display, displaySession, onInterrupt } from "./display";
import { barText, progressText } from "./progressText";

export interface ProgressOptions {
  /** What stands before the bar. */
  label?: string;
  /** How many steps there will be; by default the `length` or `size` of what is gone through, where it has one. */
  total?: number;
}

/** Between two pictures of a bar; what comes between is not seen. */
const frameMs = 100;

/**
 * Goes through a list, a loader, anything for `for … of` or `for await … of`, and shows how far it is, how fast, and how
 * long it will take. A number counts: `progress(100)` gives 0 to 99.
 *
 * @example
 * const bar = progress(loader, { label: "epoch 1" });
 * for (const [x, y] of bar) bar.note = `loss ${step(x, y).toFixed(3)}`;
 */
export function progress(count: number, options?: ProgressOptions): Progress<number>;
export function progress<T>(items: Iterable<T> | AsyncIterable<T>, options?: ProgressOptions): Progress<T>;
export function progress<T>(
  items: number | Iterable<T> | AsyncIterable<T>,
  options: ProgressOptions = {},
): Progress<T> | Progress<number> {
  if (typeof items === "number") return new Progress(counted(items), { total: items, ...options });
  return new Progress(items, options);
}

function* counted(count: number): Generator<number, void, void> {
  for (let i = 0; i < count; i++) yield i;
}

/** What progress() gives: goes through its items and moves a bar along with them. */
export class Progress<T> implements Iterable<T>, AsyncIterable<T> {
  /** Stands behind the bar: a loss, a file's name. */
  note = "";
  readonly #label: string;
  readonly #total: number | undefined;

  readonly #items: Iterable<T> | AsyncIterable<T>;

  constructor(items: Iterable<T> | AsyncIterable<T>, { label = "", total }: ProgressOptions) {
    this.#items = items;

    const { length, size } = items as { length?: unknown; size?: unknown };
    this.#label = label;
    this.#total = total ?? [length, size].find((count) => typeof count === "number");
  }

  *[Symbol.iterator](): Generator<T, void, void> {
    if (!(Symbol.iterator in this.#items)) {
      throw new TypeError("progress: expected something for `for … of`; this is for `for await … of`");
    }
    const bar = board.begin(this, this.#label, this.#total);
    try {
      for (const item of this.#items) {
        yield item;
        board.step(bar);
      }
    } finally {
      board.end(bar);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    const bar = board.begin(this, this.#label, this.#total);
    try {
      for await (const item of this.#items) {
        yield item;
        board.step(bar);
      }
    } finally {
      board.end(bar);
    }
  }
}

interface Bar {
  readonly of: { note: string };
  readonly label: string;
  readonly total: number | undefined;
  readonly started: number;
  done: number;
  seconds: number;
  ended: boolean;
}

/** The bars that are under way, in one output. A loop that begins inside another takes the place of the one before it. */
class Board {
  #bars: Bar[] = [];
  #shown: DisplayHandle | TerminalLines | undefined;
  #drawn = 0;

  constructor() {
    // An interrupt runs no `finally`: the loops have ended all the same.
    onInterrupt(() => {
      for (const bar of this.#bars) bar.ended = true;
      this.#finish();
    });
  }

  begin(of: { note: string }, label: string, total: number | undefined): Bar {
    const bar = { of, label, total, started: performance.now(), done: 0, seconds: 0, ended: false };
    this.#bars = [...this.#bars.filter(({ ended }) => !ended), bar];
    if (this.#bars.length === 1 || this.#isDue()) this.#draw();
    return bar;
  }

  step(bar: Bar): void {
    bar.done++;
    if (this.#isDue()) this.#draw();
  }

  end(bar: Bar): void {
    this.#time(bar);
    bar.ended = true;
    if (this.#bars.every(({ ended }) => ended)) this.#finish();
  }

  #finish(): void {
    if (this.#bars.length > 0) this.#draw();
    this.#bars = [];
    this.#shown = undefined;
  }

  #isDue(): boolean {
    return performance.now() - this.#drawn >= frameMs;
  }

  #time(bar: Bar): void {
    if (!bar.ended) bar.seconds = (performance.now() - bar.started) / 1000;
  }

  #draw(): void {
    for (const bar of this.#bars) this.#time(bar);
    const bars = this.#bars.map(({ of, label, total, done, seconds, ended }) => {
      const said = { label: localized(label), note: localized(String(of.note)) };
      return { ...said, total: total ?? null, done, seconds, ended };
    });
    const bundle = progressBundle(bars);
    if (this.#shown) this.#shown.update.raw(bundle);
    else this.#shown = displaySession() ? display.raw(bundle) : new TerminalLines(bundle);
    this.#drawn = performance.now();
  }
}

/** Outside a notebook: lines of the terminal that are written over. */
class TerminalLines {
  #lines = 0;
  readonly update = { raw: (bundle: MimeBundle) => this.#write(bundle) };

  constructor(bundle: MimeBundle) {
    this.#write(bundle);
  }

  #write(bundle: MimeBundle): void {
    const terminal = machine().terminal();
    if (terminal === null) return;
    const text = String(bundle[Mime.plain]);
    terminal.write(`${this.#lines > 0 ? `\x1b[${this.#lines}F\x1b[J` : ""}${text}\n`);
    this.#lines = text.split("\n").length;
  }
}

const board = new Board();

function progressBundle(bars: ProgressBar[]): MimeBundle {
  return {
    [Mime.html]: bars.map(barHtml).join("\n"),
    [Mime.plain]: bars.map(progressText).join("\n"),
    [Mime.progress]: { bars: bars.map((bar) => ({ ...bar, text: barText(bar) })) },
  };
}

function barHtml(bar: ProgressBar): string {
  const { label, done, total } = bar;
  const name = label ? `<span style="white-space: nowrap">${escapeHtml(label)}</span>` : "";
  const value = total === null ? "" : ` value="${done}" max="${total}"`;
  const drawn = `<progress${value} aria-label="${escapeHtml(label) || "Progress"}" style="flex: none; width: min(16em, 50%)"></progress>`;
  // Below the bar where less than 20em are left beside it, whatever it says: nothing jumps while it counts.
  const text = `<span style="flex: 1 1 20em; min-width: 0">${escapeHtml(barText(bar))}</span>`;
  return `<div style="display: flex; flex-wrap: wrap; align-items: center; gap: 0 0.75em; font-variant-numeric: tabular-nums">${name}${drawn}${text}</div>`;
}
