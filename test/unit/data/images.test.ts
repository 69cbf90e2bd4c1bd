// Pictures from PNG files, folders of them, and CIFAR's binary files.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { cifar10, cifar100, DataLoader, imageFolder, readImage } from "../../../kernel/data";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import { fixture } from "../fixtures";

setMachine(thisMachine);

interface Picture {
  readonly color: number;
  readonly depth: number;
  readonly interlaced: boolean;
  readonly filters: readonly number[];
  readonly transparency: boolean;
  readonly most: number;
  /** Base64. */
  readonly file: string;
  /** [height][width][channels] */
  readonly pixels: readonly (readonly (readonly number[])[])[];
}

const { pictures } = fixture<{ pictures: Picture[] }>("png");
const root = mkdtempSync(path.join(tmpdir(), "bnlab-images-"));
after(() => rmSync(root, { recursive: true }));

let written = 0;
function fileOf(bytes: Uint8Array | string, name = `${written++}.png`): string {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
}
const bytesOf = ({ file }: Picture) => Buffer.from(file, "base64");
const rgb = pictures.find(({ color, depth, interlaced }) => color === 2 && depth === 8 && !interlaced)!;

describe("readImage gives the pixels of a PNG file, over the largest value", () => {
  for (const picture of pictures) {
    const { color, depth, interlaced, filters, transparency, most, pixels } = picture;
    test(`color type ${color}, ${depth} bits, filters ${filters}${interlaced ? ", interlaced" : ""}${transparency ? ", transparency" : ""}`, () => {
      const image = readImage(fileOf(bytesOf(picture)));
      const [height, width, channels] = [pixels.length, pixels[0]!.length, pixels[0]![0]!.length];
      assert.deepEqual([...image.shape], [channels, height, width]);
      const expected = Array.from({ length: channels }, (_, c) =>
        pixels.map((row) => row.map((pixel) => Math.fround(pixel[c]! / most))),
      );
      assert.deepEqual(image.toArray(), expected);
    });
  }
});

describe("readImage", () => {
  test("gives the channels that are asked for", () => {
    const at = (picture: Picture, mode: "gray" | "grayAlpha" | "rgb" | "rgbAlpha") => {
      const image = readImage(fileOf(bytesOf(picture)), { mode });
      return Array.from({ length: image.shape[0]! }, (_, c) => image.at(c, 0, 0).item());
    };
    const [r, g, b] = rgb.pixels[0]![0]! as [number, number, number];
    const color = [r, g, b].map((value) => Math.fround(value / 255));
    const gray = Math.fround((0.299 * r + 0.587 * g + 0.114 * b) / 255);
    assert.deepEqual(at(rgb, "rgb"), color);
    assert.deepEqual(at(rgb, "rgbAlpha"), [...color, 1]);
    assert.deepEqual(at(rgb, "gray"), [gray]);
    assert.deepEqual(at(rgb, "grayAlpha"), [gray, 1]);
    const translucent = pictures.find((each) => each.color === 4 && each.depth === 16)!;
    const [light, alpha] = translucent.pixels[0]![0]!.map((value) => Math.fround(value / 65535)) as [
      number,
      number,
    ];
    assert.deepEqual(at(translucent, "rgbAlpha"), [light, light, light, alpha]);
    assert.deepEqual(at(translucent, "grayAlpha"), [light, alpha]);
    assert.deepEqual(at(translucent, "rgb"), [light, light, light]);
  });

  test("says what is wrong with a file", () => {
    const good = bytesOf(rgb);
    const changed = (change: (bytes: Buffer) => void) => {
      const bytes = Buffer.from(good);
      change(bytes);
      return bytes;
    };
    const wrong: [Uint8Array | string, RegExp][] = [
      ["", /readImage: expected a PNG picture in .*\.png, got an empty file/],
      ["P6 2 2", /got another kind of file/],
      [Buffer.from([0xff, 0xd8, 0xff]), /got a JPEG; convert it to PNG/],
      ["GIF89a", /got a GIF; convert/],
      [good.subarray(0, good.length - 13), /expected a whole file in .*, got its end after \d+ bytes/],
      [good.subarray(0, 20), /expected a whole file/],
      [changed((bytes) => (bytes[60]! ^= 1)), /expected undamaged data in .*, got a wrong checksum of tEXt/],
    ];
    for (const [bytes, message] of wrong) assert.throws(() => readImage(fileOf(bytes)), message);
    assert.throws(() => readImage(path.join(root, "none.png")), /none\.png/);
    assert.throws(() => readImage(3 as never), /^TypeError: readImage: expected a path, got 3/);
    assert.throws(
      () => readImage(fileOf(good), { mode: "cmyk" as never }),
      /readImage: expected mode "unchanged", "gray", .*, got string cmyk/,
    );
  });

  test("reads what other programs wrote", () => {
    const image = readImage(path.join(import.meta.dirname, "../../../media/logo-32x32.png"));
    assert.deepEqual([...image.shape].slice(1), [32, 32]);
    assert.ok(Math.max(...image.data) === 1 && Math.min(...image.data) >= 0);
  });

  test("every byte that is changed is told, or leaves the pixels as they were", () => {
    const good = bytesOf(rgb);
    const before = readImage(fileOf(good)).toArray();
    for (let i = 0; i < good.length; i++) {
      const bytes = Buffer.from(good);
      bytes[i]! ^= 0x55;
      try {
        assert.deepEqual(readImage(fileOf(bytes, "changed.png")).toArray(), before);
      } catch (error) {
        assert.match(
          (error as Error).message,
          /^readImage: expected .* in .*changed\.png, got /,
          `byte ${i}`,
        );
      }
    }
  });
});

