// Histograms as small multiples: one panel a group, and in each panel one outline an arm. Imports nothing outside this folder.
import { describe } from "../arguments";
import { countInBins, type Moments, moments } from "./binning";
import { type Cell, cellsOf, columnsOf } from "./cells";
import { shownNumber } from "./describe";
import { Figure } from "./figure";
import { isNumbers, type Numbers, numbersOf, onAxis, requireNamed, single } from "./numbers";
import { requireOptionsOf } from "./options";
import type { Annotation, Axis, Layout, Trace } from "./plotly";
import { baseLayout, faded, palette, panelHeading, topMargin } from "./theme";

export interface HistogramOptions {
  /** The heading above the chart. */
  title?: string;
  /** The title of the x axis, with its unit. */
  xTitle?: string;
  /** Default: what `y` says. */
  yTitle?: string;
  /** How many bins the range is cut into; default 40. */
  bins?: number;
  /** The x range; default: the smallest to the largest finite value. What lies outside is counted and said. */
  range?: readonly [number, number];
  /** Panels side by side; default: at most three. */
  columns?: number;
  /** What the height is: the share of the values (default), their number, or the probability density. */
  y?: "share" | "count" | "density";
  /** One x range for all panels (default), so that widths compare; or each its own. */
  shareX?: boolean;
}

const optionNames: readonly (keyof HistogramOptions)[] = [
  "title",
  "xTitle",
  "yTitle",
  "bins",
  "range",
  "columns",
  "y",
  "shareX",
];

type Groups = Readonly<Record<string, Numbers>>;

const panelGap = 66;
const yTitles = { share: "share of values", count: "values", density: "density" } as const;

/**
 * How values are distributed, one panel a group: of one model, or of several arms drawn over each other.
 *
 * The bins are counted here, so a figure of millions of values stays small.
 *
 * @example plot.histogram({ "layer 1": values1, "layer 2": values2 })
 * @example plot.histogram({ "without BN": layers, "with BN": otherLayers }, { title: "Activations" })
 * @throws RangeError if `bins` or `columns` is not a positive whole number, or `range` does not ascend.
 */
export function histogram(
  groups: Groups | Readonly<Record<string, Groups>>,
  options: HistogramOptions = {},
): Figure {
  requireOptionsOf("histogram", arguments, 2, optionNames);
  const { title, xTitle, bins = 40, range, y = "share", yTitle = yTitles[y], shareX = true } = options;
  if (!Object.hasOwn(yTitles, y)) {
    throw new RangeError(`histogram: expected y to be "share", "count" or "density", got ${describe(y)}`);
  }
  const arms = armsOf(groups);
  const panels = [...new Set([...arms.values()].flatMap((layers) => Object.keys(layers)))];
  const columns = columnsOf(options.columns, panels.length);

  const armNames = [...arms.keys()];
  const compared = armNames.length > 1;
  const stats = new Map(
    [...arms].map(([arm, layers]) => [
      arm,
      new Map(Object.entries(layers).map(([panel, v]) => [panel, moments(numbersOf("histogram", v, panel))])),
    ]),
  );
  const all = [...stats.values()].flatMap((layers) => [...layers.values()]);
  const shared = range ?? spread(all);

  const { layout, cells } = frame(title, compared ? armNames : [], panels.length, columns);
  const annotations: Annotation[] = [];
  const data: Trace[] = [];
  const inLegend = new Set<string>();

  panels.forEach((panel, index) => {
    const id = index === 0 ? "" : String(index + 1);
    const own = [...stats.values()].flatMap((layers) => layers.get(panel) ?? []);
    const [low, high] = shareX ? shared : (range ?? spread(own));
    const notes: string[] = [];
    for (const [armIndex, arm] of armNames.entries()) {
      const values = arms.get(arm)?.[panel];
      const found = stats.get(arm)?.get(panel);
      if (values === undefined || found === undefined) continue;
      const { counts, outside } = countInBins(numbersOf("histogram", values, panel), low, high, bins);
      const color = palette[armIndex % palette.length]!;
      const note = statsText(found, outside, compared);
      notes.push(compared ? `<span style="color:${color}">■</span> ${note}` : note);
      data.push({
        ...steps(counts, low, high, heightScale(y, found.count, (high - low) / bins)),
        name: compared ? arm : panel,
        xaxis: `x${id}`,
        yaxis: `y${id}`,
        line: { shape: "hvh", width: 1.5, color, simplify: false },
        fillcolor: faded(color, compared ? 0.22 : 0.4),
        legendgroup: arm,
        showlegend: compared && !inLegend.has(arm),
        hovertemplate: y === "share" ? "%{y:.1%}" : "%{y:.4~g}",
        meta: {
          label: compared && panel !== "" ? `${panel}, ${arm}` : compared ? arm : panel,
          summary: summaryText(found, outside),
        },
      });
      inLegend.add(arm);
    }
    const xaxis: Axis = {
      range: [low - (high - low) * 0.02, high + (high - low) * 0.02],
      anchor: `y${id}`,
      domain: cells[index]!.x,
      nticks: 5,
      unifiedhovertitle: { text: `%{x:.3~g} ± ${shownNumber((high - low) / bins / 2, 2)}` },
    };
    if (shareX && index > 0) xaxis.matches = "x";
    if (xTitle !== undefined && index + columns >= panels.length) xaxis.title = { text: xTitle };
    const yaxis: Axis = { anchor: `x${id}`, domain: cells[index]!.y, nticks: 4, rangemode: "tozero" };
    if (y === "share") yaxis.tickformat = "~%";
    if (index % columns === 0) yaxis.title = { text: yTitle };
    layout[`xaxis${id}`] = xaxis;
    layout[`yaxis${id}`] = yaxis;
    annotations.push(heading(panel, notes.join("\u2002"), id));
  });
  layout.annotations = annotations;
  return new Figure({ data, layout });
}

