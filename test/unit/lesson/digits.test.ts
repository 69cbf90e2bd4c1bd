// The notebooks' pictures: drawn, or of MNIST where BNLAB_MNIST names a folder, whole or with the test set alone.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { thisMachine } from "../../../kernel/host/machine";
import { digits } from "../../../kernel/lesson";
import { setMachine } from "../../../kernel/machine/machine";

const folder = mkdtempSync(path.join(tmpdir(), "bnlab-mnist-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** IDX files of `count` pictures, each filled with its number, labeled by its last digit. */
function writeSet(under: string, set: "train" | "t10k", count: number): string {
  const place = path.join(folder, under);
  mkdirSync(place, { recursive: true });
  const idx = (sizes: number[], bytes: Uint8Array) => {
    const header = Buffer.alloc(4 + 4 * sizes.length);
    [0x0800 + sizes.length, ...sizes].forEach((word, i) => {
      header.writeUInt32BE(word, 4 * i);
    });
    return Buffer.concat([header, bytes]);
  };
  const area = 28 * 28;
  const pixels = Uint8Array.from({ length: count * area }, (_, i) => Math.floor(i / area));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  writeFileSync(path.join(place, `${set}-images-idx3-ubyte`), idx([count, 28, 28], pixels));
  writeFileSync(path.join(place, `${set}-labels-idx1-ubyte`), idx([count], labels));
  return place;
}

/** The numbers of the pictures, which their pixels tell. */
const numbers = (set: { images: { data: ArrayLike<number>; shape: readonly number[] } }) =>
  Array.from({ length: set.images.shape[0]! }, (_, i) => Math.round(set.images.data[i * 28 * 28]! * 255));

describe("lesson.digits", () => {
  let setting: string | undefined;
  beforeEach(() => {
    setting = undefined;
    setMachine({ ...thisMachine, mnistFolder: () => setting });
  });

  it("draws them, every class equally often, a smaller set the beginning of a larger one", () => {
    const { train, test, source } = digits({ train: 50, test: 20 });
    assert.equal(source, "drawn digits");
    assert.deepEqual(
      [train.images.shape, test.images.shape],
      [
        [50, 1, 28, 28],
        [20, 1, 28, 28],
      ],
    );
    for (const { labels } of [train, test]) {
      assert.equal(labels.eq(7).sum().item(), labels.shape[0]! / 10);
    }
    assert.deepEqual(digits({ train: 10, test: 10 }).train.images.data, train.images.slice(0, 0, 10).data);
    assert.notDeepEqual(train.images.slice(0, 0, 20).data, test.images.data);
    assert.notDeepEqual(digits({ train: 50, test: 20, seed: 1 }).train.images.data, train.images.data);
  });

  it("takes MNIST's own two sets where both are there", () => {
    writeSet("both", "train", 60);
    setting = writeSet("both", "t10k", 30);
    const { train, test, source } = digits({ train: 60, test: 30 });
    assert.equal(source, "MNIST");
    assert.deepEqual(
      numbers(train).toSorted((a, b) => a - b),
      Array.from({ length: 60 }, (_, i) => i),
    );
    assert.deepEqual(
      Array.from(train.labels.data),
      numbers(train).map((n) => n % 10),
    );
    assert.equal(test.length, 30);
  });

  it("divides the test set where it is all there is", () => {
    setting = writeSet("test", "t10k", 30);
    const { train, test } = digits({ train: 20, test: 8 });
    assert.equal(new Set([...numbers(train), ...numbers(test)]).size, 28);
    assert.deepEqual(numbers(digits({ train: 20, test: 8 }).train), numbers(train));
    assert.throws(() => digits({ train: 25, test: 6 }), /at most the 30 pictures .+ got 25 and 6/);
  });

  it("says what is wrong with the folder, or the counts", () => {
    setting = path.join(folder, "nowhere");
    assert.throws(() => digits({ train: 10, test: 10 }), /BNLAB_MNIST .+nowhere, which does not exist/);
    setting = folder;
    assert.throws(() => digits({ train: 10, test: 10 }), /BNLAB_MNIST .+which has none/);
    assert.throws(() => digits({ train: 0, test: 10 }), /expected train to be a whole number ≥ 1, got 0/);
    assert.throws(() => digits({ train: 10, test: 2.5 }), /expected test to be a whole number ≥ 1, got 2\.5/);
  });
});
