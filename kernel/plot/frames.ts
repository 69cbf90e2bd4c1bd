// A slider over figures drawn beforehand: it works wherever Plotly does, with no kernel. Imports nothing outside this folder.
import { describe } from "../arguments";
import { localized } from "../words";
import { Figure, type FigureParts, requireFigure } from "./figure";
import { grid } from "./grid";
import { kindOf } from "./kind";
import { requireOptionsOf } from "./options";
import { axisKey, axisOf, type Frame, type Layout, type Letter, letterOf, type Trace } from "./plotly";
import { type PictureOptions, pictureOptions } from "./svg/picture";
import { neutral } from "./theme";

export interface FramesOptions {
  /** Default: the first figure's. */
  title?: string;
  /** What the slider goes through, before each label: "step ". Default none. */
  prefix?: string;
  /** The frame that is shown first, by its number; default the last. */
  start?: number;
  /** Milliseconds for each frame when played; default 400. */
  interval?: number;
  /** One range on each axis for all frames, so that they compare; default true. */
  linkAxes?: boolean;
}

const optionNames: readonly (keyof FramesOptions)[] = ["title", "prefix", "start", "interval", "linkAxes"];

export interface LabeledFigure {
  /** The slider's word for this figure. */
  label: string | number;
  /** What is shown there. */
  figure: Figure;
}

const sliderHeight = 74;

/** On paper there is no slider: the picture shows some frames side by side. */
class FramesFigure extends Figure {
  readonly #panels: Figure;

  constructor(parts: FigureParts, panels: Figure) {
    super(parts);
    this.#panels = panels;
  }

  protected override words(maxPoints: number): string {
    const names = this.frames.map(({ name }) => name);
    const slider = localized(`slider with ${names.length} frames, ${names[0]} to ${names.at(-1)}`);
    return `${super.words(maxPoints)}\n  ${slider}`;
  }

  override toSvg(options: PictureOptions = {}): string {
    requireOptionsOf("toSvg", arguments, 1, pictureOptions);
    return this.#panels.toSvg(options);
  }
}

/**
 * Figures of one kind as the frames of one, under a slider and a button that plays them.
 *
 * @example plot.frames(snapshots.map(({ step, values }) => ({ label: step, figure: plot.histogram({ values }) })), { prefix: "step " })
 * @throws RangeError if there is no figure, or their traces are not the same in number.
 */
export function frames(list: readonly LabeledFigure[], options: FramesOptions = {}): Figure {
  requireOptionsOf("frames", arguments, 2, optionNames);
  const { start = list.length - 1, interval = 400, linkAxes = true } = options;
  const prefix = localized(options.prefix ?? ""); // frames are found by their names, which begin with it
  const given: unknown = list;
  if (!Array.isArray(given)) {
    throw new TypeError(`frames: expected a list of { label, figure }, got ${describe(given)}`);
  }
  for (const [n, each] of list.entries()) requireFigure("frames", each?.figure, String(each?.label ?? n));
  const shown = list[start];
  if (shown === undefined) {
    throw new RangeError(
      `frames: expected figures, and a start among them, got ${list.length} and start ${start}`,
    );
  }
  const traces = shown.figure.data.length;
  for (const { label, figure } of list) {
    if (figure.data.length !== traces) {
      throw new RangeError(
        `frames: expected figures with as many traces as "${shown.label}" has, ${traces}, got ${figure.data.length} in "${label}"`,
      );
    }
  }
  const names = list.map(({ label }) => `${prefix}${label}`);
  const title = options.title ?? list[0]!.figure.layout.title?.text;
  const common = linkAxes ? commonRanges(list.map(({ figure }) => figure)) : {};
  const layout: Layout = { ...shown.figure.layout, ...withRanges(shown.figure.layout, common) };
  if (title !== undefined) layout.title = { ...layout.title, text: title };
  const { b = 48, ...margin } = layout.margin ?? {};
  layout.margin = { ...margin, b: b + sliderHeight };
  const height = layout.height ?? 400;
  layout.height = height + sliderHeight;
  const { legend } = layout;
  if (legend?.yref === "container") {
    layout.legend = { ...legend, y: 1 - ((1 - (legend.y ?? 1)) * height) / layout.height };
  }
  layout.sliders = [
    slider(
      list.map(({ label }) => String(label)),
      prefix,
      start,
      b,
    ),
  ];
  layout.updatemenus = [player(interval, b)];
  const titled =
    options.title === undefined && new Set(list.map(({ figure }) => figure.layout.title?.text)).size > 1;
  const drawn = linkAxes ? onOneScale(list) : list.map(({ figure }) => figure.data);
  const states = list.map(({ figure }, n): Frame => {
    const { annotations, xaxis, yaxis, title } = { ...figure.layout, ...withRanges(figure.layout, common) };
    const own: Layout = linkAxes ? {} : { xaxis, yaxis };
    if (annotations !== undefined) own.annotations = annotations;
    if (titled) own.title = title;
    return { name: names[n]!, data: drawn[n]!, traces: figure.data.map((_, at) => at), layout: own };
  });
  return new FramesFigure(
    { data: drawn[start]!, layout, config: shown.figure.config, frames: states },
    still(list, names, title, linkAxes),
  );
}

