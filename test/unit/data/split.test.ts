// Splits into training and test sets: shares, seeds, strata, the kind of set kept.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { digits, ImageDataset, TableDataset, TensorDataset, trainTestSplit } from "../../../kernel/data";
import { arange, manualSeed, type Tensor, tensor, zeros } from "../../../kernel/tensor";

const counting = (n: number) => new TensorDataset<[Tensor]>(arange(n));
const numbers = (part: TensorDataset<[Tensor]>) => [...part.tensors[0].data];
const sorted = (values: number[]) => values.toSorted((a, b) => a - b);

/** A table whose one feature is the row's number. */
const labeled = (labels: readonly number[]) =>
  new TableDataset(
    arange(labels.length).to("float32").reshape(-1, 1),
    tensor(Int32Array.from(labels)),
    ["i"],
    ["a", "b", "c"],
  );

describe("trainTestSplit", () => {
  test("keeps a quarter for testing, each sample in one part, by seed", () => {
    const split = (seed?: number) =>
      trainTestSplit(counting(10), { seed }).map(numbers) as [number[], number[]];
    const [train, held] = split(1);
    assert.deepEqual([train.length, held.length], [7, 3]); // 2.5 rounded up, as scikit-learn does
    assert.deepEqual(sorted([...train, ...held]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(split(1), [train, held]);
    assert.notDeepEqual(split(2), [train, held]);
    const seeded = () => {
      manualSeed(7);
      return split();
    };
    assert.deepEqual(seeded(), seeded());
  });

  test("takes a share or a number, shuffled or not", () => {
    assert.equal(trainTestSplit(counting(10), { testSize: 0.5 })[1].length, 5);
    assert.equal(trainTestSplit(counting(10), { testSize: 1 })[1].length, 1);
    const [train, held] = trainTestSplit(counting(5), { testSize: 2, shuffle: false });
    assert.deepEqual(
      [numbers(train), numbers(held)],
      [
        [0, 1, 2],
        [3, 4],
      ],
    );
  });

  test("leaves both parts shuffled", () => {
    const [train] = trainTestSplit(counting(100), { seed: 1 });
    assert.notDeepEqual(numbers(train), sorted(numbers(train)));
    const [stratified] = trainTestSplit(labeled(Array.from({ length: 100 }, (_, i) => i % 2)), {
      seed: 1,
      stratify: true,
    });
    const rows = [...stratified.features.data];
    assert.notDeepEqual(rows, sorted(rows));
  });

  test("keeps the kind of data set, classes and all", () => {
    const [train, held] = trainTestSplit(digits({ count: 40, seed: 1 }), {
      testSize: 10,
      stratify: true,
      seed: 1,
    });
    assert.ok(train instanceof ImageDataset && held instanceof ImageDataset);
    assert.deepEqual(sorted([...held.labels.data]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(held.classes.length, 10);
  });

  test("stratified, gives each class its share, within one sample, and the size asked for", () => {
    const rows = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 12, maxLength: 60 });
    fc.assert(
      fc.property(
        rows,
        fc.double({ min: 0.3, max: 0.7, noNaN: true }),
        fc.nat(),
        (labels, testSize, seed) => {
          const all = [...labels, 0, 0, 1, 1, 2, 2];
          const [train, held] = trainTestSplit(labeled(all), { testSize, stratify: true, seed });
          assert.equal(held.length, Math.ceil(testSize * all.length));
          assert.deepEqual(sorted([...train.features.data, ...held.features.data]), [...all.keys()]);
          for (const label of [0, 1, 2]) {
            const share = (all.filter((each) => each === label).length * held.length) / all.length;
            const got = held.labels.data.filter((each) => each === label).length;
            assert.ok(Math.abs(got - share) < 1, `class ${label}: ${got} of ${share}`);
          }
        },
      ),
    );
  });

  test("stratifies by labels given beside the set", () => {
    const labels = Array.from({ length: 20 }, (_, i) => Number(i < 4));
    for (const stratify of [labels, Int32Array.from(labels), tensor(Int32Array.from(labels))]) {
      const [, held] = trainTestSplit(counting(20), { testSize: 0.5, stratify, seed: 3 });
      assert.equal(numbers(held).filter((i) => i < 4).length, 2);
    }
  });

  test("says what is wrong", () => {
    for (const testSize of [0, -1, 1.5, 10, Number.NaN]) {
      assert.throws(
        () => trainTestSplit(counting(10), { testSize }),
        /trainTestSplit: expected a testSize .* below 10, got/,
      );
    }
    assert.throws(
      () => trainTestSplit(labeled([0, 0, 0, 1]), { testSize: 2, stratify: true }),
      /at least 2 samples of each class to stratify, got 1 of class 1/,
    );
    assert.throws(
      () => trainTestSplit(labeled([0, 0, 1, 1, 2, 2]), { testSize: 2, stratify: true }),
      /parts of at least 3 samples, one for each class, got 4 and 2/,
    );
    assert.throws(
      () => trainTestSplit(counting(4), { stratify: true }),
      /expected 4 labels to stratify by, got a data set without `labels`/,
    );
    assert.throws(
      () => trainTestSplit(counting(4), { stratify: [1, 2] }),
      /expected 4 labels to stratify by, got 2/,
    );
    assert.throws(
      () => trainTestSplit(counting(4), { stratify: zeros([4]) }),
      /int32 labels to stratify by, got float32/,
    );
    assert.throws(
      () => trainTestSplit(counting(4), { stratify: [1, 1, 2, 2], shuffle: false }),
      /shuffle to stay true with stratify/,
    );
  });
});
