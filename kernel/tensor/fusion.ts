// The door of kernel/nn: operations that it computes together where a network has two in a row. Not for cells.
export { batchNormThen } from "./ops/batchNorm";
export { isFusing } from "./runtime";
export type { Activation } from "./wasm/kernels";