/** The traces of each frame; those with colors for values have one scale through all frames. */
function onOneScale(list: readonly LabeledFigure[]): Trace[][] {
  const ends = (n: number, end: "zmin" | "zmax") => list.map(({ figure }) => Number(figure.data[n]![end]));
  return list.map(({ figure }) =>
    figure.data.map((trace, n) =>
      typeof trace.zmin === "number" && typeof trace.zmax === "number"
        ? { ...trace, zmin: Math.min(...ends(n, "zmin")), zmax: Math.max(...ends(n, "zmax")) }
        : trace,
    ),
  );
}

/** Four frames at most: the first, the last, and some between. */
function still(
  list: readonly LabeledFigure[],
  names: readonly string[],
  title: string | undefined,
  link: boolean,
): Figure {
  const count = Math.min(4, list.length);
  const picks = Array.from({ length: count }, (_, n) =>
    Math.round((n * (list.length - 1)) / Math.max(1, count - 1)),
  );
  const panels = Object.fromEntries(picks.map((at) => [names[at]!, list[at]!.figure]));
  // Figures that have panels side by side themselves stand below each other.
  const isWide = Object.keys(list[0]!.figure.layout).filter((key) => /^xaxis\d*$/.test(key)).length > 1;
  return grid(panels, {
    title,
    columns: isWide ? 1 : Math.min(2, count),
    linkX: link,
    linkY: link,
    ...(isWide ? { panelHeight: 130 } : {}),
  });
}

function slider(labels: readonly string[], prefix: string, active: number, bottom: number): object {
  return {
    active,
    x: 0,
    len: 1,
    xanchor: "left",
    y: 0,
    yanchor: "top",
    pad: { t: bottom - 4, b: 0, l: 84, r: 8 },
    currentvalue: { visible: true, xanchor: "left", prefix, font: { size: 12 }, offset: 8 },
    transition: { duration: 0 },
    minorticklen: 0,
    ticklen: 3,
    tickcolor: neutral.line,
    font: { size: 10 },
    bgcolor: neutral.grid,
    activebgcolor: neutral.line,
    bordercolor: neutral.line,
    borderwidth: 0,
    steps: labels.map((label) => ({
      label,
      method: "animate",
      args: [
        [prefix + label],
        { mode: "immediate", frame: { duration: 0, redraw: true }, transition: { duration: 0 } },
      ],
    })),
  };
}

function player(interval: number, bottom: number): object {
  const timing = {
    frame: { duration: interval, redraw: true },
    transition: { duration: 0 },
    mode: "immediate",
  };
  return {
    type: "buttons",
    direction: "left",
    showactive: false,
    x: 0,
    xanchor: "left",
    y: 0,
    yanchor: "top",
    pad: { t: bottom + 10, r: 4 },
    bgcolor: "rgba(0,0,0,0)",
    bordercolor: neutral.line,
    font: { size: 11 },
    buttons: [
      { label: "▶", method: "animate", args: [null, { ...timing, fromcurrent: true }] },
      { label: "❚❚", method: "animate", args: [[null], { ...timing, frame: { duration: 0, redraw: true } }] },
    ],
  };
}

type Ranges = Record<string, [number, number]>;

/** By axis, what holds the data of all frames, where no frame asks for a range and its values are numbers. */
function commonRanges(figures: readonly Figure[]): Ranges {
  const ranges: Ranges = {};
  for (const { data } of figures) {
    for (const trace of data) {
      for (const letter of kindOf(trace)?.compared ?? []) widen(ranges, axisOf(trace, letter), trace, letter);
    }
  }
  return ranges;
}

function widen(ranges: Ranges, id: string, trace: Trace, letter: Letter): void {
  const values = trace[letter] ?? [];
  const range = ranges[id] ?? [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    range[0] = Math.min(range[0], value);
    range[1] = Math.max(range[1], value);
  }
  if (range[0] <= range[1]) ranges[id] = range;
}

function withRanges(layout: Layout, ranges: Ranges): Layout {
  const axes: Layout = {};
  for (const [id, [low, high]] of Object.entries(ranges)) {
    const axis = layout[axisKey(id)] ?? {};
    if (axis.range !== undefined || axis.type === "category") continue;
    const log = axis.type === "log";
    const [from, to] = log ? [Math.log10(Math.max(low, Number.MIN_VALUE)), Math.log10(high)] : [low, high];
    const air = letterOf(id) === "y" ? 0.06 * (to - from || 1) : 0;
    const floor = axis.rangemode === "tozero" && from === 0 ? 0 : from - air;
    axes[axisKey(id)] = { ...axis, range: [floor, to + air] };
  }
  return axes;
}
