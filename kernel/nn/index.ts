// The door of kernel/nn: `import { nn } from "bnlab"`.

export {
  CELU,
  ELU,
  GELU,
  GLU,
  LeakyReLU,
  LogSigmoid,
  LogSoftmax,
  Mish,
  ReLU,
  SELU,
  Sigmoid,
  SiLU,
  Softmax,
  Softmax2d,
  Softmin,
  Softplus,
  Softsign,
  Tanh,
  Tanhshrink,
} from "./activations";
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions } from "./batchNorm";
export { BatchRenorm1d, BatchRenorm2d, type BatchRenormOptions } from "./batchRenorm";
export { Bilinear, type BilinearOptions } from "./bilinear";
export type { ChannelNormOptions as InstanceNormOptions } from "./channelNorm";
export { Branches, Flatten, Identity, ModuleDict, ModuleList, Sequential } from "./containers";
export { Conv1d, Conv2d, type ConvOptions } from "./conv";
export { CovariateNoise, type CovariateNoiseOptions } from "./covariateNoise";
export { Dropout, Dropout2d } from "./dropout";
export { Embedding, type EmbeddingOptions } from "./embedding";
export * as functional from "./functional";
export {
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  PReLU,
  type PReLUOptions,
  ReLU6,
  RReLU,
  Softshrink,
  Threshold,
} from "./hardActivations";
export {
  type InceptionOptions,
  InceptionReduction,
  type InceptionReductionWidths,
  InceptionV1,
  type InceptionV1Widths,
  InceptionV2,
  type InceptionV2Widths,
  SmallInception,
  type SmallInceptionOptions,
} from "./inception";
export * as init from "./init";
export { InstanceNorm1d, InstanceNorm2d } from "./instanceNorm";
export { Linear, type LinearOptions } from "./linear";
export { LocalResponseNorm } from "./localResponseNorm";
export { BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, NLLLoss, SmoothL1Loss } from "./losses";
export { type ForwardHook, type ForwardPreHook, Module, type Recurse, type StateDict } from "./module";
export { GroupNorm, LayerNorm, type LayerNormOptions, RMSNorm } from "./normalization";
export { Parameter } from "./parameter";
export { ParameterDict, ParameterList } from "./parameterContainers";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AvgPool1d,
  AvgPool2d,
  MaxPool1d,
  MaxPool2d,
} from "./pooling";
export {
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  type LSTMOptions,
  type RecurrentCellOptions,
  type RecurrentOptions,
  RNN,
  RNNCell,
  type RNNCellOptions,
  type RNNOptions,
} from "./recurrent";
export * as utils from "./utils";
