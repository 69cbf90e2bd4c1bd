// Values over two axes as colors, with the numbers in the cells where they fit.
import {
  type ColoringOptions,
  cellsText,
  cellTexts,
  colorBarLook,
  coloring,
  scaled,
  summaryOf,
} from "../colored";
import { cssColor, type Rgba, ramp } from "../colors";
import { thinCells } from "../decimate";
import { shownNumber } from "../describe";
import { Figure } from "../figure";
import type { TraceKind } from "../kind";
import { type Matrix, rowsOf } from "../numbers";
import { requireOptionsOf } from "../options";
import type { Axis, Layout, Trace } from "../plotly";
import type { PlacedAxis } from "../svg/axes";
import { element } from "../svg/elements";
import { cellRowsOf, centers, coloringOf, edges, raster, spanRows } from "../svg/fields";
import { baseLayout, topMargin } from "../theme";

export interface HeatmapOptions extends ColoringOptions {
  /** The heading above the chart. */
  title?: string;
  /** The title of the x axis, with its unit. */
  xTitle?: string;
  /** The title of the y axis, with its unit. */
  yTitle?: string;
  /** What the colors stand for, above their bar. */
  zTitle?: string;
  /** Names of the columns and of the rows, as text; default: their numbers from 0. */
  x?: ArrayLike<string | number>;
  /** Names of the rows, as x of the columns. */
  y?: ArrayLike<string | number>;
  /** Whether to write the numbers in the cells; default: where they fit. */
  values?: boolean;
  /** How a number is written; default: three digits that matter. */
  format?: (value: number) => string;
  /** The bar that explains the colors; default true. */
  colorBar?: boolean;
  /** In pixels; default: by the number of rows. */
  height?: number;
}

const optionNames: readonly (keyof HeatmapOptions)[] = [
  "title",
  "xTitle",
  "yTitle",
  "zTitle",
  "x",
  "y",
  "values",
  "format",
  "colors",
  "range",
  "log",
  "colorBar",
  "height",
];

/**
 * A matrix as colored cells, its first row at the top. NaN is an empty cell, marked where numbers are written.
 *
 * @example plot.heatmap(accuracy, { x: learningRates, y: deviations, xTitle: "learning rate", yTitle: "weight std" })
 * @throws RangeError if the rows differ in length, `range` does not ascend, or there are not as many names as cells.
 */
export function heatmap(matrix: Matrix, options: HeatmapOptions = {}): Figure {
  requireOptionsOf("heatmap", arguments, 2, optionNames);
  const rows = rowsOf("heatmap", matrix);
  const columns = rows[0]?.length ?? 0;
  checkNames("x", options.x, columns);
  checkNames("y", options.y, rows.length);
  const { values = rows.length * columns <= 200 && columns <= 14 } = options;
  const cells = cellsTrace(rows, options);
  return new Figure({
    data: [cells, ...(values ? writtenOn(cells, rows, options.format) : [])],
    layout: layoutOf(rows.length, columns, values, options),
  });
}

/** Plotly's attributes of the cells. */
function cellsTrace(rows: readonly number[][], options: HeatmapOptions) {
  const { xTitle = "column", yTitle = "row", zTitle, log = false, colorBar = true } = options;
  const columns = rows[0]?.length ?? 0;
  const { low, high, scale } = coloring("heatmap", rows, options);
  const [x, y] = [namesOf(options.x, columns), namesOf(options.y, rows.length)];
  const shown = `${zTitle ?? "value"} %{${log ? "customdata" : "z"}:.4~g}`;
  return {
    type: "heatmap",
    x,
    y,
    z: scaled(rows, log),
    zmin: low,
    zmax: high,
    colorscale: scale,
    showscale: colorBar,
    xgap: columns <= 40 ? 1 : 0,
    ygap: rows.length <= 40 ? 1 : 0,
    hoverongaps: false,
    hovertemplate: `${xTitle} %{x}<br>${yTitle} %{y}<br>${shown}<extra></extra>`,
    ...(log ? { customdata: rows } : {}),
    colorbar: colorBarLook(zTitle, log, low, high),
    meta: { kind: "heat map", summary: summaryOf(rows, x, y) },
  } satisfies Trace;
}

