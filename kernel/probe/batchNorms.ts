// BatchNorm layers as probes see them: which modules they are, and the statistics of what they are given.
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, BatchRenorm1d, BatchRenorm2d, type Module } from "../nn";
import type { Tensor } from "../tensor";
import { evenly } from "./distribution";
import type { BatchNormRecord } from "./records";

const kinds = [BatchNorm1d, BatchNorm2d, BatchNorm3d, BatchRenorm1d, BatchRenorm2d] as const;
export type BatchNormLayer = InstanceType<(typeof kinds)[number]>;

export function isBatchNorm(module: Module): module is BatchNormLayer {
  return kinds.some((kind) => module instanceof kind);
}

/** The number of channels above which a record keeps only some. */
const CHANNELS = 256;

/** What a watch keeps of a layer that was just given `input`; null for other layers. */
export function batchNormRecord(module: Module, input: Tensor): BatchNormRecord | null {
  if (!isBatchNorm(module)) return null;
  const kept = (values: ArrayLike<number>) => Array.from(evenly(values, CHANNELS));
  const keptOf = (tensor: Tensor | null) => tensor && kept(tensor.data);
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
  const channelOf = (at: number) => Math.floor(at / inner) % channels;
  const [mean, variance] = [new Float64Array(channels), new Float64Array(channels)];
  for (let at = 0; at < data.length; at++) mean[channelOf(at)]! += data[at]! / count;
  for (let at = 0; at < data.length; at++) {
    const channel = channelOf(at);
    variance[channel]! += (data[at]! - mean[channel]!) ** 2 / count;
  }
  return { mean, variance, count };
}
