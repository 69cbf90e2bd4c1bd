// Bars by category: one number each, or the median of several with their range.
import { pointsText, shownNumber } from "../describe";
import { Figure } from "../figure";
import type { Point, Surroundings, TraceKind } from "../kind";
import {
  entriesOf,
  isNumbers,
  type Named,
  type Numbers,
  numbersOf,
  quantile,
  single,
  sorted,
} from "../numbers";
import { requireOptionsOf } from "../options";
import { type Axis, axisOf, type Layout, type Trace } from "../plotly";
import { element } from "../svg/elements";
import { errorBars, spanPoints } from "../svg/traces";
import { baseLayout, palette, plainAxis } from "../theme";

/** One number, or several of the same (one a seed, say): their median and range. */
export type Bar = number | Numbers;

export interface BarsOptions {
  /** The heading above the chart. */
  title?: string;
  /** The title of the x axis, with its unit. */
  xTitle?: string;
  /** The title of the y axis, with its unit. */
  yTitle?: string;
  /** Whether the y axis is logarithmic. Default false. */
  logY?: boolean;
  /** Where the y axis begins and ends; default: where the data do. */
  yRange?: readonly [number, number];
  /** In pixels. */
  height?: number;
}

const optionNames: readonly (keyof BarsOptions)[] = ["title", "xTitle", "yTitle", "logY", "yRange", "height"];

type Bars = Named<Bar>;

/**
 * Bars by category; or by series and category, beside each other. A whisker spans the range of several numbers.
 *
 * @example plot.bars({ none: [0.91, 0.92, 0.9], dropout: [0.93, 0.94, 0.92] }, { yTitle: "test accuracy" })
 * @example plot.bars({ "without BN": { sigmoid: 0.3, ReLU: 0.9 }, "with BN": { sigmoid: 0.97, ReLU: 0.98 } })
 * @example plot.bars(new Map([[64, 0.95], [16, 0.94], [2, 0.6]]), { xTitle: "batch size" }) // whole numbers in this order
 * @throws TypeError if some series hold numbers and others hold categories; RangeError if an object has names that are
 * whole numbers, whose order JavaScript forgets: a Map keeps it.
 */
export function bars(values: Bars | Named<Bars>, options: BarsOptions = {}): Figure {
  requireOptionsOf("bars", arguments, 2, optionNames);
  const { title, height = 340 } = options;
  const series = seriesOf(values);
  const compared = series.length > 1;
  const heights = series.map(([, each]) => heightsOf(each));
  const categories = Math.max(1, ...heights.map(({ length }) => length));
  // Few bars would be boards.
  const bargap = categories * series.length < 5 ? 0.5 : 0.25;
  const points = pointsOf(series, heights, bargap);
  return new Figure({
    data: [
      ...series.map(([name], n) => traceOf(name, heights[n]!, palette[n % palette.length]!, compared)),
      ...points.data,
    ],
    layout: {
      ...baseLayout(title, compared ? series.map(([name]) => name) : [], height),
      ...axes(options),
      ...points.layout,
      bargap,
      bargroupgap: 0.06,
    },
  });
}

/** More of them than this are a smear; the whisker says how far they go. */
const mostPoints = 12;

/**
 * The values themselves, where a bar is the median of few: side by side in their order, on an axis over that of the categories,
 * which counts them from 0.
 */
function pointsOf(
  series: readonly (readonly [string, Bars])[],
  heights: readonly (readonly Height[])[],
  bargap: number,
): { data: Trace[]; layout: Layout } {
  const counts = heights.flat().map(({ values }) => values.length);
  if (!counts.some((count) => count > 1) || counts.some((count) => count > mostPoints)) {
    return { data: [], layout: {} };
  }
  const categories = [...new Set(heights.flat().map(({ category }) => category))];
  const width = (1 - bargap) / series.length;
  const data = series.map(([name], n): Trace => {
    const points = heights[n]!.flatMap(({ category, values }) => {
      const middle = categories.indexOf(category) + (n + 0.5 - series.length / 2) * width;
      const apart = Math.min(0.07, (0.6 * width) / values.length);
      return values.map((y, i) => ({ x: single(middle + (i - (values.length - 1) / 2) * apart), y }));
    });
    return {
      type: "scatter",
      mode: "markers",
      name,
      x: points.map(({ x }) => x),
      y: points.map(({ y }) => y),
      xaxis: "x2",
      marker: { color: palette[n % palette.length]!, size: 6, line: { color: "#ffffff", width: 1 } },
      showlegend: false,
      legendgroup: name,
      hoverinfo: "skip",
    };
  });
  const range: [number, number] = [-0.5, categories.length - 0.5];
  const over: Axis = { type: "linear", overlaying: "x", range, visible: false, fixedrange: true };
  return { data, layout: { xaxis2: over } };
}

