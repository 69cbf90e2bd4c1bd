// Lines that can grow: the general line chart, and what the loss chart is made of. Imports nothing outside this folder.
import { requireKnown } from "../arguments";
import { areDates, dateText, haveDates, type Places, placesOf } from "./dates";
import { Figure } from "./figure";
import { entriesOf, isNumbers, isScalar, type Named, type Numbers, numbersOf, single } from "./numbers";
import { requireOptionsOf } from "./options";
import type { Datum, Layout, Trace } from "./plotly";
import { type Run, spreadOf } from "./spread";
import { baseLayout, faded, plainAxis, seriesLine, topMargin } from "./theme";

/** One line's numbers: y alone (x counts from 0), or both; x may be dates, shown in UTC. */
export type OneSeries = Numbers | { x: Places; y: Numbers };

/** One line, or several runs of the same, such as one a seed: drawn as their median over their range. */
export type Series = OneSeries | readonly OneSeries[];

export interface LineOptions {
  /** The heading above the chart. */
  title?: string;
  /** The title of the x axis, with its unit. */
  xTitle?: string;
  /** The title of the y axis, with its unit. */
  yTitle?: string;
  /** Logarithmic x axis. */
  logX?: boolean;
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

/** Those of `loss` too. */
export const lineOptions: readonly (keyof LineOptions)[] = [
  "title",
  "xTitle",
  "yTitle",
  "logX",
  "logY",
  "yRange",
  "smoothing",
  "height",
];

/** A chart of named lines, to which points can be appended. */
export class LineFigure extends Figure {
  readonly #smoothing: number;
  readonly #lines = new Map<string, GrowingLine>();
  readonly #spreads = new Set<string>();

  /** @throws RangeError if `smoothing` is not in [0, 1), a line's x and y differ in length, or an object has names that are whole numbers. */
  constructor(series: Named<Series>, options: LineOptions = {}) {
    requireOptionsOf(new.target.name, arguments, 2, lineOptions);
    const {
      title,
      xTitle,
      yTitle,
      logX = false,
      logY = false,
      smoothing = 0,
      height = 360,
      yRange,
    } = options;
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new RangeError(`plot: expected smoothing of at least 0 and below 1, got ${smoothing}`);
    }
    const entries = entriesOf<Series>("line", series);
    const layout: Layout = baseLayout(
      title,
      entries.map(([name]) => name),
      height,
    );
    layout.xaxis = plainAxis("plot", { title: xTitle, log: logX, hover: true });
    layout.yaxis = plainAxis("plot", {
      title: yTitle,
      log: logY,
      range: yRange,
      name: "yRange",
    });
    super({ data: [], layout });
    this.#smoothing = smoothing;
    for (const [name, values] of entries) {
      if (isRuns(values)) this.#spread(name, values);
      else this.append(name, ...coordinates(name, values));
    }
  }

  /**
   * Adds a point, or arrays of them, to the line of that name; a new name begins a new line.
   *
   * @throws RangeError if x and y are arrays of different lengths; TypeError if the line is the median of several runs.
   */
  append(
    name: string,
    x: number | Date | ArrayLike<number> | readonly Date[],
    y: number | ArrayLike<number>,
  ): void {
    requireKnown("append", arguments, 3);
    if (this.#spreads.has(name)) {
      throw new TypeError(
        `append: expected a line of one run, got "${name}", the median of several; draw a new chart with all its runs`,
      );
    }
    const line = this.#lines.get(name) ?? this.#line(name);
    if (typeof x === "number" && typeof y === "number") line.push(x, y);
    else {
      const places = typeof x === "number" || x instanceof Date ? [dateText(x)] : placesOf("plot", x, name);
      line.extend(name, places, typeof y === "number" ? [y] : y);
      if (haveDates(places)) this.layout.xaxis!.type = "date";
    }
  }

  #line(name: string): GrowingLine {
    const look = { type: "scatter", mode: "lines", name } as const;
    const line = seriesLine(this.#lines.size + this.#spreads.size);
    const shown: Trace & Points = {
      ...look,
      x: [],
      y: [],
      line: { ...line, width: 2 },
      hovertemplate: "%{y:.4~g}",
    };
    let raw: (Trace & Points) | undefined;
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
    this.#nameAdded();
    return grown;
  }

