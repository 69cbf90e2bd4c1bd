// Colors over a plane as SVG: heat maps, contours, pictures, and the bar that explains the colors.
import { type ColorScale, colorScales, cssColor, type Rgba, ramp } from "../colors";
import { niceStep } from "../numbers";
import type { Datum, Trace } from "../plotly";
import { textWidth } from "../text";
import type { PlacedAxis, Tick } from "./axes";
import { contourPaths } from "./contours";
import { element, inked, px, textElement } from "./elements";
import { formatNumber, formatTick } from "./format";
import { pngUri } from "./png";

/** More cells than this are a picture, one pixel a cell, not a rectangle each. */
const mostRectangles = 1200;

/** How a trace colors its values. */
export interface Coloring {
  low: number;
  high: number;
  color: (value: number) => Rgba;
}

export function coloringOf(trace: Trace): Coloring {
  let low = Infinity;
  let high = -Infinity;
  for (const row of rowsOf(trace)) {
    for (let at = 0; at < row.length; at++) {
      const value = row[at];
      if (typeof value !== "number" || value - value !== 0) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  low = typeof trace.zmin === "number" ? trace.zmin : low;
  high = typeof trace.zmax === "number" ? trace.zmax : high;
  const scale = ramp(scaleOf(trace));
  const reversed = trace.reversescale === true;
  return {
    low,
    high,
    color: (value) => {
      const share = high > low ? (value - low) / (high - low) : 0.5;
      return scale(reversed ? 1 - share : share);
    },
  };
}

/** Plotly's own names of scales are its to know. */
export const scaleOf = ({ colorscale }: Trace): ColorScale =>
  typeof colorscale === "object" ? colorscale : colorScales.viridis;

export const rowsOf = ({ z }: Trace): readonly ArrayLike<Datum>[] => (Array.isArray(z) ? z : []);

/** The middles of columns or rows, in the axis' unit. */
export function centers(axis: PlacedAxis, given: ArrayLike<Datum> | undefined, count: number): number[] {
  return Array.from({ length: count }, (_, n) => axis.unit(given === undefined ? n : given[n]));
}

/** Where cells meet: half way between the middles. */
export function edges(middles: readonly number[]): number[] {
  const { length } = middles;
  if (length === 1) return [middles[0]! - 0.5, middles[0]! + 0.5];
  const inner = middles.slice(1).map((middle, n) => (middle + middles[n]!) / 2);
  return [2 * middles[0]! - inner[0]!, ...inner, 2 * middles[length - 1]! - inner.at(-1)!];
}

export function drawHeatmap(trace: Trace, x: PlacedAxis, y: PlacedAxis): string {
  const rows = rowsOf(trace);
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

/** Cells of one size as the pixels of a picture, stretched over the plane. */
function raster(
  columns: number,
  rows: number,
  xs: readonly number[],
  ys: readonly number[],
  colorOf: (row: number, column: number) => Rgba | undefined,
): string {
  const rgba = new Uint8Array(rows * columns * 4);
  const upsideDown = ys[0]! > ys.at(-1)!;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const color = colorOf(upsideDown ? rows - 1 - row : row, column);
      if (color === undefined) continue;
      const to = (row * columns + column) * 4;
      rgba[to] = color[0];
      rgba[to + 1] = color[1];
      rgba[to + 2] = color[2];
      rgba[to + 3] = color[3] * 255;
    }
  }
  return element("image", {
    href: pngUri(columns, rows, rgba),
    x: Math.min(xs[0]!, xs.at(-1)!),
    y: Math.min(ys[0]!, ys.at(-1)!),
    width: Math.abs(xs.at(-1)! - xs[0]!),
    height: Math.abs(ys.at(-1)! - ys[0]!),
    preserveAspectRatio: "none",
    style: "image-rendering:pixelated",
  });
}

/** The heights at which lines run: those that are asked for, or some ten round ones. */
export function contourLevels(trace: Trace, { low, high }: Coloring): number[] {
  const asked = trace.contours ?? {};
  const size = asked.size ?? niceStep((high - low) / 12);
  const start = asked.start ?? Math.ceil(low / size) * size;
  const end = asked.end ?? high;
  const count = Math.min(200, Math.floor((end - start) / size + 1e-6) + 1);
  return Array.from({ length: Math.max(0, count) }, (_, n) => start + n * size);
}

const fineGrid = { columns: 280, rows: 200 } as const;

/** Each band between two levels in one color: pixels, smooth between the given values, and lines over their edges. */
export function drawContour(trace: Trace, x: PlacedAxis, y: PlacedAxis): string {
  const rows = rowsOf(trace);
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

/** A picture file, one unit of the axes a pixel; its first pixel's middle at (x0, y0). */
export function drawImage(
  trace: Trace,
  x: PlacedAxis,
  y: PlacedAxis,
  size: readonly [number, number],
): string {
  const [left, right] = [x.pixel(-0.5), x.pixel(size[0] - 0.5)];
  const [top, bottom] = [y.pixel(-0.5), y.pixel(size[1] - 0.5)];
  return element("image", {
    href: String(trace.source),
    x: Math.min(left, right),
    y: Math.min(top, bottom),
    width: Math.abs(right - left),
    height: Math.abs(bottom - top),
    preserveAspectRatio: "none",
    style: "image-rendering:pixelated",
  });
}

export const colorBarSize = { width: 12, gap: 14 } as const;

/** The ticks of a color bar, in values. */
export function barTicks(trace: Trace, { low, high }: Coloring): Tick[] {
  const bar = trace.colorbar ?? {};
  if (bar.tickvals !== undefined) {
    return bar.tickvals.map((at, n) => ({ at, text: bar.ticktext?.[n] ?? String(at) }));
  }
  const step = niceStep((high - low) / 6);
  const first = Math.ceil(low / step - 1e-6);
  const count = Math.floor(high / step + 1e-6) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, n) => {
    const at = (first + n) * step;
    return {
      at,
      text: bar.tickformat === undefined ? formatTick(at, step) : formatNumber(at, bar.tickformat),
    };
  });
}

/** The colors upright beside the plot, their ticks to the right, their title above; `width` is the picture's. */
export function drawColorBar(trace: Trace, left: number, top: number, height: number, width: number): string {
  const coloring = coloringOf(trace);
  const { low, high, color } = coloring;
  if (!(high > low)) return "";
  const steps = 48;
  const y = (value: number) => top + height * (1 - (value - low) / (high - low));
  const cells = Array.from({ length: steps }, (_, n) =>
    element("rect", {
      x: left,
      y: top + (height * n) / steps,
      width: colorBarSize.width,
      height: height / steps + 0.5,
      fill: cssColor(color(high - ((n + 0.5) / steps) * (high - low))),
    }),
  );
  const ticks = barTicks(trace, coloring).filter(({ at }) => at >= low - 1e-9 && at <= high + 1e-9);
  const words = ticks.map(({ at, text }) =>
    textElement(text, left + colorBarSize.width + 5, y(at), { size: 11, baseline: "middle" }),
  );
  const title = trace.colorbar?.title?.text;
  // Over the bar, but not beyond the picture's edge.
  const head =
    title === undefined
      ? ""
      : textElement(title, Math.min(left, width - 4 - textWidth(title, 12)), top - 5, {
          size: 12,
          baseline: "bottom",
        });
  const frame = element("rect", {
    x: px(left),
    y: px(top),
    width: colorBarSize.width,
    height,
    ...inked("line", "stroke"),
    fill: "none",
    "stroke-width": 0.5,
  });
  return cells.join("") + frame + words.join("") + head;
}