/** Bars by category are one series without a name. */
function seriesOf(values: Bars | Named<Bars>): [name: string, bars: Bars][] {
  const entries = entriesOf<Bar | Bars>("bars", values);
  const isBar = (value: Bar | Bars): value is Bar => typeof value === "number" || isNumbers(value);
  const single = entries.filter((entry): entry is [string, Bar] => isBar(entry[1]));
  const several = entries.filter((entry): entry is [string, Bars] => !isBar(entry[1]));
  if (single.length > 0 && several.length > 0) {
    throw new TypeError(
      `bars: expected a number (or numbers) for each category, or categories for each series, got numbers for ` +
        `"${single[0]![0]}" and categories for "${several[0]![0]}"`,
    );
  }
  return single.length > 0 ? [["", new Map(single)]] : several;
}

interface Height {
  category: string;
  /** All that are numbers, in their order. */
  values: number[];
  count: number;
  median: number;
  low: number;
  high: number;
}

/** The numbers: of each bar its median and range. */
const heightsOf = (bars: Bars): Height[] =>
  entriesOf("bars", bars).map(([category, bar]) => {
    const ascending = typeof bar === "number" ? Float64Array.of(bar) : sorted("bars", bar);
    const median = quantile(ascending, 0.5);
    const [low = median, high = median] = [ascending[0], ascending.at(-1)];
    const values = (typeof bar === "number" ? [bar] : Array.from(numbersOf("bars", bar, category))).filter(
      Number.isFinite,
    );
    return { category, values, count: ascending.length, median, low, high };
  });

/** Plotly's attributes of one series. */
function traceOf(name: string, heights: readonly Height[], color: string, compared: boolean): Trace {
  const spread = heights.some(({ count }) => count > 1);
  const whiskers = {
    error_y: {
      type: "data",
      symmetric: false,
      array: heights.map(({ high, median }) => high - median),
      arrayminus: heights.map(({ low, median }) => median - low),
      color,
      thickness: 1.5,
      width: 5,
    },
    customdata: heights.map(({ low, high }) => [low, high]),
  };
  return {
    type: "bar",
    name,
    x: heights.map(({ category }) => category),
    y: heights.map(({ median }) => median),
    marker: { color, opacity: spread ? 0.45 : 0.85 },
    showlegend: compared,
    legendgroup: name,
    ...(spread ? whiskers : {}),
    hovertemplate: spread ? "%{y:.4~g} (%{customdata[0]:.3~g} to %{customdata[1]:.3~g})" : "%{y:.4~g}",
    meta: { kind: "bar chart", summary: heights.map(inWords).join("; ") },
  };
}

const axes = ({ xTitle, yTitle, logY, yRange }: BarsOptions): Layout => ({
  xaxis: { ...plainAxis("bars", { title: xTitle }), type: "category", ticks: "" },
  yaxis: plainAxis("bars", { title: yTitle, log: logY, range: yRange, name: "yRange" }),
});

function inWords({ category, count, median, low, high }: Height): string {
  if (count === 0) return `${category}: none`;
  return count === 1
    ? `${category}: ${shownNumber(median)}`
    : `${category}: median ${shownNumber(median)} of ${count}, ${shownNumber(low)} to ${shownNumber(high)}`;
}

/** Upright bars. */
export const barKind: TraceKind = {
  build: bars,
  describe: (trace) => ({ chart: "bar chart", shows: pointsText(trace) }),
  draws: ({ orientation }) => orientation !== "h",
  draw: drawBars,
  span(trace, x, y, layout) {
    spanPoints(trace, x, y, 0.5);
    if (y.settings.type !== "log") y.include(0);
    if (layout.barmode !== "relative") y.settings.rangemode = "tozero";
  },
  sample: (_trace, left, middle, color) =>
    element("rect", { x: left + 7, y: middle - 6, width: 12, height: 12, fill: color }),
  compared: ["y"],
};

/** Upright bars, those of other traces beside them in every category. */
function drawBars(trace: Trace, { x, y, index, data, layout }: Surroundings): { svg: string } {
  const grouped = (layout.barmode ?? "group") === "group";
  const others = data.filter((each) => each.type === "bar" && axisOf(each, "x") === x.id);
  const beside = grouped ? others : [trace];
  const [count, slot, gap] = [beside.length, beside.indexOf(trace), layout.bargap ?? 0.2];
  const marker = trace.marker ?? {};
  const color = palette[index % palette.length]!;
  const width = (1 - gap) / count;
  const centers: Point[] = [];
  const drawn = Array.from(trace.y ?? [], (value, n) => {
    const middle = x.unit(trace.x?.[n] ?? n) + (slot + 0.5 - count / 2) * width;
    const [left, right] = [x.pixel(middle - width * 0.47), x.pixel(middle + width * 0.47)];
    const [top, zero] = [y.at(value), y.settings.type === "log" ? y.from : y.at(0)];
    centers.push([(left + right) / 2, top]);
    if (!Number.isFinite(left + right + top)) return "";
    return element("rect", {
      x: left,
      width: right - left,
      y: Math.min(top, zero),
      height: Math.abs(top - zero),
      fill: (typeof marker.color === "object" ? marker.color[n] : marker.color) ?? color,
      "fill-opacity": marker.opacity,
    });
  });
  return { svg: drawn.join("") + errorBars(trace, centers, y, color) };
}
