// Histograms as small multiples: one panel a group, and in each panel one outline an arm. Imports nothing outside this folder.
import { describe } from "../arguments";
import { countInBins, type Moments, moments } from "./binning";
import { type Cell, cellsOf, columnsOf } from "./cells";
import { shownNumber } from "./describe";
import { Figure } from "./figure";
import { statsText, summaryText } from "./momentsText";
import { isNumbers, type Numbers, numbersOf, onAxis, requireNamed, single } from "./numbers";
import { requireOptionsOf } from "./options";
import { type Annotation, type Axis, axisKey, type Layout, type Trace } from "./plotly";
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
type HeightOf = keyof typeof yTitles;

const panelGap = 66;
const yTitles = { share: "share of values", count: "values", density: "density" } as const;

/**
 * How values are distributed, one panel a group: of one model, or of several arms drawn over each other.
 *
 * The bins are counted here, so a figure of millions of values stays small.
 *
 * @example plot.histogram({ "layer 1": values1, "layer 2": values2 })
 * @example plot.histogram({ "without BN": layers, "with BN": otherLayers }, { title: "Activations" })
 * @throws RangeError if `bins` or `columns` is no whole number ≥ 1, or `range` does not ascend.
 */
export function histogram(
  groups: Groups | Readonly<Record<string, Groups>>,
  options: HistogramOptions = {},
): Figure {
  requireOptionsOf("histogram", arguments, 2, optionNames);
  const { title, y = "share" } = options;
  if (!Object.hasOwn(yTitles, y)) {
    throw new RangeError(`histogram: expected y to be "share", "count" or "density", got ${describe(y)}`);
  }
  const arms = armsOf(groups);
  const compared = arms.size > 1;
  const panels = counted(arms, options);
  const columns = columnsOf(options.columns, panels.length);
  const { layout, cells } = frame(title, compared ? [...arms.keys()] : [], panels.length, columns);
  const inLegend = new Set<string>();
  const data = panels.flatMap((panel) =>
    panel.arms.map((each): Trace => {
      const first = !inLegend.has(each.arm);
      inLegend.add(each.arm);
      return outline(panel, each, y, compared, first);
    }),
  );
  panels.forEach((panel, n) => {
    const bottom = n + columns >= panels.length;
    Object.assign(layout, axes(panel, cells[n]!, options, n % columns === 0, bottom));
  });
  layout.annotations = panels.map((panel) => heading(panel, notesOf(panel, compared)));
  return new Figure({ data, layout });
}

/** One arm's values of a panel, counted. */
interface Counted {
  arm: string;
  color: string;
  found: Moments;
  counts: Float64Array;
  outside: number;
}

interface Panel {
  name: string;
  /** What its axes have behind their letters: "", "2", … */
  id: string;
  low: number;
  high: number;
  arms: Counted[];
}

/** The numbers: each panel's range, and how many values of each arm fall into its bins. */
function counted(
  arms: ReadonlyMap<string, Groups>,
  { bins = 40, range, shareX = true }: HistogramOptions,
): Panel[] {
  const seen = [...arms].flatMap(([arm, layers], n) =>
    Object.entries(layers).map(([panel, given]) => {
      const values = numbersOf("histogram", given, panel);
      return { arm, panel, color: palette[n % palette.length]!, values, found: moments(values) };
    }),
  );
  const shared = spread(seen.map(({ found }) => found));
  return [...new Set(seen.map(({ panel }) => panel))].map((name, n) => {
    const own = seen.filter(({ panel }) => panel === name);
    const [low, high] = range ?? (shareX ? shared : spread(own.map(({ found }) => found)));
    const counts = own.map(({ arm, color, values, found }) => {
      return { arm, color, found, ...countInBins(values, low, high, bins) };
    });
    return { name, id: n === 0 ? "" : String(n + 1), low, high, arms: counts };
  });
}

/** Plotly's attributes of one arm in one panel. */
function outline(
  { name, id, low, high }: Panel,
  each: Counted,
  y: HeightOf,
  compared: boolean,
  first: boolean,
): Trace {
  const { arm, color, counts, found, outside } = each;
  return {
    ...steps(counts, low, high, heightScale(y, found.count, (high - low) / counts.length)),
    name: compared ? arm : name,
    xaxis: `x${id}`,
    yaxis: `y${id}`,
    line: { shape: "hvh", width: 1.5, color, simplify: false },
    fillcolor: faded(color, compared ? 0.22 : 0.4),
    legendgroup: arm,
    showlegend: compared && first,
    hovertemplate: y === "share" ? "%{y:.1%}" : "%{y:.4~g}",
    meta: {
      label: compared && name !== "" ? `${name}, ${arm}` : compared ? arm : name,
      summary: summaryText(found, outside),
    },
  };
}

/** Plotly's axes of one panel; titles stand at the left and at the bottom only. */
function axes(
  { id, low, high }: Panel,
  cell: Cell,
  { xTitle, bins = 40, y = "share", yTitle = yTitles[y], shareX = true }: HistogramOptions,
  left: boolean,
  bottom: boolean,
): Layout {
  const xaxis: Axis = {
    range: [low - (high - low) * 0.02, high + (high - low) * 0.02],
    anchor: `y${id}`,
    domain: cell.x,
    nticks: 5,
    unifiedhovertitle: { text: `%{x:.3~g} ± ${shownNumber((high - low) / bins / 2, 2)}` },
  };
  if (shareX && id !== "") xaxis.matches = "x";
  if (xTitle !== undefined && bottom) xaxis.title = { text: xTitle };
  const yaxis: Axis = { anchor: `x${id}`, domain: cell.y, nticks: 4, rangemode: "tozero" };
  if (y === "share") yaxis.tickformat = "~%";
  if (left) yaxis.title = { text: yTitle };
  return { [axisKey(`x${id}`)]: xaxis, [axisKey(`y${id}`)]: yaxis };
}

const notesOf = ({ arms }: Panel, compared: boolean): string =>
  arms
    .map(({ color, found, outside }) => {
      const note = statsText(found, outside, compared);
      return compared ? `<span style="color:${color}">■</span> ${note}` : note;
    })
    .join("\u2002");

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

function heightScale(y: HeightOf, count: number, width: number): number {
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

function heading({ name, id }: Panel, notes: string): Annotation {
  return {
    text: `<b>${name}</b><br><span style="font-size:11px">${notes}</span>`,
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
