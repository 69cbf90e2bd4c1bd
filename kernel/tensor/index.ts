// The room's door: all that other rooms may import of kernel/tensor, but for the checks of arguments.ts.

export * as autograd from "./autogradWords";
export * from "./creation";
export * from "./draws";
export type { DType, NestedArray, NestedInput, Scalar, TensorData } from "./dtype";
export type { MemoryUsage } from "./engine";
export * from "./functions";
export type { RemovableHandle } from "./handle";
export { Generator, type GeneratorState } from "./math/random";
export * from "./methods";
export type { Closeness } from "./ops/agreement";
export type { Index, Range } from "./ops/brackets";
export type { Rounding } from "./ops/division";
export type { Extremes } from "./ops/extremes";
export {
  enableGrad,
  forkRng,
  getRngState,
  isGradEnabled,
  keep,
  manualSeed,
  memoryUsage,
  noGrad,
  setRngState,
  tidy,
} from "./runtime";
export type { Shape } from "./shape";
export {
  type Bounds,
  type Contracted,
  type Correction,
  type Differences,
  type Drawing,
  type IncludeSelf,
  type KeepDim,
  type NanToNum,
  type Order,
  type Reduce,
  type ScatterOptions,
  type Search,
  Tensor,
  type Unique,
} from "./tensor";
export type { GradientHook } from "./tensorState";