describe("imageFolder", () => {
  const make = (name: string) => {
    for (const [i, kind] of ["cat", "cat", "bird"].entries())
      fileOf(bytesOf(rgb), `${name}/${kind}/${i}.PNG`);
    return path.join(root, name);
  };

  test("labels pictures by the names of their folders, in order", () => {
    const set = imageFolder(make("animals"));
    assert.deepEqual(set.classes, ["bird", "cat"]);
    assert.deepEqual(set.labels.toArray(), [0, 1, 1]);
    const [batch] = new DataLoader(set, { batchSize: 3 });
    assert.deepEqual([...batch![0].shape], [3, 3, rgb.pixels.length, rgb.pixels[0]!.length]);
    assert.equal(imageFolder(make("animals"), { mode: "gray" }).images.shape[1], 1);
  });

  test("says what is wrong with a folder", () => {
    const folder = make("uneven");
    const other = pictures.find(({ pixels }) => pixels.length === 4)!;
    fileOf(bytesOf(other), "uneven/cat/9.png");
    const got = `${other.pixels[0]!.length}×${other.pixels.length}`;
    assert.throws(() => imageFolder(folder), new RegExp(`pictures of one size, .*, got ${got} in .*9\\.png`));
    fileOf("", "texts/notes/a.txt");
    assert.throws(
      () => imageFolder(path.join(root, "texts")),
      /expected PNG pictures in .*notes, got only others/,
    );
    assert.throws(() => imageFolder(path.join(root, "nowhere")), /expected a folder of folders.*no folder/);
    assert.throws(() => imageFolder(path.join(root, "texts/notes")), /which has none/);
  });
});

/** `count` records: labels that rise by 3 (mod `classes`), pixels that rise by one from the number of the record. */
function records(count: number, before: number, classes: number): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, i) => {
      const labels = before === 1 ? [(3 * i) % classes] : [i % 20, (3 * i) % classes];
      return Buffer.from([...labels, ...Array.from({ length: 3072 }, (_, j) => (i + j) % 256)]);
    }),
  );
}

describe("CIFAR", () => {
  const trainFiles = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);

  test("10: five training batches one after the other, or the test batch, also in the archive's folder", () => {
    for (const folder of ["ten", "inside/cifar-10-batches-bin"]) {
      for (const name of trainFiles) fileOf(records(2, 1, 10), `${folder}/${name}`);
      fileOf(records(3, 1, 10), `${folder}/test_batch.bin`);
      const directory = path.join(root, folder.split("/")[0]!);
      const train = cifar10(directory);
      assert.deepEqual([...train.images.shape], [10, 3, 32, 32]);
      assert.deepEqual(train.labels.toArray(), [0, 3, 0, 3, 0, 3, 0, 3, 0, 3]);
      assert.equal(train.classes[3], "cat");
      assert.equal(train.images.at(1, 2, 0, 5).item(), Math.fround(((1 + 2 * 1024 + 5) % 256) / 255));
      const held = cifar10(directory, { train: false });
      assert.deepEqual(held.labels.toArray(), [0, 3, 6]);
    }
  });

  test("100: fine labels, named by the file of their names where it is there", () => {
    fileOf(records(40, 2, 100), "hundred/train.bin");
    fileOf(records(2, 2, 100), "hundred/test.bin");
    const set = cifar100(path.join(root, "hundred"));
    assert.deepEqual([set.length, set.labels.at(39).item(), set.classes[7]], [40, 17, "7"]);
    const names = Array.from({ length: 100 }, (_, i) => `thing ${i}`);
    fileOf(`${names.join("\n")}\n`, "hundred/fine_label_names.txt");
    assert.equal(cifar100(path.join(root, "hundred"), { train: false }).classes[7], "thing 7");
  });

  test("the pickled batches, missing and wrong files are told", () => {
    fileOf("pickle", "python/data_batch_1");
    fileOf("pickle", "python100/train");
    fileOf("", "nothing/readme.txt");
    for (const name of trainFiles.slice(0, 4)) fileOf(records(1, 1, 10), `four/${name}`);
    for (const name of trainFiles) fileOf(Buffer.alloc(3000), `short/${name}`);
    for (const name of trainFiles) fileOf(Buffer.alloc(3073, 11), `beyond/${name}`);
    const at = (name: string) => path.join(root, name);
    const wrong: [() => unknown, RegExp][] = [
      [
        () => cifar10(at("python")),
        /^Error: cifar10: expected data_batch_1\.bin.* got data_batch_1, which is pickled for Python; take the binary version, cifar-10-binary\.tar\.gz/,
      ],
      [() => cifar100(at("python100")), /got train, which is pickled .* cifar-100-binary\.tar\.gz/],
      [() => cifar10(at("nothing")), /got none of them; unpack cifar-10-binary\.tar\.gz there/],
      [() => cifar10(at("nowhere")), /nowhere, which does not exist/],
      [() => cifar10(at("four")), /got no data_batch_5\.bin/],
      [() => cifar10(at("short")), /expected records of 3073 bytes in .*data_batch_1\.bin, got 3000 bytes/],
      [() => cifar10(at("beyond")), /expected labels 0…9 in .*, got 11 for image 0/],
      [() => cifar10(null as never), /^TypeError: cifar10: expected a path, got null/],
    ];
    for (const [call, message] of wrong) assert.throws(call, message);
  });
});

test("the fixture has every kind of color and every filter", () => {
  const kinds = new Set(pictures.map(({ color, depth, interlaced }) => `${color}/${depth}/${interlaced}`));
  assert.equal(kinds.size, 30);
  assert.ok(readFileSync(path.join(import.meta.dirname, "../../fixtures/png.json")).length < 50_000);
});
