// Data sets of the user's own: samples put together into batches.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  collate,
  DataLoader,
  type Dataset,
  randomSplit,
  Subset,
  TensorDataset,
  trainTestSplit,
} from "../../../kernel/data";
import { arange, type Tensor, tensor, zeros } from "../../../kernel/tensor";

/** As a user writes it: the point [i, i²], and whether i is odd. */
class Squares implements Dataset<[point: Float32Array, odd: number]> {
  asked: number[] = [];
  constructor(readonly length: number) {}
  get(i: number): [Float32Array, number] {
    this.asked.push(i);
    return [Float32Array.of(i, i * i), i % 2];
  }
}

const values = (x: Tensor) => [...x.data];
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("a data set of one's own", () => {
  test("is loaded in batches, typed by its samples", () => {
    const batches = [...new DataLoader(new Squares(5), { batchSize: 2 })];
    const [x, odd]: [Tensor, Tensor] = batches[1]!;
    assert.deepEqual([...x.shape], [2, 2]);
    assert.deepEqual(values(x), [2, 4, 3, 9]);
    assert.equal(x.dtype, "float32");
    assert.deepEqual([odd.dtype, values(odd)], ["int32", [0, 1]]);
    assert.deepEqual(values(batches[2]![0]), [4, 16]);
  });

  test("is asked for a batch's samples when the batch is due, and only for these", () => {
    const set = new Squares(100);
    for (const _ of new DataLoader(set, { batchSize: 3 })) break;
    assert.deepEqual(set.asked, [0, 1, 2]);
  });

  test("is shuffled reproducibly, each epoch anew, in `for` as in `for await`", async () => {
    const options = { batchSize: 4, shuffle: true, seed: 3 };
    const loader = new DataLoader(new Squares(10), options);
    const first = [...loader].flatMap(([x]) => values(x));
    const second = [...loader].flatMap(([x]) => values(x));
    assert.notDeepEqual(first, second);
    const again: number[][] = [[], []];
    const other = new DataLoader(new Squares(10), options);
    for (const epoch of again) for await (const [x] of other) epoch.push(...values(x));
    assert.deepEqual(again, [first, second]);
  });

  test("may gather its batches itself", () => {
    const set = {
      length: 4,
      get: (): Tensor => assert.fail("expected batch() to be called"),
      batch: (indices: Int32Array) => tensor(indices).mul(10),
    };
    const [batch] = new DataLoader(set, { batchSize: 4 });
    assert.deepEqual(values(batch!), [0, 10, 20, 30]);
  });

  test("may have any samples with a collateFn of one's own", () => {
    const words = ["a", "bcd", "ef"];
    const set = { length: 3, get: (i: number) => ({ word: words[i]! }) };
    const loader = new DataLoader(set, {
      batchSize: 3,
      collateFn: (samples) => ({ longest: Math.max(...samples.map(({ word }) => word.length)) }),
    });
    assert.deepEqual([...loader], [{ longest: 3 }]);
    const rows = new DataLoader(new TensorDataset(arange(3), arange(3)), {
      batchSize: 3,
      collateFn: (samples) => samples.map(([a, b]) => a.item() + b.item()),
    });
    assert.deepEqual([...rows], [[0, 2, 4]]);
  });

  test("is split into subsets, and these again", () => {
    const [train, rest] = randomSplit(new Squares(10), [7, 3], { seed: 1 });
    assert.ok(train instanceof Subset && rest instanceof Subset);
    const seen = [train, rest].flatMap((part) => numbers(part.length).map((i) => part.get(i)[0][0]!));
    assert.deepEqual(
      seen.toSorted((a, b) => a - b),
      numbers(10),
    );
    const [half] = trainTestSplit(train, { testSize: 3, seed: 2 });
    assert.equal(half.length, 4);
    const [[x] = assert.fail("no batch")] = new DataLoader(half, { batchSize: 4 });
    assert.deepEqual([...x.shape], [4, 2]);
    assert.ok(values(x.select(1, 0)).every((i) => seen.slice(0, 7).includes(i)));
  });

  test("is refused without length or get()", () => {
    const broken = { length: Number.NaN, get: () => 1 };
    assert.throws(
      () => new DataLoader(broken),
      /DataLoader: expected a data set with a whole number `length`/,
    );
    assert.throws(
      () => new DataLoader([1, 2] as unknown as Dataset),
      /a method `get\(index\)`, got one without/,
    );
  });
});