  /** Median and range of several runs, each smoothed by itself. */
  #spread(name: string, series: readonly OneSeries[]): void {
    const runs = series.map((one): Run => {
      const [x, y] = coordinates(name, one);
      const line = new GrowingLine({ x: [], y: [] }, { x: [], y: [] }, this.#smoothing);
      const places = placesOf("plot", x, name);
      line.extend(name, places, y);
      if (haveDates(places)) this.layout.xaxis!.type = "date";
      return line.shown;
    });
    const { color, dash } = seriesLine(this.#lines.size + this.#spreads.size);
    const { x, low, median, high } = spreadOf(runs);
    const edge = { type: "scatter", mode: "lines", name, x, legendgroup: name, showlegend: false } as const;
    const hidden = { line: { width: 0, color }, hoverinfo: "skip" } as const;
    this.data.push(
      { ...edge, ...hidden, y: low },
      { ...edge, ...hidden, y: high, fill: "tonexty", fillcolor: faded(color, 0.2) },
      {
        ...edge,
        showlegend: true,
        y: median,
        line: { color, dash, width: 2 },
        customdata: median.map((_, at) => [low[at]!, high[at]!]),
        hovertemplate: "%{y:.4~g} (%{customdata[0]:.3~g} to %{customdata[1]:.3~g})",
        meta: { kind: "line chart", note: `median of ${runs.length} runs, their range shaded` },
      },
    );
    if (x.length <= mostPlaces && runs.length <= mostRuns) {
      const points = runs.flatMap((run) => Array.from(run.y, (y, at) => ({ x: run.x[at]!, y })));
      this.data.at(-1)!.mode = "lines+markers";
      this.data.at(-1)!.marker = { color, size: 7 };
      this.data.push({
        ...edge,
        mode: "markers",
        x: points.map(({ x }) => x),
        y: points.map(({ y }) => y),
        marker: { color, size: 4, opacity: 0.6 },
        hoverinfo: "skip",
      });
    }
    this.#spreads.add(name);
    this.#nameAdded();
  }

  #nameAdded(): void {
    const names = [...this.#spreads, ...this.#lines.keys()];
    this.layout.showlegend = true;
    this.layout.margin = { ...this.layout.margin, t: topMargin(this.layout.title?.text, names) };
  }
}

/** At so few places, and of so few runs, each run's points are shown beside their median. */
const [mostPlaces, mostRuns] = [9, 10];

const isRuns = (series: Series): series is readonly OneSeries[] =>
  Array.isArray(series) && series.length > 0 && typeof series[0] === "object" && !series.some(isScalar);

function coordinates(
  name: string,
  series: OneSeries,
): [x: ArrayLike<number> | readonly Date[], y: ArrayLike<number>] {
  if (isNumbers(series)) {
    const y = numbersOf("plot", series, name);
    return [Array.from({ length: y.length }, (_, at) => at), y];
  }
  if (typeof series !== "object" || !isNumbers(series.x) || !isNumbers(series.y)) {
    throw new TypeError(
      `plot: expected numbers or { x, y } for "${name}", got ${typeof series === "object" ? `{ ${Object.keys(series ?? {}).join(", ")} }` : String(series)}`,
    );
  }
  return [
    areDates(series.x) ? series.x : numbersOf("plot", series.x, name),
    numbersOf("plot", series.y, name),
  ];
}

/** Arrays that grow. */
interface Points {
  readonly x: Datum[];
  readonly y: number[];
}

/** The arrays behind one name: the values, or their moving average with the values behind it. */
class GrowingLine {
  readonly #smoothing: number;
  readonly #raw: Points | undefined;
  #average = 0;
  #weight = 0;

  constructor(
    readonly shown: Points,
    raw: Points | undefined,
    smoothing: number,
  ) {
    this.#raw = raw;
    this.#smoothing = smoothing;
  }

  push(x: Datum, y: number): void {
    this.shown.x.push(x);
    if (this.#raw === undefined || this.#smoothing === 0) {
      this.shown.y.push(y);
      return;
    }
    this.#raw.x.push(x);
    this.#raw.y.push(y);
    // A NaN is a gap in both lines; taken into the average it would stay there for ever.
    this.shown.y.push(Number.isFinite(y) ? this.#smooth(y) : Number.NaN);
  }

  extend(name: string, x: ArrayLike<Datum>, y: ArrayLike<number>): void {
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
    return single(this.#average / this.#weight);
  }
}

/**
 * Lines over x.
 *
 * @example plot.line({ sine: { x, y } }, { xTitle: "angle (rad)" })
 * @example plot.line({ "with BN": [seed1, seed2, seed3] }) // median and range
 * @example plot.line(new Map([[16, losses16], [4, losses4]])) // names that are whole numbers, in this order
 */
export function line(series: Named<Series>, options: LineOptions = {}): LineFigure {
  requireOptionsOf("line", arguments, 2, lineOptions);
  return new LineFigure(series, options);
}
