// Counting values into bins, in two passes and without copies, however many there are. Imports nothing.

/** What one look at the values tells. The moments are of the finite values. */
export interface Moments {
  count: number;
  mean: number;
  /** Population standard deviation. */
  std: number;
  min: number;
  max: number;
  nan: number;
  infinite: number;
}

/** Two passes: E[x²] − E[x]² would lose a small spread around a large mean. */
export function moments(values: ArrayLike<number>): Moments {
  const found: Moments = {
    count: 0,
    mean: Number.NaN,
    std: Number.NaN,
    min: Infinity,
    max: -Infinity,
    nan: 0,
    infinite: 0,
  };
  let sum = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value - value === 0) {
      found.count++;
      sum += value;
      if (value < found.min) found.min = value;
      if (value > found.max) found.max = value;
    } else if (Number.isNaN(value)) found.nan++;
    else found.infinite++;
  }
  if (found.count === 0) return found;
  found.mean = sum / found.count;
  let squares = 0;
  for (let at = 0; at < values.length; at++) {
    const off = values[at]! - found.mean;
    if (off - off === 0) squares += off * off;
  }
  found.std = Math.sqrt(squares / found.count);
  return found;
}

export interface Bins {
  counts: Float64Array;
  /** Finite values that lie outside the range. */
  outside: number;
}

/** Counts into `bins` equal parts of [low, high]; a value on an inner edge counts to the right, `high` itself to the last. */
export function countInBins(values: ArrayLike<number>, low: number, high: number, bins: number): Bins {
  const counts = new Float64Array(bins);
  const scale = bins / (high - low);
  let outside = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value >= low && value <= high) {
      counts[Math.min(bins - 1, Math.floor((value - low) * scale))]!++;
    } else if (value - value === 0) outside++;
  }
  return { counts, outside };
}
