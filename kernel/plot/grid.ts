// Several figures as one: small multiples, and runs side by side on linked axes. Imports nothing outside this folder.
import { type Cell, type Cells, cellsOf, columnsOf } from "./cells";
import { recolored } from "./colored";
import { Figure, requireFigure } from "./figure";
import { hasColorBar, kindOf } from "./kind";
import { Move } from "./move";
import { requireNamed } from "./numbers";
import { requireOptionsOf } from "./options";
import {
  type Annotation,
  type Axis,
  axesIn,
  axisKey,
  axisOf,
  type Layout,
  type Letter,
  letterOf,
  type Trace,
} from "./plotly";
import { baseLayout, legendOf, topMargin } from "./theme";

export interface GridOptions {
  /** The heading above the chart. */
  title?: string;
  /** Figures side by side; default: at most three. */
  columns?: number;
  /** One x range for all, and one zoom; default false, in `compare` true. */
  linkX?: boolean;
  /** One y range for all, and one zoom; default false, in `compare` true. */
  linkY?: boolean;
  /** The height of each figure's plot, in pixels; default: as each has it, less where they stand in rows. */
  panelHeight?: number;
}

const optionNames: readonly (keyof GridOptions)[] = ["title", "columns", "linkX", "linkY", "panelHeight"];

type Named = Readonly<Record<string, Figure>>;

const letters = ["x", "y"] as const;
const panelGap = 46;
const headingHeight = 26;

/**
 * Figures in a grid as one figure. Names, or else the figures' own titles, head the panels; a name in several legends
 * stands in one, and hides or shows its series everywhere.
 *
 * @example plot.grid({ loss: lossChart, accuracy: accuracyChart, gradients: heat })
 * @throws RangeError if `columns` is no whole number ≥ 1.
 */
export function grid(figures: readonly Figure[] | Named, options: GridOptions = {}): Figure {
  requireOptionsOf("grid", arguments, 2, optionNames);
  const named: readonly (readonly [string, Figure])[] = isList(figures)
    ? figures.map((figure) => [figure?.layout?.title?.text ?? "", figure] as const)
    : Object.entries(requireNamed("grid", figures));
  for (const [name, figure] of named) requireFigure("grid", figure, name);
  const columns = columnsOf(options.columns, named.length);
  const { cells, height, headings } = measured(named, columns, options);
  const layout = frame(named, options.title, height, headings[0]!);
  const data: Trace[] = [];
  const links = new Links(named.length, columns, options);
  const shownNames = new Set<string>();
  let used = 0;
  named.forEach(([name, figure], n) => {
    const cell = roomForBar(cells[n]!, figure.data, columns);
    const ids = axisIds(figure);
    const moved = new Move(cell, renamed(ids, used), columns > 1);
    used += Math.max(ids.x.length, ids.y.length);
    for (const letter of letters) {
      ids[letter].forEach((id, at) => {
        const axis = moved.axis(figure.layout[axisKey(id)] ?? {}, id);
        layout[axisKey(moved.id(id))] = at === 0 ? links.linked(axis, letter, moved.id(id), n) : axis;
      });
    }
    data.push(...figure.data.map((trace) => moved.trace(trace, name, shownNames)));
    layout.annotations!.push(...(figure.layout.annotations ?? []).map((each) => moved.mark(each)));
    layout.shapes!.push(...(figure.layout.shapes ?? []).map((each) => moved.mark(each)));
    if (name !== "") layout.annotations!.push(heading(name, cell, headings[Math.floor(n / columns)]!));
  });
  if (options.linkX && options.linkY) shareColors(data);
  return new Figure({ data, layout });
}

type NamedFigures = readonly (readonly [name: string, figure: Figure])[];

/** The numbers: where each panel stands, and in each row the pixels above it that the figures' own headings take. */
function measured(
  named: NamedFigures,
  columns: number,
  { panelHeight, linkY = false }: GridOptions,
): Cells & { headings: number[] } {
  const sizes = named.map(([, figure]) => sizeOf(figure.layout, legendOf(figure.data)));
  const rows = Array.from({ length: Math.max(1, Math.ceil(named.length / columns)) }, (_, row) =>
    sizes.slice(row * columns, (row + 1) * columns),
  );
  const heights = rows.map((inRow) => {
    const tallest = Math.max(
      ...inRow.map(({ plot }) => panelHeight ?? (columns > 1 ? Math.min(plot, 240) : plot)),
    );
    return Number.isFinite(tallest) ? tallest : 240;
  });
  const headings = rows.map((inRow) => Math.max(0, ...inRow.map(({ heading }) => heading)));
  const gaps = headings.map((pixels) => panelGap + headingHeight + pixels + 8);
  // In a narrow cell too: room for labels, and for a title beside them.
  const titled =
    !linkY && named.some(([, { layout }], n) => n % columns > 0 && layout.yaxis?.title !== undefined);
  return { ...cellsOf(named.length, columns, heights, gaps, titled ? 0.14 : 0.09), headings };
}

