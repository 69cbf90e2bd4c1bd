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

export interface Trace {
  type?: string;
  name?: string;
  mode?: "lines" | "markers" | "lines+markers" | "text" | "none";
  x?: ArrayLike<Datum>;
  y?: ArrayLike<Datum>;
  xaxis?: string;
  yaxis?: string;
  line?: Line;
  fill?: "none" | "tozeroy" | "tonexty";
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
  type?: "linear" | "log" | "category";
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

export interface Layout {
  title?: Title;
  height?: number;
  xaxis?: Axis;
  yaxis?: Axis;
  annotations?: Annotation[];
  template?: Template;
  meta?: Readonly<Record<string, unknown>>;
  /** Further axes (`xaxis2`, …) and everything else of Plotly's layout. */
  [attribute: string]: unknown;
}

/** Defaults that a figure's own settings override: where colours live, so that a viewer may change them. */
export interface Template {
  layout?: Layout;
  data?: Record<string, Partial<Trace>[]>;
}

export interface Config {
  [option: string]: unknown;
}
