// The parts of Plotly's figure JSON that the builders write, as types. Whatever else Plotly knows may be added by hand.
// https://plotly.com/javascript/reference/

/** One coordinate; null is a gap. */
export type Datum = number | string | null;

export interface Line {
  color?: string;
  width?: number;
  dash?: "solid" | "dash" | "dot" | "dashdot";
  shape?: "linear" | "hvh" | "hv" | "vh";
  simplify?: boolean;
}

/** The types of trace that the builders write: each has a drawer in svg/ and a word in describe.ts. */
export type Kind = "scatter" | "scattergl" | "bar" | "heatmap" | "contour" | "image";

export interface Trace {
  /** A `Kind`, or another of Plotly's, added by hand. */
  type?: string;
  name?: string;
  mode?: "lines" | "markers" | "lines+markers" | "text" | "none";
  /** Rows of a heat map or of contours. */
  z?: ArrayLike<ArrayLike<Datum>>;
  x?: ArrayLike<Datum>;
  y?: ArrayLike<Datum>;
  xaxis?: string;
  yaxis?: string;
  line?: Line;
  fill?: "none" | "tozeroy" | "tonexty" | "toself";
  fillcolor?: string;
  opacity?: number;
  showlegend?: boolean;
  legendgroup?: string;
  hovertemplate?: string;
  hoverinfo?: "all" | "skip" | "none";
  meta?: Readonly<Record<string, unknown>>;
  [attribute: string]: unknown;
}

export interface Title {
  text?: string;
  font?: Font;
  standoff?: number;
  [attribute: string]: unknown;
}

export interface Font {
  family?: string;
  size?: number;
  color?: string;
  weight?: number;
}

export interface Axis {
  title?: Title;
  type?: "linear" | "log" | "category" | "date";
  range?: [number, number];
  domain?: [number, number];
  anchor?: string;
  matches?: string;
  [attribute: string]: unknown;
}

export interface Annotation {
  text: string;
  x: number;
  y: number;
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

export interface Layout {
  title?: Title;
  height?: number;
  xaxis?: Axis;
  yaxis?: Axis;
  annotations?: Annotation[];
  shapes?: Shape[];
  template?: Template;
  meta?: Readonly<Record<string, unknown>>;
  /** Further axes (`xaxis2`, …) and everything else of Plotly's layout. */
  [attribute: string]: unknown;
}

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
