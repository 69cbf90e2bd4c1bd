// The door of kernel/optim: `import { optim } from "bnlab"`.

export { type FullParamGroup, Optimizer, type ParamGroup } from "./optimizer";
export { SGD, type SGDSettings } from "./sgd";
