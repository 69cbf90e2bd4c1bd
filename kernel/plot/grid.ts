// Several figures as one: small multiples, and runs side by side on linked axes. Imports nothing outside this folder.
import { type Cell, cellsOf, columnsOf } from "./cells";
import { recolored } from "./colored";
import { Figure, requireFigure } from "./figure";
import { hasColorBar, kindOf } from "./kind";
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
  type Shape,
  type Trace,
} from "./plotly";
import { baseLayout, topMargin } from "./theme";

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
 * @throws RangeError if `columns` is no positive whole number.
 */
export function grid(figures: readonly Figure[] | Named, options: GridOptions = {}): Figure {
  requireOptionsOf("grid", arguments, 2, optionNames);
  const { title, linkX = false, linkY = false } = options;
  const named: readonly (readonly [string, Figure])[] = isList(figures)
    ? figures.map((figure) => [figure?.layout?.title?.text ?? "", figure] as const)
    : Object.entries(requireNamed("grid", figures));
  for (const [name, figure] of named) requireFigure("grid", figure, name);
  const count = named.length;
  const columns = columnsOf(options.columns, count);

  const sizes = named.map(([, figure]) => sizeOf(figure.layout, legendOf(figure.data)));
  const rows = Array.from({ length: Math.max(1, Math.ceil(count / columns)) }, (_, row) => {
    const inRow = sizes.slice(row * columns, (row + 1) * columns);
    const tallest = Math.max(
      ...inRow.map(({ plot }) => options.panelHeight ?? (columns > 1 ? Math.min(plot, 240) : plot)),
    );
    return Number.isFinite(tallest) ? tallest : 240;
  });
  const inner = rows.map((_, row) =>
    Math.max(0, ...sizes.slice(row * columns, (row + 1) * columns).map(({ heading }) => heading)),
  );
  const gaps = inner.map((pixels) => panelGap + headingHeight + pixels + 8);
  // In a narrow cell too: room for labels, and for a title beside them.
  const titled =
    !linkY && named.some(([, { layout }], n) => n % columns > 0 && layout.yaxis?.title !== undefined);
  const { cells, height } = cellsOf(count, columns, rows, gaps, titled ? 0.14 : 0.09);

  const names = [...new Set(named.flatMap(([, figure]) => legendOf(figure.data)))];
  const top = topMargin(title, names) + headingHeight + inner[0]!;
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

  const data: Trace[] = [];
  const shownNames = new Set<string>();
  let used = 0;
  const leaders: { x?: string; y?: string } = {};
  named.forEach(([name, figure], n) => {
    const cell = roomForBar(cells[n]!, figure.data, columns);
    const ids = axisIds(figure);
    const renamed = new Map<string, string>();
    for (const letter of letters) {
      for (const [at, id] of ids[letter].entries()) {
        renamed.set(id, letter + (used + at === 0 ? "" : String(used + at + 1)));
      }
    }
    used += Math.max(ids.x.length, ids.y.length);
    const moved = new Move(cell, renamed, columns > 1);
    for (const letter of letters) {
      const linked = letter === "x" ? linkX : linkY;
      for (const id of ids[letter]) {
        const axis = moved.axis(figure.layout[axisKey(id)] ?? {}, id);
        const first = id === ids[letter][0];
        if (linked && first) {
          leaders[letter] ??= renamed.get(id)!;
          if (leaders[letter] !== renamed.get(id)) axis.matches = leaders[letter];
          // Linked: what the axis says is said once, at the left and at the bottom.
          const outer = letter === "y" ? n % columns === 0 : n + columns >= count;
          if (!outer) {
            axis.showticklabels = false;
            delete axis.title;
          }
        }
        layout[axisKey(renamed.get(id)!)] = axis;
      }
    }
    for (const trace of figure.data) data.push(moved.trace(trace, name, shownNames));
    layout.annotations!.push(...(figure.layout.annotations ?? []).map((each) => moved.mark(each)));
    layout.shapes!.push(...(figure.layout.shapes ?? []).map((each) => moved.mark(each)));
    if (name !== "") layout.annotations!.push(heading(name, cell, inner[Math.floor(n / columns)]!));
  });
  if (linkX && linkY) shareColors(data);
  return new Figure({ data, layout });
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

const legendOf = (data: readonly Trace[]) => [
  ...new Set(data.flatMap(({ name, showlegend }) => (showlegend === false || !name ? [] : [name]))),
];

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

/** From a figure of its own into a cell of another. */
class Move {
  readonly #cell: Cell;
  readonly #ids: ReadonlyMap<string, string>;
  readonly #narrow: boolean;

  constructor(cell: Cell, ids: ReadonlyMap<string, string>, narrow: boolean) {
    this.#cell = cell;
    this.#ids = ids;
    this.#narrow = narrow;
  }

  #within(letter: Letter, part: number): number {
    const [from, to] = this.#cell[letter];
    return Math.round((from + part * (to - from)) * 1e5) / 1e5;
  }

  axis(axis: Axis, id: string): Axis {
    const letter = letterOf(id);
    const [from, to] = axis.domain ?? [0, 1];
    const moved: Axis = { ...axis, domain: [this.#within(letter, from), this.#within(letter, to)] };
    const other = (letter === "x" ? "y" : "x") + (axis.anchor === undefined ? "" : axis.anchor.slice(1));
    moved.anchor = this.#ids.get(axis.anchor ?? other) ?? axis.anchor;
    for (const reference of ["matches", "overlaying", "scaleanchor"]) {
      const to = axis[reference];
      if (typeof to === "string") moved[reference] = this.#ids.get(to) ?? to;
    }
    return moved;
  }

  trace(trace: Trace, panel: string, shown: Set<string>): Trace {
    const label = [panel, trace.meta?.label ?? trace.name ?? ""].filter((part) => part !== "").join(", ");
    const moved: Trace = {
      ...trace,
      meta: { ...trace.meta, label },
      xaxis: this.#ids.get(axisOf(trace, "x"))!,
      yaxis: this.#ids.get(axisOf(trace, "y"))!,
    };
    if (trace.name && trace.showlegend !== false) {
      moved.legendgroup = trace.legendgroup ?? trace.name;
      moved.showlegend = !shown.has(trace.name);
      shown.add(trace.name);
    }
    if (trace.mode === "text" && this.#narrow) {
      moved.textfont = { ...trace.textfont, size: Math.min(10, trace.textfont?.size ?? 12) };
    }
    if (hasColorBar(trace)) {
      const [bottom, top] = this.#cell.y;
      const bar = { x: this.#cell.x[1], y: (bottom + top) / 2, len: top - bottom, xpad: 8 };
      moved.colorbar = { ...trace.colorbar, ...bar };
    }
    return moved;
  }

  mark<T extends Annotation | Shape>(mark: T): T {
    const moved: T & { [attribute: string]: unknown } = { ...mark };
    for (const letter of letters) {
      const reference = mark[`${letter}ref`] ?? letter;
      if (reference === "paper") {
        for (const key of [letter, `${letter}0`, `${letter}1`]) {
          if (typeof moved[key] === "number") moved[key] = this.#within(letter, moved[key]);
        }
      } else {
        const [id, domain] = reference.split(" ");
        moved[`${letter}ref`] = (this.#ids.get(id!) ?? id!) + (domain === undefined ? "" : ` ${domain}`);
      }
    }
    return moved;
  }
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
