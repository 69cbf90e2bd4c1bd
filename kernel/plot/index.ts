// Charts: numbers in, Plotly figures out. The door of this room.
export { Figure, type FigureBundle, type FigureParts } from "./figure";
export { type HistogramOptions, histogram } from "./histogram";
export { type ImagesOptions, images, type Pictures } from "./images";
export { LineFigure, type LineOptions, line, type Series } from "./line";
export { LiveFigure, type LiveOptions, type Show } from "./live";
export { loss } from "./loss";
export type { Annotation, Axis, Config, Layout, Template, Trace } from "./plotly";
export { palette } from "./theme";
