// What is wrong with the batches that a BatchNorm gets: too few samples, one class, not those it knows.

import { Tensor } from "../tensor";
import { numbersOf } from "../tensor/doors/numbers";
import { shortNumber } from "../words";
import { channelStatistics, shareOf } from "./batchNorms";
import { quantile } from "./distribution";
import { type Finding, finding, type Rule } from "./findings";

const smallBatch: Rule = (norm, call) => {
  if (call.input === null || !norm.training) return [];
  const [n = 0, , ...inner] = call.input.shape;
  const positions = inner.reduce((product, size) => product * size, 1);
  const ghost = "ghostSize" in norm ? norm.ghostSize : null;
  const samples = Math.min(n, ghost ?? n);
  const instead = "use larger batches, or nn.GroupNorm or nn.LayerNorm, which do not look at the batch";
  if (samples * positions === 1) {
    return [
      finding("error", call, "gets a batch of 1: one value has no variance, and training throws", instead),
    ];
  }
  if (samples === 1)
    return [
      finding(
        "warning",
        call,
        "gets a batch of 1: each sample is normalized by itself, evaluation by all",
        instead,
      ),
    ];
  if (samples * positions === 2)
    return [
      finding(
        "warning",
        call,
        "gets two values a channel: they become +1 and −1 whatever they are, and no gradient passes but where they nearly tie",
        instead,
      ),
    ];
  if (samples >= 8) return [];
  const noise = Math.round(100 / Math.sqrt(samples));
  return [
    finding(
      "note",
      call,
      `gets batches of ${samples}: the mean of so few samples is off by ${noise} % of their deviation`,
      instead,
    ),
  ];
};

/** Channels are judged by their median, so that a few odd ones raise no alarm; of fewer than 16 values nothing is said. */
const gap: Rule = (norm, call, { phase }) => {
  if (phase === "training") return [];
  const { runningMean, runningVar, numBatchesTracked } = norm;
  if (call.input === null || runningMean === null || runningVar === null || numBatchesTracked?.item() === 0)
    return [];
  const { mean, variance, count } = channelStatistics(call.input);
  if (count < 16) return [];
  const medianOf = (values: Float64Array) => quantile(values.sort(), 0.5);
  const [means, variances] = numbersOf(runningMean, runningVar);
  const off = medianOf(
    mean.map((each, i) => Math.abs(each - means[i]!) / Math.sqrt(variances[i]! + norm.eps)),
  );
  const ratio = medianOf(variance.map((each, i) => (each + norm.eps) / (variances[i]! + norm.eps)));
  if (off <= 0.5 && ratio >= 0.5 && ratio <= 2) return [];
  const batches = numBatchesTracked?.item() ?? 0;
  const kept = (1 - (shareOf(norm) ?? 1)) ** batches;
  const start =
    kept > 0.1
      ? `; after ${batches} batch${batches === 1 ? "" : "es"} they still hold ${Math.round(100 * kept)} % of their start`
      : "";
  return [
    finding(
      "warning",
      call,
      `evaluates with statistics that do not fit this batch: its means are off by ${shortNumber(off, 2)} running deviations, its variance is ${shortNumber(ratio, 2)} times the running one${start}`,
      "train on before you evaluate, or measure them: nn.utils.updateBn(loader, net)",
    ),
  ];
};

export const batchRules: readonly Rule[] = [smallBatch, gap];

/** A tensor of samples, or an array that begins with one: [images, labels]. */
export type Batch = Tensor | readonly [input: Tensor, ...rest: unknown[]];

/** What a loader tells of itself, if it is one. */
interface Loader {
  readonly dataset?: { readonly length: number };
  readonly batchSize?: number;
  readonly dropLast?: boolean;
  readonly shuffle?: boolean;
}

/** What a loader, or its batch, shows by itself. */
export function batchFindings(data: unknown, batch: Batch | null): Finding[] {
  const found: Finding[] = [];
  const { dataset, batchSize = 0, dropLast } = (data ?? {}) as Loader;
  if (dataset !== undefined && batchSize > 1 && dropLast === false && dataset.length % batchSize === 1) {
    found.push({
      severity: "error",
      layer: "the loader",
      problem: `ends an epoch with a batch of 1: ${dataset.length} samples in batches of ${batchSize}`,
      remedy: "make it with { dropLast: true }, or choose another batchSize",
    });
  }
  const labels = Array.isArray(batch) ? (batch as readonly unknown[])[1] : undefined;
  if (
    labels instanceof Tensor &&
    labels.dtype === "int32" &&
    labels.shape.length === 1 &&
    labels.numel() >= 8
  ) {
    const [first, ...others] = numbersOf(labels)[0];
    if (others.every((label) => label === first)) {
      found.push({
        severity: "warning",
        layer: "the batch",
        problem: `holds samples of one class (${first}) only: its mean is that of the class, which BatchNorm subtracts`,
        remedy: "mix the classes: new data.DataLoader(set, { shuffle: true, … })",
      });
    }
  }
  return found;
}
