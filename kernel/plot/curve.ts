// Functions, with the density of the data that goes through them below. Imports nothing outside this folder.
import { requireFunction } from "../arguments";
import { countInBins, type Moments, moments } from "./binning";
import { shownNumber } from "./describe";
import { Figure } from "./figure";
import { isNumbers, type Numbers, numbersOf, onAxis, requireNamed, single } from "./numbers";
import { requireOptionsOf } from "./options";
import type { Trace } from "./plotly";
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
  const { title, xTitle, yTitle, yRange, density = {}, bins = 60, height = 360 } = options;
  const lines = Object.entries(
    typeof functions === "function" ? { [functions.name]: functions } : requireNamed("curve", functions),
  );
  for (const [, f] of lines) requireFunction("curve", f);
  const sets = Object.entries(isNumbers(density) ? { data: density } : requireNamed("curve", density)).map(
    ([name, given]) => {
      const values = numbersOf("curve", given, name);
      return [name, values, moments(values)] as const;
    },
  );
  const range = options.range ?? spread(sets.map(([, , found]) => found));
  const [low, high] = range;
  const width = (high - low) / bins;
  const data: Trace[] = sets.map(([name, values, found], n) => {
    const { counts, outside } = countInBins(values, low, high, bins);
    const { color } = seriesLine(lines.length + n);
    const x: number[] = [];
    const y: number[] = [];
    for (let bin = -1; bin <= bins; bin++) {
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
        summary:
          `${found.count} values from ${shownNumber(found.min)} to ${shownNumber(found.max)}, mean ${shownNumber(found.mean)}, ` +
          `std ${shownNumber(found.std)}${outside > 0 ? `, ${outside} out of range` : ""}`,
      },
    };
  });
  const xs = Array.from({ length: pointCount }, (_, at) => low + ((high - low) * at) / (pointCount - 1));
  lines.forEach(([name, f], n) => {
    data.push({
      type: "scatter",
      mode: "lines",
      name,
      x: xs.map((x) => single(x)),
      y: xs.map((x) => single(f(x))),
      line: { ...seriesLine(n), width: 2.5, simplify: false },
      hovertemplate: "%{y:.4~g}",
      meta: { kind: "curve" },
    });
  });
  const names = [...data.map(({ name }) => name ?? "")].filter((name) => name !== "");
  const layout = baseLayout(title, data.length > 1 ? names : [], height);
  const highest = Math.max(
    0,
    ...data.flatMap(({ yaxis, y }) => (yaxis === "y2" ? Array.from(y!, Number) : [])),
  );
  layout.xaxis = { ...plainAxis("curve", { title: xTitle, hover: true }), range: [low, high] };
  layout.yaxis = plainAxis("curve", { title: yTitle, range: yRange, name: "yRange" });
  if (yRange === undefined) layout.yaxis.range = withAir(data);
  // Below the functions: the axis that lies over another is drawn after it.
  layout.yaxis.overlaying = "y2";
  layout.yaxis2 = { visible: false, range: [0, highest / densityHeight || 1], fixedrange: true };
  return new Figure({ data, layout });
}

/** What holds the functions, and room above them for the labels of bands. */
function withAir(data: readonly Trace[]): [number, number] | undefined {
  const heights = data
    .flatMap(({ yaxis, y }) => (yaxis === "y2" ? [] : Array.from(y!, Number)))
    .filter(Number.isFinite);
  const [low, high] = [onAxis(Math.min(...heights)), onAxis(Math.max(...heights))];
  return low < high ? [low - 0.04 * (high - low), high + 0.13 * (high - low)] : undefined;
}

function spread(all: readonly Moments[]): readonly [number, number] {
  const low = Math.min(...all.map(({ min }) => min));
  const high = Math.max(...all.map(({ max }) => max));
  return low < high ? [onAxis(low), onAxis(high)] : [-6, 6];
}
