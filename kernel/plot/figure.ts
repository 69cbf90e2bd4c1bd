// A chart as a value: Plotly's figure JSON that can be edited, displayed and saved. Imports nothing outside this folder.

import {
  describe as describeValue,
  requireInteger,
  requireKnown,
  requireNumber,
  requireNumbers,
  requireOptions,
} from "../arguments";
import { machine } from "../machine/machine";
import { decimate, defaultMaxPoints, thinnedLayout } from "./decimate";
import { describe } from "./describe";
import { localizedTexts } from "./localize";
import { withLogTicks, withTriedTicks } from "./logTicks";
import { requireOptionsOf } from "./options";
import { type Config, type Datum, type Frame, isList, type Layout, type Shape, type Trace } from "./plotly";
import { standalonePage } from "./standalonePage";
import { type PictureOptions, pictureOptions, toSvg } from "./svg/picture";
import { faded, neutral } from "./theme";

/** A value with a method under this symbol shows itself: the method returns MIME types and their data. */
export const display: unique symbol = Symbol.for("Jupyter.display") as never;

/** Plotly's figure JSON. */
export interface FigureJson {
  /** What is drawn. */
  data: Trace[];
  /** Axes, headings, legend and size. */
  layout: Layout;
  /** What the page's chart lets its reader do. */
  config: Config;
  /** States that a slider goes through. */
  frames?: Frame[];
}

/** What a notebook shows and saves of a figure. */
export interface FigureBundle {
  /** The chart itself, for pages that draw it. */
  "application/vnd.plotly.v1+json": FigureJson;
  /** For pages that cannot run Plotly: GitHub, nbviewer, paper. */
  "image/svg+xml"?: string;
  /** The chart in words. */
  "text/plain": string;
}

export interface BundleOptions {
  /** The most points of a trace. */
  maxPoints?: number;
  /** Whether to draw the picture too, which takes a few milliseconds. */
  picture?: boolean;
}

export interface FigureParts {
  /** What is drawn. */
  data: Trace[];
  /** Axes, headings, legend and size, over the defaults. */
  layout?: Layout;
  /** What the page's chart lets its reader do, over the defaults. */
  config?: Config;
  /** States that a slider goes through. */
  frames?: Frame[];
}

/** Something of one axis: a stretch, or a place. */
export type OnAxis<T> = { x: T } | { y: T };

export interface MarkOptions {
  /** A word beside the mark. */
  label?: string;
  /** `#rrggbb`; default gray. */
  color?: string;
}

const markOptions: readonly (keyof MarkOptions)[] = ["label", "color"];

