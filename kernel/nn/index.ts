// The door of kernel/nn: `import { nn } from "bnlab"`.

export {
  ELU,
  GELU,
  LeakyReLU,
  LogSoftmax,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
} from "./activations";
export { BatchNorm1d, BatchNorm2d, BatchNorm3d } from "./batchNorm";
export type { BatchNormOptions } from "./channelNorm";
export { Flatten, Identity, Sequential } from "./containers";
export { Conv1d, Conv2d, type ConvOptions } from "./conv";
export { Dropout, Dropout2d } from "./dropout";
export * as functional from "./functional";
export * as init from "./init";
export { InstanceNorm1d, InstanceNorm2d } from "./instanceNorm";
export { Linear } from "./linear";
export { BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, NLLLoss, SmoothL1Loss } from "./losses";
export { type ForwardHook, Module, type StateDict } from "./module";
export { GroupNorm, LayerNorm, type LayerNormOptions, RMSNorm } from "./normalization";
export { Parameter } from "./parameter";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AvgPool1d,
  AvgPool2d,
  MaxPool1d,
  MaxPool2d,
} from "./pooling";
