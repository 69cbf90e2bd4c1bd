// Every kind of trace, in one table that the compiler completes; and the charts that they build.
import { lendKinds } from "../kind";
import { barKind } from "./bar";
import { contourKind } from "./contour";
import { heatmapKind } from "./heatmap";
import { imageKind } from "./image";
import { scatterKind } from "./scatter";

export { type Bar, type BarsOptions, bars } from "./bar";
export { type SurfaceOptions, surface } from "./contour";
export { type HeatmapOptions, heatmap } from "./heatmap";
export { type ImagesOptions, images, type Pictures } from "./image";
export { ScatterFigure, type ScatterOptions, scatter } from "./scatter";

lendKinds({
  scatter: scatterKind,
  scattergl: scatterKind,
  bar: barKind,
  heatmap: heatmapKind,
  contour: contourKind,
  image: imageKind,
});
