// The door of kernel/optim: `import { optim } from "bnlab"`.

export { Adagrad, type AdagradSettings } from "./adagrad";
export { Adam, type AdamSettings, AdamW } from "./adam";
export { type FullParamGroup, Optimizer, type OptimizerState, type ParamGroup } from "./optimizer";
export { RMSprop, type RMSpropSettings } from "./rmsprop";
export { SGD, type SGDSettings } from "./sgd";
