// Charts: numbers in, Plotly figures out. The door of this room.

export type { ColorScale, ColorScaleName } from "./colors";
export { colorScales } from "./colors";
export { type ConfusionOptions, confusion } from "./confusion";
export { type CurveOptions, curve, type RealFunction } from "./curve";
export type { Places } from "./dates";
export {
  type BundleOptions,
  Figure,
  type FigureBundle,
  type FigureJson,
  type FigureParts,
  type MarkOptions,
  type OnAxis,
} from "./figure";
export { type FramesOptions, frames, type LabeledFigure } from "./frames";
export { compare, type GridOptions, grid } from "./grid";
export { type HistogramOptions, histogram } from "./histogram";
export * from "./kinds";
export { LineFigure, type LineOptions, line, type OneSeries, type Series } from "./line";
export { type Appended, LiveFigure, type LiveOptions, type Show } from "./live";
export { loss } from "./loss";
export type { Matrix, Named, Numbers, TensorLike } from "./numbers";
export {
  type Coordinates,
  type ParallelCoordinatesOptions,
  parallelCoordinates,
} from "./parallelCoordinates";
export type { Annotation, Axis, Config, Frame, Layout, Shape, Template, Trace } from "./plotly";
export { type QqOptions, qq } from "./qq";
export { QuantilesFigure, type QuantilesOptions, quantiles, type ValuesOverSteps } from "./quantiles";
export { RidgeFigure, type RidgeOptions, ridge } from "./ridge";
export type { PictureOptions } from "./svg/picture";
export { palette } from "./theme";
