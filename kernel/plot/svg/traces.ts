// What is drawn of points whatever their kind: paths, whiskers, and the room that they need.
import type { Point } from "../kind";
import type { Line, Trace } from "../plotly";
import type { PlacedAxis } from "./axes";
import { element, px } from "./elements";

export const dashes = { solid: undefined, dash: "8 5", dot: "2 4", dashdot: "8 4 2 4" } as const;

/** The runs of points between gaps. */
export function stretches(points: readonly Point[]): Point[][] {
  const runs: Point[][] = [[]];
  for (const point of points) {
    if (Number.isFinite(point[0]) && Number.isFinite(point[1])) runs.at(-1)!.push(point);
    else if (runs.at(-1)!.length > 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

/** The corners of lines that step. */
export function shaped(points: readonly Point[], shape: Line["shape"] = "linear"): Point[] {
  if (shape === "linear") return [...points];
  return points.flatMap((point, n): Point[] => {
    const last = points[n - 1];
    if (last === undefined) return [point];
    if (shape === "hv") return [[point[0], last[1]], point];
    if (shape === "vh") return [[last[0], point[1]], point];
    const middle = (last[0] + point[0]) / 2;
    return [[middle, last[1]], [middle, point[1]], point];
  });
}

export function path(points: readonly Point[]): string {
  return points.map(([x, y], n) => `${n === 0 ? "M" : "L"}${px(x)} ${px(y)}`).join("");
}

/** Upright ones, from the data's `y − arrayminus` to `y + array`. */
export function errorBars(trace: Trace, points: readonly Point[], y: PlacedAxis, fallback: string): string {
  const { array, arrayminus = array, color = fallback, thickness = 2, width = 4 } = trace.error_y ?? {};
  if (array === undefined) return "";
  const d = points
    .map(([x], n) => {
      const value = Number(trace.y?.[n]);
      const [top, bottom] = [y.at(value + array[n]!), y.at(value - arrayminus![n]!)];
      if (!Number.isFinite(x + top + bottom)) return "";
      const cap = (at: number) => `M${px(x - width)} ${px(at)}h${px(2 * width)}`;
      return `${cap(top)}${cap(bottom)}M${px(x)} ${px(top)}V${px(bottom)}`;
    })
    .join("");
  return element("path", { d, stroke: color, "stroke-width": thickness, fill: "none" });
}

/** Makes room for points and their whiskers; `margin` is what each takes to either side, in the unit of x. */
export function spanPoints(trace: Trace, x: PlacedAxis, y: PlacedAxis, margin = 0): void {
  const count = trace.y?.length ?? trace.x?.length ?? 0;
  const { array, arrayminus = array } = trace.error_y ?? {};
  for (let n = 0; n < count; n++) {
    x.include(x.unit(trace.x === undefined ? n : trace.x[n]), margin);
    const value = trace.y === undefined ? n : trace.y[n];
    y.include(y.unit(value));
    if (typeof value !== "number" || array === undefined) continue;
    y.include(y.unit(value + array[n]!));
    y.include(y.unit(value - arrayminus![n]!));
  }
  y.wantAir(0.055);
}

/** A line's look in the legend. */
export const lineSample = ({ line }: Trace, left: number, middle: number, color: string): string =>
  element("path", {
    d: `M${px(left)} ${px(middle)}h26`,
    stroke: color,
    "stroke-width": line?.width ?? 2,
    "stroke-dasharray": dashes[line?.dash ?? "solid"],
  });
