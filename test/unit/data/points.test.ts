// Moons, circles, spirals and blobs: where their points lie, by seed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  blobs,
  circles,
  DataLoader,
  moons,
  spirals,
  type TableDataset,
  trainTestSplit,
} from "../../../kernel/data";

const sets = { moons, circles, spirals, blobs } as const;

/** The points of a set by label, as [x, y]. */
function byLabel({ features, labels, classes }: TableDataset): number[][][] {
  const rows = features.toArray() as number[][];
  return classes.map((_, label) => rows.filter((_, i) => labels.data[i] === label));
}

describe("points", () => {
  for (const [name, make] of Object.entries(sets)) {
    test(`${name} are features [count, 2] and int32 labels, by seed`, () => {
      const set = make({ count: 41, seed: 2 });
      assert.deepEqual([...set.features.shape, ...set.labels.shape, set.length], [41, 2, 41, 41]);
      assert.deepEqual([set.features.dtype, set.labels.dtype], ["float32", "int32"]);
      assert.deepEqual(set.columns, ["x", "y"]);
      assert.deepEqual(
        set.classes,
        byLabel(set).map((_, label) => String(label)),
      );
      const sizes = byLabel(set).map((rows) => rows.length);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `classes of ${sizes} points`);
      assert.deepEqual(make({ count: 41, seed: 2 }).features.data, set.features.data);
      assert.notDeepEqual(make({ count: 41, seed: 3 }).labels.data, set.labels.data);
      const sorted = make({ count: 41, shuffle: false }).labels.data;
      assert.deepEqual(sorted, sorted.toSorted());
      assert.equal(make().length, 100);
    });
    test(`${name} want a count`, () => {
      assert.throws(
        () => make({ count: 0 }),
        new RegExp(`${name}: expected count to be a whole number ≥ 1, got 0`),
      );
    });
  }

  test("moons lie on two half circles, as scikit-learn's", () => {
    const [upper, lower] = byLabel(moons({ count: 5, shuffle: false }));
    const close = (actual: number[][], expected: number[][]) => {
      for (const [i, value] of actual.flat().entries())
        assert.ok(Math.abs(value - expected.flat()[i]!) < 1e-6);
    };
    close(upper!, [
      [1, 0],
      [-1, 0],
    ]);
    close(lower!, [
      [0, 0.5],
      [1, -0.5],
      [2, 0.5],
    ]);
  });

  test("circles have radius 1 and factor", () => {
    const radii = byLabel(circles({ count: 30, factor: 0.3 })).map((rows) =>
      rows.map(([x, y]) => Math.hypot(x!, y!)),
    );
    assert.ok(
      radii[0]!.every((r) => Math.abs(r - 1) < 1e-6) && radii[1]!.every((r) => Math.abs(r - 0.3) < 1e-6),
    );
    assert.throws(() => circles({ factor: 1 }), /circles: expected a factor from 0 to below 1, got 1/);
  });

  test("spirals of k classes are one arm, turned k times", () => {
    const arms = byLabel(spirals({ count: 60, classes: 3, turns: 1.5, shuffle: false }));
    const turn = (2 * Math.PI) / 3;
    for (const [i, [x, y]] of (arms[0] as [number, number][]).entries()) {
      assert.ok(Math.abs(Math.hypot(x, y) - (i + 1) / 20) < 1e-6);
      const [u, v] = arms[1]![i] as [number, number];
      assert.ok(Math.abs(x * Math.cos(turn) - y * Math.sin(turn) - u) < 1e-6);
      assert.ok(Math.abs(x * Math.sin(turn) + y * Math.cos(turn) - v) < 1e-6);
    }
    const [x, y] = arms[0]![9] as [number, number]; // half way out: ¾ of a turn
    assert.ok(Math.abs(x) < 1e-6 && Math.abs(y + 0.5) < 1e-6);
    assert.throws(() => spirals({ classes: 0 }), /spirals: expected classes to be a whole number ≥ 1, got 0/);
  });

  test("noise is the standard deviation of each coordinate, around the same places", () => {
    const options = { count: 4000, shuffle: false };
    const [clean, noisy] = [moons(options).features, moons({ ...options, noise: 0.25, seed: 4 }).features];
    const off = noisy.sub(clean);
    assert.ok(Math.abs(off.std().item() - 0.25) < 0.01 && Math.abs(off.mean().item()) < 0.01);
    assert.throws(() => moons({ noise: -1 }), /moons: expected noise ≥ 0, got -1/);
  });

  test("blobs lie around their centers, of the deviations asked for", () => {
    const centers = [
      [0, 0, 10],
      [5, 5, 5],
    ];
    const set = blobs({ count: 4000, centers, clusterStd: [0.5, 2], seed: 1 });
    assert.deepEqual(set.columns, ["x0", "x1", "x2"]);
    for (const [label, rows] of byLabel(set).entries()) {
      for (let j = 0; j < 3; j++) {
        const values = rows.map((row) => row[j]!);
        const mean = values.reduce((a, b) => a + b) / values.length;
        const std = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
        const expected = [0.5, 2][label]!;
        assert.ok(Math.abs(mean - centers[label]![j]!) < 0.1 * expected + 0.05, `mean ${mean}`);
        assert.ok(Math.abs(std / expected - 1) < 0.06, `std ${std}`);
      }
    }
    const drawn = blobs({ count: 50, centers: 5, clusterStd: 0, centerBox: [2, 3], features: 1 }).features
      .data;
    assert.equal(new Set(drawn).size, 5);
    assert.ok(drawn.every((x) => x >= 2 && x <= 3));
    assert.throws(
      () => blobs({ centers: [[1, 2], [3]] }),
      /centers that all have as many coordinates, got 2 with 2, 1/,
    );
    assert.throws(() => blobs({ clusterStd: [1] }), /clusterStd ≥ 0, or one for each of 3 centers, got 1/);
  });

  test("are loaded in batches and split like any set", () => {
    const [train, held] = trainTestSplit(spirals({ count: 80 }), { testSize: 0.25, stratify: true, seed: 1 });
    assert.deepEqual([train.length, held.length, train.columns], [60, 20, ["x", "y"]]);
    for (const [x, y] of new DataLoader(train, { batchSize: 20 }))
      assert.deepEqual([x.shape[0], y.shape[0]], [20, 20]);
  });
});
