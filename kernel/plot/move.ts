// A figure's axes, traces and marks on their way into a cell of a grid.
import type { Cell } from "./cells";
import { hasColorBar } from "./kind";
import { type Annotation, type Axis, axisOf, type Letter, letterOf, type Shape, type Trace } from "./plotly";

/** From a figure of its own into a cell of another. */
export class Move {
  readonly #cell: Cell;
  readonly #ids: ReadonlyMap<string, string>;
  readonly #narrow: boolean;

  constructor(cell: Cell, ids: ReadonlyMap<string, string>, narrow: boolean) {
    this.#cell = cell;
    this.#ids = ids;
    this.#narrow = narrow;
  }

  /** What an axis of the figure is called here. */
  id(own: string): string {
    return this.#ids.get(own)!;
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
    for (const letter of ["x", "y"] as const) {
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
