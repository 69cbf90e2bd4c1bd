// What is kept of many numbers: moments, quantiles and a small histogram, in a size that does not depend on how many there
// were. Imports nothing.

/** At which shares `Distribution.quantiles` stand; 15, 50 and 85 % are those of Ioffe & Szegedy 2015, Fig. 1. */
export const levels = [0.05, 0.15, 0.25, 0.5, 0.75, 0.85, 0.95] as const;

/** Numbers in short. All but the first two fields speak of the finite ones; they are NaN where there is none. */
export interface Distribution {
  /** How many numbers there were. */
  readonly count: number;
  /** How many of them are NaN or infinite. */
  readonly notFinite: number;
  /** Their mean. */
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  /** Root of the sum of squares. */
  readonly norm: number;
  /** The smallest. */
  readonly min: number;
  /** The largest. */
  readonly max: number;
  /** At `levels`, linear between neighbors as NumPy's; of more than 1,021 numbers, of as many taken evenly. */
  readonly quantiles: readonly number[];
  /** How many of the same numbers fall into each of 32 equal bins from min to max. */
  readonly histogram: readonly number[];
}

const binCount = 32;
/** A prime, so that even steps do not fall on the same channel again and again. */
const sampleSize = 1021;

export function distributionOf(values: ArrayLike<number>): Distribution {
  let finite = values;
  let sums = sumsOf(finite);
  // A sum of squares of float32 numbers is finite exactly if they are: only then each is looked at.
  if (!Number.isFinite(sums.squares)) {
    finite = Float64Array.from(values).filter(Number.isFinite);
    sums = sumsOf(finite);
  }
  const [count, none] = [finite.length, finite.length === 0];
  const { origin, sum, squares, min, max } = sums;
  const mean = origin + sum / count;
  const variance = Math.max(0, squares / count - (sum / count) ** 2);
  const sample = evenly(finite, sampleSize).sort();
  const histogram = new Array<number>(binCount).fill(0);
  const scale = max > min ? binCount / (max - min) : 0;
  for (const value of sample) histogram[Math.min(binCount - 1, Math.floor((value - min) * scale))]!++;
  return {
    count: values.length,
    notFinite: values.length - count,
    mean,
    std: Math.sqrt(variance),
    norm: none ? Number.NaN : Math.sqrt(count * (variance + mean * mean)),
    min: none ? Number.NaN : min,
    max: none ? Number.NaN : max,
    quantiles: levels.map((level) => quantile(sample, level)),
    histogram,
  };
}

/** In one pass and float64, around one of the values: around 0 a small spread far from 0 would be lost. */
function sumsOf(values: ArrayLike<number>) {
  // As they stand, the hoisted length and the loop without a look at each value are ten times as fast as otherwise.
  const { length } = values;
  const origin = length === 0 ? Number.NaN : values[0]!;
  let sum = 0;
  let squares = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let at = 0; at < length; at++) {
    const value = values[at]!;
    const off = value - origin;
    sum += off;
    squares += off * off;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { origin, sum, squares, min, max };
}

/** At most `count` of the values, as far apart as can be. */
export function evenly(values: ArrayLike<number>, count: number): Float64Array {
  const taken = new Float64Array(Math.min(count, values.length));
  const step = values.length / taken.length;
  for (let i = 0; i < taken.length; i++) taken[i] = values[Math.floor((i + 0.5) * step)]!;
  return taken;
}

/** Linear between neighbors; NaN of nothing. */
export function quantile(sorted: ArrayLike<number>, level: number): number {
  const at = level * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? low) - low);
}
