// What charts that show values in colors share: the scale, its bar, the numbers in the cells, the extremes in words.
import { show } from "../arguments";
import { type ColorScale, type ColorScaleName, colorScales, inkOn, type Rgba, ramp } from "./colors";
import { shownNumber } from "./describe";
import { onAxis } from "./numbers";
import type { ColorBar, Datum, Trace } from "./plotly";
import { cellRowsOf, scaleOf } from "./svg/fields";

export interface ColoringOptions {
  /** `viridis` (default), `ink` (0 is nothing), `diverging` (the sign matters: 0 is in the middle), or Plotly's own form. */
  colors?: ColorScaleName | ColorScale;
  /** The values at either end of the colors; default: the smallest and the largest. */
  range?: readonly [number, number];
  /** Colors by powers of ten; values ≤ 0 are left empty. */
  log?: boolean;
}

/** The ends of the colors, in powers of ten where they are logarithmic, and the colors. */
export function coloring(
  who: string,
  rows: readonly ArrayLike<number>[],
  { colors = "viridis", range, log = false }: ColoringOptions,
): { low: number; high: number; scale: ColorScale } {
  if (typeof colors === "string" && !Object.hasOwn(colorScales, colors)) {
    const known = Object.keys(colorScales).join(", ");
    throw new RangeError(
      `${who}: expected colors to be one of ${known}, or a scale of Plotly's form, got "${colors}"`,
    );
  }
  const scale = typeof colors === "string" ? colorScales[colors] : colors;
  if (range !== undefined) {
    if (log && range[0] <= 0) {
      throw new RangeError(
        `${who}: expected a positive range for colors by powers of ten, got ${show(range)}`,
      );
    }
    return { low: log ? Math.log10(range[0]) : range[0], high: log ? Math.log10(range[1]) : range[1], scale };
  }
  let low = Infinity;
  let high = -Infinity;
  for (const row of rows) {
    for (let at = 0; at < row.length; at++) {
      const value = row[at]!;
      if (value - value !== 0 || (log && value <= 0)) continue;
      low = Math.min(low, onAxis(value));
      high = Math.max(high, onAxis(value));
    }
  }
  if (low > high) return { low: 0, high: 1, scale };
  if (log) return { low: Math.log10(low), high: Math.log10(high), scale };
  if (colors === "diverging") {
    const far = Math.max(Math.abs(low), Math.abs(high));
    return { low: -far, high: far, scale };
  }
  return { low: colors === "ink" ? Math.min(0, low) : low, high, scale };
}

/** What colors are chosen by: the values, or their powers of ten. */
export const scaled = (rows: readonly (readonly number[])[], log: boolean): number[][] =>
  rows.map((row) => row.map((value) => (log ? (value > 0 ? Math.log10(value) : Number.NaN) : value)));

/** Thin, upright, with powers of ten where the colors have them. */
export function colorBarLook(title: string | undefined, log: boolean, low: number, high: number): ColorBar {
  const exponents = log ? decadesFrom(low, high) : [];
  const decades = exponents.length >= 2;
  return {
    thickness: 12,
    outlinewidth: 0,
    ticklen: 0,
    xpad: 14,
    ypad: 0,
    tickfont: { size: 11 },
    ...(title === undefined ? {} : { title: { text: title, side: "top", font: { size: 12 } } }),
    ...(log
      ? {
          tickvals: decades ? exponents : [low, high],
          ticktext: decades
            ? exponents.map((at) => `10<sup>${String(at).replace("-", "−")}</sup>`)
            : [low, high].map((at) => shownNumber(10 ** at)),
        }
      : {}),
  };
}

/** The whole powers of ten between two, at most eight. */
function decadesFrom(low: number, high: number): number[] {
  const step = Math.max(1, Math.ceil((high - low) / 7));
  const first = Math.ceil(low / step);
  const count = Math.max(0, Math.floor(high / step) - first + 1);
  return Array.from({ length: count }, (_, n) => (first + n) * step);
}

/** The numbers, each in white or near black, whichever is legible on its cell; in the page's ink where that shines through. */
export function cellTexts(
  rows: readonly ArrayLike<number>[],
  x: readonly (string | number)[],
  y: readonly (string | number)[],
  format: (value: number) => string,
  color: (row: number, column: number) => Rgba,
): Trace[] {
  const inks = new Map<
    boolean,
    {
      x: (string | number)[];
      y: (string | number)[];
      text: string[];
      color: string[];
      cells: [number, number][];
    }
  >();
  rows.forEach((row, r) => {
    for (let c = 0; c < row.length; c++) {
      const value = row[c]!;
      const finite = value - value === 0;
      const text = finite ? format(value) : "–";
      if (text === "") continue;
      const ink = finite ? inkOn(color(r, c)) : undefined;
      const own = ink !== undefined;
      const texts = inks.get(own) ?? { x: [], y: [], text: [], color: [], cells: [] };
      inks.set(own, texts);
      texts.x.push(x[c]!);
      texts.y.push(y[r]!);
      texts.text.push(text);
      texts.cells.push([r, c]);
      if (ink !== undefined) texts.color.push(ink);
    }
  });
  const size = (rows[0]?.length ?? 0) > 10 ? 11 : 12;
  return [...inks].map(([own, { x, y, text, color, cells }]) => ({
    type: "scatter",
    mode: "text",
    x,
    y,
    text,
    textfont: { size, ...(own ? { color } : {}) },
    hoverinfo: "skip",
    showlegend: false,
    meta: { cells },
  }));
}

/** The colors of the numbers on cells that are colored anew, between other ends. */
export function recolored(texts: Trace, cells: Trace): Trace {
  const places = texts.meta?.cells;
  if (texts.textfont?.color === undefined || places === undefined) return texts;
  const [low, high] = [Number(cells.zmin), Number(cells.zmax)];
  const shade = ramp(scaleOf(cells));
  const color = places.map(
    ([r, c]) => inkOn(shade((Number(cells.z![r]![c]) - low) / (high - low || 1))) ?? "#16191d",
  );
  return { ...texts, textfont: { ...texts.textfont, color } };
}

/** Where the extremes are, and how much is missing. */
export function summaryOf(
  rows: readonly ArrayLike<number>[],
  x: readonly (string | number)[],
  y: readonly (string | number)[],
): string {
  let least: { value: number; place: string } | undefined;
  let most: typeof least;
  let missing = 0;
  rows.forEach((row, r) => {
    for (let c = 0; c < row.length; c++) {
      const value = row[c]!;
      const here = () => ({ value, place: `x ${x[c]}, y ${y[r]}` });
      if (value - value !== 0) missing++;
      else {
        if (least === undefined || value < least.value) least = here();
        if (most === undefined || value > most.value) most = here();
      }
    }
  });
  const size = `${rows.length}×${rows[0]?.length ?? 0} values`;
  if (least === undefined || most === undefined) return `${size}, none finite`;
  const ends = `from ${shownNumber(least.value)} (${least.place}) to ${shownNumber(most.value)} (${most.place})`;
  return `${size} ${ends}${missing > 0 ? `, ${missing} not finite` : ""}`;
}

/** The same of a trace. */
export function cellsText(trace: Trace): string {
  const rows = cellRowsOf(trace).map((row) =>
    Array.from(row, (value) => (typeof value === "number" ? value : Number.NaN)),
  );
  const names = (given: ArrayLike<Datum> | undefined, count: number) =>
    Array.from({ length: count }, (_, at) => given?.[at] ?? at);
  return summaryOf(rows, names(trace.x, rows[0]?.length ?? 0), names(trace.y, rows.length));
}
