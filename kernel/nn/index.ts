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
export { BatchNorm1d, type BatchNormOptions } from "./batchNorm";
export { Flatten, Identity, Sequential } from "./containers";
export * as functional from "./functional";
export * as init from "./init";
export { Linear } from "./linear";
export { CrossEntropyLoss, MSELoss } from "./losses";
export { type ForwardHook, Module, type StateDict } from "./module";
export { Parameter } from "./parameter";
