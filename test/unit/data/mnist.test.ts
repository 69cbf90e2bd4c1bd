import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { mnist } from "../../../kernel/data";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";

setMachine(thisMachine);

const root = mkdtempSync(path.join(tmpdir(), "bnlab-mnist-"));
after(() => rmSync(root, { recursive: true }));

function idx(magic: number, sizes: number[], bytes: ArrayLike<number>): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(magic);
  for (const [i, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([header, Uint8Array.from(bytes)]);
}

// Three pictures, two high and three wide: 0, 15, 30, … 255.
const pixels = Array.from({ length: 18 }, (_, i) => 15 * i);
const images = idx(0x803, [3, 2, 3], pixels);
const labels = idx(0x801, [3], [7, 0, 9]);

function directory(files: Record<string, Buffer>): string {
  const made = mkdtempSync(path.join(root, "d"));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(made, name), content);
  return made;
}

/** The error of reading a training set of these files. */
function fault(files: Record<string, Buffer>): string {
  try {
    mnist(directory(files));
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
  return assert.fail("expected an error");
}

describe("mnist reads", () => {
  const layouts: Record<string, { files: Record<string, Buffer>; train: boolean }> = {
    "raw training files": {
      files: { "train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels },
      train: true,
    },
    "gzip test files": {
      files: { "t10k-images-idx3-ubyte.gz": gzipSync(images), "t10k-labels-idx1-ubyte.gz": gzipSync(labels) },
      train: false,
    },
    "names with a dot": {
      files: { "train-images.idx3-ubyte": images, "train-labels.idx1-ubyte.gz": gzipSync(labels) },
      train: true,
    },
  };
  for (const [name, { files, train }] of Object.entries(layouts)) {
    test(name, () => {
      const set = mnist(directory(files), { train });
      assert.deepEqual([...set.images.shape], [3, 1, 2, 3]);
      assert.deepEqual(
        [...set.images.data],
        pixels.map((byte) => Math.fround(byte / 255)),
      );
      assert.equal(set.labels.dtype, "int32");
      assert.deepEqual([...set.labels.data], [7, 0, 9]);
      assert.equal(set.length, 3);
      assert.equal(set.classes[7], "7");
    });
  }
});

test("mnist takes the names of other classes, and a transform", () => {
  const files = { "train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels };
  const clothes = Array.from({ length: 10 }, (_, i) => `garment ${i}`);
  const set = mnist(directory(files), { classes: clothes, transform: (x) => x.mul(255) });
  assert.equal(set.classes[7], "garment 7");
  assert.deepEqual([...set.get(1)[0].data].map(Math.round), pixels.slice(6, 12));
  assert.throws(
    () => mnist(directory(files), { classes: ["a", "b"] }),
    /expected labels 0…1 in .*, got 7 for image 0/,
  );
});

describe("mnist says what is wrong with", () => {
  const good = { "train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels };

  test("a missing directory", () => {
    assert.throws(
      () => mnist(path.join(root, "nowhere")),
      /mnist: expected a directory .*nowhere, which does not exist/,
    );
  });
  test("a file in place of a directory", () => {
    const file = path.join(directory(good), "train-images-idx3-ubyte");
    assert.throws(() => mnist(file), /mnist: expected a directory .*idx3-ubyte, which is none/);
  });
  test("a missing file, naming the names it looked for", () => {
    assert.match(
      fault({ "train-images-idx3-ubyte": images }),
      /expected one of train-labels-idx1-ubyte, train-labels-idx1-ubyte\.gz, train-labels\.idx1-ubyte, train-labels\.idx1-ubyte\.gz in .*, got none/,
    );
  });
  test("a set whose other half is there", () => {
    const folder = directory({ "t10k-images-idx3-ubyte": images, "t10k-labels-idx1-ubyte": labels });
    assert.throws(() => mnist(folder), /got none of them; the other set is there: \{ train: false \}$/);
    assert.throws(
      () => mnist(directory(good), { train: false }),
      /the other set is there: \{ train: true \}$/,
    );
  });
  test("a wrong magic number", () => {
    const wrong = idx(0xd03, [3, 2, 3], pixels);
    assert.match(
      fault({ ...good, "train-images-idx3-ubyte": wrong }),
      /expected magic number 0x00000803 in .*train-images-idx3-ubyte, got 0x00000d03$/,
    );
  });
  test("labels where images should be", () => {
    assert.match(
      fault({ ...good, "train-images-idx3-ubyte": Buffer.concat([labels, labels]) }),
      /got 0x00000801 \(images and labels are swapped\)/,
    );
  });
  test("gzip data under a raw name", () => {
    assert.match(
      fault({ ...good, "train-images-idx3-ubyte": gzipSync(images) }),
      /\(gzip data: name it \.gz\)/,
    );
  });
  test("a truncated file", () => {
    assert.match(
      fault({ ...good, "train-images-idx3-ubyte": images.subarray(0, 30) }),
      /expected 34 bytes for 3×2×3 in .*, got 30: the file is cut short/,
    );
  });
  test("a file with too much in it", () => {
    assert.match(
      fault({ ...good, "train-labels-idx1-ubyte": Buffer.concat([labels, Buffer.alloc(1)]) }),
      /expected 11 bytes for 3 in .*, got 12: the file is too long/,
    );
  });
  test("a file shorter than its header", () => {
    assert.match(
      fault({ ...good, "train-labels-idx1-ubyte": Buffer.alloc(5) }),
      /at least the 8 bytes of an IDX header in .*, got 5/,
    );
  });
  test("different counts of images and labels", () => {
    assert.match(
      fault({ ...good, "train-labels-idx1-ubyte": idx(0x801, [2], [1, 2]) }),
      /as many labels as images, got 3 images in .*images-idx3-ubyte and 2 labels in .*labels-idx1-ubyte/,
    );
  });
  test("a label out of range", () => {
    assert.match(
      fault({ ...good, "train-labels-idx1-ubyte": idx(0x801, [3], [1, 10, 2]) }),
      /expected labels 0…9 in .*, got 10 for image 1/,
    );
  });
  test("broken gzip data", () => {
    const broken = gzipSync(images);
    assert.match(
      fault({
        "train-images-idx3-ubyte.gz": broken.subarray(0, broken.length - 12),
        "train-labels-idx1-ubyte": labels,
      }),
      /expected .*\.gz to be whole gzip data, got an error unpacking it: /,
    );
  });
});
