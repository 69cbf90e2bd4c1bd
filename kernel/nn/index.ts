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
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  MaxUnpool1d,
  MaxUnpool2d,
} from "./adaptivePooling";
export { type AttentionOptions, MultiheadAttention, type MultiheadAttentionOptions } from "./attention";
export type { FullBackwardHook } from "./backwardHooks";
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions, SyncBatchNorm } from "./batchNorm";
export { BatchRenorm1d, BatchRenorm2d, type BatchRenormOptions } from "./batchRenorm";
export { Bilinear, type BilinearOptions } from "./bilinear";
export type { ChannelNormOptions as InstanceNormOptions } from "./channelNorm";
export {
  Branches,
  Flatten,
  Identity,
  ModuleDict,
  ModuleList,
  type NamedModules,
  Sequential,
  Unflatten,
} from "./containers";
export { Conv1d, Conv2d, Conv3d, type ConvOptions } from "./conv";
export { ConvTranspose1d, ConvTranspose2d, type ConvTransposeOptions } from "./convTranspose";
export { CovariateNoise, type CovariateNoiseOptions } from "./covariateNoise";
export { CosineSimilarity, PairwiseDistance } from "./distances";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d } from "./dropout";
export { Embedding, type EmbeddingOptions, type PretrainedOptions } from "./embedding";
export { Fold, Unfold } from "./folding";
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
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from "./instanceNorm";
export { Linear, type LinearOptions } from "./linear";
export { LocalResponseNorm } from "./localResponseNorm";
export {
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  GaussianNLLLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  MSELoss,
  NLLLoss,
  PoissonNLLLoss,
  SmoothL1Loss,
  SoftMarginLoss,
} from "./losses";
export {
  CosineEmbeddingLoss,
  HingeEmbeddingLoss,
  MarginRankingLoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  TripletMarginLoss,
} from "./marginLosses";
export { type ForwardHook, type ForwardPreHook, Module, type Recurse, type StateDict } from "./module";
export { GroupNorm, LayerNorm, type LayerNormOptions, RMSNorm } from "./normalization";
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from "./padding";
export { Parameter } from "./parameter";
export { ParameterDict, ParameterList } from "./parameterContainers";
export {
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  LPPool1d,
  LPPool2d,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
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
export { ChannelShuffle, PixelShuffle, PixelUnshuffle } from "./shuffles";
export {
  type DecoderMasks,
  type EncoderLayerMasks,
  type EncoderMasks,
  Transformer,
  type TransformerActivation,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
  type TransformerMasks,
  type TransformerOptions,
} from "./transformer";
export { Upsample, UpsamplingBilinear2d, UpsamplingNearest2d } from "./upsampling";
export * as utils from "./utils";
