// Indices drawn by weight.

import { describe, requireGenerator, requireInteger } from "../arguments";
import type { Generator } from "../math/random";
import { show } from "../shape";
import type { Tensor } from "../tensor";
import { requireFloat, requireRoom } from "./check";
import { contiguous } from "./view";

/** How multinomial() draws. */
export interface Drawing {
  /** Whether an index may come again. Default false. */
  readonly replacement?: boolean;
  /** The stream to draw from; default: the one that manualSeed() starts. */
  readonly generator?: Generator;
}

/** Indices drawn with probabilities in proportion to the weights of each row. */
export function multinomial(
  weights: Tensor,
  count: number,
  { replacement = false, generator = weights.engine.generator }: Drawing,
): Tensor {
  requireInteger("multinomial", "numSamples", count, 1);
  requireRoom("multinomial", count * (weights.shape.length > 1 ? weights.shape[0]! : 1));
  requireGenerator("multinomial", generator);
  if (typeof replacement !== "boolean") {
    throw new TypeError(
      `multinomial: expected replacement to be true or false, got ${describe(replacement)}`,
    );
  }
  const n = weights.shape.at(-1);
  if (n === undefined || weights.shape.length > 2) {
    throw new RangeError(`multinomial: expected weights [n] or [m, n], got ${show(weights.shape)}`);
  }
  const x = contiguous(requireFloat("multinomial", weights.detach()));
  const all = x.engine.f32.slice(x.pointer >>> 2, (x.pointer >>> 2) + x.count);
  const odd = all.find((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (odd !== undefined) throw new RangeError(`multinomial: expected finite weights ≥ 0, got ${odd}`);
  const rows =
    n === 0 ? [] : Array.from({ length: all.length / n }, (_, i) => all.subarray(i * n, (i + 1) * n));
  const needed = replacement ? 1 : count;
  const poor = rows.findIndex((row) => row.reduce((sum, weight) => sum + Number(weight > 0), 0) < needed);
  if (poor >= 0 || n === 0) {
    throw new RangeError(
      `multinomial: expected at least ${needed} weights above 0 in each row, got fewer in row ${Math.max(0, poor)}`,
    );
  }
  const draw = replacement ? withReplacement : withoutReplacement;
  const drawn = rows.flatMap((row) => draw(row, count, generator));
  const y = x.engine.empty([...weights.shape.slice(0, -1), count], "int32");
  x.engine.i32.set(drawn, y.pointer >>> 2);
  return y;
}

/** By bisection of the running sums. */
function withReplacement(row: Float32Array, count: number, generator: Generator): number[] {
  const sums = new Float64Array(row.length);
  let total = 0;
  for (const [i, weight] of row.entries()) sums[i] = total += weight;
  return Array.from({ length: count }, () => {
    const sought = generator.uniform() * total;
    let [low, high] = [0, row.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > sought) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

/** The first arrivals of as many clocks, each ringing at its weight's rate: Efraimidis & Spirakis 2006. */
function withoutReplacement(row: Float32Array, count: number, generator: Generator): number[] {
  const arrivals = Array.from(row, (weight, i) => ({ i, at: -Math.log(1 - generator.uniform()) / weight }));
  const possible = arrivals.filter(({ i }) => row[i]! > 0);
  return possible
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ i }) => i);
}
