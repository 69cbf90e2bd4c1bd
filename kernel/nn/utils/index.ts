// torch.nn.utils: what is done to a whole model, or to its parameters together.

export { clipGradNorm, clipGradValue } from "./clipGrad";
export { fuseConvBn, fuseLinearBn, fuseSequential } from "./fusion";
export { parametersToVector, vectorToParameters } from "./parameterVector";
export * as rnn from "./rnn";
export { ModelSummary, type SummaryRow, summary } from "./summary";
export { updateBn } from "./updateBn";
