// Numbers with a large mean: variance 1 around 10,000 stays within 2 % in every statistic and every normalization.

import assert from "node:assert/strict";
import test from "node:test";
import * as nn from "../../../kernel/nn";
import { manualSeed, noGrad, randn, type Tensor, varMean } from "../../../kernel/tensor";

const mean = 1e4;

/** Standard normal numbers, rounded as float32 rounds them around the mean; and the same in float64 without it. */
function shifted(shape: readonly number[]): { x: Tensor; rest: Float64Array } {
  manualSeed(11);
  const x = randn(shape).add(mean);
  return { x, rest: Float64Array.from(x.data, (value) => value - mean) };
}

/** The biased variance of each column of [rows, columns], in float64. */
function variances(values: ArrayLike<number>, columns: number): number[] {
  const rows = values.length / columns;
  return Array.from({ length: columns }, (_, column) => {
    let [sum, squares] = [0, 0];
    for (let row = 0; row < rows; row++) sum += values[row * columns + column]!;
    for (let row = 0; row < rows; row++) squares += (values[row * columns + column]! - sum / rows) ** 2;
    return squares / rows;
  });
}

function assertNear(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  for (const [i, value] of expected.entries()) {
    const error = Math.abs(actual[i]! - value) / Math.abs(value);
    assert.ok(error <= tolerance, `${actual[i]} at ${i}, not ${value}: off by ${(100 * error).toFixed(2)} %`);
  }
}

for (const rows of [32, 1_000, 60_000]) {
  test(`var, std and varMean of ${rows} rows: within 0.1 % of float64`, () => {
    const { x, rest } = shifted([rows, 3]);
    const expected = variances(rest, 3);
    assertNear(x.var(0, { correction: 0 }).data, expected, 1e-3);
    assertNear(x.std(0, { correction: 0 }).square().data, expected, 1e-3);
    assertNear(varMean(x, 0, { correction: 0 })[0].data, expected, 1e-3);
    const overAll = variances(rest, 1);
    assertNear([x.var(undefined, { correction: 0 }).item()], overAll, 1e-3);
    assertNear([x.t().contiguous().var([0, 1], { correction: 0 }).item()], overAll, 1e-3);
  });
}

/** Input, layer, and which elements are normalized together: the shape in which they are columns. */
const layers: Record<string, [readonly number[], () => nn.Module, (y: Tensor) => Tensor]> = {
  "BatchNorm1d of [N, C]": [[500, 4], () => new nn.BatchNorm1d(4), (y) => y],
  "BatchNorm1d of [N, C, L]": [
    [50, 4, 9],
    () => new nn.BatchNorm1d(4),
    (y) => y.transpose(1, 2).reshape(-1, 4),
  ],
  BatchNorm2d: [[16, 3, 7, 5], () => new nn.BatchNorm2d(3), (y) => y.movedim(1, -1).reshape(-1, 3)],
  LayerNorm: [[5, 300], () => new nn.LayerNorm(300), (y) => y.t()],
  GroupNorm: [[3, 4, 60], () => new nn.GroupNorm(2, 4), (y) => y.reshape(6, 120).t()],
  InstanceNorm1d: [[3, 4, 200], () => new nn.InstanceNorm1d(4), (y) => y.reshape(12, 200).t()],
  InstanceNorm2d: [[2, 3, 15, 13], () => new nn.InstanceNorm2d(3), (y) => y.reshape(6, 195).t()],
};

for (const [name, [shape, make, columns]] of Object.entries(layers)) {
  test(`${name} gives variance 1 within 2 %, and each value within 0.02 of float64`, () => {
    const { x } = shifted(shape);
    const y = columns(noGrad(() => make().forward(x))).contiguous();
    const n = y.size(1);
    const exact = columns(x.sub(mean)).contiguous().data;
    assertNear(variances(y.data, n), new Array<number>(n).fill(1), 0.02);
    const spread = variances(exact, n);
    const rows = exact.length / n;
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += exact[row * n + column]!;
      for (let row = 0; row < rows; row++) {
        const at = row * n + column;
        const expected = (exact[at]! - sum / rows) / Math.sqrt(spread[column]!);
        assert.ok(Math.abs(y.data[at]! - expected) < 0.02, `${y.data[at]} at ${at}, not ${expected}`);
      }
    }
  });
}

test("the running variance of BatchNorm is 1 within the 5 % that 200 batches of 256 tell apart", () => {
  manualSeed(12);
  const layer = new nn.BatchNorm1d(5);
  for (let batch = 0; batch < 200; batch++) layer.forward(randn([256, 5]).add(mean));
  assertNear(layer.runningVar!.data, [1, 1, 1, 1, 1], 0.05);
  assertNear(layer.runningMean!.data, new Array<number>(5).fill(mean), 1e-5);
});
