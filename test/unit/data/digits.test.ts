import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { digits } from "../../../kernel/data";

const bits = (values: ArrayBufferView) =>
  createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex")
    .slice(0, 16);

describe("digits", () => {
  test("are pictures [N, 1, 28, 28] in 0…1, every class in every ten", () => {
    const set = digits({ count: 50, seed: 3 });
    assert.deepEqual([...set.images.shape], [50, 1, 28, 28]);
    assert.deepEqual(
      [...set.labels.data],
      Array.from({ length: 50 }, (_, i) => i % 10),
    );
    assert.equal(set.classes.length, 10);
    for (let i = 0; i < 50; i++) {
      const pixels = Array.from(set.images.data.subarray(i * 784, (i + 1) * 784));
      assert.ok(pixels.every((gray) => gray >= 0 && gray <= 1));
      const ink = pixels.reduce((sum, gray) => sum + gray, 0);
      assert.ok(ink > 15 && ink < 250, `picture ${i}: a stroke on an empty page, got ink ${ink}`);
    }
  });

  test("are the same bits for the same seed, on every machine", () => {
    assert.equal(bits(digits({ count: 100, seed: 1 }).images.data), "0e0c428e3cfef4fe");
  });

  test("of a smaller count are the first of a larger one", () => {
    const few = digits({ count: 7, seed: 5 }).images.data;
    const many = digits({ count: 20, seed: 5 }).images.data;
    assert.deepEqual(few, many.slice(0, few.length));
  });

  test("differ between seeds, and within a class", () => {
    const { data } = digits({ count: 11, seed: 1 }).images;
    assert.notEqual(bits(data), bits(digits({ count: 11, seed: 2 }).images.data));
    assert.notDeepEqual(data.slice(0, 784), data.slice(7840, 8624));
  });

  test("without distortion are upright and centered", () => {
    const { images, labels } = digits({ count: 10, seed: 1, distortion: 0 });
    const zero = images.data.subarray(0, 784);
    assert.equal(labels.data[0], 0);
    let [mass, x, y] = [0, 0, 0];
    for (let i = 0; i < 784; i++) {
      mass += zero[i]!;
      x += zero[i]! * (i % 28);
      y += zero[i]! * Math.floor(i / 28);
    }
    assert.ok(Math.abs(x / mass - 13.5) < 1 && Math.abs(y / mass - 13.5) < 1);
  });

  test("want a whole count and a distortion from 0 to 2", () => {
    assert.throws(() => digits({ count: 0 }), /digits: expected count to be a whole number ≥ 1, got 0/);
    assert.throws(() => digits({ count: 1.5 }), /got 1.5/);
    assert.throws(() => digits({ count: 1, distortion: 3 }), /expected a distortion from 0 to 2, got 3/);
  });
});
