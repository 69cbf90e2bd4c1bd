// What cells know as `autograd`: torch.autograd's vocabulary.

export { detectAnomaly, setDetectAnomaly } from "./anomaly";
export type { BackwardOptions } from "./backward";
export {
  CustomFunction as Function,
  type FunctionContext,
  onceDifferentiable,
} from "./customFunction";
export * as functional from "./functionalGradients";
export { type GradcheckOptions, type GradgradcheckOptions, gradcheck, gradgradcheck } from "./gradcheck";
export { type GradOptions, grad } from "./gradients";