/** Throws unless exactly one axis is named, and what stands there is as asked. */
function requireAxis<T>(operation: string, given: OnAxis<T>, requireValue: (value: T) => void): void {
  requireOptions(operation, given, ["x", "y"]);
  const values = Object.values(given ?? {});
  if (values.length !== 1) {
    throw new TypeError(
      `${operation}: expected { x: … } or { y: … }, got ${describeValue(given)} of ${values.length}`,
    );
  }
  for (const value of values) requireValue(value);
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
  /** States that a slider goes through; see `plot.frames`. */
  frames: Frame[];

  /** @throws TypeError without a list of traces. */
  constructor(parts: FigureParts) {
    requireKnown(new.target.name, arguments, 1, ["data", "layout", "config", "frames"]);
    if (!Array.isArray(parts?.data)) {
      throw new TypeError(`Figure: expected { data: [traces] }, got ${describeValue(parts)}`);
    }
    const { data, layout = {}, config = { displaylogo: false, responsive: true }, frames = [] } = parts;
    this.data = data;
    this.layout = layout;
    this.config = config;
    this.frames = frames;
  }

  /** What the chart shows, in words: series, ranges, last values. */
  get summary(): string {
    return this.words(defaultMaxPoints);
  }

  /** The chart in words where a trace is thinned to so many points. */
  protected words(maxPoints: number): string {
    return describe(localizedTexts(this.data), localizedTexts(this.layout), maxPoints);
  }

  /**
   * Shades a stretch of an axis behind the data: a healthy range, a saturated region.
   *
   * @example plot.line({ ratio }).band({ y: [1e-4, 1e-2] }, { label: "healthy", color: plot.palette[2] })
   */
  band(stretch: OnAxis<readonly [number, number]>, { label, color }: MarkOptions = {}): this {
    requireKnown("band", arguments, 2, markOptions);
    requireAxis("band", stretch, (ends) => requireNumbers("band", { from: ends[0], to: ends[1] }));
    const [axis, [from, to]] = "x" in stretch ? (["x", stretch.x] as const) : (["y", stretch.y] as const);
    const across = axis === "x" ? { x0: from, x1: to, y0: 0, y1: 1 } : { x0: 0, x1: 1, y0: from, y1: to };
    return this.#mark({
      type: "rect",
      ...across,
      ...this.#references(axis),
      fillcolor: faded(color ?? "#80868c", 0.14),
      line: { width: 0 },
      layer: "below",
      ...(label === undefined
        ? {}
        : { label: { text: label, textposition: "top left", font: inkOf(color), padding: 4 } }),
    });
  }

  /** Rules a dashed line across the chart at one place of an axis: chance level, a reference, an event. */
  rule(place: OnAxis<number>, { label, color }: MarkOptions = {}): this {
    requireKnown("rule", arguments, 2, markOptions);
    requireAxis("rule", place, (at) => requireNumber("rule", "its place", at));
    const [axis, at] = "x" in place ? (["x", place.x] as const) : (["y", place.y] as const);
    const across = axis === "x" ? { x0: at, x1: at, y0: 0, y1: 1 } : { x0: 0, x1: 1, y0: at, y1: at };
    return this.#mark({
      type: "line",
      ...across,
      ...this.#references(axis),
      line: { color: color ?? neutral.text, width: 1.5, dash: "dash" },
      ...(label === undefined
        ? {}
        : {
            label: {
              text: label,
              textposition: "end",
              font: inkOf(color),
              textangle: 0,
              // Inside the panel: under the upright line's top, over the level line's right end.
              xanchor: axis === "x" ? "left" : "right",
              yanchor: axis === "x" ? "top" : "bottom",
            },
          }),
    });
  }

  #references(axis: "x" | "y"): { xref: string; yref: string } {
    return { xref: axis === "x" ? "x" : "x domain", yref: axis === "y" ? "y" : "y domain" };
  }

  #mark(shape: Shape): this {
    this.layout.shapes = [...(this.layout.shapes ?? []), shape];
    return this;
  }

  /** Plotly's figure JSON, every point kept. */
  toJSON(): FigureJson {
    return this.#json((trace) => trace, this.layout);
  }

  /**
   * The chart as an SVG picture on white paper, for light and dark pages alike, made without a browser.
   *
   * @throws RangeError if it has traces that only Plotly can draw.
   */
  toSvg(options: PictureOptions = {}): string {
    requireOptionsOf("toSvg", arguments, 1, pictureOptions);
    const layout = withTriedTicks(this.layout, this.data);
    const svg = toSvg(localizedTexts(this.data), localizedTexts(layout), this.summary, options);
    if (svg !== undefined) return svg;
    const kinds = [...new Set(this.data.map(({ type = "scatter" }) => type))].join(", ");
    throw new RangeError(
      `toSvg: expected traces that are drawn without a browser, got ${kinds}; save it as .html`,
    );
  }

  /** The chart as a web page of its own that needs no network: zoom, hover, slider and all. */
  toHtml(): string {
    requireKnown("toHtml", arguments, 0);
    return standalonePage(this.toBundle({ picture: false })["application/vnd.plotly.v1+json"], this.summary);
  }

  /**
   * Writes the chart to a file: `.svg` a picture, `.html` a page to explore it, `.json` Plotly's figure with every point.
   *
   * @throws RangeError if the path ends otherwise.
   */
  save(path: string): void {
    requireKnown("save", arguments, 1);
    const ending = /\.(svg|html|json)$/i.exec(path)?.[1]?.toLowerCase();
    if (ending === undefined) {
      throw new RangeError(
        `save: expected a path that ends in .svg, .html or .json, got ${JSON.stringify(path)}`,
      );
    }
    if (ending === "json") machine().write(path, [JSON.stringify(this)]);
    else machine().write(path, [ending === "svg" ? this.toSvg() : this.toHtml()]);
  }

  /** The forms in which a notebook shows the figure. */
  toBundle({ maxPoints = defaultMaxPoints, picture = true }: BundleOptions = {}): FigureBundle {
    requireKnown("toBundle", arguments, 1, ["maxPoints", "picture"]);
    requireInteger("toBundle", "maxPoints", maxPoints, 2);
    const summary = this.words(maxPoints);
    const svg = picture ? this.picture() : undefined;
    return {
      // A viewer is handed this form alone: what a screen reader should say travels in it.
      "application/vnd.plotly.v1+json": this.#json((trace) => decimate(trace, maxPoints), {
        ...thinnedLayout(this.layout, this.data, maxPoints),
        meta: { ...this.layout.meta, summary },
      }),
      ...(svg === undefined ? {} : { "image/svg+xml": svg }),
      "text/plain": summary,
    };
  }

  /** The picture for pages that cannot run Plotly; undefined where there is none. */
  protected picture(): string | undefined {
    try {
      return this.toSvg();
    } catch {
      return undefined; // Plotly knows more than the pictures do: what it can draw is shown all the same
    }
  }

  [display](): FigureBundle {
    return this.toBundle();
  }

  #json(thinned: (trace: Trace) => Trace, layout: Layout): FigureJson {
    const plainTraces = (traces: readonly Trace[]) =>
      traces.map((trace) => localizedTexts(plain(thinned(trace))));
    const { config, frames } = this;
    const json: FigureJson = {
      data: plainTraces(this.data),
      layout: localizedTexts(withLogTicks(layout, this.data)),
      config,
    };
    if (frames.length > 0) {
      json.frames = frames.map((frame) => ({
        ...frame,
        ...(frame.layout && { layout: localizedTexts(frame.layout) }),
        data: plainTraces(frame.data),
      }));
    }
    return json;
  }
}

