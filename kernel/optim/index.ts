// The door of kernel/optim: `import { optim } from "bnlab"`.

export { Adagrad, type AdagradSettings } from "./adagrad";
export { Adam, type AdamSettings, AdamW } from "./adam";
export { OneCycleLR, type OneCycleOptions } from "./oneCycle";
export { type FullParamGroup, Optimizer, type OptimizerState, type ParamGroup } from "./optimizer";
export { type PlateauState, ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./reduceOnPlateau";
export { RMSprop, type RMSpropSettings } from "./rmsprop";
export { LRScheduler, type Scheduled, type ScheduledGroup, type SchedulerState } from "./scheduler";
export { CosineAnnealingLR, ExponentialLR, LinearLR, MultiStepLR, StepLR } from "./schedulers";
export { SGD, type SGDSettings } from "./sgd";
