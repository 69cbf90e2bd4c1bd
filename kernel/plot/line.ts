// Lines that can grow: the general line chart, and what the loss chart is made of. Imports nothing outside this folder.
import { Figure } from "./figure";
import type { Datum, Layout, Trace } from "./plotly";
import { baseLayout, faded, seriesLine, topMargin } from "./theme";

/** One line's numbers: y alone (x counts from 0), or both. */
export type Series = ArrayLike<number> | { x: ArrayLike<number>; y: ArrayLike<number> };

export interface LineOptions {
  title?: string;
  xTitle?: string;
  yTitle?: string;
  /** Logarithmic y axis; values ≤ 0 are not drawn. */
  logY?: boolean;
  /** Lowest and highest y to show; default: all that there is. Double-click brings everything into view. */
  yRange?: readonly [number, number];
  /**
   * Weight of the past in an exponential moving average, 0 (none) to below 1: the average is drawn over the raw line,
   * which stays behind it, faint. Debiased, so it starts at the first value instead of at 0.
   */
  smoothing?: number;
  /** In pixels. */
  height?: number;
}

/** A chart of named lines, to which points can be appended. */
export class LineFigure extends Figure {
  readonly #smoothing: number;
  readonly #lines = new Map<string, GrowingLine>();

  /** @throws RangeError if `smoothing` is not in [0, 1), or a line's x and y differ in length. */
  constructor(series: Readonly<Record<string, Series>>, options: LineOptions = {}) {
    const { title, xTitle, yTitle, logY = false, smoothing = 0, height = 360, yRange } = options;
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new RangeError(`plot: expected smoothing of at least 0 and below 1, got ${smoothing}`);
    }
    const layout: Layout = baseLayout(title, Object.keys(series), height);
    layout.xaxis =
      xTitle === undefined ? {} : { title: { text: xTitle }, unifiedhovertitle: { text: `${xTitle} %{x}` } };
    layout.yaxis = yTitle === undefined ? {} : { title: { text: yTitle } };
    if (logY) Object.assign(layout.yaxis, { type: "log", tickformat: "~g" });
    if (yRange !== undefined) {
      if (!(yRange[0] < yRange[1]) || (logY && yRange[0] <= 0)) {
        const wanted = logY ? "positive and ascending on a log axis" : "ascending";
        throw new RangeError(`plot: expected yRange to be ${wanted}, got [${yRange.join(", ")}]`);
      }
      // Plotly's log axes count in powers of ten.
      layout.yaxis.range = logY ? [Math.log10(yRange[0]), Math.log10(yRange[1])] : [...yRange];
    }
    super({ data: [], layout });
    this.#smoothing = smoothing;
    for (const [name, values] of Object.entries(series)) {
      const line = this.#line(name);
      if ("y" in values) line.extend(name, values.x, values.y);
      else for (let at = 0; at < values.length; at++) line.push(at, values[at]!);
    }
  }

  /**
   * Adds a point, or arrays of them, to the line of that name; a new name begins a new line.
   *
   * @throws RangeError if x and y are arrays of different lengths.
   */
  append(name: string, x: number | ArrayLike<number>, y: number | ArrayLike<number>): void {
    const line = this.#lines.get(name) ?? this.#line(name);
    if (typeof x === "number" && typeof y === "number") line.push(x, y);
    else line.extend(name, typeof x === "number" ? [x] : x, typeof y === "number" ? [y] : y);
  }

  #line(name: string): GrowingLine {
    const look = { type: "scatter", mode: "lines", name } as const;
    const line = seriesLine(this.#lines.size);
    const shown: Trace = {
      ...look,
      x: [],
      y: [],
      line: { ...line, width: 2 },
      hovertemplate: "%{y:.4~g}",
    };
    let raw: Trace | undefined;
    if (this.#smoothing > 0) {
      raw = {
        ...look,
        x: [],
        y: [],
        line: { color: faded(line.color, 0.3), width: 1 },
        legendgroup: name,
        showlegend: false,
        hoverinfo: "skip",
      };
      shown.legendgroup = name;
      this.data.push(raw);
    }
    this.data.push(shown);
    const grown = new GrowingLine(shown, raw, this.#smoothing);
    this.#lines.set(name, grown);
    this.layout.showlegend = true;
    const margin = this.layout.margin as Record<string, number> | undefined;
    this.layout.margin = { ...margin, t: topMargin(this.layout.title?.text, [...this.#lines.keys()]) };
    return grown;
  }
}

/** The arrays behind one name: the values, or their moving average with the values behind it. */
class GrowingLine {
  readonly #shown: { x: Datum[]; y: Datum[] };
  readonly #raw: { x: Datum[]; y: Datum[] } | undefined;
  readonly #smoothing: number;
  #average = 0;
  #weight = 0;

  constructor(shown: Trace, raw: Trace | undefined, smoothing: number) {
    this.#shown = shown as { x: Datum[]; y: Datum[] };
    this.#raw = raw as { x: Datum[]; y: Datum[] } | undefined;
    this.#smoothing = smoothing;
  }

  push(x: number, y: number): void {
    this.#shown.x.push(x);
    if (this.#raw === undefined) {
      this.#shown.y.push(y);
      return;
    }
    this.#raw.x.push(x);
    this.#raw.y.push(y);
    // A NaN is a gap in both lines; taken into the average it would stay there for ever.
    this.#shown.y.push(Number.isFinite(y) ? this.#smooth(y) : Number.NaN);
  }

  extend(name: string, x: ArrayLike<number>, y: ArrayLike<number>): void {
    if (x.length !== y.length) {
      throw new RangeError(
        `plot: expected x and y of "${name}" to have the same length, got ${x.length} and ${y.length}`,
      );
    }
    for (let at = 0; at < y.length; at++) this.push(x[at]!, y[at]!);
  }

  /** avgₙ = β·avgₙ₋₁ + (1−β)·y, divided by the weight 1−βⁿ that it holds so far. */
  #smooth(y: number): number {
    this.#average = this.#smoothing * this.#average + (1 - this.#smoothing) * y;
    this.#weight = this.#smoothing * this.#weight + (1 - this.#smoothing);
    return Math.fround(this.#average / this.#weight);
  }
}

/**
 * Lines over x.
 *
 * @example plot.line({ sine: { x, y } }, { xTitle: "angle (rad)" })
 */
export function line(series: Readonly<Record<string, Series>>, options: LineOptions = {}): LineFigure {
  return new LineFigure(series, options);
}
