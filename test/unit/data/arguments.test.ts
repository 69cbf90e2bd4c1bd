// Data sets, loaders and transforms given what they cannot take: they say so when they are made, not when they are used.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as data from "../../../kernel/data";
import { tensor, zeros } from "../../../kernel/tensor";

const images = zeros([2, 1, 3, 3]);
const labels = tensor(Int32Array.of(0, 1));
const rows = new data.TensorDataset(zeros([4]));
type Made = new (...given: unknown[]) => unknown;
const ImageDataset = data.ImageDataset as unknown as Made;
const TableDataset = data.TableDataset as unknown as Made;
const { Compose } = data.transforms as unknown as { Compose: Made };

const refused: readonly (readonly [call: () => unknown, said: RegExp])[] = [
  [
    () => new ImageDataset(2),
    /TensorDataset: expected tensors whose first dimension counts samples, got 2 at 0/,
  ],
  [
    () => new ImageDataset(zeros([2, 9]), labels, ["a"]),
    /ImageDataset: expected a tensor \[N, C, height, width\], got \[2, 9\]/,
  ],
  [
    () => new ImageDataset(images, zeros([2]), ["a"]),
    /ImageDataset: expected labels \[2\] int32, .*got \[2\] float32/,
  ],
  [
    () => new ImageDataset(images, labels),
    /ImageDataset: expected classes as an array of their names, got undefined/,
  ],
  [
    () => new ImageDataset(images, labels, 2),
    /ImageDataset: expected classes as an array of their names, got 2/,
  ],
  [
    () => new ImageDataset(images, labels, ["a"]),
    /ImageDataset: expected labels from 0 to 0, which count into 1 classes, got 1/,
  ],
  [
    () => new TableDataset(zeros([2, 1]), labels, ["x"], ["a"]),
    /TableDataset: expected labels from 0 to 0, .*got 1/,
  ],
  [
    () => new ImageDataset(images, labels, ["a", "b"], { transform: 3 }),
    /ImageDataset: expected a function of images .*got 3/,
  ],
  [
    () => new TableDataset(zeros([2, 1]), labels, 1, []),
    /TableDataset: expected columns as an array of their names, got 1/,
  ],
  [
    () => new TableDataset(zeros([2, 1]), labels, ["x"]),
    /TableDataset: expected classes as an array .*got undefined/,
  ],
  [() => new data.Subset(rows, 2 as never), /Subset: expected indices as an array of whole numbers, got 2/],
  [() => data.randomSplit(rows, 2 as never), /randomSplit: expected an array of lengths or shares, got 2/],
  [() => new Compose(2), /Compose: expected an array of transforms, got 2/],
  [
    () => new Compose([2]),
    /Compose: expected a function of images or an object with forward\(images\), got 2/,
  ],
  [() => data.moons({ noise: "0.1" } as never), /moons: expected noise to be a number, got string 0\.1/],
  [() => data.moons({ count: 1.5 }), /moons: expected count to be a whole number ≥ 1, got 1\.5/],
  [
    () => data.blobs({ centers: "3" } as never),
    /blobs: expected centers as a number or an array of them, got string 3/,
  ],
  [() => data.blobs({ centerBox: [3, 3] }), /blobs: expected centerBox to be ascending, got \[3, 3\]/],
];

test("what no data set, loader or transform can take is refused when it is made", () => {
  for (const [call, said] of refused) assert.throws(call, said);
});
