// A chart as a value: Plotly's figure JSON that can be edited, displayed and saved. Imports nothing outside this folder.
import { decimate } from "./decimate";
import { describe } from "./describe";
import type { Config, Datum, Layout, Trace } from "./plotly";

/** A value with a method under this symbol shows itself: the method returns MIME types and their data. */
export const display: unique symbol = Symbol.for("Jupyter.display") as never;

/** A trace longer than this is thinned where it is shown or saved; `figure.data` keeps every point. */
export const MAX_POINTS = 5_000;

/** What a notebook shows and saves of a figure. */
export interface FigureBundle {
  "application/vnd.plotly.v1+json": { data: Trace[]; layout: Layout; config: Config };
  "text/plain": string;
}

export interface FigureParts {
  data: Trace[];
  layout?: Layout;
  config?: Config;
}

/**
 * A chart. Change `data` and `layout` as you like, with all that Plotly knows; it is drawn as it is when shown.
 *
 * @example
 * const figure = plot.loss({ "with BN": losses });
 * figure.layout.yaxis!.range = [0, 1];
 * figure
 */
export class Figure {
  data: Trace[];
  layout: Layout;
  config: Config;

  constructor({ data, layout = {}, config = { displaylogo: false, responsive: true } }: FigureParts) {
    this.data = data;
    this.layout = layout;
    this.config = config;
  }

  /** What the chart shows, in words: series, ranges, last values. */
  get summary(): string {
    return describe(this.data, this.layout);
  }

  /** Plotly's figure JSON, every point kept. */
  toJSON(): FigureBundle["application/vnd.plotly.v1+json"] {
    return { data: this.data.map((trace) => plain(trace)), layout: this.layout, config: this.config };
  }

  /** The forms in which a notebook shows the figure; no trace has more than `maxPoints` points. */
  toBundle(maxPoints = MAX_POINTS): FigureBundle {
    const summary = this.summary;
    return {
      "application/vnd.plotly.v1+json": {
        data: this.data.map((trace) => plain(decimate(trace, maxPoints))),
        // A viewer is handed this form alone: what a screen reader should say travels in it.
        layout: { ...this.layout, meta: { ...this.layout.meta, summary } },
        config: this.config,
      },
      "text/plain": summary,
    };
  }

  [display](): FigureBundle {
    return this.toBundle();
  }
}

/** The trace with arrays that survive JSON: no typed arrays, no NaN, and no digits that a float32 does not have. */
function plain(trace: Trace): Trace {
  const result: Trace = { ...trace };
  for (const [key, value] of Object.entries(trace)) {
    if (Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value)) {
      result[key] = Array.from(value as ArrayLike<unknown>, plainValue);
    }
  }
  return result;
}

function plainValue(value: unknown): unknown {
  if (typeof value === "number") return shortNumber(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return Array.from(value as unknown as ArrayLike<unknown>, plainValue); // the rows of a heat map
  }
  return value;
}

/** A float32 read as a double drags meaningless digits along (0.1 is 0.10000000149011612): the shortest that names it. */
function shortNumber(value: number): Datum {
  if (!Number.isFinite(value)) return null;
  if (Number.isInteger(value) || Math.fround(value) !== value) return value;
  for (const digits of [7, 8]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
