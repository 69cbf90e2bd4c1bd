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
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  /** Root of the sum of squares. */
  readonly norm: number;
  readonly min: number;
  readonly max: number;
  /** At `levels`, linear between neighbours as NumPy's; of more than 4,093 numbers, of as many taken evenly. */
  readonly quantiles: readonly number[];
  /** How many of all fall into each of 32 equal bins from min to max. */
  readonly histogram: readonly number[];
}

const BINS = 32;
/** A prime, so that even steps do not fall on the same channel again and again. */
const SAMPLE = 4093;

/** Moments in two passes: E[x²] − E[x]² would lose a small spread around a large mean. */
export function distributionOf(values: ArrayLike<number>): Distribution {
  let [finite, sum, min, max] = [0, 0, Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value - value !== 0) continue;
    finite++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = sum / finite;
  const histogram = new Array<number>(BINS).fill(0);
  const scale = max > min ? BINS / (max - min) : 0;
  let [around, squares] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value - value !== 0) continue;
    around += (value - mean) ** 2;
    squares += value * value;
    histogram[Math.min(BINS - 1, Math.floor((value - min) * scale))]!++;
  }
  const none = finite === 0;
  return {
    count: values.length,
    notFinite: values.length - finite,
    mean,
    std: Math.sqrt(around / finite),
    norm: none ? Number.NaN : Math.sqrt(squares),
    min: none ? Number.NaN : min,
    max: none ? Number.NaN : max,
    quantiles: quantilesOf(evenly(values, SAMPLE)),
    histogram,
  };
}

/** At most `count` of the values, as far apart as can be. */
export function evenly(values: ArrayLike<number>, count: number): Float64Array {
  if (values.length <= count) return Float64Array.from(values);
  return Float64Array.from(
    { length: count },
    (_, i) => values[Math.floor(((i + 0.5) * values.length) / count)]!,
  );
}

function quantilesOf(sample: Float64Array): number[] {
  const sorted = sample.filter((value) => value - value === 0).sort();
  return levels.map((level) => quantile(sorted, level));
}

/** Linear between neighbours; NaN of nothing. */
export function quantile(sorted: ArrayLike<number>, level: number): number {
  const at = level * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? low) - low);
}
