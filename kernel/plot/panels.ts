// Where a figure's panels stand, read off its axes, and where they stand under each other. Imports nothing outside this folder.
import { type Cell, type Cells, cellsOf } from "./cells";
import { type Annotation, axesIn, axisKey, axisOf, type Layout, letterOf, type Trace } from "./plotly";

/** A part of the plot with all axes that stand there. */
export interface Panel extends Cell {
  axes: Set<string>;
}

/** In the order in which they are read; none where an axis serves several, so that they cannot be moved. */
export function panelsOf(data: readonly Trace[], layout: Layout): Panel[] {
  const panels = new Map<string, Panel>();
  const add = (xId: string, yId: string) => {
    const [x, y] = [domainOf(layout, xId), domainOf(layout, yId)];
    const place = [...x, ...y].map((part) => part.toFixed(3)).join(" ");
    const panel = panels.get(place) ?? { x, y, axes: new Set() };
    for (const id of [xId, yId]) panel.axes.add(id);
    panels.set(place, panel);
  };
  for (const trace of data) add(axisOf(trace, "x"), axisOf(trace, "y"));
  const found = [...panels.values()].sort((a, b) => b.y[1] - a.y[1] || a.x[0] - b.x[0]);
  const ids = found.flatMap(({ axes }) => [...axes]);
  return new Set(ids).size === ids.length ? found : [];
}

function domainOf(layout: Layout, id: string): [number, number] {
  const { domain = [0, 1], overlaying } = layout[axisKey(id)] ?? {};
  const base = overlaying === undefined ? undefined : layout[axisKey(overlaying)]; // which stands on none itself
  return base?.domain ?? domain;
}

/** Under each other over the whole width, each as high as it was; `gaps` are the pixels above each but the first. */
export function under(panels: readonly Panel[], height: number, gaps: readonly number[]): Cells {
  if (panels.length < 2) return { cells: panels.map(() => ({ x: [0, 1], y: [0, 1] })), height };
  const heights = panels.map(({ y }) => Math.round((y[1] - y[0]) * height));
  return cellsOf(panels.length, 1, heights, gaps);
}

const near = 2e-3;

/** Whether it stands over the panel, as its heading does. */
export function heads({ x, y, xref = "x", yref = "y", yanchor }: Annotation, panel: Panel): boolean {
  if (yanchor !== "bottom") return false;
  const [xId, yId] = [xref.split(" ")[0]!, yref.split(" ")[0]!];
  if (xref === "paper" && yref === "paper") {
    return Math.abs(Number(y) - panel.y[1]) < near && inside(panel.x, Number(x));
  }
  return yref.endsWith(" domain") && y === 1 && (panel.axes.has(xId) || panel.axes.has(yId));
}

const inside = ([from, to]: readonly [number, number], at: number) => at >= from - near && at < to - near;

/** The panel in which a place of the whole plot lies. */
export const panelAt = (panels: readonly Panel[], x: number, y: number): Panel | undefined =>
  panels.find((panel) => inside(panel.x, x) && y >= panel.y[0] - near && y <= panel.y[1] + near);

/** The axes that share a range with this one, itself too. */
export function linkedWith(layout: Layout, id: string): string[] {
  const leaderOf = (each: string) => String(layout[axisKey(each)]?.matches ?? each);
  return axesIn(layout).filter((each) => letterOf(each) === letterOf(id) && leaderOf(each) === leaderOf(id));
}
