// A distribution over training as a mountain range: one outline a step, the latest in front. Imports nothing outside this folder.
import { describe, requireKnown } from "../arguments";
import { countInBins, type Moments, moments } from "./binning";
import { colorScales, cssColor, lineRamp } from "./colors";
import { Figure } from "./figure";
import { momentsText } from "./momentsText";
import { type Numbers, numbersOf, onAxis, requireNamed, single } from "./numbers";
import { requireOptionsOf } from "./options";
import type { Trace } from "./plotly";
import { baseLayout, plainAxis } from "./theme";

export interface RidgeOptions {
  /** The heading above the chart. */
  title?: string;
  /** The title of the x axis, with its unit. */
  xTitle?: string;
  /** What the rows are; default "step". */
  yTitle?: string;
  /** How many bins the range is cut into; default 60. */
  bins?: number;
  /** The x range; default: the smallest to the largest finite value. */
  range?: readonly [number, number];
  /** How far the highest peak reaches, in rows; default 3. */
  overlap?: number;
  /** In pixels; default: more for more rows. */
  height?: number;
}

const optionNames: readonly (keyof RidgeOptions)[] = [
  "title",
  "xTitle",
  "yTitle",
  "bins",
  "range",
  "overlap",
  "height",
];

interface Row {
  label: string;
  values: Float32Array;
  found: Moments;
  /** The share of the values in each bin of the range that is drawn; undefined until counted. */
  shares?: Float64Array | undefined;
}

/** Rows of outlines, each as high as its density; the values are kept, for a later row may widen the range. */
export class RidgeFigure extends Figure {
  readonly #rows: Row[] = [];
  readonly #options: RidgeOptions;
  readonly #asked: readonly [number, number] | undefined;
  #drawn: readonly [number, number] = [0, 0];

  constructor(
    rows: Readonly<Record<string, Numbers>> | readonly (readonly [number | string, Numbers])[],
    options: RidgeOptions = {},
  ) {
    requireOptionsOf(new.target.name, arguments, 2, optionNames);
    const { title, xTitle, range } = options;
    const layout = baseLayout(title, [], 360);
    layout.hovermode = "closest";
    layout.xaxis = plainAxis("ridge", { title: xTitle });
    super({ data: [], layout });
    this.#options = options;
    this.#asked = range;
    for (const row of Array.isArray(rows) ? rows : Object.entries(requireNamed("ridge", rows))) {
      if (!Array.isArray(row))
        throw new TypeError(`ridge: expected rows [label, numbers], got ${describe(row)}`);
      this.#add(row[0], row[1]);
    }
    this.#draw();
  }

  /** Adds one more row in front. */
  append(label: number | string, values: Numbers): void {
    requireKnown("append", arguments, 2);
    this.#add(label, values);
    this.#draw();
  }

  #add(label: number | string, given: Numbers): void {
    const values = Float32Array.from(numbersOf("ridge", given, String(label)));
    this.#rows.push({ label: String(label), values, found: moments(values) });
  }

  #draw(): void {
    const { bins = 60, overlap = 3, yTitle = "step" } = this.#options;
    const rows = this.#rows;
    const [low, high] = this.#asked ?? spread(rows);
    if (low !== this.#drawn[0] || high !== this.#drawn[1]) for (const row of rows) row.shares = undefined;
    this.#drawn = [low, high];
    const width = (high - low) / bins;
    const shares = rows.map((row) => {
      row.shares ??= countInBins(row.values, low, high, bins).counts.map(
        (count) => count / Math.max(1, row.found.count),
      );
      return row.shares;
    });
    const highest = Math.max(1e-12, ...shares.map((row) => Math.max(...row)));
    const color = lineRamp(colorScales.viridis);
    const x = Array.from({ length: bins + 2 }, (_, n) => single(low + (n - 0.5) * width));
    this.data = rows.flatMap((row, n): Trace[] => {
      const base = rows.length - 1 - n;
      const share = shares[n]!;
      const [red, green, blue] = color(rows.length > 1 ? n / (rows.length - 1) : 0.5);
      const line = { type: "scatter", mode: "lines", showlegend: false, name: row.label } as const;
      return [
        { ...line, x: [x[0]!, x.at(-1)!], y: [base, base], line: { width: 0 }, hoverinfo: "skip" },
        {
          ...line,
          x,
          y: x.map((_, bin) => single(base + (overlap * (share[bin - 1] ?? 0)) / highest)),
          line: { width: 1.25, color: cssColor([red, green, blue, 1]) },
          fill: "tonexty",
          fillcolor: cssColor([red, green, blue, 0.55]),
          text: x.map((_, bin) => `${(100 * (share[bin - 1] ?? 0)).toPrecision(2)} %`),
          hovertemplate: `${yTitle} ${row.label}<br>%{x:.3~g}: %{text}<extra></extra>`,
          meta: { kind: "ridge plot", summary: momentsText(row.found) },
        },
      ];
    });
    const every = Math.max(1, Math.ceil(rows.length / 10));
    const labeled = rows
      .map((row, n) => ({ row, at: rows.length - 1 - n, n }))
      .filter(({ n }) => n % every === 0);
    this.layout.height = this.#options.height ?? 150 + Math.min(380, Math.max(160, rows.length * 20));
    this.layout.yaxis = {
      title: { text: yTitle },
      range: [-0.4, rows.length - 1 + overlap + 0.3],
      tickvals: labeled.map(({ at }) => at),
      ticktext: labeled.map(({ row }) => row.label),
      showgrid: false,
    };
  }
}

function spread(rows: readonly Row[]): [number, number] {
  const low = Math.min(...rows.map(({ found }) => found.min));
  const high = Math.max(...rows.map(({ found }) => found.max));
  if (low < high) return [onAxis(low), onAxis(high)];
  return low === high ? [low - 0.5, high + 0.5] : [0, 1];
}

/**
 * Distributions one behind the other, the first at the back: how activations, gradients or weights change as training goes on.
 *
 * @example plot.ridge([[0, before], [100, during], [200, after]], { xTitle: "activation" })
 * @throws RangeError if `bins` is no whole number ≥ 1, or `range` does not ascend.
 */
export function ridge(
  rows: Readonly<Record<string, Numbers>> | readonly (readonly [number | string, Numbers])[] = [],
  options: RidgeOptions = {},
): RidgeFigure {
  requireOptionsOf("ridge", arguments, 2, optionNames);
  return new RidgeFigure(rows, options);
}