/** The layout around the panels, which are still to come. */
function frame(named: NamedFigures, title: string | undefined, height: number, inner: number): Layout {
  const names = [...new Set(named.flatMap(([, figure]) => legendOf(figure.data)))];
  const top = topMargin(title, names) + headingHeight + inner;
  const whole = top + height + 52;
  const layout: Layout = {
    ...baseLayout(title, names, whole),
    hovermode: named[0]?.[1].layout.hovermode ?? "x unified",
    // Above the panels' headings, which stand where a legend would be.
    legend: { yref: "container", y: 1 - (title === undefined ? 8 : 40) / whole, yanchor: "top" },
    annotations: [],
    shapes: [],
  };
  layout.margin = { ...layout.margin, t: top };
  for (const setting of ["barmode", "bargap", "bargroupgap"]) {
    const given = named.find(([, { layout }]) => layout[setting] !== undefined);
    if (given !== undefined) layout[setting] = given[1].layout[setting];
  }
  return layout;
}

/** New ids for a figure's axes, after so many that are in use. */
function renamed(ids: Readonly<Record<Letter, readonly string[]>>, used: number): Map<string, string> {
  const number = (at: number) => (used + at === 0 ? "" : String(used + at + 1));
  return new Map(
    letters.flatMap((letter) => ids[letter].map((id, at) => [id, letter + number(at)] as const)),
  );
}

/** Panels whose first axes share range and zoom; what these axes say is said once, at the left and at the bottom. */
class Links {
  readonly #count: number;
  readonly #columns: number;
  readonly #linked: Readonly<Record<Letter, boolean>>;
  readonly #leaders: Partial<Record<Letter, string>> = {};

  constructor(count: number, columns: number, { linkX = false, linkY = false }: GridOptions) {
    this.#count = count;
    this.#columns = columns;
    this.#linked = { x: linkX, y: linkY };
  }

  /** The first axis of panel `n`, linked where that is asked for. */
  linked(axis: Axis, letter: Letter, id: string, n: number): Axis {
    if (!this.#linked[letter]) return axis;
    this.#leaders[letter] ??= id;
    const leader = this.#leaders[letter];
    const matched: Axis = leader === id ? { ...axis } : { ...axis, matches: leader };
    const outer = letter === "y" ? n % this.#columns === 0 : n + this.#columns >= this.#count;
    if (outer) return matched;
    const { title: _title, ...silent } = matched;
    return { ...silent, showticklabels: false };
  }
}

/**
 * Runs side by side on linked axes: one range and one zoom for all.
 *
 * @example plot.compare({ "without BN": plot.quantiles({ "": a }), "with BN": plot.quantiles({ "": b }) })
 */
export function compare(figures: Named, options: GridOptions = {}): Figure {
  requireOptionsOf("compare", arguments, 2, optionNames);
  return grid(figures, { linkX: true, linkY: true, ...options });
}

const isList = (figures: readonly Figure[] | Named): figures is readonly Figure[] => Array.isArray(figures);

/** The plot's pixels of a figure, and those above it that its panels' own headings take. */
function sizeOf(layout: Layout, legend: readonly string[]): { plot: number; heading: number } {
  const { t = 40, b = 48 } = layout.margin ?? {};
  const named = legend.length > 0 && layout.showlegend !== false;
  return {
    plot: (layout.height ?? 400) - t - b,
    heading: Math.max(0, t - topMargin(layout.title?.text, named ? legend : [])),
  };
}

function axisIds({ data, layout }: Figure): { x: string[]; y: string[] } {
  const ids = { x: new Set(["x"]), y: new Set(["y"]) };
  for (const trace of data) for (const letter of letters) ids[letter].add(axisOf(trace, letter));
  for (const id of axesIn(layout)) ids[letterOf(id)].add(id);
  return { x: [...ids.x], y: [...ids.y] };
}

/** A color bar stands beside its own panel, so the panel gives way. */
function roomForBar(cell: Cell, data: readonly Trace[], columns: number): Cell {
  if (columns === 1 || !data.some(hasColorBar)) return cell;
  return { ...cell, x: [cell.x[0], cell.x[1] - 0.07] };
}

function heading(text: string, cell: Cell, inner: number): Annotation {
  return {
    text: `<b>${text}</b>`,
    x: cell.x[0],
    y: cell.y[1],
    xref: "paper",
    yref: "paper",
    xanchor: "left",
    yanchor: "bottom",
    yshift: inner + 4,
    showarrow: false,
    font: { size: 13 },
  };
}

/** Linked panels have one scale of colors, explained once. */
function shareColors(data: Trace[]): void {
  const colored = data.filter((trace) => kindOf(trace)?.colored);
  if (colored.length < 2) return;
  const zmin = Math.min(...colored.map((trace) => Number(trace.zmin)));
  const zmax = Math.max(...colored.map((trace) => Number(trace.zmax)));
  for (const trace of colored) {
    const showscale = trace.showscale !== false && trace === colored.at(-1);
    Object.assign(trace, { zmin, zmax, showscale });
  }
  data.forEach((trace, n) => {
    const cells = colored.find(({ xaxis, yaxis }) => xaxis === trace.xaxis && yaxis === trace.yaxis);
    if (trace.mode === "text" && cells !== undefined) data[n] = recolored(trace, cells);
  });
}
