// BatchNorm layers as probes see them: which modules they are, and the statistics of what they are given.
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, BatchRenorm1d, BatchRenorm2d, type Module } from "../nn";
import type { Tensor } from "../tensor";
import { numbersOf } from "../tensor/doors/numbers";
import { evenly } from "./distribution";
import type { BatchNormRecord } from "./records";

const kinds = [BatchNorm1d, BatchNorm2d, BatchNorm3d, BatchRenorm1d, BatchRenorm2d] as const;
export type BatchNormLayer = InstanceType<(typeof kinds)[number]>;

export function isBatchNorm(module: Module): module is BatchNormLayer {
  return kinds.some((kind) => module instanceof kind);
}

/** The share that a new batch gets in the running statistics; null for an average over all batches. */
export function shareOf(norm: BatchNormLayer): number | null {
  const keras = "convention" in norm && norm.convention === "keras";
  return keras && norm.momentum !== null ? 1 - norm.momentum : norm.momentum;
}

/** The number of channels above which a record keeps only some. */
const mostChannels = 256;

/** What a watch keeps of a layer that was just given `input`; null for other layers. */
export function batchNormRecord(module: Module, input: Tensor): BatchNormRecord | null {
  if (!isBatchNorm(module)) return null;
  const kept = (values: ArrayLike<number>) => Array.from(evenly(values, mostChannels));
  const keptOf = (tensor: Tensor | null) => tensor && kept(numbersOf(tensor)[0]);
  const { mean, variance } = channelStatistics(input);
  return {
    batchMean: kept(mean),
    batchVar: kept(variance),
    runningMean: keptOf(module.runningMean),
    runningVar: keptOf(module.runningVar),
    gamma: keptOf(module.weight),
    beta: keptOf(module.bias),
  };
}

export interface ChannelStatistics {
  readonly mean: Float64Array;
  /** Biased. */
  readonly variance: Float64Array;
  /** Values a channel. */
  readonly count: number;
}

/** Over all but dimension 1 of [N, C, ...], in two passes. */
export function channelStatistics({ data, shape }: Tensor): ChannelStatistics {
  const channels = shape[1]!;
  const inner = shape.slice(2).reduce((product, size) => product * size, 1);
  const count = shape[0]! * inner;
  const [sums, mean, variance] = [0, 1, 2].map(() => new Float64Array(channels)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const { length } = data;
  for (const around of [false, true]) {
    for (let start = 0; start < length; start += inner) {
      const channel = (start / inner) % channels;
      const middle = mean[channel]!;
      let sum = 0;
      for (let at = start; at < start + inner; at++) sum += around ? (data[at]! - middle) ** 2 : data[at]!;
      if (around) variance[channel]! += sum / count;
      else sums[channel]! += sum;
    }
    if (!around) mean.set(sums.map((sum) => sum / count));
  }
  return { mean, variance, count };
}
