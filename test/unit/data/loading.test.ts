import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DataLoader, digits, ImageDataset, randomSplit, TensorDataset } from "../../../kernel/data";
import { type Tensor, tensor } from "../../../kernel/tensor";

/** Samples 0 … n−1: x is [i, −i], y is i. */
function counting(n: number): TensorDataset<[Tensor, Tensor]> {
  const x = Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? i / 2 : -(i - 1) / 2));
  return new TensorDataset(tensor(x).reshape(n, 2), tensor(Int32Array.from({ length: n }, (_, i) => i)));
}

const labelsOf = (loader: Iterable<readonly [Tensor, Tensor]>) => [...loader].map(([, y]) => [...y.data]);
const sorted = (values: number[]) => values.toSorted((a, b) => a - b);

describe("DataLoader", () => {
  test("goes in order, the last batch smaller", () => {
    const loader = new DataLoader(counting(7), { batchSize: 3 });
    assert.equal(loader.length, 3);
    assert.deepEqual(labelsOf(loader), [[0, 1, 2], [3, 4, 5], [6]]);
  });

  test("dropLast leaves the smaller batch out", () => {
    const loader = new DataLoader(counting(7), { batchSize: 3, dropLast: true });
    assert.equal(loader.length, 2);
    assert.deepEqual(labelsOf(loader), [
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  test("keeps the fields of a sample together", () => {
    for (const [x, y] of new DataLoader(counting(20), { batchSize: 6, shuffle: true, seed: 1 })) {
      assert.deepEqual([...x.shape], [y.shape[0], 2]);
      assert.deepEqual(
        [...x.data],
        [...y.data].flatMap((i) => [i, -i]),
      );
    }
  });

  test("shuffles each epoch anew, each sample once, reproducibly", () => {
    const epochs = (seed: number) => {
      const loader = new DataLoader(counting(50), { batchSize: 8, shuffle: true, seed });
      return [labelsOf(loader).flat(), labelsOf(loader).flat()];
    };
    const [first, second] = epochs(4);
    assert.notDeepEqual(first, second);
    assert.deepEqual(
      sorted(first!),
      Array.from({ length: 50 }, (_, i) => i),
    );
    assert.deepEqual(sorted(second!), sorted(first!));
    assert.deepEqual(epochs(4), [first, second]);
    assert.notDeepEqual(epochs(5)[0], first);
  });

  test("an epoch that is left early does not change the next one", () => {
    const options = { batchSize: 8, shuffle: true, seed: 4 };
    const [left, whole] = [new DataLoader(counting(50), options), new DataLoader(counting(50), options)];
    for (const _ of left) break;
    labelsOf(whole);
    assert.deepEqual(labelsOf(left), labelsOf(whole));
  });

  test("asynchronously gives the same batches and lets timers run between them", async () => {
    const options = { batchSize: 5, shuffle: true, seed: 9 };
    let turns = 0;
    const turn = () => {
      turns++;
      timer = setImmediate(turn);
    };
    let timer = setImmediate(turn);
    const batches: number[][] = [];
    const seen: number[] = [];
    for await (const [, y] of new DataLoader(counting(20), options)) {
      batches.push([...y.data]);
      seen.push(turns);
    }
    clearImmediate(timer);
    assert.deepEqual(batches, labelsOf(new DataLoader(counting(20), options)));
    assert.ok(
      seen.every((count, i) => i === 0 || count > seen[i - 1]!),
      `turns seen: ${seen}`,
    );
  });

  test("wants a whole batchSize, however large, and a data set that can be counted", () => {
    for (const batchSize of [Number.NaN, Infinity, -1, 1.5, "8" as never]) {
      assert.throws(() => new DataLoader(counting(3), { batchSize }), /DataLoader: expected batchSize/);
    }
    const loader = new DataLoader(counting(3), { batchSize: 1e12 });
    assert.deepEqual([loader.length, [...loader].length], [1, 1]);
    for (const length of [1e12, Infinity, Number.NaN, -1]) {
      const dataset = { length, get: (index: number) => tensor([index]) };
      assert.throws(() => new DataLoader(dataset), /DataLoader: expected a data set/);
    }
  });

  test("wants a batchSize of at least 1", () => {
    assert.throws(
      () => new DataLoader(counting(3), { batchSize: 0 }),
      /DataLoader: expected batchSize .* ≥ 1, got 0/,
    );
  });
});

describe("randomSplit", () => {
  test("gives each sample to exactly one part, by seed", () => {
    const split = (seed: number) =>
      randomSplit(counting(10), [7, 3], { seed }).map((part) => [...part.tensors[1].data]);
    const [a, b] = split(2);
    assert.deepEqual([a!.length, b!.length], [7, 3]);
    assert.deepEqual(sorted([...a!, ...b!]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(split(2), [a, b]);
    assert.notDeepEqual(split(3), [a, b]);
  });

  test("takes shares: rounded down, the rest to the first parts", () => {
    const split = (shares: number[], n: number) =>
      randomSplit(counting(n), shares, { seed: 1 }).map((part) => part.length);
    assert.deepEqual(split([0.8, 0.2], 10), [8, 2]);
    assert.deepEqual(split([0.5, 0.3, 0.2], 9), [5, 3, 1]);
    assert.deepEqual(split([0.25, 0.25, 0.25, 0.25], 7), [2, 2, 2, 1]);
    assert.throws(() => split([0.8, 0.1], 10), /or shares that add up to 1, got \[0.8, 0.1\]/);
  });

  test("keeps pictures a picture set", () => {
    const set = digits({ count: 10, seed: 1 });
    const [train, rest] = randomSplit(set, [6, 4], { seed: 2 });
    assert.ok(train instanceof ImageDataset);
    assert.deepEqual([...rest.images.shape], [4, 1, 28, 28]);
    assert.equal(rest.classes, set.classes);
    const label = rest.labels.data[0]!;
    assert.deepEqual(rest.images.data.slice(0, 784), set.images.data.slice(label * 784, (label + 1) * 784));
  });

  test("wants lengths that add up", () => {
    assert.throws(
      () => randomSplit(counting(10), [7, 2]),
      /randomSplit: expected whole lengths that add up to the 10 samples, or shares that add up to 1, got \[7, 2\] \(sum 9\)/,
    );
  });
});

describe("TensorDataset", () => {
  test("wants tensors of one length", () => {
    assert.throws(
      () => new TensorDataset(tensor([1, 2]), tensor([1, 2, 3])),
      /TensorDataset: .* got first dimensions 2, 3/,
    );
    assert.throws(
      () => new TensorDataset(tensor(1)),
      /whose first dimension counts samples, got a single number \[\]/,
    );
    assert.throws(() => new TensorDataset(), /at least one tensor, all of one length, got no tensor/);
  });

  test("refuses sample numbers that it does not have", () => {
    assert.throws(() => counting(3).select([0, 3]), /indexSelect: .* from 0 to 2, got 3/);
  });
});