/** The numbers, in inks that are legible on their cells. */
function writtenOn(
  { x, y, z, zmin, zmax, colorscale }: ReturnType<typeof cellsTrace>,
  rows: readonly number[][],
  format: HeatmapOptions["format"] = (value) => shownNumber(value),
): Trace[] {
  const shade = ramp(colorscale);
  return cellTexts(rows, x, y, format, (r, c): Rgba => {
    const share = (z[r]![c]! - zmin) / (zmax - zmin || 1);
    return Number.isFinite(share) ? shade(share) : [0, 0, 0, 0];
  });
}

function layoutOf(rows: number, columns: number, values: boolean, options: HeatmapOptions): Layout {
  const { title, xTitle, yTitle, zTitle, colorBar = true } = options;
  const top = topMargin(title, []) + (colorBar && zTitle !== undefined ? 6 : 0);
  const rowHeight = values ? 34 : Math.max(4, Math.min(26, 300 / Math.max(1, rows)));
  const { height = Math.round(top + 48 + Math.max(150, rows * rowHeight)) } = options;
  const layout = baseLayout(title, [], height);
  return {
    ...layout,
    margin: { ...layout.margin, t: top },
    hovermode: "closest",
    xaxis: { ...cellAxis(xTitle, options.x, columns), range: [-0.5, columns - 0.5] },
    yaxis: { ...cellAxis(yTitle, options.y, rows), range: [rows - 0.5, -0.5] },
  };
}

const namesOf = (names: ArrayLike<string | number> | undefined, count: number): (string | number)[] =>
  Array.from({ length: count }, (_, at) => (names === undefined ? at : String(names[at])));

function cellAxis(title: string | undefined, names: ArrayLike<unknown> | undefined, count: number): Axis {
  return {
    ...(title === undefined ? {} : { title: { text: title } }),
    ...(names === undefined ? {} : { type: "category" as const, dtick: Math.ceil(count / 24) }),
    showgrid: false,
    showline: false,
    ticks: "",
    ticklabelstandoff: 4,
  };
}

function checkNames(axis: "x" | "y", names: ArrayLike<unknown> | undefined, expected: number): void {
  if (names === undefined || names.length === expected) return;
  throw new RangeError(
    `heatmap: expected a name for each of the ${expected} ${axis === "x" ? "columns" : "rows"}, got ${names.length}`,
  );
}

/** Cells in colors. */
export const heatmapKind: TraceKind = {
  build: heatmap,
  describe: (trace) => ({ chart: "heatmap chart", shows: cellsText(trace) }),
  draw: (trace, { x, y }) => ({ svg: drawHeatmap(trace, x, y) }),
  span: (trace, x, y) => spanRows(trace, x, y, true),
  thin: thinCells,
  colored: true,
};

/** More cells than this are a picture, one pixel a cell, not a rectangle each. */
const mostRectangles = 1200;

function drawHeatmap(trace: Trace, x: PlacedAxis, y: PlacedAxis): string {
  const rows = cellRowsOf(trace);
  const columns = rows[0]?.length ?? 0;
  if (columns === 0) return "";
  const { color } = coloringOf(trace);
  const xs = edges(centers(x, trace.x, columns)).map((unit) => x.pixel(unit));
  const ys = edges(centers(y, trace.y, rows.length)).map((unit) => y.pixel(unit));
  if (rows.length * columns > mostRectangles) {
    return raster(columns, rows.length, xs, ys, (row, column) => {
      const value = rows[row]![column];
      return typeof value === "number" && Number.isFinite(value) ? color(value) : undefined;
    });
  }
  const gap = typeof trace.xgap === "number" ? trace.xgap / 2 : 0;
  return rows
    .flatMap((row, n) =>
      Array.from(row, (value, m) => {
        if (typeof value !== "number" || !Number.isFinite(value)) return "";
        const [left, right] = [Math.min(xs[m]!, xs[m + 1]!), Math.max(xs[m]!, xs[m + 1]!)];
        const [top, bottom] = [Math.min(ys[n]!, ys[n + 1]!), Math.max(ys[n]!, ys[n + 1]!)];
        return element("rect", {
          x: left + gap,
          y: top + gap,
          width: right - left - 2 * gap,
          height: bottom - top - 2 * gap,
          fill: cssColor(color(value)),
        });
      }),
    )
    .join("");
}
