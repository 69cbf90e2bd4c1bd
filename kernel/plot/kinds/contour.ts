// A landscape over two directions, such as a loss around its minimum, as contours.
import { requireInteger } from "../../arguments";
import { cellsText, colorBarLook, coloring, scaled, summaryOf } from "../colored";
import type { Rgba } from "../colors";
import { thinCells } from "../decimate";
import { Figure } from "../figure";
import type { TraceKind } from "../kind";
import { type Matrix, type Numbers, niceStep, numbersOf, rowsOf } from "../numbers";
import { requireOptionsOf } from "../options";
import type { Datum, Trace } from "../plotly";
import type { PlacedAxis } from "../svg/axes";
import { contourPaths } from "../svg/contours";
import { element } from "../svg/elements";
import { type Coloring, cellRowsOf, centers, coloringOf, raster, spanRows } from "../svg/fields";
import { baseLayout, plainAxis, topMargin } from "../theme";
import type { HeatmapOptions } from "./heatmap";

export interface SurfaceOptions
  extends Pick<HeatmapOptions, "colors" | "range" | "log" | "zTitle" | "height"> {
  /** The heading above the chart. */
  title?: string;
  /** The title of the x axis, with its unit. */
  xTitle?: string;
  /** The title of the y axis, with its unit. */
  yTitle?: string;
  /** Where the columns and the rows are; default: −1 to 1, evenly. */
  x?: Numbers;
  /** Where the rows are, as x for the columns. */
  y?: Numbers;
  /** How many steps of height the colors have, about; default 14. */
  levels?: number;
}

const optionNames: readonly (keyof SurfaceOptions)[] = [
  "title",
  "xTitle",
  "yTitle",
  "zTitle",
  "x",
  "y",
  "levels",
  "colors",
  "range",
  "log",
  "height",
];

/**
 * Heights on a grid as contours: `z[row][column]` is the height at (`x[column]`, `y[row]`); the lowest point is marked.
 *
 * @example plot.surface(losses, { xTitle: "direction 1", yTitle: "direction 2", zTitle: "loss", log: true })
 * @throws RangeError if the rows differ in length, or `x` and `y` do not fit them.
 */
export function surface(z: Matrix, options: SurfaceOptions = {}): Figure {
  requireOptionsOf("surface", arguments, 2, optionNames);
  const { title, xTitle, yTitle, zTitle, levels = 14, height = 420 } = options;
  requireInteger("surface", "levels", levels, 1);
  const rows = rowsOf("surface", z);
  const x = places("x", options.x, rows[0]?.length ?? 0);
  const y = places("y", options.y, rows.length);
  const layout = baseLayout(title, [], height);
  return new Figure({
    data: [heightsTrace(rows, x, y, levels, options), lowestTrace(rows, x, y)],
    layout: {
      ...layout,
      margin: { ...layout.margin, t: topMargin(title, []) + (zTitle === undefined ? 0 : 6) },
      hovermode: "closest",
      xaxis: { ...plainAxis("surface", { title: xTitle }), range: [x[0] ?? 0, x.at(-1) ?? 1] },
      yaxis: {
        ...plainAxis("surface", { title: yTitle }),
        range: [y[0] ?? 0, y.at(-1) ?? 1],
        showgrid: false,
      },
    },
  });
}

/** Plotly's attributes of the contours. */
function heightsTrace(
  rows: readonly number[][],
  x: readonly number[],
  y: readonly number[],
  levels: number,
  options: SurfaceOptions,
): Trace {
  const { zTitle, log = false } = options;
  const { low, high, scale } = coloring("surface", rows, options);
  const size = niceStep((high - low) / Math.min(levels, mostLevels) || 1);
  return {
    type: "contour",
    x,
    y,
    z: scaled(rows, log),
    zmin: low,
    zmax: high,
    colorscale: scale,
    autocontour: false,
    contours: { start: Math.ceil(low / size) * size, end: Math.floor(high / size) * size, size },
    line: { width: 0.7, color: "rgba(0,0,0,0.25)" },
    hovertemplate: `(%{x:.3~g}, %{y:.3~g})<br>${zTitle ?? "height"} %{${log ? "customdata" : "z"}:.4~g}<extra></extra>`,
    ...(log ? { customdata: rows } : {}),
    colorbar: colorBarLook(zTitle, log, low, high),
    meta: { kind: "contour map", summary: summaryOf(rows, x.map(short), y.map(short)) },
  };
}

/** A marker on the lowest point. */
function lowestTrace(rows: readonly number[][], x: readonly number[], y: readonly number[]): Trace {
  let least = { value: Infinity, x: 0, y: 0 };
  rows.forEach((row, r) => {
    row.forEach((value, c) => {
      if (value < least.value) least = { value, x: x[c]!, y: y[r]! };
    });
  });
  return {
    type: "scatter",
    mode: "markers",
    name: "lowest",
    x: Number.isFinite(least.value) ? [least.x] : [],
    y: Number.isFinite(least.value) ? [least.y] : [],
    marker: { color: "#ffffff", size: 9, line: { color: "#16191d", width: 1.5 } },
    hoverinfo: "skip",
    showlegend: false,
  };
}

