// A figure as an SVG picture, made without a browser: what a page shows that cannot run Plotly, such as GitHub's.
import { escapeHtml } from "../../words";
import { blockOf, decimate, defaultMaxPoints, thinnedLayout } from "../decimate";
import { axisOf, type Kind, type Layout, type Trace } from "../plotly";
import { fitted, plainText, textWidth } from "../text";
import { fontFamily } from "../theme";
import type { PlacedAxis } from "./axes";
import { drawAxis, drawGrid } from "./axisLines";
import { element, inked, px, sheet, textElement } from "./elements";
import { colorBarSize, drawColorBar, drawContour, drawHeatmap, drawImage } from "./fields";
import { drawLegend } from "./legend";
import { drawAnnotation, drawShapes } from "./marks";
import { hasBar, type Panels, placePanels } from "./panels";
import { drawBars, drawScatter, type Place } from "./traces";

export interface PictureOptions {
  /** In pixels; default 760, a notebook's column on the web. */
  width?: number;
  /** In pixels; default: the figure's own, or 400. */
  height?: number;
}

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
  if (!shown.every((trace) => drawerOf(trace) !== undefined)) return undefined;
  const { width = 760, height = layout.height ?? 400 } = options;
  const panels = placePanels(shown, layout, width, height);
  const parts = [
    element("title", {}, escapeHtml(plainText(layout.title?.text ?? summary.split("\n")[0]!))),
    element("desc", {}, escapeHtml(summary)),
    sheet(),
    element("rect", { width, height, ...inked("paper", "fill") }),
    ...[...panels.axes.values()].map((axis) => drawGrid(axis, panels)),
    drawShapes(layout, panels, true),
    drawTraces(shown, layout, panels),
    drawShapes(layout, panels, false),
    ...[...panels.axes.values()].map((axis) => drawAxis(axis, panels)),
    ...shown.filter(hasBar).map((trace) => colorBar(trace, panels, width)),
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

/** The drawer of a trace's type, if it draws this one: more of a type may be known to Plotly than is drawn here. */
function drawerOf(trace: Trace): Drawer | undefined {
  const type = trace.type ?? "scatter";
  const drawer = Object.hasOwn(drawers, type) ? drawers[type as Kind] : undefined;
  return drawer?.canDraw?.(trace) === false ? undefined : drawer;
}

/** What stands around a trace when it is drawn. */
interface Surroundings extends Place {
  layout: Layout;
  bars: readonly Trace[];
}

/** How traces of one type become SVG. */
interface Drawer {
  /** Default: all of its type. */
  canDraw?(trace: Trace): boolean;
  /** The points are those that the next trace of the panel may fill down to. */
  draw(trace: Trace, around: Surroundings): { svg: string; points?: Place["before"] };
}

const scatter: Drawer = {
  canDraw: ({ orientation }) => orientation !== "h",
  draw: drawScatter,
};

/** By the trace's type; the compiler asks for each. */
const drawers: { readonly [K in Kind]: Drawer } = {
  scatter,
  scattergl: scatter,
  bar: {
    canDraw: ({ orientation }) => orientation !== "h",
    draw(trace, { x, y, index, layout, bars }) {
      const grouped = (layout.barmode ?? "group") === "group";
      const beside = grouped ? bars.filter((bar) => (bar.xaxis ?? "x") === x.id) : [trace];
      const gap = typeof layout.bargap === "number" ? layout.bargap : 0.2;
      return {
        svg: drawBars(trace, { x, y, index, count: beside.length, slot: beside.indexOf(trace), gap }),
      };
    },
  },
  heatmap: { draw: (trace, { x, y }) => ({ svg: drawHeatmap(trace, x, y) }) },
  contour: { draw: (trace, { x, y }) => ({ svg: drawContour(trace, x, y) }) },
  image: {
    // One given as numbers is Plotly's to draw.
    canDraw: (trace) => typeof trace.source === "string" && sizeOf(trace) !== undefined,
    draw: (trace, { x, y }) => ({ svg: drawImage(trace, x, y, sizeOf(trace)!) }),
  },
};

function sizeOf(trace: Trace): readonly [number, number] | undefined {
  const size = trace.meta?.pixels;
  return Array.isArray(size) && size.length === 2 ? [Number(size[0]), Number(size[1])] : undefined;
}

/** Each panel's traces in a picture within the picture, which cuts off what leaves the panel. */
function drawTraces(data: readonly Trace[], layout: Layout, panels: Panels): string {
  const inside = new Map<string, { box: string; parts: string[] }>();
  const over: string[] = [];
  const before = new Map<string, readonly (readonly [number, number])[]>();
  const bars = data.filter(({ type }) => type === "bar");
  data.forEach((trace, index) => {
    const x = panels.axes.get(axisOf(trace, "x"))!;
    const y = panels.axes.get(axisOf(trace, "y"))!;
    const panel = `${x.id}${y.id}`;
    const draw = (): string => {
      const around = { x, y, index, layout, bars, before: before.get(panel) };
      const { svg, points } = drawerOf(trace)!.draw(trace, around);
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
