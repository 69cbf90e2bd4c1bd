// The parts of Plotly's figure JSON that the builders write, as types. Whatever else Plotly knows may be added by hand.
// https://plotly.com/javascript/reference/
import type { ColorScale } from "./colors";

/** One coordinate; null is a gap. */
export type Datum = number | string | null;

/** Rows of a matrix. */
type Rows = ArrayLike<ArrayLike<Datum>>;

export interface Line {
  color?: string;
  width?: number;
  dash?: "solid" | "dash" | "dot" | "dashdot";
  shape?: "linear" | "hvh" | "hv" | "vh";
  simplify?: boolean;
}

export interface Font {
  family?: string;
  size?: number;
  color?: string;
  weight?: number;
}

/** The font of a trace's texts: one color, or one for each. */
export interface TextFont extends Omit<Font, "color"> {
  color?: string | readonly string[];
  /** Around the text, in the color that stands out from its own. */
  shadow?: "auto";
}

export interface Marker {
  /** One for all points, or one for each. */
  color?: string | readonly string[];
  /** In pixels. */
  size?: number;
  opacity?: number;
  symbol?: string;
  line?: Line;
  [attribute: string]: unknown;
}

/** Whiskers from `value − arrayminus` to `value + array`. */
export interface ErrorBars {
  type?: string;
  symmetric?: boolean;
  array?: ArrayLike<number>;
  /** Default: as `array`. */
  arrayminus?: ArrayLike<number>;
  color?: string;
  thickness?: number;
  width?: number;
  [attribute: string]: unknown;
}

/** The levels of contours. */
export interface Contours {
  start?: number;
  end?: number;
  size?: number;
  [attribute: string]: unknown;
}

/** The bar that explains colors. */
export interface ColorBar {
  title?: Title;
  tickvals?: readonly number[];
  ticktext?: readonly string[];
  tickformat?: string;
  /** Where it stands: 1 or more is beside all panels. */
  x?: number;
  y?: number;
  len?: number;
  [attribute: string]: unknown;
}

/** The types of trace that the builders write: each is a value in kinds/. */
export type Kind = "scatter" | "scattergl" | "bar" | "heatmap" | "contour" | "image";

/** What a trace says of itself beside what Plotly draws. */
export interface Meta {
  /** What the chart is called in words, where its type does not tell. */
  kind?: string;
  /** The trace in words, in place of what can be read off its points. */
  summary?: string;
  /** What the words call it, where its name does not tell. */
  label?: string;
  /** A word more. */
  note?: string;
  /** The share of the values below a percentile's line. */
  level?: number;
  /** Row and column of the cell that each text stands in. */
  cells?: readonly (readonly [row: number, column: number])[];
  /** Width and height of a picture. */
  pixels?: readonly [width: number, height: number];
  [word: string]: unknown;
}

export interface Trace {
  /** A `Kind`, or another of Plotly's, added by hand. */
  type?: string;
  name?: string;
  mode?: "lines" | "markers" | "lines+markers" | "text" | "none";
  /** Rows of a heat map or of contours. */
  z?: Rows;
  /** The values at the ends of the colors. */
  zmin?: number;
  zmax?: number;
  colorscale?: string | ColorScale;
  colorbar?: ColorBar;
  showscale?: boolean;
  contours?: Contours;
  x?: ArrayLike<Datum>;
  y?: ArrayLike<Datum>;
  xaxis?: string;
  yaxis?: string;
  line?: Line;
  marker?: Marker;
  error_y?: ErrorBars;
  text?: string | ArrayLike<Datum>;
  textfont?: TextFont;
  textposition?: string;
  fill?: "none" | "tozeroy" | "tonexty" | "toself";
  fillcolor?: string;
  opacity?: number;
  showlegend?: boolean;
  legendgroup?: string;
  hovertemplate?: string;
  /** Further values of each point, or of each row's cells, for the pointer's words. */
  customdata?: ArrayLike<Datum | ArrayLike<Datum>>;
  hoverinfo?: "all" | "skip" | "none";
  meta?: Readonly<Meta>;
  [attribute: string]: unknown;
}

