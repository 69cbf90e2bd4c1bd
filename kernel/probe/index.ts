// Watching a model from outside. The door of this room.
export { type ActivationsOptions, activations, type Probed, type ProbedModule } from "./activations";
export type { Batch } from "./batchRules";
export { type Distribution, levels } from "./distribution";
export type { Finding } from "./findings";
export { gradientFlow, type LayerGradient } from "./gradientFlow";
export { gradients } from "./gradients";
export { type Healthy, type LayerHealth, referenceNorm, saturationBound } from "./health";
export { type IcsOptions, ics, type LayerShift } from "./ics";
export {
  type GradientPredictiveness,
  gradientPredictiveness,
  type Landscape,
  type LandscapeOptions,
  landscape,
} from "./landscape";
export type { Layers } from "./layers";
export { type LintOptions, LintReport, lint } from "./lint";
export type { Loss } from "./lossProbe";
export { type LrRange, type LrRangeTestOptions, lrRangeTest } from "./lrRangeTest";
export type { BatchNormRecord, LayerRecord, ParameterRecord, WatchedLayer } from "./records";
export { type ActivationName, type SaturationOptions, saturation } from "./saturation";
export { type Surface, type SurfaceOptions, surface } from "./surface";
export { Watch, type WatchOptions, watch } from "./watch";