/** Values by group are one arm without a name. */
function armsOf(groups: Groups | Readonly<Record<string, Groups>>): Map<string, Groups> {
  const arms = new Map<string, Groups>();
  const single: Record<string, Numbers> = {};
  for (const [name, value] of Object.entries(requireNamed("histogram", groups))) {
    if (isNumbers(value)) single[name] = value;
    else arms.set(name, requireNamed("histogram", value));
  }
  const names = Object.keys(single);
  if (names.length > 0 && arms.size > 0) {
    throw new TypeError(
      `histogram: expected every group to hold values, or every group to hold groups of values, got values in ` +
        `"${names[0]}" and groups in "${[...arms.keys()][0]}"`,
    );
  }
  return names.length > 0 ? new Map([["", single]]) : arms;
}

/** Smallest to largest; around a constant, or with nothing finite, a range that shows it. */
function spread(all: readonly Moments[]): [number, number] {
  const low = Math.min(...all.map(({ min }) => min));
  const high = Math.max(...all.map(({ max }) => max));
  if (low < high) return [onAxis(low), onAxis(high)];
  if (low > high) return [0, 1];
  const around = Math.abs(low) / 2 || 1;
  return [onAxis(low - around), onAxis(low + around)];
}

/**
 * The outline of the bins: a point in the middle of each, joined by lines that step half way between (`hvh`), and an
 * empty bin at either end that brings the line down to zero at the outer edges.
 */
function steps(counts: Float64Array, low: number, high: number, scale: number): Trace {
  const width = (high - low) / counts.length;
  const x: number[] = [];
  const y: number[] = [];
  for (let bin = -1; bin <= counts.length; bin++) {
    x.push(single(low + (bin + 0.5) * width));
    y.push(single((counts[bin] ?? 0) * scale));
  }
  return { type: "scatter", mode: "lines", x, y, fill: "tozeroy" };
}

function heightScale(y: "share" | "count" | "density", count: number, width: number): number {
  if (y === "count" || count === 0) return 1;
  return y === "share" ? 1 / count : 1 / (count * width);
}

function frame(
  title: string | undefined,
  legend: readonly string[],
  count: number,
  columns: number,
): { layout: Layout; cells: Cell[] } {
  const rows = Math.max(1, Math.ceil(count / columns));
  const panel = rows > 1 ? 130 : columns > 1 ? 170 : 230;
  const { cells, height } = cellsOf(
    count,
    columns,
    new Array<number>(rows).fill(panel),
    new Array<number>(rows).fill(panelGap),
  );
  const top = topMargin(title, legend) + panelHeading;
  const layout = baseLayout(title, legend, top + height + 48);
  const legendTop = 1 - (title === undefined ? 8 : 40) / (top + height + 48);
  return {
    cells,
    layout: {
      ...layout,
      margin: { ...layout.margin, t: top },
      // Above the panels' own headings, which stand where a legend would be.
      legend: { yref: "container", y: legendTop, yanchor: "top" },
    },
  };
}

function heading(panel: string, notes: string, id: string): Annotation {
  return {
    text: `<b>${panel}</b><br><span style="font-size:11px">${notes}</span>`,
    x: 0,
    y: 1,
    xref: `x${id} domain`,
    yref: `y${id} domain`,
    xanchor: "left",
    yanchor: "bottom",
    yshift: 2,
    align: "left",
    showarrow: false,
    font: { size: 12 },
  };
}

function statsText(found: Moments, outside: number, short: boolean): string {
  const { count, mean, std, min, max } = found;
  const spreadText = short
    ? `${shownNumber(settled(mean, std), 2)}\u2009±\u2009${shownNumber(std, 2)}`
    : `mean ${shownNumber(settled(mean, std))}, std ${shownNumber(std)}`;
  const main = count === 0 ? "no values" : min === max ? `all ${shownNumber(mean)}` : spreadText;
  return [main, ...leftOut(found, outside)].join(", ");
}

/** A mean no finer than a thousandth of the spread: −2e−9 beside a deviation of 1 is 0. */
function settled(mean: number, std: number): number {
  const unit = 10 ** (Math.floor(Math.log10(std)) - 2);
  return unit > 0 ? Math.round(mean / unit) * unit + 0 : mean;
}

function summaryText(found: Moments, outside: number): string {
  const { count, mean, std, min, max } = found;
  if (count === 0) return ["no values", ...leftOut(found, outside)].join(", ");
  const main = `${count} values from ${shownNumber(min)} to ${shownNumber(max)}, mean ${shownNumber(settled(mean, std))}, std ${shownNumber(std)}`;
  return [main, ...leftOut(found, outside)].join(", ");
}

function leftOut({ nan, infinite }: Moments, outside: number): string[] {
  const parts: string[] = [];
  if (nan > 0) parts.push(`${nan} NaN`);
  if (infinite > 0) parts.push(`${infinite} infinite`);
  if (outside > 0) parts.push(`${outside} out of range`);
  return parts;
}