/** @throws TypeError for what is no figure. */
export function requireFigure(who: string, value: unknown, name = ""): void {
  if (value instanceof Figure) return;
  const what = name === "" ? "a figure" : `a figure for "${name}"`;
  throw new TypeError(`${who}: expected ${what}, as plot.line() gives, got ${describeValue(value)}`);
}

/** Without a color of its own a label has the page's ink. */
const inkOf = (color: string | undefined) => ({ size: 11, ...(color === undefined ? {} : { color }) });

/** The trace with arrays that survive JSON: no typed arrays, no NaN, and no digits that a float32 does not have. */
function plain(trace: Trace): Trace {
  const result: Trace = { ...trace };
  for (const [key, value] of Object.entries(trace)) {
    if (isList(value)) result[key] = Array.from(value, plainValue);
  }
  return result;
}

function plainValue(value: unknown): unknown {
  if (typeof value === "number") return shortestDecimal(value);
  return isList(value) ? Array.from(value, plainValue) : value; // the rows of a heat map
}

/**
 * A float32 read as a double drags meaningless digits along (0.1 is 0.10000000149011612): the shortest that names it.
 * Rounded by arithmetic, for printing and reading each number would be most of what a moving chart costs. A power of ten
 * up to 22 is exact, so that the division gives the double nearest to the decimal.
 */
function shortestDecimal(value: number): Datum {
  if (!Number.isFinite(value)) return null;
  if (Number.isInteger(value) || Math.fround(value) !== value) return value;
  const places = 6 - Math.floor(Math.log10(Math.abs(value)));
  for (const decimals of [places, places + 1, places + 2]) {
    if (decimals < 0 || decimals > 22) break;
    const power = powersOfTen[decimals]!;
    const short = Math.round(value * power) / power;
    if (Math.fround(short) === value) return short;
  }
  return value;
}

const powersOfTen = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
