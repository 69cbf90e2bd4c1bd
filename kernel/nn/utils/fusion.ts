// Batch normalization folded into the layer before it: the same outputs in evaluation, one layer less.

import { forkRng, noGrad } from "../../tensor";
import { describe, requireKnown } from "../../tensor/arguments";
import { BatchNorm } from "../batchNorm";
import { BatchRenorm } from "../batchRenorm";
import { Branches, Sequential } from "../containers";
import { Conv1d, Conv2d } from "../conv";
import { Linear } from "../linear";
import { Module, type StateDict } from "../module";

type Norm = BatchNorm | BatchRenorm;

/**
 * A convolution that gives what `norm` gives after `conv` in evaluation, W′ = γ/√(rv+ε)·W and b′ = (b − rm)·γ/√(rv+ε) + β
 * by channel, with memory of its own. As torch.nn.utils.fusion.fuse_conv_bn_eval.
 * Throws an Error if either is in training mode, where the norm uses the batch's statistics, or the norm has no running
 * ones; a RangeError unless it has as many channels as the convolution gives.
 */
export function fuseConvBn<Layer extends Conv1d | Conv2d>(conv: Layer, norm: Norm): Layer {
  requireKnown("fuseConvBn", arguments, 2);
  requireKind("fuseConvBn", "Conv1d or Conv2d", conv, [Conv1d, Conv2d]);
  const state = folded("fuseConvBn", conv, norm);
  const { inChannels, outChannels, kernelSize, stride, padding, dilation, groups, paddingMode } = conv;
  const options = { stride, padding, dilation, groups, paddingMode };
  const Kind = conv instanceof Conv1d ? Conv1d : Conv2d;
  const result = forkRng(() => new Kind(inChannels, outChannels, kernelSize, options)).eval();
  result.loadStateDict(state);
  return result as Layer;
}

/** A linear layer that gives what `norm` gives after `linear` in evaluation: see fuseConvBn. */
export function fuseLinearBn(linear: Linear, norm: Norm): Linear {
  requireKnown("fuseLinearBn", arguments, 2);
  requireKind("fuseLinearBn", "Linear", linear, [Linear]);
  const state = folded("fuseLinearBn", linear, norm);
  const result = forkRng(() => new Linear(linear.inFeatures, linear.outFeatures)).eval();
  result.loadStateDict(state);
  return result;
}

/**
 * The network with every batch normalization right after a linear layer or a convolution folded into it, in Sequentials
 * and Branches inside (Inception blocks) as well. Layers that nothing is folded into are shared with the one given. Throws as fuseConvBn does.
 */
export function fuseSequential(net: Sequential): Sequential {
  requireKnown("fuseSequential", arguments, 1);
  requireKind("fuseSequential", "Sequential", net, [Sequential]);
  const layers: Module[] = [];
  for (const layer of net) {
    const before = layers.at(-1);
    const norm = layer instanceof BatchNorm || layer instanceof BatchRenorm ? layer : null;
    if (norm !== null && before instanceof Linear) layers.splice(-1, 1, fuseLinearBn(before, norm));
    else if (norm !== null && (before instanceof Conv1d || before instanceof Conv2d)) {
      layers.splice(-1, 1, fuseConvBn(before, norm));
    } else layers.push(fuseInside(layer));
  }
  const result = new Sequential(...layers);
  result.training = net.training;
  return result;
}

function fuseInside(module: Module): Module {
  if (module.constructor === Sequential) return fuseSequential(module as Sequential);
  if (!(module instanceof Branches)) return module;
  const result = new Branches(...module.layers.map(fuseInside));
  result.training = module.training;
  return result;
}

/** The weight and bias of both together. */
function folded(operation: string, layer: Linear | Conv1d | Conv2d, norm: Norm): StateDict {
  requireKind(operation, "BatchNorm or BatchRenorm", norm, [BatchNorm, BatchRenorm]);
  const training = [layer, norm].find((module) => module.training);
  if (training !== undefined) {
    throw new Error(
      `${operation}: expected both layers in evaluation mode, got ${training.constructor.name} in training mode; ` +
        "call eval() first: in training the norm uses each batch's statistics, which no weights can hold",
    );
  }
  const { weight: gamma, bias: beta, runningMean, runningVar, eps, numFeatures } = norm;
  if (runningMean === null || runningVar === null) {
    throw new Error(
      `${operation}: expected a norm with running statistics, got one made with trackRunningStats: false`,
    );
  }
  const [channels, ...others] = layer.weight.shape as [number, ...number[]];
  if (numFeatures !== channels) {
    throw new RangeError(`${operation}: expected a norm of ${channels} channels, got one of ${numFeatures}`);
  }
  return noGrad(() => {
    const scale = runningVar.add(eps).sqrt().reciprocal();
    const factor = gamma === null ? scale : scale.mul(gamma);
    const shift = (layer.bias === null ? runningMean.neg() : layer.bias.sub(runningMean)).mul(factor);
    return {
      weight: layer.weight.mul(factor.reshape([channels, ...others.map(() => 1)])),
      bias: beta === null ? shift : shift.add(beta),
    };
  });
}

function requireKind(
  operation: string,
  expected: string,
  given: Module,
  kinds: readonly (abstract new (...parameters: never[]) => Module)[],
): void {
  if (kinds.some((Kind) => given instanceof Kind)) return;
  const got = given instanceof Module ? given.constructor.name : describe(given);
  throw new TypeError(`${operation}: expected a ${expected}, got ${got}`);
}
