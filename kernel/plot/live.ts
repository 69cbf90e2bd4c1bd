// A figure that moves while a loop runs: redrawn at screen rate, whole at the end. Imports nothing outside this folder.
import { requireKnown } from "../arguments";
import { display, type Figure, type FigureBundle, requireFigure } from "./figure";

/** A trace has at most this many points while the figure moves; two for each two pixels of a cell. */
const defaultLivePoints = 1_000;

/** Something that shows itself in a notebook. */
interface Displayable {
  [display](): FigureBundle;
}

/** Shows a value and hands back a way to replace it in place. */
export type Show = (value: Displayable) => { update(value: Displayable): void };

/** What `append` of a growing figure takes; figures of other kinds have none. */
export type Appended<F> = F extends { append(...point: infer Point): void } ? Point : never;

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
 * look at the clock; in asynchronous code a timer draws what came last; the end of the cell draws every point, and the
 * picture for pages that cannot run Plotly.
 */
export class LiveFigure<F extends Figure = Figure> {
  readonly #show: ReturnType<Show>;
  readonly #interval: number;
  readonly #onCellEnd: (flush: () => void) => void;
  readonly #now: () => number;
  readonly #schedule: (callback: () => void, milliseconds: number) => void;
  #figure: F | (() => F);
  #nextDraw: number;
  /** Points have come since the last drawing. */
  #stale = false;
  /** The last drawing was thinned, or points have come since: the cell's end has something to do. */
  #unfinished = false;
  #timer = false;

  constructor(figure: F, show: Show, options: LiveOptions = {}) {
    requireKnown(new.target.name, arguments, 3, ["interval", "onCellEnd", "now", "schedule"]);
    requireFigure("live", figure);
    this.#interval = options.interval ?? 80;
    this.#onCellEnd = options.onCellEnd ?? (() => {});
    this.#now = options.now ?? (() => performance.now());
    this.#schedule = options.schedule ?? later;
    this.#figure = figure;
    this.#show = show(figure);
    this.#nextDraw = this.#now() + this.#interval;
  }

  /** The figure as it is now. Edits to it are drawn with the next point, or by `finish()`. */
  get figure(): F {
    if (typeof this.#figure === "function") this.#figure = this.#figure();
    return this.#figure;
  }

  /**
   * Adds to the figure, as its own `append` does.
   *
   * @throws TypeError if figures of this kind do not grow; what the figure's `append` throws.
   */
  append(...point: Appended<F>): void {
    const figure: Figure & { append?: (...point: unknown[]) => void } = this.figure;
    if (figure.append === undefined) {
      throw new TypeError(
        "append: expected a chart that grows (plot.loss, plot.line, plot.scatter, plot.quantiles, plot.ridge), got " +
          "another figure; replace it with update(figure)",
      );
    }
    figure.append(...point);
    this.#changed();
  }

  /**
   * Puts another figure in this one's place. A function that makes it is called only when it is drawn, so that a loop may
   * hand over one at every step.
   *
   * @example chart.update(() => plot.histogram(probe.activations(net, x)))
   */
  update(figure: F | (() => F)): void {
    requireKnown("update", arguments, 1);
    this.#figure = figure;
    this.#changed();
  }

  /** Draws every point, and the picture, now. The cell's end does this by itself. */
  finish(): void {
    requireKnown("finish", arguments, 0);
    this.#draw(() => this.figure);
    this.#unfinished = false;
  }

  /** What console.log shows, and a list of variables: the chart in a line. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${this.constructor.name} ${JSON.stringify(this.figure.summary.split("\n")[0])}`;
  }

  [display](): FigureBundle {
    return this.figure.toBundle();
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
      this.#draw(() => this.#moving());
    } else if (!this.#timer) {
      this.#timer = true;
      this.#schedule(() => {
        this.#timer = false;
        if (this.#stale) this.#draw(() => this.#moving());
      }, this.#nextDraw - now);
    }
  }

  #draw(view: () => Displayable): void {
    const start = this.#now();
    this.#stale = false;
    this.#show.update(view());
    const end = this.#now();
    this.#nextDraw = end + Math.max(this.#interval, 49 * (end - start));
  }

  /** The figure while it moves. */
  #moving(): Displayable {
    const { figure } = this;
    return { [display]: () => figure.toBundle({ maxPoints: defaultLivePoints, picture: false }) };
  }
}

/** A timer that does not keep a process alive. */
function later(callback: () => void, milliseconds: number): void {
  const timer: unknown = setTimeout(callback, milliseconds);
  if (typeof timer === "object" && timer !== null && "unref" in timer && typeof timer.unref === "function")
    timer.unref();
}
