// Points in a plane: clouds by series, which can grow; and how points are drawn, as clouds, lines, fills or texts.
import { requireKnown } from "../../arguments";
import { areDates, dateText, haveDates, type Places, placesOf } from "../dates";
import { thinPoints } from "../decimate";
import { pointsText } from "../describe";
import { Figure } from "../figure";
import type { Point, Surroundings, TraceKind } from "../kind";
import { type Numbers, numbersOf, requireNamed } from "../numbers";
import { requireOptionsOf } from "../options";
import type { Datum, Marker, Trace } from "../plotly";
import type { PlacedAxis } from "../svg/axes";
import { element, px, textElement } from "../svg/elements";
import { dashes, errorBars, lineSample, path, shaped, spanPoints, stretches } from "../svg/traces";
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

const optionNames: readonly (keyof ScatterOptions)[] = [
  "title",
  "xTitle",
  "yTitle",
  "logX",
  "logY",
  "xRange",
  "yRange",
  "size",
  "opacity",
  "height",
];

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
    requireOptionsOf(new.target.name, arguments, 2, optionNames);
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
    for (const [name, { x, y }] of Object.entries(requireNamed("scatter", series))) {
      this.append(name, areDates(x) ? x : numbersOf("scatter", x, name), numbersOf("scatter", y, name));
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
    requireKnown("append", arguments, 3);
    const xs = typeof x === "number" || x instanceof Date ? [dateText(x)] : placesOf("scatter", x, name);
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
  requireOptionsOf("scatter", arguments, 2, optionNames);
  return new ScatterFigure(series, options);
}

/** All that is drawn point by point. */
export const scatterKind: TraceKind = {
  build: scatter,
  describe: (trace) => ({ chart: chartOf(trace), shows: pointsText(trace) }),
  draws: ({ orientation }) => orientation !== "h",
  draw: drawScatter,
  span(trace, x, y) {
    spanPoints(trace, x, y);
    if (trace.fill === "tozeroy" && y.settings.type !== "log") y.include(0);
    if (trace.mode?.includes("markers")) x.wantAir(0.05);
  },
  sample(trace, left, middle, color) {
    if (trace.mode === "markers") {
      const size = Math.max(6, trace.marker?.size ?? 6);
      return element("circle", { cx: left + 13, cy: middle, r: size / 2, fill: color });
    }
    const area = trace.fill !== undefined && trace.fill !== "none";
    const box = { x: left, y: middle - 5, width: 26, height: 10, fill: trace.fillcolor ?? color };
    return (area ? element("rect", box) : "") + lineSample(trace, left, middle - (area ? 5 : 0), color);
  },
  thin: thinPoints,
  compared: ["x", "y"],
};

/** A line that steps half way between its points is the outline of bins. */
function chartOf({ mode, line }: Trace): string {
  if (mode === "markers") return "scatter chart";
  return line?.shape === "hvh" ? "histogram" : "line chart";
}

/** Two points for each two pixels of a picture. */
const mostLinePoints = 800;
/** More of them are a blot anyway. */
const mostMarkers = 3000;

function drawScatter(trace: Trace, { x, y, index, before }: Surroundings): { svg: string; points: Point[] } {
  const mode = trace.mode ?? "lines";
  const thin = thinPoints(trace, mode.includes("lines") ? mostLinePoints : mostMarkers);
  const count = thin.y?.length ?? thin.x?.length ?? 0;
  const all = Array.from(
    { length: count },
    (_, n): Point => [x.at(thin.x === undefined ? n : thin.x[n]), y.at(thin.y === undefined ? n : thin.y[n])],
  );
  const line = trace.line ?? {};
  const color = line.color ?? palette[index % palette.length]!;
  const drawn = stretches(all).map((stretch) => shaped(stretch, line.shape));
  const parts: string[] = [];
  if (trace.fill !== undefined && trace.fill !== "none") {
    parts.push(element("path", { d: filled(trace.fill, drawn, y, before), fill: trace.fillcolor ?? color }));
  }
  if (mode.includes("lines") && line.width !== 0) {
    parts.push(
      element("path", {
        d: drawn.map((points) => path(points)).join(""),
        fill: "none",
        stroke: color,
        "stroke-width": line.width ?? 2,
        "stroke-dasharray": dashes[line.dash ?? "solid"],
        "stroke-linejoin": "round",
      }),
    );
  }
  parts.push(errorBars(trace, all, y, color));
  if (mode.includes("markers")) parts.push(markers(trace.marker, all, color));
  if (mode.includes("text")) parts.push(texts(trace, all));
  const svg =
    trace.opacity === undefined ? parts.join("") : element("g", { opacity: trace.opacity }, parts.join(""));
  return { svg, points: drawn.flat() };
}

function filled(
  fill: NonNullable<Trace["fill"]>,
  drawn: readonly Point[][],
  y: PlacedAxis,
  before: readonly Point[] | undefined,
): string {
  if (fill === "toself") return drawn.map((points) => `${path(points)}Z`).join("");
  if (fill === "tonexty" && before !== undefined) {
    return `${path([...drawn.flat(), ...before.toReversed()])}Z`;
  }
  const zero = y.settings.type === "log" ? y.from : y.at(0);
  return drawn
    .map((points) => `${path([[points[0]![0], zero], ...points, [points.at(-1)![0], zero]])}Z`)
    .join("");
}

/** Round markers of one color as one path: a round pen that touches down at each point. */
function markers(marker: Marker = {}, points: readonly Point[], fallback: string): string {
  const groups = new Map<string, Point[]>();
  points.forEach((point, n) => {
    if (!Number.isFinite(point[0] + point[1])) return;
    const color =
      typeof marker.color === "object" ? (marker.color[n] ?? fallback) : (marker.color ?? fallback);
    groups.set(color, [...(groups.get(color) ?? []), point]);
  });
  return [...groups]
    .map(([color, group]) =>
      element("path", {
        d: group.map(([x, y]) => `M${px(x)} ${px(y)}h0`).join(""),
        stroke: color,
        "stroke-width": marker.size ?? 6,
        "stroke-linecap": "round",
        opacity: marker.opacity,
      }),
    )
    .join("");
}

function texts(trace: Trace, points: readonly Point[]): string {
  const { text: words, textfont: font = {} } = trace;
  const [vertical = "middle", horizontal = "center"] = String(trace.textposition ?? "middle center").split(
    " ",
  );
  return points
    .map(([x, y], n) => {
      const word = String((typeof words === "string" ? words : words?.[n]) ?? "");
      if (word === "" || !Number.isFinite(x + y)) return "";
      return textElement(word, x, y, {
        size: font.size ?? 12,
        edged: font.shadow !== undefined,
        color: typeof font.color === "object" ? font.color[n] : font.color,
        anchor: horizontal === "left" ? "right" : horizontal === "right" ? "left" : "center",
        baseline: vertical === "top" ? "bottom" : vertical === "bottom" ? "top" : "middle",
      });
    })
    .join("");
}
