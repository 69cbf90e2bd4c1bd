// Instance normalization: batch normalization of each sample by itself.

import { requireKnown, requireNumbers, requireVector } from "../arguments";
import { countOf, show } from "../shape";
import type { Tensor } from "../tensor";
import { assign } from "./arithmetic";
import { batchNorm } from "./batchNorm";
import { requireFloat } from "./check";
import type { LayerNormOptions } from "./normalization";
import { sumOrMean } from "./reduction";
import { contiguous, expand, reshape } from "./view";

export interface InstanceNormOptions extends LayerNormOptions {
  /** Running mean [C]: updated in place by input statistics, or normalized by. */
  readonly runningMean?: Tensor | null;
  /** Running variance [C], unbiased. */
  readonly runningVar?: Tensor | null;
  /** Normalize by each sample's own statistics (default true), or else by the running ones. */
  readonly useInputStats?: boolean;
  /** running ← (1 − momentum)·running + momentum·(mean over the batch of the samples' statistics). Default 0.1. */
  readonly momentum?: number;
}

/**
 * Batch normalization of each sample by itself, γ and β [C]: [N, C, L, ...] → the same. Ulyanov et al. 2016. Throws a
 * RangeError when a channel of a sample has one value only and its own statistics are to be used.
 */
export function instanceNorm(input: Tensor, options: InstanceNormOptions = {}): Tensor {
  requireKnown("instanceNorm", arguments, 2, [
    "runningMean",
    "runningVar",
    "useInputStats",
    "momentum",
    "weight",
    "bias",
    "eps",
  ]);
  const { weight = null, bias = null, runningMean = null, runningVar = null } = options;
  const { useInputStats = true, momentum = 0.1, eps = 1e-5 } = options;
  const x = contiguous(requireFloat("instanceNorm", input));
  requireNumbers("instanceNorm", { momentum, eps });
  const [n = 0, channels = 0] = x.shape;
  const inner = countOf(x.shape.slice(2));
  if (x.shape.length < 3 || (useInputStats && inner < 2)) {
    throw new RangeError(
      `instanceNorm: expected input [N, C, L, ...] with more than one value per channel, got ${show(x.shape)}`,
    );
  }
  for (const [name, each] of Object.entries({ weight, bias, runningMean, runningVar })) {
    requireVector("instanceNorm", name, each, channels);
  }
  if (!useInputStats) return batchNorm(x, { weight, bias, runningMean, runningVar, eps });
  // One sample of N·C channels: batch normalization's kernels serve.
  const repeated = (each: Tensor | null) => each && reshape(expand(each, [n, channels]), [n * channels]);
  const mean = repeated(runningMean);
  const variance = repeated(runningVar);
  const y = batchNorm(reshape(x, [1, n * channels, inner]), {
    weight: repeated(weight),
    bias: repeated(bias),
    runningMean: mean,
    runningVar: variance,
    training: true,
    momentum,
    eps,
  });
  for (const [running, samples] of [
    [runningMean, mean],
    [runningVar, variance],
  ] as const) {
    if (running && samples) {
      assign("instanceNorm", running, sumOrMean("mean", reshape(samples, [n, channels]), 0, false));
    }
  }
  return reshape(y, x.shape);
}