describe("Subset", () => {
  test("refuses samples that it does not have", () => {
    assert.throws(() => new Subset(new Squares(3), [0, 3]), /Subset: expected indices from 0 to 2, got 3/);
    assert.throws(
      () => new Subset(new Squares(3), [1]).get(1),
      /Subset: expected a sample from 0 to 0, got 1/,
    );
  });
  test("gathers from a tensor data set at once", () => {
    const subset = new Subset(new TensorDataset(arange(10)), [9, 7, 5]);
    assert.deepEqual(values(subset.batch(Int32Array.of(2, 0))[0]), [5, 9]);
  });
});

describe("collate", () => {
  test("puts fields together by their kind", () => {
    const samples = [
      {
        image: zeros([2, 3]),
        row: [1, 2],
        grid: [[1], [2]],
        label: 3,
        weight: 0.5,
        flag: true,
        name: "a",
        ids: Int32Array.of(7),
      },
      {
        image: zeros([2, 3]),
        row: [3, 4],
        grid: [[3], [4]],
        label: 4,
        weight: 1,
        flag: false,
        name: "b",
        ids: Int32Array.of(8),
      },
    ];
    const batch = collate(samples);
    const shapes = [batch.image, batch.row, batch.grid, batch.label, batch.weight, batch.flag, batch.ids];
    assert.deepEqual(
      shapes.map((each) => [each.dtype, ...each.shape]),
      [
        ["float32", 2, 2, 3],
        ["float32", 2, 2],
        ["float32", 2, 2, 1],
        ["int32", 2],
        ["float32", 2],
        ["bool", 2],
        ["int32", 2, 1],
      ],
    );
    assert.deepEqual(batch.row.toArray(), [
      [1, 2],
      [3, 4],
    ]);
    const names: string[] = batch.name;
    assert.deepEqual(names, ["a", "b"]);
  });

  test("takes samples of a single field, and numbers beyond int32 as float32", () => {
    assert.deepEqual(values(collate([tensor([1, 2]), tensor([3, 4])])), [1, 2, 3, 4]);
    assert.deepEqual([collate([1, -2]).dtype, collate([1, 2 ** 31]).dtype], ["int32", "float32"]);
  });

  const faults: [what: string, samples: unknown[], fault: RegExp][] = [
    [
      "different shapes",
      [
        [[1, 2], 0],
        [[1], 0],
      ],
      /expected field 0 of every sample in one shape, \[2\] as in the first, got \[1\] in sample 1/,
    ],
    [
      "a missing field",
      [{ x: 1, y: 2 }, { x: 1 }],
      /the fields x, y of the first, got an object of fields x as sample 1/,
    ],
    [
      "arrays and objects",
      [[1], { 0: 1 }],
      /the fields 0 of the first, got an object of fields 0 as sample 1/,
    ],
    [
      "undefined",
      [[1, undefined]],
      /expected field 1 of sample 0 to be a tensor, .* got undefined; pass \{ collateFn \}/,
    ],
    ["an object in a field", [{ x: {} }], /expected field "x" of sample 0 .* got an object of fields none/],
    ["promises", [Promise.resolve(1)], /got a promise \(get\(\) must be synchronous\)/],
    ["text among numbers", [[1], ["a"]], /expected field 0 of sample 1 .* got "a"/],
    ["nothing", [], /expected at least one sample, got none/],
  ];
  for (const [what, samples, fault] of faults) {
    test(`refuses ${what}`, () => assert.throws(() => collate(samples), fault));
  }
});