export interface Title {
  text?: string;
  font?: Font;
  standoff?: number;
  side?: "top" | "bottom" | "right";
  [attribute: string]: unknown;
}

/** The two directions of a panel. */
export type Letter = "x" | "y";

export interface Axis {
  title?: Title;
  type?: "linear" | "log" | "category" | "date";
  range?: [number, number];
  domain?: [number, number];
  anchor?: string;
  matches?: string;
  overlaying?: string;
  scaleanchor?: string;
  side?: "left" | "right" | "top" | "bottom";
  rangemode?: "normal" | "tozero" | "nonnegative";
  nticks?: number;
  dtick?: number | string;
  tickformat?: string;
  visible?: boolean;
  showgrid?: boolean;
  showline?: boolean;
  zeroline?: boolean;
  showticklabels?: boolean;
  /** What heads the pointer's words. */
  unifiedhovertitle?: Title;
  [attribute: string]: unknown;
}

export interface Annotation {
  text: string;
  x: number;
  y: number;
  xref?: string;
  yref?: string;
  xanchor?: string;
  yanchor?: string;
  xshift?: number;
  yshift?: number;
  align?: string;
  showarrow?: boolean;
  font?: Font;
  [attribute: string]: unknown;
}

/** A rectangle or a line, in data or in parts of the panel (`x domain`). */
export interface Shape {
  type: "rect" | "line";
  xref?: string;
  yref?: string;
  x0: Datum;
  x1: Datum;
  y0: Datum;
  y1: Datum;
  fillcolor?: string;
  opacity?: number;
  layer?: "above" | "below" | "between";
  line?: Line;
  label?: { text?: string; textposition?: string; font?: Font; [attribute: string]: unknown };
  [attribute: string]: unknown;
}

/** Pixels between the panels and the figure's edges. */
export interface Margin {
  l?: number;
  r?: number;
  t?: number;
  b?: number;
}

export interface Legend {
  x?: number;
  /** From the bottom, 0, to the top, 1, of the panels or of the whole figure. */
  y?: number;
  yref?: "paper" | "container";
  xanchor?: string;
  yanchor?: string;
  font?: Font;
  [attribute: string]: unknown;
}

/** `xaxis`, `yaxis2`, … */
export type AxisKey = `${Letter}axis${string}`;

export interface Layout {
  title?: Title;
  height?: number;
  margin?: Margin;
  legend?: Legend;
  showlegend?: boolean;
  hovermode?: string | false;
  barmode?: "stack" | "group" | "overlay" | "relative";
  bargap?: number;
  bargroupgap?: number;
  xaxis?: Axis;
  yaxis?: Axis;
  annotations?: Annotation[];
  shapes?: Shape[];
  template?: Template;
  meta?: Readonly<Record<string, unknown>>;
  /** Further axes: `xaxis2`, … */
  [axis: AxisKey]: Axis | undefined;
  /** Everything else of Plotly's layout. */
  [attribute: string]: unknown;
}

/** Where a layout has the axis that traces call `x`, `y2`, … */
export const axisKey = (id: string): AxisKey => `${letterOf(id)}axis${id.slice(1)}`;

export const letterOf = (id: string): Letter => (id.startsWith("x") ? "x" : "y");

/** The ids, `x`, `y2`, …, of the axes that a layout sets. */
export const axesIn = (layout: Layout): string[] =>
  Object.keys(layout).flatMap((key) => {
    const found = /^([xy])axis(\d*)$/.exec(key);
    return found === null ? [] : [found[1]! + found[2]!];
  });

/** The axis of that letter on which a trace stands. */
export const axisOf = (trace: Trace, letter: Letter): string => trace[`${letter}axis`] ?? letter;

/** Whether an attribute is a value for each point: an array, typed or not. */
export const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);

/** Defaults that a figure's own settings override: where colors live, so that a viewer may change them. */
export interface Template {
  layout?: Layout;
  data?: Record<string, Partial<Trace>[]>;
}

/** One state of a figure with a slider: what differs from the others. */
export interface Frame {
  name: string;
  data: Trace[];
  /** The places in the figure's `data` that the frame's traces take. */
  traces?: number[];
  layout?: Layout;
}

export interface Config {
  [option: string]: unknown;
}
