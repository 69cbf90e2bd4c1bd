// The door of kernel/optim: `import { optim } from "bnlab"`.

export { Adadelta, type AdadeltaSettings } from "./adadelta";
export { Adagrad, type AdagradSettings } from "./adagrad";
export { Adam, type AdamSettings, AdamW } from "./adam";
export { Adamax, type AdamaxSettings } from "./adamax";
export { ASGD, type ASGDSettings } from "./asgd";
export {
  ChainedScheduler,
  type ComposedState,
  SequentialLR,
  type SequentialLROptions,
} from "./composed";
export { CyclicLR, type CyclicOptions } from "./cyclic";
export { EarlyStopping, type EarlyStoppingOptions, type EarlyStoppingState } from "./earlyStopping";
export { LambdaLR, type LambdaLROptions, type LrLambda, MultiplicativeLR } from "./factors";
export { NAdam, type NAdamSettings } from "./nadam";
export { OneCycleLR, type OneCycleOptions } from "./oneCycle";
export { type FullParamGroup, Optimizer, type OptimizerState, type ParamGroup } from "./optimizer";
export { RAdam, type RAdamSettings } from "./radam";
export { type PlateauState, ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./reduceOnPlateau";
export { RMSprop, type RMSpropSettings } from "./rmsprop";
export { Rprop, type RpropSettings } from "./rprop";
export { LRScheduler, type Scheduled, type ScheduledGroup, type SchedulerState } from "./scheduler";
export {
  ConstantLR,
  type ConstantLROptions,
  CosineAnnealingLR,
  ExponentialLR,
  LinearLR,
  type LinearLROptions,
  MultiStepLR,
  PolynomialLR,
  type PolynomialLROptions,
  StepLR,
} from "./schedulers";
export { SGD, type SGDSettings } from "./sgd";
export * as swaUtils from "./swaUtils";
export {
  CosineAnnealingWarmRestarts,
  type WarmRestartsOptions,
  type WarmRestartsState,
} from "./warmRestarts";
