// Samplers by themselves and in a loader; data sets one after the other.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  BatchSampler,
  ConcatDataset,
  DataLoader,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  TensorDataset,
  WeightedRandomSampler,
} from "../../../kernel/data";
import { arange, manualSeed, type Tensor, tensor } from "../../../kernel/tensor";

const ten = { length: 10 };
const counting = (n: number) => new TensorDataset(arange(n));
const numbersOf = (loader: Iterable<readonly [Tensor]>) => [...loader].map(([x]) => [...x.data]);
const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);

describe("samplers", () => {
  test("SequentialSampler counts", () => {
    assert.deepEqual([...new SequentialSampler({ length: 3 })], [0, 1, 2]);
  });

  test("RandomSampler has each once, in another order each epoch, the same by seed or manualSeed", () => {
    const [one, two] = [new RandomSampler(ten, { seed: 4 }), new RandomSampler(ten, { seed: 4 })];
    const [first, second] = [[...one], [...one]];
    assert.deepEqual(sorted(first), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.notDeepEqual(first, second);
    assert.deepEqual([[...two], [...two]], [first, second]);
    const drawn = () => {
      manualSeed(8);
      return [...new RandomSampler(ten)];
    };
    assert.deepEqual(drawn(), drawn());
  });

  test("RandomSampler of more or fewer than there are", () => {
    const more = [...new RandomSampler(ten, { numSamples: 25, seed: 1 })];
    assert.deepEqual(sorted(more.slice(0, 10)), sorted(more.slice(10, 20)));
    assert.equal(new Set(more.slice(20)).size, 5);
    assert.equal(more.length, 25);
    const replaced = new RandomSampler({ length: 4 }, { replacement: true, numSamples: 4000, seed: 2 });
    const counts = [0, 0, 0, 0];
    for (const i of replaced) counts[i]!++;
    for (const count of counts) assert.ok(Math.abs(count - 1000) < 120, `${counts}`); // 4.4 standard deviations
  });

  test("SubsetRandomSampler has each of its own once", () => {
    const sampler = new SubsetRandomSampler([7, 3, 5], { seed: 3 });
    assert.equal(sampler.length, 3);
    assert.deepEqual(sorted(sampler), [3, 5, 7]);
    const orders = new Set(Array.from({ length: 40 }, () => [...sampler].join()));
    assert.equal(orders.size, 6);
  });

  test("WeightedRandomSampler draws by weights, never what weighs 0", () => {
    const sampler = new WeightedRandomSampler([0, 1, 0, 3, 0], 8000, { seed: 5 });
    const counts = [0, 0, 0, 0, 0];
    for (const i of sampler) counts[i]!++;
    assert.deepEqual([counts[0], counts[2], counts[4]], [0, 0, 0]);
    assert.ok(Math.abs(counts[1]! - 2000) < 170, `${counts}`); // 4.4 standard deviations
    assert.equal(sampler.length, 8000);
    assert.equal([...new WeightedRandomSampler(tensor([0, 2]), 3)].join(), "1,1,1");
  });

  test("WeightedRandomSampler without replacement: each at most once, the first by weight", () => {
    const counts = [0, 0, 0];
    const sampler = new WeightedRandomSampler([1, 2, 0, 5], 3, { replacement: false, seed: 6 });
    for (let epoch = 0; epoch < 3000; epoch++) {
      const drawn = [...sampler];
      assert.deepEqual(sorted(drawn), [0, 1, 3]);
      counts[drawn[0] === 3 ? 2 : drawn[0]!]!++;
    }
    for (const [i, share] of [1 / 8, 2 / 8, 5 / 8].entries()) {
      assert.ok(Math.abs(counts[i]! / 3000 - share) < 0.04, `${counts}`); // 4.5 standard deviations
    }
  });

  test("BatchSampler takes numbers together", () => {
    const sampler = new SequentialSampler({ length: 7 });
    const batches = new BatchSampler(sampler, 3);
    assert.deepEqual([...batches], [[0, 1, 2], [3, 4, 5], [6]]);
    assert.equal(batches.length, 3);
    const whole = new BatchSampler(sampler, 3, true);
    assert.deepEqual([whole.length, [...whole].length], [2, 2]);
  });

  test("say what is wrong", () => {
    const wrong: [() => unknown, RegExp][] = [
      [() => new SequentialSampler(5 as never), /SequentialSampler: expected something with a length, got 5/],
      [() => new RandomSampler(ten, { numSamples: 0 }), /RandomSampler: expected numSamples .* ≥ 1, got 0/],
      [() => new SubsetRandomSampler([1, -1]), /SubsetRandomSampler: expected each index .* ≥ 0, got -1/],
      [() => new WeightedRandomSampler([1, -1], 2), /expected weights ≥ 0 with a sum above 0, got -1/],
      [() => new WeightedRandomSampler([0, 0], 2), /got none above 0/],
      [
        () => new WeightedRandomSampler([1, 0], 2, { replacement: false }),
        /expected at most 1 samples without replacement, .* got 2/,
      ],
      [() => new BatchSampler(3 as never, 2), /BatchSampler: expected a sampler, got 3/],
      [() => new BatchSampler(new SequentialSampler(ten), 0), /BatchSampler: expected batchSize .* got 0/],
    ];
    for (const [call, message] of wrong) assert.throws(call, message);
  });
});

describe("a loader", () => {
  test("takes its samples from a sampler", () => {
    const loader = new DataLoader(counting(10), {
      sampler: new SubsetRandomSampler([2, 4, 6], { seed: 1 }),
      batchSize: 2,
    });
    assert.equal(loader.length, 2);
    assert.deepEqual(sorted(numbersOf(loader).flat()), [2, 4, 6]);
    const whole = new DataLoader(counting(10), {
      sampler: new SequentialSampler(ten),
      batchSize: 4,
      dropLast: true,
    });
    assert.deepEqual(numbersOf(whole), [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
  });

  test("takes its batches from a batchSampler, or from any list of lists", () => {
    const batchSampler = [[3], [1, 2], [0, 0, 9]];
    const loader = new DataLoader(counting(10), { batchSampler });
    assert.equal(loader.length, 3);
    assert.deepEqual(numbersOf(loader), batchSampler);
    const made = new DataLoader(counting(10), {
      batchSampler: new BatchSampler(new RandomSampler(ten, { seed: 2 }), 5),
    });
    assert.deepEqual(
      numbersOf(made).map(({ length }) => length),
      [5, 5],
    );
  });

  test("refuses options that say the same twice, and numbers that the data set has not", () => {
    const [set, sampler] = [counting(3), new SequentialSampler(ten)];
    const wrong: [() => unknown, RegExp][] = [
      [() => new DataLoader(set, { sampler, shuffle: true }), /DataLoader: expected sampler without shuffle/],
      [() => new DataLoader(set, { sampler, seed: 1 }), /DataLoader: expected sampler without seed/],
      [
        () => new DataLoader(set, { batchSampler: [], batchSize: 2 }),
        /expected batchSampler without batchSize/,
      ],
      [() => new DataLoader(set, { batchSampler: [], dropLast: true }), /batchSampler without dropLast/],
      [() => new DataLoader(set, { batchSampler: [], sampler }), /batchSampler without sampler/],
      [() => new DataLoader(set, { sampler: 3 as never }), /expected sampler to be iterable .* got 3/],
      [() => [...new DataLoader(set, { sampler })], /expected samples from 0 to 2, got 3 of the sampler/],
      [() => new DataLoader(set, { collateFn: 3 as never }), /DataLoader: expected a function, got 3/],
      [
        () => new DataLoader(set, { collate: () => 1 } as object),
        /DataLoader: .*got collate; did you mean collateFn\?/,
      ],
    ];
    for (const [call, message] of wrong) assert.throws(call, message);
  });
});

describe("ConcatDataset", () => {
  test("has the samples of one after those of the other, in batches across both", () => {
    const set = new ConcatDataset([counting(2), counting(0), new TensorDataset(arange(10, 13))]);
    assert.equal(set.length, 5);
    assert.deepEqual(numbersOf(new DataLoader(set, { batchSize: 3 }) as Iterable<readonly [Tensor]>), [
      [0, 1, 10],
      [11, 12],
    ]);
    assert.equal(set.get(1)[0]!.item(), 1);
    assert.throws(() => set.get(5), /ConcatDataset: expected a sample from 0 to 4, got 5/);
    assert.throws(() => set.get(-1), /got -1/);
  });

  test("says what is wrong", () => {
    assert.throws(() => new ConcatDataset([]), /ConcatDataset: expected data sets in an array/);
    assert.throws(() => new ConcatDataset([counting(1), 3 as never]), /got 3 at 1/);
  });
});
