// What a kind of trace is, and which there are. The table in kinds/ lends them: kinds build figures, and figures are told
// in words and drawn by their kinds in turn.
import type { Figure } from "./figure";
import type { Kind, Layout, Letter, Trace } from "./plotly";
import type { PlacedAxis } from "./svg/axes";

export type Point = readonly [x: number, y: number];

/** What stands around a trace when it is drawn. */
export interface Surroundings {
  x: PlacedAxis;
  y: PlacedAxis;
  /** The trace's place in the figure: its color, if it sets none. */
  index: number;
  /** The points of the trace before it in the panel, for `fill: "tonexty"`. */
  before: readonly Point[] | undefined;
  /** All that is drawn, the trace itself too. */
  data: readonly Trace[];
  layout: Layout;
}

/** What one trace is in words. */
export interface Words {
  /** `line chart` */
  chart: string;
  /** `3 points, x 0 to 2, y 1 to 3, last 2` */
  shows: string;
}

/** A kind of trace as one value: all that is done with traces of one type. */
export interface TraceKind {
  /** From numbers and options to a figure of this kind. */
  readonly build: (...given: never[]) => Figure;
  /** A trace in words, where it does not say itself what it shows. */
  readonly describe: (trace: Trace) => Words;
  /** Whether `draw` knows this one; default: all of its type. Plotly may know more. */
  readonly draws?: (trace: Trace) => boolean;
  /** A trace as SVG; the points are those that the next trace of the panel may fill down to. */
  readonly draw: (trace: Trace, around: Surroundings) => { svg: string; points?: readonly Point[] };
  /** Makes room for a trace on its axes. */
  readonly span: (trace: Trace, x: PlacedAxis, y: PlacedAxis, layout: Layout) => void;
  /** The look of a trace in the legend, 26 pixels wide; default: its line. */
  readonly sample?: (trace: Trace, left: number, middle: number, color: string) => string;
  /** The trace with about so many points at most; default: as it is. */
  readonly thin?: (trace: Trace, limit: number) => Trace;
  /** Whether it shows the cells of a matrix `z` in colors, which a bar explains. */
  readonly colored?: boolean;
  /** On which axes its values are numbers that frames compare; default: none. */
  readonly compared?: readonly Letter[];
}

/** By type of trace; the compiler asks for each. */
export type Kinds = { readonly [K in Kind]: TraceKind };

let lent: Kinds | undefined;

export function lendKinds(kinds: Kinds): void {
  lent = kinds;
}

/** The kind of a trace; undefined for one that only Plotly knows. */
export function kindOf({ type = "scatter" }: Trace): TraceKind | undefined {
  return lent !== undefined && has(lent, type) ? lent[type] : undefined;
}

const has = (kinds: Kinds, type: string): type is Kind => Object.hasOwn(kinds, type);

/** Whether a bar beside the trace explains its colors. */
export const hasColorBar = (trace: Trace): boolean =>
  kindOf(trace)?.colored === true && trace.showscale !== false;
