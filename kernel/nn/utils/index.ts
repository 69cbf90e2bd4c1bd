// torch.nn.utils: what is done to a whole model, or to its parameters together.

export { clipGradNorm_, clipGradValue_ } from "./clipGrad";
export { fuseConvBn, fuseLinearBn, fuseSequential } from "./fusion";
export { parametersToVector, vectorToParameters } from "./parameterVector";
export * as rnn from "./rnn";
export { removeSpectralNorm, type SpectralNormOptions, spectralNorm } from "./spectralNorm";
export { ModelSummary, type SummaryRow, summary } from "./summary";
export { updateBn } from "./updateBn";
export { removeWeightNorm, weightNorm } from "./weightNorm";
