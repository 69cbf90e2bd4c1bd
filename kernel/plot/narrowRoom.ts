// What a figure needs of a narrow place: pixels for each of its words, and which cell each panel gets. Imports nothing outside this folder.
import type { Cell } from "./cells";
import { heads, linkedWith, type Panel, panelsOf, under } from "./panels";
import { type Annotation, axisKey, axisOf, type Layout, letterOf, type Trace } from "./plotly";
import { lineCount, textWidth, wrapped } from "./text";
import { legendOf, topMargin } from "./theme";

/** What a figure needs at one width, all its states together. */
export interface Room {
  width: number;
  /** What each panel has without the labels and the colors beside them. */
  plotWidth: number;
  panels: readonly Panel[];
  cells: readonly Cell[];
  names: readonly string[];
  margin: { l: number; r: number; t: number; b: number };
  /** What the panels take together, and the whole. */
  plotHeight: number;
  height: number;
}

export const hasBar = ({ colorbar, showscale }: Trace) => colorbar !== undefined && showscale !== false;

export const edge = 8;
export const lineHeight = 1.3;
const [tickLabels, axisTitle] = [24, 24];

/** The numbers: what stands where, and how much it takes. */
export function roomFor(data: readonly Trace[], states: readonly Layout[], width: number): Room {
  const layout = states[0]!;
  const { l = 56, r = 20, t = 40, b = 48 } = layout.margin ?? {};
  const names = layout.showlegend === false ? [] : legendOf(data);
  const plotWidth = width - Math.max(l, labelsWidth(data)) - Math.min(r, 12) - (data.some(hasBar) ? 60 : 0);
  const panels = panelsOf(data, layout);
  const over = panels.map((panel) =>
    Math.max(0, ...states.map((state) => headingHeight(state, panel, plotWidth))),
  );
  const gaps = panels.map((_, n) =>
    n === 0 ? 0 : belowHeight(layout, panels[n - 1]!, data, plotWidth) + over[n]! + 12,
  );
  const { cells, height: plotHeight } = under(panels, (layout.height ?? 400) - t - b, gaps);
  const title = Math.max(...states.map((state) => titleHeight(state, width)));
  const extra = Math.max(over[0] ?? 0, t - topMargin(layout.title?.text, names));
  const margin = {
    l,
    r: Math.min(r, 12),
    t: Math.round(14 + title + extra),
    b: b + legendHeight(names, width),
  };
  return {
    width,
    plotWidth,
    panels,
    cells,
    names,
    margin,
    plotHeight,
    height: Math.round(margin.t + plotHeight + margin.b),
  };
}

export const titleSize = 15;
export const titleText = (text: string, width: number) => wrapped(text, titleSize * 1.15, width - 2 * edge); // bold

function titleHeight({ title }: Layout, width: number): number {
  if (!title?.text) return 0;
  return 12 + lineCount(titleText(title.text, width)) * titleSize * lineHeight;
}

/** In Plotly's way: one row where all fit, else columns as wide as the widest. */
function legendHeight(names: readonly string[], width: number): number {
  if (names.length === 0) return 0;
  const shown = names.map((name) => nameText(name, width));
  const widths = shown.map((name) => 44 + textWidth(name, 12));
  const room = width - 2 * edge;
  const all = widths.reduce((sum, each) => sum + each, 0);
  const columns = all <= room ? names.length : Math.max(1, Math.floor(room / Math.max(...widths)));
  const lines = Math.max(...shown.map(lineCount));
  return 10 + Math.ceil(names.length / columns) * (4 + 15.6 * lines);
}

export const nameText = (name: string, width: number) => wrapped(name, 12, width - 70);

/** Pixels that the names of rows take beside the panels. */
function labelsWidth(data: readonly Trace[]): number {
  const names = data.flatMap(({ y = [] }) => Array.from(y).filter((each) => typeof each === "string"));
  return names.length === 0 ? 0 : 36 + Math.max(...names.map((name) => textWidth(name, 11)));
}

/** Pixels over a panel that what stands there takes. */
function headingHeight(layout: Layout, panel: Panel, width: number): number {
  const over = (layout.annotations ?? []).filter((each) => heads(each, panel));
  return Math.max(0, ...over.map((each) => annotationHeight(fittedHeading(each, layout, panel, width)) + 2));
}

const annotationHeight = ({ text = "", font, yshift = 0 }: Annotation) =>
  yshift + lineCount(text) * (font?.size ?? 12) * lineHeight;

/** In lines; the heading of a figure in a grid moves up by what the panel's own heading grew. */
export function fittedHeading(heading: Annotation, layout: Layout, panel: Panel, width: number): Annotation {
  const size = heading.font?.size ?? 12;
  const fittedText = { ...heading, text: wrapped(heading.text ?? "", size, width) };
  if (heading.yref !== "paper") return fittedText;
  const own = (layout.annotations ?? []).filter((each) => each.yref !== "paper" && heads(each, panel));
  const grown = own.map(
    (each) => annotationHeight(fittedHeading(each, layout, panel, width)) - annotationHeight(each),
  );
  return { ...fittedText, yshift: (heading.yshift ?? 0) + Math.max(0, ...grown) };
}

/** Pixels under a panel for what its x axis says. */
function belowHeight(layout: Layout, panel: Panel, data: readonly Trace[], width: number): number {
  const ids = [...panel.axes].filter((id) => letterOf(id) === "x" && layout[axisKey(id)]?.visible !== false);
  return Math.max(
    0,
    ...ids.map((id) => {
      const title = titleOf(layout, id);
      const lines = title === undefined ? 0 : lineCount(wrapped(title, 12, width));
      return tickLabels + turnedHeight(data, id, width) + (lines === 0 ? 0 : axisTitle + (lines - 1) * 16);
    }),
  );
}

/** Categories that do not fit beside each other are turned by Plotly. */
function turnedHeight(data: readonly Trace[], id: string, width: number): number {
  const names = namesOn(data, id);
  const widest = Math.max(0, ...names.map((name) => textWidth(name, 11)));
  return widest > width / Math.max(1, names.length) - 6 ? 0.8 * widest : 0;
}

/** The categories of an x axis. */
export const namesOn = (data: readonly Trace[], id: string): string[] => [
  ...new Set(
    data
      .flatMap((trace) => (axisOf(trace, "x") === id ? Array.from(trace.x ?? []) : []))
      .filter((name) => typeof name === "string"),
  ),
];

/** What an axis says, or one that shares its range. */
export const titleOf = (layout: Layout, id: string): string | undefined =>
  [id, ...linkedWith(layout, id)]
    .map((each) => layout[axisKey(each)]?.title?.text)
    .find((text) => text !== undefined);
