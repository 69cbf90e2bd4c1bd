// The curves of several runs in one chart: Plotly figures in, figures out. No vscode here.

import { describe } from "../../kernel/plot/describe";

type Settings = Record<string, unknown>;

export interface Figure {
  data: Settings[];
  layout: Settings;
}

/** What one run of a cell, or a saved notebook, shows. */
export interface Run {
  /** The notebook's name. */
  notebook: string;
  /** Which of its runs, where that is known. */
  name: string;
  figures: Figure[];
}

/** Colors tell the curves of a run apart, as they did in it; dashes tell the runs apart. */
const dashes = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];

/** The figures among a notebook's outputs that have curves to compare. */
export function withCurves(figure: unknown): Figure | undefined {
  if (!isSettings(figure) || !Array.isArray(figure.data)) return undefined;
  const layout = isSettings(figure.layout) ? figure.layout : {};
  if ("xaxis2" in layout) return undefined; // several charts in one: which belongs to which cannot be told
  const data = figure.data.filter(isCurve);
  return data.length > 0 ? { data, layout } : undefined;
}

/** Figures of one title become one; first those that more than one run has. */
export function compare(runs: Run[]): Figure[] {
  const isOneNotebook = new Set(runs.map(({ notebook }) => notebook)).size === 1;
  const byTitle = new Map<string, { runs: number; figure: Figure }>();
  for (const [i, { notebook, name, figures }] of runs.entries()) {
    const label = isOneNotebook ? name || notebook : `${notebook} ${name}`.trim();
    for (const { data, layout } of figures) {
      const title = titleOf(layout);
      const merged = byTitle.get(title) ?? { runs: 0, figure: { data: [], layout: layoutOf(layout) } };
      merged.runs++;
      merged.figure.data.push(...data.map((trace) => curveOf(trace, label, dashes[i % dashes.length]!)));
      byTitle.set(title, merged);
    }
  }
  const all = [...byTitle.values()].sort((a, b) => b.runs - a.runs);
  const shared = all.filter(({ runs: count }) => count > 1);
  return (shared.length > 0 ? shared : all).map(({ figure }) => described(figure));
}

/** With what it shows in words, as charts of notebooks have it. */
function described({ data, layout }: Figure): Figure {
  const summary = describe(...([data, layout] as unknown as Parameters<typeof describe>));
  return { data, layout: { ...layout, meta: { summary } } };
}

/** The last value of each curve, and the numbers that a cell has recorded. */
export function metricsOf(figures: readonly Figure[], records: readonly unknown[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { data, layout } of figures) {
    const title = titleOf(layout);
    for (const { name, y } of data) {
      const last = (y as unknown[]).findLast((value) => typeof value === "number" && Number.isFinite(value));
      const label = [title, name].filter((text) => typeof text === "string" && text !== "").join(": ");
      if (last !== undefined) found.set(label, last as number);
    }
  }
  for (const record of records) {
    if (!isSettings(record)) continue;
    const { name, value } = record;
    if (typeof name === "string" && typeof value === "number") found.set(name, value);
  }
  return found;
}

/** What a chart calls itself, else what it measures. */
function titleOf(layout: Settings): string {
  return textOf(layout.title) ?? (isSettings(layout.yaxis) ? textOf(layout.yaxis.title) : undefined) ?? "";
}

function curveOf(trace: Settings, label: string, dash: string): Settings {
  const { name, type, mode, x, y, line, hovertemplate } = trace;
  return {
    ...{ type, mode, x, y, hovertemplate },
    name: name ? `${name} · ${label}` : label,
    line: { ...(line as object), dash },
  };
}

/** The first one's; below it there is room for a legend of many long names. */
function layoutOf({ title, xaxis, yaxis, hovermode, template, margin }: Settings): Settings {
  const legend = { orientation: "h", y: -0.22, yanchor: "top" };
  const shared = { title, xaxis, yaxis, hovermode, template, margin };
  return { ...shared, legend, showlegend: true, height: 430, uirevision: "keep" };
}

/** A line that stands in the legend: not the edge of a shaded range, nor the raw values behind a smoothed curve. */
function isCurve(trace: unknown): trace is Settings {
  if (!isSettings(trace)) return false;
  const { type = "scatter", mode = "lines", x, y, fill, showlegend, line } = trace;
  const width = isSettings(line) ? line.width : undefined;
  const isLine = type === "scatter" && String(mode).includes("lines") && width !== 0;
  return isLine && showlegend !== false && fill === undefined && Array.isArray(x) && Array.isArray(y);
}

function textOf(title: unknown): string | undefined {
  const text = isSettings(title) ? title.text : title;
  return typeof text === "string" && text !== "" ? text : undefined;
}

const isSettings = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value);
