// Functions, with the density of the data that goes through them below. Imports nothing outside this folder.
import { requireFunction } from "../arguments";
import { type Bins, countInBins, type Moments, moments } from "./binning";
import { Figure } from "./figure";
import { momentsText } from "./momentsText";
import { isNumbers, type Numbers, numbersOf, onAxis, requireNamed, single } from "./numbers";
import { requireOptionsOf } from "./options";
import type { Layout, Trace } from "./plotly";
import { baseLayout, faded, plainAxis, seriesLine } from "./theme";

export type RealFunction = (x: number) => number;

export interface CurveOptions {
  /** The heading above the chart. */
  title?: string;
  /** The title of the x axis, with its unit. */
  xTitle?: string;
  /** The title of the y axis, with its unit. */
  yTitle?: string;
  /** Where the functions are drawn; default: from the smallest to the largest value of the data, or −6 to 6. */
  range?: readonly [number, number];
  /** Where the y axis begins and ends; default: where the data do. */
  yRange?: readonly [number, number];
  /** The data that the functions are given, or several sets of them by name. */
  density?: Numbers | Readonly<Record<string, Numbers>>;
  /** How many bins the density has; default 60. */
  bins?: number;
  /** In pixels. */
  height?: number;
}

const optionNames: readonly (keyof CurveOptions)[] = [
  "title",
  "xTitle",
  "yTitle",
  "range",
  "yRange",
  "density",
  "bins",
  "height",
];

const pointCount = 301;
/** How high the densities stand, of the panel's height. */
const densityHeight = 0.62;

/**
 * Functions as lines over x, and how the data are distributed over the same x as shapes below them.
 *
 * @example
 * plot.curve({ "sigmoid": (x) => 1 / (1 + Math.exp(-x)) }, { density: { "scale 1": a, "scale 10": b } })
 * @throws RangeError if a range does not ascend.
 */
export function curve(
  functions: RealFunction | Readonly<Record<string, RealFunction>>,
  options: CurveOptions = {},
): Figure {
  requireOptionsOf("curve", arguments, 2, optionNames);
  const { title, density = {}, bins = 60, height = 360 } = options;
  const lines = Object.entries(
    typeof functions === "function" ? { [functions.name]: functions } : requireNamed("curve", functions),
  );
  for (const [, f] of lines) requireFunction("curve", f);
  const sets = Object.entries(isNumbers(density) ? { data: density } : requireNamed("curve", density)).map(
    ([name, given]) => {
      const values = numbersOf("curve", given, name);
      return { name, values, found: moments(values) };
    },
  );
  const [low, high] = options.range ?? spread(sets.map(({ found }) => found));
  const densities = sets.map((set, n) =>
    densityTrace(set, countInBins(set.values, low, high, bins), low, high, lines.length + n),
  );
  const curves = lines.map(([name, f], n) => curveTrace(name, f, low, high, n));
  const names = [...densities, ...curves].flatMap(({ name }) => name || []);
  const layout = baseLayout(title, sets.length + lines.length > 1 ? names : [], height);
  Object.assign(layout, axes(densities, curves, low, high, options));
  return new Figure({ data: [...densities, ...curves], layout });
}

/** Plotly's attributes of how one set of data is distributed: an outline of its bins, of area 1. */
function densityTrace(
  { name, found }: { name: string; found: Moments },
  { counts, outside }: Bins,
  low: number,
  high: number,
  index: number,
): Trace {
  const width = (high - low) / counts.length;
  const { color } = seriesLine(index);
  const x: number[] = [];
  const y: number[] = [];
  for (let bin = -1; bin <= counts.length; bin++) {
    x.push(single(low + (bin + 0.5) * width));
    y.push(single((counts[bin] ?? 0) / (found.count * width || 1)));
  }
  return {
    type: "scatter",
    mode: "lines",
    name,
    x,
    y,
    yaxis: "y2",
    line: { shape: "hvh", width: 1, color, simplify: false },
    fill: "tozeroy",
    fillcolor: faded(color, 0.3),
    hovertemplate: "density %{y:.3~g}",
    meta: {
      label: `${name} (density)`,
      kind: "density",
      summary: momentsText(found) + (outside > 0 ? `, ${outside} out of range` : ""),
    },
  };
}

function curveTrace(name: string, f: RealFunction, low: number, high: number, index: number): Trace {
  const xs = Array.from({ length: pointCount }, (_, at) => low + ((high - low) * at) / (pointCount - 1));
  return {
    type: "scatter",
    mode: "lines",
    name,
    x: xs.map((x) => single(x)),
    y: xs.map((x) => single(f(x))),
    line: { ...seriesLine(index), width: 2.5, simplify: false },
    hovertemplate: "%{y:.4~g}",
    meta: { kind: "curve" },
  };
}

function axes(
  densities: readonly Trace[],
  curves: readonly Trace[],
  low: number,
  high: number,
  { xTitle, yTitle, yRange }: CurveOptions,
): Layout {
  const heights = (traces: readonly Trace[]) => traces.flatMap(({ y }) => Array.from(y ?? [], Number));
  const yaxis = plainAxis("curve", { title: yTitle, range: yRange, name: "yRange" });
  if (yRange === undefined) yaxis.range = withAir(heights(curves));
  // Below the functions: the axis that lies over another is drawn after it.
  yaxis.overlaying = "y2";
  const highest = Math.max(0, ...heights(densities));
  return {
    xaxis: { ...plainAxis("curve", { title: xTitle, hover: true }), range: [low, high] },
    yaxis,
    yaxis2: { visible: false, range: [0, highest / densityHeight || 1], fixedrange: true },
  };
}

/** What holds the functions, and room above them for the labels of bands. */
function withAir(heights: readonly number[]): [number, number] | undefined {
  const finite = heights.filter(Number.isFinite);
  const [low, high] = [onAxis(Math.min(...finite)), onAxis(Math.max(...finite))];
  return low < high ? [low - 0.04 * (high - low), high + 0.13 * (high - low)] : undefined;
}

function spread(all: readonly Moments[]): readonly [number, number] {
  const low = Math.min(...all.map(({ min }) => min));
  const high = Math.max(...all.map(({ max }) => max));
  return low < high ? [onAxis(low), onAxis(high)] : [-6, 6];
}
