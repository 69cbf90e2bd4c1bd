// How a figure looks before any viewer themes it: colors legible on white and on black, quiet lines, no background.
import { show } from "../arguments";
import type { Axis, Layout, Line, Template, Trace } from "./plotly";
import { textWidth } from "./text";

/**
 * Okabe and Ito's color-blind-safe hues, moved in lightness until each has at least 3:1 contrast on white and on
 * VS Code's dark background, so that one saved color serves both. Ochre and yellow are left out: at this lightness
 * a deuteranope cannot tell ochre from vermilion.
 */
export const palette = ["#1673ba", "#d55e00", "#009b74", "#c776a6", "#3c9cd9"] as const;

/** The look of the nth series; after the last color they come again dashed, then dotted. */
export function seriesLine(index: number): Required<Pick<Line, "color" | "dash">> {
  const dashes = ["solid", "dash", "dot", "dashdot"] as const;
  const round = Math.floor(index / palette.length);
  return { color: palette[index % palette.length]!, dash: dashes[round % dashes.length]! };
}

/** `#rrggbb` with an opacity. */
export function faded(color: string, opacity: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return `rgba(${channels.join(",")},${opacity})`;
}

/** 4.2:1 on white and 3.9:1 on VS Code's dark background: what a viewer that does not theme will show. */
export const neutral = {
  text: "#777b80",
  grid: "rgba(128,128,128,0.2)",
  line: "rgba(128,128,128,0.5)",
} as const;

export const fontFamily =
  'system-ui, -apple-system, "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

const axis = {
  automargin: true,
  gridcolor: neutral.grid,
  gridwidth: 1,
  linecolor: neutral.line,
  zeroline: false,
  ticks: "",
  title: { standoff: 10, font: { size: 12 } },
  tickfont: { size: 11 },
  exponentformat: "power",
  minexponent: 5, // 20,000 steps, not 20×10³
  separatethousands: true,
};

/** The template of every figure. A viewer changes its colors only, and a figure's own settings win over it. */
export const template: Template = {
  layout: {
    font: { family: fontFamily, size: 12, color: neutral.text },
    title: {
      font: { size: 15, weight: 600 },
      x: 0,
      xref: "paper",
      xanchor: "left",
      yref: "container",
      y: 1,
      yanchor: "top",
      pad: { t: 12 },
    },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    colorway: [...palette],
    xaxis: {
      ...axis,
      showgrid: false,
      showline: true,
      ticks: "outside",
      ticklen: 4,
      tickcolor: neutral.line,
      spikethickness: 1,
      spikedash: "solid",
      spikecolor: neutral.line,
    },
    yaxis: { ...axis, nticks: 7, ticklabelstandoff: 4 },
    legend: {
      orientation: "h",
      x: 0,
      xanchor: "left",
      y: 1,
      yanchor: "bottom",
      font: { size: 12 },
      itemwidth: 30,
      bgcolor: "rgba(0,0,0,0)",
    },
    hoverlabel: { font: { size: 12 }, align: "left", namelength: -1 },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: neutral.line, activecolor: neutral.text },
  },
};

/** The names in the legend. */
export const legendOf = (data: readonly Trace[]): string[] => [
  ...new Set(data.flatMap(({ name, showlegend }) => (showlegend === false || !name ? [] : [name]))),
];

/** Room above the plot: a line for the title, and as many as the legend's names will need in a narrow cell. */
export function topMargin(title: string | undefined, legend: readonly string[]): number {
  const narrow = 500;
  let rows = legend.length > 0 ? 1 : 0;
  let used = 0;
  for (const name of legend) {
    const width = 50 + textWidth(name, 12);
    if (used > 0 && used + width > narrow) {
      rows++;
      used = 0;
    }
    used += width;
  }
  return 14 + (title === undefined ? 0 : 30) + 22 * rows;
}

/** Pixels above a panel for its name and a line about it. */
export const panelHeading = 38;

/** The layout that single-panel charts share. */
export function baseLayout(title: string | undefined, legend: readonly string[], height: number): Layout {
  return {
    ...(title === undefined ? {} : { title: { text: title } }),
    height,
    margin: { l: 56, r: 20, t: topMargin(title, legend), b: 48 },
    showlegend: legend.length > 0,
    hovermode: "x unified",
    // The reader's zoom and hidden series survive a redraw.
    uirevision: "keep",
    template,
  };
}

export interface AxisOptions {
  title?: string | undefined;
  log?: boolean | undefined;
  range?: readonly [number, number] | undefined;
  /** What the caller calls the range, for its error. */
  name?: string;
  /** Whether its values head what the pointer shows: an x axis. */
  hover?: boolean;
}

/** The settings of one axis, those only that differ from the template's. */
export function plainAxis(
  who: string,
  { title, log = false, range, name = "range", hover }: AxisOptions,
): Axis {
  const axis: Axis = {};
  if (title !== undefined) axis.title = { text: title };
  if (title !== undefined && hover) axis.unifiedhovertitle = { text: `${title} %{x}` };
  if (log) Object.assign(axis, { type: "log", tickformat: "~g" });
  if (range !== undefined) {
    if (log && range[0] <= 0) {
      throw new RangeError(
        `${who}: expected ${name} to be positive and ascending on a log axis, got ${show(range)}`,
      );
    }
    // Plotly's log axes count in powers of ten.
    axis.range = log ? [Math.log10(range[0]), Math.log10(range[1])] : [...range];
  }
  return axis;
}