/** More lines than these run into each other. */
const mostLevels = 200;

const short = (value: number) => Number(value.toPrecision(3));

function places(axis: "x" | "y", given: Numbers | undefined, count: number): number[] {
  if (given === undefined)
    return Array.from({ length: count }, (_, at) => (2 * at) / Math.max(1, count - 1) - 1);
  const found = Array.from(numbersOf("surface", given, axis));
  if (found.length === count) return found;
  throw new RangeError(
    `surface: expected ${axis} to have the length of z's ${axis === "x" ? "rows" : "columns"}, ${count}, got ${found.length}`,
  );
}

/** Heights as bands of color between lines. */
export const contourKind: TraceKind = {
  build: surface,
  describe: (trace) => ({ chart: "contour chart", shows: cellsText(trace) }),
  draw: (trace, { x, y }) => ({ svg: drawContour(trace, x, y) }),
  span: (trace, x, y) => spanRows(trace, x, y, false),
  thin: thinCells,
  colored: true,
};

/** The heights at which lines run: those that are asked for, or some ten round ones. */
function contourLevels(trace: Trace, { low, high }: Coloring): number[] {
  const asked = trace.contours ?? {};
  const size = asked.size ?? niceStep((high - low) / 12);
  const start = asked.start ?? Math.ceil(low / size) * size;
  const end = asked.end ?? high;
  const count = Math.min(200, Math.floor((end - start) / size + 1e-6) + 1);
  return Array.from({ length: Math.max(0, count) }, (_, n) => start + n * size);
}

const fineGrid = { columns: 280, rows: 200 } as const;

/** Each band between two levels in one color: pixels, smooth between the given values, and lines over their edges. */
function drawContour(trace: Trace, x: PlacedAxis, y: PlacedAxis): string {
  const rows = cellRowsOf(trace);
  const columns = rows[0]?.length ?? 0;
  if (rows.length < 2 || columns < 2) return "";
  const coloring = coloringOf(trace);
  const levels = contourLevels(trace, coloring);
  const xs = centers(x, trace.x, columns).map((unit) => x.pixel(unit));
  const ys = centers(y, trace.y, rows.length).map((unit) => y.pixel(unit));
  const [start = coloring.low, next = coloring.high] = levels;
  const colors = new Map<number, Rgba>();
  const fine = interpolated(rows, columns);
  const bands = raster(
    fineGrid.columns,
    fineGrid.rows,
    [xs[0]!, xs.at(-1)!],
    [ys[0]!, ys.at(-1)!],
    (row, column) => {
      const value = fine[row * fineGrid.columns + column]!;
      if (value - value !== 0) return undefined;
      const band = Math.floor((value - start) / (next - start || 1));
      const known = colors.get(band);
      if (known !== undefined) return known;
      const color = coloring.color(start + (band + 0.5) * (next - start));
      colors.set(band, color);
      return color;
    },
  );
  const lines = element("path", {
    d: contourPaths(rows, levels, (column, row) => [along(xs, column), along(ys, row)]),
    fill: "none",
    stroke: "#000000",
    "stroke-opacity": 0.25,
    "stroke-width": 0.7,
  });
  return bands + lines;
}

const along = (pixels: readonly number[], at: number) => {
  const low = Math.min(pixels.length - 2, Math.floor(at));
  return pixels[low]! + (at - low) * (pixels[low + 1]! - pixels[low]!);
};

/** The values at the pixels of fineGrid, linear in both directions; NaN where a neighbor is missing. */
function interpolated(rows: readonly ArrayLike<Datum>[], columns: number): Float64Array {
  const values = Float64Array.from({ length: rows.length * columns }, (_, n) => {
    const value = rows[Math.floor(n / columns)]![n % columns];
    return typeof value === "number" ? value : Number.NaN;
  });
  const fine = new Float64Array(fineGrid.rows * fineGrid.columns);
  for (let row = 0; row < fineGrid.rows; row++) {
    const atRow = ((row + 0.5) / fineGrid.rows) * (rows.length - 1);
    const r = Math.floor(atRow);
    const u = atRow - r;
    for (let column = 0; column < fineGrid.columns; column++) {
      const atColumn = ((column + 0.5) / fineGrid.columns) * (columns - 1);
      const c = Math.floor(atColumn);
      const v = atColumn - c;
      const corner = r * columns + c;
      const above = (1 - v) * values[corner]! + v * values[corner + 1]!;
      const below = (1 - v) * values[corner + columns]! + v * values[corner + columns + 1]!;
      fine[row * fineGrid.columns + column] = (1 - u) * above + u * below;
    }
  }
  return fine;
}
