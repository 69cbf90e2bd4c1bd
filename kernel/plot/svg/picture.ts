// A figure as an SVG picture, made without a browser: what a page shows that cannot run Plotly, such as GitHub's.
import { escapeHtml } from "../../words";
import { blockOf, decimate, defaultMaxPoints, thinnedLayout } from "../decimate";
import { hasColorBar, kindOf, type Point } from "../kind";
import { axisOf, type Layout, type Trace } from "../plotly";
import { fitted, plainText, textWidth } from "../text";
import { fontFamily } from "../theme";
import type { PlacedAxis } from "./axes";
import { drawAxis, drawGrid } from "./axisLines";
import { element, inked, px, textElement } from "./elements";
import { colorBarSize, drawColorBar } from "./fields";
import { drawLegend } from "./legend";
import { drawAnnotation, drawShapes } from "./marks";
import { type Panels, placePanels } from "./panels";

export interface PictureOptions {
  /** In pixels; default 760, a notebook's column on the web. */
  width?: number;
  /** In pixels; default: the figure's own, or 400. */
  height?: number;
}

export const pictureOptions: readonly (keyof PictureOptions)[] = ["width", "height"];

/** A matrix has eight cells a point: more of them than pixels only make the file large. */
const mostPoints = defaultMaxPoints;

/** Undefined if a trace is of a kind that is drawn by Plotly only. */
export function toSvg(
  data: readonly Trace[],
  whole: Layout,
  summary: string,
  options: PictureOptions = {},
): string | undefined {
  const shown = data
    .filter((trace) => trace.visible !== false && trace.visible !== "legendonly")
    .map((trace) => (blockOf(trace, mostPoints) === undefined ? trace : decimate(trace, mostPoints)));
  const layout = thinnedLayout(whole, data, mostPoints);
  if (!shown.every(isDrawn)) return undefined;
  const { width = 760, height = layout.height ?? 400 } = options;
  const panels = placePanels(shown, layout, width, height);
  const parts = [
    element("title", {}, escapeHtml(plainText(layout.title?.text ?? summary.split("\n")[0]!))),
    element("desc", {}, escapeHtml(summary)),
    element("rect", { width, height, rx: 4, ...inked("paper", "fill") }),
    ...[...panels.axes.values()].map((axis) => drawGrid(axis, panels)),
    drawShapes(layout, panels, true),
    drawTraces(shown, layout, panels),
    drawShapes(layout, panels, false),
    ...[...panels.axes.values()].map((axis) => drawAxis(axis, panels)),
    ...shown.filter(hasColorBar).map((trace) => colorBar(trace, panels, width)),
    drawLegend(shown, layout, panels, width),
    ...(layout.annotations ?? []).map((annotation) => drawAnnotation(annotation, panels)),
    drawTitle(layout, panels, width),
  ];
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": fontFamily,
      "font-size": 12,
      role: "img",
    },
    parts.join(""),
  );
}

/** More of a type may be known to Plotly than is drawn here. */
function isDrawn(trace: Trace): boolean {
  const kind = kindOf(trace);
  return kind !== undefined && kind.draws?.(trace) !== false;
}

/** Each panel's traces in a picture within the picture, which cuts off what leaves the panel. */
function drawTraces(data: readonly Trace[], layout: Layout, panels: Panels): string {
  const inside = new Map<string, { box: string; parts: string[] }>();
  const over: string[] = [];
  const before = new Map<string, readonly Point[]>();
  data.forEach((trace, index) => {
    const x = panels.axes.get(axisOf(trace, "x"))!;
    const y = panels.axes.get(axisOf(trace, "y"))!;
    const panel = `${x.id}${y.id}`;
    const draw = (): string => {
      const { svg, points } = kindOf(trace)!.draw(trace, {
        x,
        y,
        index,
        data,
        layout,
        before: before.get(panel),
      });
      if (points !== undefined) before.set(panel, points);
      return svg;
    };
    if (trace.cliponaxis === false) over.push(draw());
    else {
      const place = inside.get(panel) ?? { box: boxAround(x, y), parts: [] };
      inside.set(panel, place);
      place.parts.push(draw());
    }
  });
  const clipped = [...inside.values()].map(({ box, parts }) => `<svg ${box}>${parts.join("")}</svg>`);
  return clipped.join("") + over.join("");
}

function boxAround(x: PlacedAxis, y: PlacedAxis): string {
  const margin = 2; // a line along the edge keeps its width
  const [left, top] = [Math.min(x.from, x.to) - margin, Math.min(y.from, y.to) - margin];
  const [width, height] = [x.length + 2 * margin, y.length + 2 * margin];
  const [at, size] = [`${px(left)} ${px(top)}`, `${px(width)} ${px(height)}`];
  return `x="${px(left)}" y="${px(top)}" width="${px(width)}" height="${px(height)}" viewBox="${at} ${size}"`;
}

function colorBar(trace: Trace, { axes, plot }: Panels, width: number): string {
  const bar = trace.colorbar ?? {};
  const own = axes.get(axisOf(trace, "y"))!;
  const x = axes.get(axisOf(trace, "x"))!;
  const whole = (bar.x ?? 1) >= 1;
  const left = (whole ? plot.right : Math.max(x.from, x.to)) + colorBarSize.gap;
  const top = Math.min(own.from, own.to) + (whole && bar.title?.text !== undefined ? 18 : 0);
  return drawColorBar(trace, left, top, Math.max(own.from, own.to) - top, width);
}

/** How much wider bold letters are, in the broadest of the usual fonts. */
const bold = 1.17;

/** Smaller where it would run off, down to the size of the text; then cut short. */
function drawTitle(layout: Layout, { plot }: Panels, width: number): string {
  const text = layout.title?.text;
  if (text === undefined) return "";
  const left = layout.title?.xref === "container" ? 12 : plot.left;
  const room = width - left - 12;
  const size = Math.max(12, Math.min(15, Math.floor((15 * room) / (bold * textWidth(text, 15)))));
  return textElement(fitted(text, bold * size, room), left, 12, {
    size,
    weight: 600,
    baseline: "top",
    color: layout.title?.font?.color,
  });
}
