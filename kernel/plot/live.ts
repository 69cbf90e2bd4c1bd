// A figure that moves while a loop runs: redrawn at screen rate, whole at the end. Imports nothing outside this folder.
import { display, type Figure, type FigureBundle, MAX_POINTS } from "./figure";
import { LineFigure } from "./line";

/** A trace has at most this many points while the figure moves; two for each two pixels of a cell. */
export const LIVE_POINTS = 1_000;

/** Something that shows itself in a notebook. */
interface Displayable {
  [display](): FigureBundle;
}

/** Shows a value and hands back a way to replace it in place. */
export type Show = (value: Displayable) => { update(value: Displayable): void };

export interface LiveOptions {
  /** Milliseconds between two redraws; default 80. A redraw that takes long stretches it: at most 2 % of the time is drawing. */
  interval?: number;
  /** Registers what must be done once when the running cell has ended: there the figure is drawn whole. */
  onCellEnd?: (flush: () => void) => void;
  /** The clock, in milliseconds. */
  now?: () => number;
  /** Calls back after some milliseconds, if the event loop turns. */
  schedule?: (callback: () => void, milliseconds: number) => void;
}

/**
 * Shows a figure at once and redraws it as points are appended. A synchronous loop redraws from within `append` by a
 * look at the clock; in asynchronous code a timer draws what came last; the end of the cell draws every point.
 */
export class LiveFigure {
  readonly #show: ReturnType<Show>;
  readonly #interval: number;
  readonly #onCellEnd: (flush: () => void) => void;
  readonly #now: () => number;
  readonly #schedule: (callback: () => void, milliseconds: number) => void;
  #figure: Figure;
  #nextDraw: number;
  /** Points have come since the last drawing. */
  #stale = false;
  /** The last drawing was thinned, or points have come since: the cell's end has something to do. */
  #unfinished = false;
  #timer = false;

  constructor(figure: Figure, show: Show, options: LiveOptions = {}) {
    this.#interval = options.interval ?? 80;
    this.#onCellEnd = options.onCellEnd ?? (() => {});
    this.#now = options.now ?? (() => performance.now());
    this.#schedule = options.schedule ?? later;
    this.#figure = figure;
    this.#show = show(this.#view(MAX_POINTS));
    this.#nextDraw = this.#now() + this.#interval;
  }

  /** The figure as it is now. Edits to it are drawn with the next point, or by `finish()`. */
  get figure(): Figure {
    return this.#figure;
  }

  /**
   * Adds a point, or arrays of them, to the line of that name; a new name begins a new line.
   *
   * @throws TypeError if the figure is not made of lines; RangeError if x and y are arrays of different lengths.
   */
  append(name: string, x: number | ArrayLike<number>, y: number | ArrayLike<number>): void {
    if (!(this.#figure instanceof LineFigure)) {
      throw new TypeError(
        "append: expected a chart of lines (plot.loss, plot.line), got another figure; replace it with update(figure)",
      );
    }
    this.#figure.append(name, x, y);
    this.#changed();
  }

  /** Puts another figure in this one's place. */
  update(figure: Figure): void {
    this.#figure = figure;
    this.#changed();
  }

  /** Draws every point now. The cell's end does this by itself. */
  finish(): void {
    this.#draw(MAX_POINTS);
    this.#unfinished = false;
  }

  [display](): FigureBundle {
    return this.#figure.toBundle();
  }

  #changed(): void {
    this.#stale = true;
    if (!this.#unfinished) {
      this.#unfinished = true;
      this.#onCellEnd(() => {
        if (this.#unfinished) this.finish();
      });
    }
    const now = this.#now();
    if (now >= this.#nextDraw) {
      this.#draw(LIVE_POINTS);
    } else if (!this.#timer) {
      this.#timer = true;
      this.#schedule(() => {
        this.#timer = false;
        if (this.#stale) this.#draw(LIVE_POINTS);
      }, this.#nextDraw - now);
    }
  }

  #draw(maxPoints: number): void {
    const start = this.#now();
    this.#stale = false;
    this.#show.update(this.#view(maxPoints));
    const end = this.#now();
    this.#nextDraw = end + Math.max(this.#interval, 49 * (end - start));
  }

  #view(maxPoints: number): Displayable {
    const figure = this.#figure;
    return { [display]: () => figure.toBundle(maxPoints) };
  }
}

/** A timer that does not keep a process alive. */
function later(callback: () => void, milliseconds: number): void {
  const timer: unknown = setTimeout(callback, milliseconds);
  if (typeof timer === "object" && timer !== null && "unref" in timer && typeof timer.unref === "function")
    timer.unref();
}
