// Lines, markers, fills, texts and bars as SVG.
import { decimate } from "../decimate";
import type { Line, Marker, Trace } from "../plotly";
import { palette } from "../theme";
import type { PlacedAxis } from "./axes";
import { element, px, textElement } from "./elements";

/** Two points for each two pixels of a picture. */
const mostLinePoints = 800;
/** More of them are a blot anyway. */
const mostMarkers = 3000;
export const dashes = { solid: undefined, dash: "8 5", dot: "2 4", dashdot: "8 4 2 4" } as const;

type Point = readonly [x: number, y: number];

/** What stands around one trace in its panel. */
export interface Place {
  x: PlacedAxis;
  y: PlacedAxis;
  /** The trace's place among the lines or bars of the figure: its color, if it sets none. */
  index: number;
  /** The points of the trace before it in the panel, for `fill: "tonexty"`. */
  before?: readonly Point[] | undefined;
}

export function drawScatter(trace: Trace, { x, y, index, before }: Place): { svg: string; points: Point[] } {
  const mode = trace.mode ?? "lines";
  const thin = decimate(trace, mode.includes("lines") ? mostLinePoints : mostMarkers);
  const count = thin.y?.length ?? thin.x?.length ?? 0;
  const all = Array.from(
    { length: count },
    (_, n): Point => [x.at(thin.x === undefined ? n : thin.x[n]), y.at(thin.y === undefined ? n : thin.y[n])],
  );
  const line = trace.line ?? {};
  const color = line.color ?? palette[index % palette.length]!;
  const drawn = stretches(all).map((stretch) => shaped(stretch, line.shape));
  const parts: string[] = [];
  if (trace.fill !== undefined && trace.fill !== "none") {
    parts.push(element("path", { d: filled(trace.fill, drawn, y, before), fill: trace.fillcolor ?? color }));
  }
  if (mode.includes("lines") && line.width !== 0) {
    parts.push(
      element("path", {
        d: drawn.map((points) => path(points)).join(""),
        fill: "none",
        stroke: color,
        "stroke-width": line.width ?? 2,
        "stroke-dasharray": dashes[line.dash ?? "solid"],
        "stroke-linejoin": "round",
      }),
    );
  }
  parts.push(errorBars(trace, all, y, color));
  if (mode.includes("markers")) parts.push(markers(trace.marker, all, color));
  if (mode.includes("text")) parts.push(texts(trace, all));
  const svg =
    trace.opacity === undefined ? parts.join("") : element("g", { opacity: trace.opacity }, parts.join(""));
  return { svg, points: drawn.flat() };
}

/** The runs of points between gaps. */
function stretches(points: readonly Point[]): Point[][] {
  const runs: Point[][] = [[]];
  for (const point of points) {
    if (Number.isFinite(point[0]) && Number.isFinite(point[1])) runs.at(-1)!.push(point);
    else if (runs.at(-1)!.length > 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

/** The corners of lines that step. */
function shaped(points: readonly Point[], shape: Line["shape"] = "linear"): Point[] {
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

function filled(
  fill: NonNullable<Trace["fill"]>,
  drawn: readonly Point[][],
  y: PlacedAxis,
  before: readonly Point[] | undefined,
): string {
  if (fill === "toself") return drawn.map((points) => `${path(points)}Z`).join("");
  if (fill === "tonexty" && before !== undefined) {
    return `${path([...drawn.flat(), ...before.toReversed()])}Z`;
  }
  const zero = y.settings.type === "log" ? y.from : y.at(0);
  return drawn
    .map((points) => `${path([[points[0]![0], zero], ...points, [points.at(-1)![0], zero]])}Z`)
    .join("");
}

/** Round markers of one color as one path: a round pen that touches down at each point. */
function markers(marker: Marker = {}, points: readonly Point[], fallback: string): string {
  const groups = new Map<string, Point[]>();
  points.forEach((point, n) => {
    if (!Number.isFinite(point[0] + point[1])) return;
    const color =
      typeof marker.color === "object" ? (marker.color[n] ?? fallback) : (marker.color ?? fallback);
    groups.set(color, [...(groups.get(color) ?? []), point]);
  });
  return [...groups]
    .map(([color, group]) =>
      element("path", {
        d: group.map(([x, y]) => `M${px(x)} ${px(y)}h0`).join(""),
        stroke: color,
        "stroke-width": marker.size ?? 6,
        "stroke-linecap": "round",
        opacity: marker.opacity,
      }),
    )
    .join("");
}

function texts(trace: Trace, points: readonly Point[]): string {
  const { text: words, textfont: font = {} } = trace;
  const [vertical = "middle", horizontal = "center"] = String(trace.textposition ?? "middle center").split(
    " ",
  );
  return points
    .map(([x, y], n) => {
      const word = String((typeof words === "string" ? words : words?.[n]) ?? "");
      if (word === "" || !Number.isFinite(x + y)) return "";
      return textElement(word, x, y, {
        size: font.size ?? 12,
        color: typeof font.color === "object" ? font.color[n] : font.color,
        anchor: horizontal === "left" ? "right" : horizontal === "right" ? "left" : "center",
        baseline: vertical === "top" ? "bottom" : vertical === "bottom" ? "top" : "middle",
      });
    })
    .join("");
}

/** Upright ones, from the data's `y − arrayminus` to `y + array`. */
function errorBars(trace: Trace, points: readonly Point[], y: PlacedAxis, fallback: string): string {
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

/** Upright bars; `index` of `count` beside each other in every category. */
export function drawBars(trace: Trace, place: Place & { count: number; slot: number; gap: number }): string {
  const { x, y, index, count, slot, gap } = place;
  const marker = trace.marker ?? {};
  const color = palette[index % palette.length]!;
  const width = (1 - gap) / count;
  const centers: Point[] = [];
  const bars = Array.from(trace.y ?? [], (value, n) => {
    const middle = x.unit(trace.x?.[n] ?? n) + (slot + 0.5 - count / 2) * width;
    const [left, right] = [x.pixel(middle - width * 0.47), x.pixel(middle + width * 0.47)];
    const [top, zero] = [y.at(value), y.settings.type === "log" ? y.from : y.at(0)];
    centers.push([(left + right) / 2, top]);
    if (!Number.isFinite(left + right + top)) return "";
    return element("rect", {
      x: left,
      width: right - left,
      y: Math.min(top, zero),
      height: Math.abs(top - zero),
      fill: (typeof marker.color === "object" ? marker.color[n] : marker.color) ?? color,
      "fill-opacity": marker.opacity,
    });
  });
  return bars.join("") + errorBars(trace, centers, y, color);
}
