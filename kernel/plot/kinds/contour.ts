// A landscape over two directions, such as a loss around its minimum, as contours. Imports nothing outside this folder.
import { Figure } from "../figure";
import { checkWhole, type Matrix, type Numbers, niceStep, numbersOf, rowsOf } from "../numbers";
import { baseLayout, plainAxis, topMargin } from "../theme";
import { colorBarLook, coloring, type HeatmapOptions, summaryOf } from "./heatmap";

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

/**
 * Heights on a grid as contours: `z[row][column]` is the height at (`x[column]`, `y[row]`); the lowest point is marked.
 *
 * @example plot.surface(losses, { xTitle: "direction 1", yTitle: "direction 2", zTitle: "loss", log: true })
 * @throws RangeError if the rows differ in length, or `x` and `y` do not fit them.
 */
export function surface(z: Matrix, options: SurfaceOptions = {}): Figure {
  const { title, xTitle, yTitle, zTitle, log = false, levels = 14, height = 420 } = options;
  const rows = rowsOf("surface", z);
  const x = places("x", options.x, rows[0]?.length ?? 0);
  const y = places("y", options.y, rows.length);
  checkWhole("surface", "levels", levels);
  const { low, high, scale } = coloring("surface", rows, options);
  const size = niceStep((high - low) / Math.min(levels, mostLevels) || 1);
  const seen = (value: number) => (log ? (value > 0 ? Math.log10(value) : Number.NaN) : value);
  let least = { value: Infinity, x: 0, y: 0 };
  rows.forEach((row, r) => {
    row.forEach((value, c) => {
      if (value < least.value) least = { value, x: x[c]!, y: y[r]! };
    });
  });
  const top = topMargin(title, []) + (zTitle === undefined ? 0 : 6);
  const layout = baseLayout(title, [], height);
  return new Figure({
    data: [
      {
        type: "contour",
        x,
        y,
        z: rows.map((row) => row.map(seen)),
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
      },
      {
        type: "scatter",
        mode: "markers",
        name: "lowest",
        x: Number.isFinite(least.value) ? [least.x] : [],
        y: Number.isFinite(least.value) ? [least.y] : [],
        marker: { color: "#ffffff", size: 9, line: { color: "#16191d", width: 1.5 } },
        hoverinfo: "skip",
        showlegend: false,
      },
    ],
    layout: {
      ...layout,
      margin: { ...layout.margin, t: top },
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

/** More lines than these run into each other. */
const mostLevels = 200;

const short = (value: number) => Number(value.toPrecision(3));

function places(axis: "x" | "y", given: Numbers | undefined, count: number): number[] {
  if (given === undefined)
    return Array.from({ length: count }, (_, at) => (2 * at) / Math.max(1, count - 1) - 1);
  const found = Array.from(numbersOf(given));
  if (found.length === count) return found;
  throw new RangeError(
    `surface: expected ${axis} to have the length of z's ${axis === "x" ? "rows" : "columns"}, ${count}, got ${found.length}`,
  );
}
