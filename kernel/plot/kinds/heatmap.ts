// Values over two axes as colors, with the numbers in the cells where they fit. Imports nothing outside this folder.
import { type ColorScale, type ColorScaleName, colorScales, inkOn, type Rgba, ramp } from "../colors";
import { shownNumber } from "../describe";
import { Figure } from "../figure";
import { checkRange, type Matrix, onAxis, rowsOf } from "../numbers";
import type { Axis, ColorBar, Trace } from "../plotly";
import { scaleOf } from "../svg/fields";
import { baseLayout, topMargin } from "../theme";

export interface HeatmapOptions {
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
  /** `viridis` (default), `ink` (0 is nothing), `diverging` (the sign matters: 0 is in the middle), or Plotly's own form. */
  colors?: ColorScaleName | ColorScale;
  /** The values at either end of the colors; default: the smallest and the largest. */
  range?: readonly [number, number];
  /** Colors by powers of ten; values ≤ 0 are left empty. */
  log?: boolean;
  /** The bar that explains the colors; default true. */
  colorBar?: boolean;
  /** In pixels; default: by the number of rows. */
  height?: number;
}

/**
 * A matrix as colored cells, its first row at the top. NaN is an empty cell, marked where numbers are written.
 *
 * @example plot.heatmap(accuracy, { x: learningRates, y: deviations, xTitle: "learning rate", yTitle: "weight std" })
 * @throws RangeError if the rows differ in length, `range` does not ascend, or there are not as many names as cells.
 */
export function heatmap(matrix: Matrix, options: HeatmapOptions = {}): Figure {
  const {
    title,
    xTitle,
    yTitle,
    zTitle,
    format = (value) => shownNumber(value),
    log = false,
    colorBar = true,
  } = options;
  const rows = rowsOf("heatmap", matrix);
  const columns = rows[0]?.length ?? 0;
  checkNames("x", options.x, columns);
  checkNames("y", options.y, rows.length);
  const { values = rows.length * columns <= 200 && columns <= 14 } = options;
  const { low, high, scale } = coloring("heatmap", rows, options);
  const seen = (value: number) => (log ? (value > 0 ? Math.log10(value) : Number.NaN) : value);
  const x = namesOf(options.x, columns);
  const y = namesOf(options.y, rows.length);
  const trace: Trace = {
    type: "heatmap",
    x,
    y,
    z: rows.map((row) => row.map(seen)),
    zmin: low,
    zmax: high,
    colorscale: scale,
    showscale: colorBar,
    xgap: columns <= 40 ? 1 : 0,
    ygap: rows.length <= 40 ? 1 : 0,
    hoverongaps: false,
    hovertemplate: `${xTitle ?? "column"} %{x}<br>${yTitle ?? "row"} %{y}<br>${zTitle ?? "value"} %{${log ? "customdata" : "z"}:.4~g}<extra></extra>`,
    ...(log ? { customdata: rows } : {}),
    colorbar: colorBarLook(zTitle, log, low, high),
    meta: { kind: "heat map", summary: summaryOf(rows, x, y) },
  };
  const shade = ramp(scale);
  const cellColor = (r: number, c: number): Rgba => {
    const share = (seen(rows[r]![c]!) - low) / (high - low || 1);
    return Number.isFinite(share) ? shade(share) : [0, 0, 0, 0];
  };
  const texts = values ? cellTexts(rows, x, y, format, cellColor) : [];
  const top = topMargin(title, []) + (colorBar && zTitle !== undefined ? 6 : 0);
  const rowHeight = values ? 34 : Math.max(4, Math.min(26, 300 / Math.max(1, rows.length)));
  const layout = baseLayout(
    title,
    [],
    options.height ?? Math.round(top + 48 + Math.max(150, rows.length * rowHeight)),
  );
  return new Figure({
    data: [trace, ...texts],
    layout: {
      ...layout,
      margin: { ...layout.margin, t: top },
      hovermode: "closest",
      xaxis: { ...cellAxis(xTitle, options.x, columns), range: [-0.5, columns - 0.5] },
      yaxis: { ...cellAxis(yTitle, options.y, rows.length), range: [rows.length - 0.5, -0.5] },
    },
  });
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

/** The ends of the colors, in powers of ten where they are logarithmic, and the colors. */
export function coloring(
  who: string,
  rows: readonly ArrayLike<number>[],
  { colors = "viridis", range, log = false }: Pick<HeatmapOptions, "colors" | "range" | "log">,
): { low: number; high: number; scale: ColorScale } {
  const scale = typeof colors === "string" ? colorScales[colors] : colors;
  if (range !== undefined) {
    checkRange(who, "range", range);
    if (log && range[0] <= 0) {
      throw new RangeError(
        `${who}: expected a positive range for colors by powers of ten, got [${range.join(", ")}]`,
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

function checkNames(axis: "x" | "y", names: ArrayLike<unknown> | undefined, expected: number): void {
  if (names === undefined || names.length === expected) return;
  throw new RangeError(
    `heatmap: expected a name for each of the ${expected} ${axis === "x" ? "columns" : "rows"}, got ${names.length}`,
  );
}
