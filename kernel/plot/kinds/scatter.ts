// Points in a plane, by series; the chart can grow. Imports nothing outside this folder.
import { areDates, dateText, haveDates, type Places, placesOf } from "../dates";
import { Figure } from "../figure";
import { type Numbers, numbersOf } from "../numbers";
import type { Datum, Marker, Trace } from "../plotly";
import { baseLayout, palette, plainAxis, topMargin } from "../theme";

export interface ScatterOptions {
  /** The heading above the chart. */
  title?: string;
  /** The title of the x axis, with its unit. */
  xTitle?: string;
  /** The title of the y axis, with its unit. */
  yTitle?: string;
  /** Whether the x axis is logarithmic. Default false. */
  logX?: boolean;
  /** Whether the y axis is logarithmic. Default false. */
  logY?: boolean;
  /** Where the x axis begins and ends; default: where the data do. */
  xRange?: readonly [number, number];
  /** Where the y axis begins and ends; default: where the data do. */
  yRange?: readonly [number, number];
  /** How wide a point is, in pixels; default: smaller the more there are. */
  size?: number;
  /** 0 to 1; default: fainter the more there are, so that crowds show. */
  opacity?: number;
  /** In pixels. */
  height?: number;
}

/** A series, which grows. */
interface Cloud extends Trace {
  readonly x: Datum[];
  readonly y: number[];
  readonly marker: Marker;
}

/** A chart of named clouds of points, to which points can be added. */
export class ScatterFigure extends Figure {
  readonly #options: ScatterOptions;
  readonly #clouds = new Map<string, Cloud>();

  constructor(series: Readonly<Record<string, { x: Places; y: Numbers }>>, options: ScatterOptions = {}) {
    const { title, xTitle, yTitle, logX, logY, xRange, yRange, height = 380 } = options;
    const layout = baseLayout(title, Object.keys(series), height);
    layout.hovermode = "closest";
    const grid = { showgrid: true };
    layout.xaxis = {
      ...plainAxis("scatter", { title: xTitle, log: logX, range: xRange, name: "xRange" }),
      ...grid,
    };
    layout.yaxis = plainAxis("scatter", {
      title: yTitle,
      log: logY,
      range: yRange,
      name: "yRange",
    });
    super({ data: [], layout });
    this.#options = options;
    for (const [name, { x, y }] of Object.entries(series)) {
      this.append(name, areDates(x) ? x : numbersOf(x), numbersOf(y));
    }
  }

  /**
   * Adds a point, or arrays of them, to the series of that name.
   *
   * @throws RangeError if x and y are arrays of different lengths.
   */
  append(
    name: string,
    x: number | Date | ArrayLike<number> | readonly Date[],
    y: number | ArrayLike<number>,
  ): void {
    const xs = typeof x === "number" || x instanceof Date ? [dateText(x)] : placesOf(x);
    const ys = typeof y === "number" ? [y] : y;
    if (haveDates(xs)) this.layout.xaxis!.type = "date";
    if (xs.length !== ys.length) {
      throw new RangeError(
        `scatter: expected x and y of "${name}" to have the same length, got ${xs.length} and ${ys.length}`,
      );
    }
    const cloud = this.#clouds.get(name) ?? this.#cloud(name);
    for (let at = 0; at < xs.length; at++) {
      cloud.x.push(xs[at]!);
      cloud.y.push(ys[at]!);
    }
    const clouds = [...this.#clouds.values()];
    const most = Math.max(...clouds.map(({ y }) => y.length));
    const {
      size = most > 2000 ? 4 : most > 300 ? 5 : 7,
      opacity = most > 2000 ? 0.35 : most > 300 ? 0.55 : 0.8,
    } = this.#options;
    for (const { marker } of clouds) Object.assign(marker, { size, opacity });
  }

  #cloud(name: string): Cloud {
    const cloud: Cloud = {
      type: "scatter",
      mode: "markers",
      name,
      x: [],
      y: [],
      marker: { color: palette[this.data.length % palette.length]! },
      hovertemplate: "(%{x:.4~g}, %{y:.4~g})",
    };
    this.data.push(cloud);
    this.#clouds.set(name, cloud);
    const names = [...this.#clouds.keys()];
    this.layout.showlegend = names.length > 1 || names[0] !== "";
    this.layout.margin = { ...this.layout.margin, t: topMargin(this.layout.title?.text, names) };
    return cloud;
  }
}

/**
 * Points by series.
 *
 * @example plot.scatter({ train: { x: width, y: loss }, test: { x: width, y: testLoss } }, { logX: true })
 * @throws RangeError if a series' x and y differ in length.
 */
export function scatter(
  series: Readonly<Record<string, { x: Places; y: Numbers }>> = {},
  options: ScatterOptions = {},
): ScatterFigure {
  return new ScatterFigure(series, options);
}
