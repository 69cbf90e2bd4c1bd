// Values over a plane in colors as SVG: what heat maps and contours share, and the bar that explains the colors.
import { type ColorScale, colorScales, cssColor, type Rgba, ramp } from "../colors";
import { niceStep } from "../numbers";
import type { Datum, Trace } from "../plotly";
import { textWidth } from "../text";
import type { PlacedAxis, Tick } from "./axes";
import { element, inked, px, textElement } from "./elements";
import { formatNumber, formatTick } from "./format";
import { pngUri } from "./png";

/** How a trace colors its values. */
export interface Coloring {
  low: number;
  high: number;
  color: (value: number) => Rgba;
}

export function coloringOf(trace: Trace): Coloring {
  let low = Infinity;
  let high = -Infinity;
  for (const row of cellRowsOf(trace)) {
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

export const cellRowsOf = ({ z }: Trace): readonly ArrayLike<Datum>[] => (Array.isArray(z) ? z : []);

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

/** Cells of one size as the pixels of a picture, stretched over the plane. */
export function raster(
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

/** Makes room for what stands at the middles of columns and rows; with `cells` also for the half around each. */
export function spanRows(trace: Trace, x: PlacedAxis, y: PlacedAxis, cells: boolean): void {
  const rows = cellRowsOf(trace);
  for (const [axis, given, count] of [
    [x, trace.x, rows[0]?.length ?? 0],
    [y, trace.y, rows.length],
  ] as const) {
    const middles = centers(axis, given, count);
    for (const unit of cells && count > 0 ? edges(middles) : middles) axis.include(unit);
  }
}
