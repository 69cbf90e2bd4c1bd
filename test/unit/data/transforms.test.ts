// Image transforms: against torch's grid_sample, and what chance may do.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  DataLoader,
  digits,
  ImageDataset,
  randomSplit,
  TensorDataset,
  transforms,
} from "../../../kernel/data";
import { inverseOf, warp } from "../../../kernel/data/transforms/affine";
import { collectorHost } from "../../../kernel/host/collector";
import * as nn from "../../../kernel/nn";
import { arange, manualSeed, memoryUsage, type Tensor, tensor, zeros } from "../../../kernel/tensor";
import { setCollectorHost } from "../../../kernel/tensor/doors/host";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

const {
  Compose,
  Normalize,
  RandomAffine,
  RandomCrop,
  RandomHorizontalFlip,
  RandomRotation,
  RandomVerticalFlip,
} = transforms;

/** Images [N, C, H, W] whose pixels are 1, 2, 3, … */
const counted = (...shape: number[]) =>
  arange(1, 1 + shape.reduce((a, b) => a * b, 1), 1, { dtype: "float32" }).reshape(shape);
const values = (x: Tensor) => [...x.data];

interface Affine {
  readonly angle: number;
  readonly translate: readonly [number, number];
  readonly scale: number;
  readonly shear: readonly [number, number];
  readonly fill: number;
  readonly input: Packed;
  readonly output: Packed;
}

describe("affine maps are torch's affine_grid and grid_sample of torchvision's matrix, within 1e-5:", () => {
  for (const { input, output, fill, ...map } of fixture<{ affine: Affine[] }>("data").affine) {
    const sizes = input.shape.join("×");
    test(`${JSON.stringify({ ...map, fill })} of ${sizes}`, () => {
      const [channels, height, width] = input.shape as [number, number, number];
      const pixels = new Float32Array(input.data.length);
      warp(
        Float32Array.from(input.data),
        pixels,
        { count: 1, channels, height, width },
        inverseOf(map),
        fill,
      );
      assertClose(tensor(pixels, { shape: input.shape }), output, { rtol: 1e-5, atol: 1e-5 }, "pixels");
      if (map.translate.some((shift) => shift !== 0)) return;
      // Ranges of one number leave nothing to chance.
      const [{ angle, scale, shear }, one] = [map, (x: number) => [x, x] as const];
      const random = new RandomAffine(one(angle), {
        scale: one(scale),
        shear: [...one(shear[0]), ...one(shear[1])],
        fill,
      });
      assertClose(random.forward(unpack(input)), output, { rtol: 1e-5, atol: 1e-5 }, "RandomAffine");
    });
  }
});

describe("RandomAffine", () => {
  test("turns each image of a batch by itself, all channels alike", () => {
    const image = counted(1, 1, 5, 5);
    const batch = image.expand(6, 2, 5, 5).contiguous();
    const turned = new RandomAffine(40, { seed: 1 }).forward(batch);
    assert.deepEqual([...turned.shape], [6, 2, 5, 5]);
    const first = turned.select(1, 0);
    assert.ok(first.equal(turned.select(1, 1)));
    assert.equal(new Set(Array.from({ length: 6 }, (_, i) => values(first.select(0, i)).join())).size, 6);
  });

  test("shifts by whole pixels, at most the share asked for", () => {
    const dot = zeros([400, 1, 9, 5]);
    for (let i = 0; i < 400; i++) dot.data[i * 45 + 22] = 1; // at (4, 2), the center
    const shifted = new RandomAffine(0, { translate: [0.2, 0.3], seed: 2 }).forward(dot);
    const seen = new Set<string>();
    for (let i = 0; i < 400; i++) {
      const pixels = values(shifted.select(0, i));
      assert.deepEqual(pixels.toSorted().slice(-2), [0, 1]);
      const at = pixels.indexOf(1);
      seen.add(`${(at % 5) - 2},${Math.floor(at / 5) - 4}`);
    }
    const offsets = (n: number) => Array.from({ length: 2 * n + 1 }, (_, i) => i - n);
    const expected = offsets(1).flatMap((x) => offsets(3).map((y) => `${x},${y}`));
    // 0.3 · 9 = 2.7 pixels: rounded to 3, as torchvision does
    assert.deepEqual([...seen].toSorted(), expected.toSorted());
  });

  test("refuses ranges that make no sense", () => {
    assert.throws(
      () => new RandomAffine(-5),
      /RandomAffine: expected degrees as a number ≥ 0 or \[min, max\], got -5/,
    );
    assert.throws(() => new RandomAffine([5, 1]), /expected degrees .* got \[5, 1\]/);
    assert.throws(
      () => new RandomAffine(0, { translate: [0, 2] }),
      /translate as two numbers from 0 to 1, got \[0, 2\]/,
    );
    assert.throws(() => new RandomAffine(0, { scale: [0, 1] }), /scale from numbers > 0, got \[0, 1\]/);
    assert.throws(
      () => new RandomAffine(0, { scale: [2, 1] }),
      /expected scale as \[min, max\], got \[2, 1\]/,
    );
    assert.throws(() => new RandomAffine(0, { shear: 90 }), /shear between −90 and 90 degrees/);
    assert.throws(
      () => new RandomAffine(5).forward(zeros([4, 9])),
      /RandomAffine: expected float32 images \[N, C, H, W\] or \[C, H, W\], got float32 \[4, 9\]/,
    );
    assert.throws(
      () => new RandomAffine(5).forward(zeros([1, 4, 9], { dtype: "int32" })),
      /got int32 \[1, 4, 9\]/,
    );
  });
});

describe("RandomRotation", () => {
  test("turns counter-clockwise: by 90 degrees, the right column becomes the top row", () => {
    const turned = new RandomRotation([90, 90]).forward(counted(1, 3, 3));
    assertClose(
      turned,
      { shape: [1, 3, 3], data: [3, 6, 9, 2, 5, 8, 1, 4, 7] },
      { rtol: 0, atol: 1e-5 },
      "turned",
    );
  });
});

describe("RandomCrop", () => {
  test("cuts at every place, as often, with what belongs together", () => {
    const image = counted(1, 2, 3, 4);
    const crops = new RandomCrop([2, 3], { seed: 1 }).forward(image.expand(400, 2, 3, 4).contiguous());
    assert.deepEqual([...crops.shape], [400, 2, 2, 3]);
    const counts = new Map<number, number>();
    for (let i = 0; i < 400; i++) {
      const pixels = values(crops.select(0, i));
      const corner = pixels[0]!;
      counts.set(corner, (counts.get(corner) ?? 0) + 1);
      const rows = [0, 4, 12, 16].flatMap((row) => [corner + row, corner + row + 1, corner + row + 2]);
      assert.deepEqual(pixels, rows);
    }
    assert.deepEqual(
      [...counts.keys()].toSorted((a, b) => a - b),
      [1, 2, 5, 6],
    );
    for (const count of counts.values())
      assert.ok(count > 60 && count < 140, `of 400 crops ${count} in one place`);
  });

  test("reaches into the padding: left, top, right and bottom", () => {
    const image = counted(1, 1, 2, 2).expand(300, 1, 2, 2).contiguous();
    const crops = new RandomCrop(2, { padding: [1, 0, 2, 1], fill: 9, seed: 2 }).forward(image);
    const seen = new Set(Array.from({ length: 300 }, (_, i) => values(crops.select(0, i)).join("")));
    // Rows 9129 9 / 9349 9 / 9999 9
    assert.deepEqual(
      [...seen].toSorted(),
      ["1234", "2949", "3499", "4999", "9193", "9399", "9999"].toSorted(),
    );
  });

  test("keeps the size with padding on all sides, for one image as for a batch", () => {
    const crop = new RandomCrop(28, { padding: 4, seed: 3 });
    assert.deepEqual([...crop.forward(zeros([3, 28, 28])).shape], [3, 28, 28]);
    assert.deepEqual([...crop.forward(zeros([2, 1, 28, 28])).shape], [2, 1, 28, 28]);
  });

  test("refuses images that are too small, and broken sizes", () => {
    assert.throws(
      () => new RandomCrop(5, { padding: [0, 1] }).forward(zeros([1, 3, 4])),
      /RandomCrop: expected images of at least 5×5 with their padding, got 5×4; add padding/,
    );
    assert.throws(() => new RandomCrop(0), /size of whole numbers ≥ 1 .* got 0/);
    assert.throws(() => new RandomCrop(3, { padding: -1 }), /padding of whole numbers ≥ 0, got 3 and -1/);
  });
});

describe("flips", () => {
  test("exchange left and right, or top and bottom", () => {
    const image = counted(2, 2, 3);
    assert.deepEqual(
      values(new RandomHorizontalFlip(1).forward(image)),
      [3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10],
    );
    assert.deepEqual(
      values(new RandomVerticalFlip(1).forward(image)),
      [4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9],
    );
    assert.deepEqual(values(new RandomHorizontalFlip(0).forward(image)), values(image));
  });
  test("happen with probability p, image by image", () => {
    const flipped = new RandomHorizontalFlip(0.3, { seed: 1 }).forward(
      counted(1, 1, 1, 2).expand(1000, 1, 1, 2),
    );
    const count = values(flipped).filter((value, i) => i % 2 === 0 && value === 2).length;
    assert.ok(count > 240 && count < 360, `${count} of 1,000`);
    assert.throws(
      () => new RandomHorizontalFlip(1.5),
      /RandomHorizontalFlip: expected p from 0 to 1, got 1.5/,
    );
  });
});

describe("Normalize", () => {
  test("shifts and scales, all channels or each by its own", () => {
    const images = counted(1, 2, 1, 2);
    assert.deepEqual(values(new Normalize(1, 2).forward(images)), [0, 0.5, 1, 1.5]);
    assert.deepEqual(values(new Normalize([1, 4], [2, 0.5]).forward(images)), [0, 0.5, -2, 0]);
    assert.deepEqual([...new Normalize([1, 4], [2, 0.5]).forward(zeros([2, 5, 5])).shape], [2, 5, 5]);
  });
  test("refuses other channels and no deviation", () => {
    assert.throws(
      () => new Normalize([1, 2, 3], [1, 1, 1]).forward(zeros([2, 1, 4, 4])),
      /Normalize: expected images \[N, 3, H, W\] or \[3, H, W\], got \[2, 1, 4, 4\]/,
    );
    assert.throws(
      () => new Normalize(0, 0),
      /as many finite means as standard deviations > 0, got \[0\] and \[0\]/,
    );
    assert.throws(() => new Normalize([1, 2], 1), /got \[1, 2\] and \[1\]/);
  });
});

describe("randomness", () => {
  const make = (seed?: number) =>
    new Compose([
      new RandomCrop(28, { padding: 3, seed }),
      new RandomHorizontalFlip(0.5, { seed }),
      new RandomAffine(20, { scale: [0.8, 1.2], seed }),
    ]);
  const images = digits({ count: 4, seed: 1 }).images;

  test("of a seed is the same again, and new in each call", () => {
    const [one, other] = [make(5), make(5)];
    const [first, second] = [one.forward(images), one.forward(images)];
    assert.ok(!first.equal(second));
    assert.ok(other.forward(images).equal(first));
    assert.ok(other.forward(images).equal(second));
    assert.ok(!make(6).forward(images).equal(first));
  });

  test("without a seed follows manualSeed()", () => {
    const draw = () => {
      manualSeed(3);
      return make().forward(images);
    };
    assert.ok(draw().equal(draw()));
  });
});

describe("a transform", () => {
  const set = digits({ count: 6, seed: 1 });
  const brighter = (images: Tensor) => images.add(1);

  test("of a loader changes the images of each batch, not the set", () => {
    const loader = new DataLoader(set, {
      batchSize: 4,
      transform: new Compose([brighter, new Normalize(1, 0.5)]),
    });
    const [[images, labels] = assert.fail("no batch")] = loader;
    assertClose(
      images,
      {
        shape: [4, 1, 28, 28],
        data: values(set.images)
          .slice(0, 4 * 784)
          .map((gray) => 2 * gray),
      },
      { rtol: 1e-6, atol: 1e-6 },
      "images",
    );
    assert.deepEqual(values(labels), [0, 1, 2, 3]);
    const [alone] = new DataLoader(
      { length: 2, get: () => zeros([1, 2, 2]) },
      { batchSize: 2, transform: brighter },
    );
    assert.deepEqual(values(alone!), [1, 1, 1, 1, 1, 1, 1, 1]);
  });

  test("is anew in each epoch, reproducibly", () => {
    const epochs = () => {
      const loader = new DataLoader(set, {
        batchSize: 6,
        transform: new RandomCrop(28, { padding: 4, seed: 1 }),
      });
      return [[...loader][0]![0], [...loader][0]![0]] as const;
    };
    const [[first, second], [again, next]] = [epochs(), epochs()];
    assert.ok(!first.equal(second));
    assert.ok(first.equal(again) && second.equal(next));
  });

  test("of an image set is seen through get() and batch(), survives a split, and can be taken away", () => {
    const bright = digits({ count: 6, seed: 1, transform: brighter });
    assert.ok(bright.images.equal(set.images));
    assert.ok(bright.get(2)[0].equal(set.images.select(0, 2).add(1)));
    assert.deepEqual([...bright.get(2)[0].shape], [1, 28, 28]);
    const [half] = randomSplit(bright, [3, 3], { seed: 1 });
    assert.ok(half instanceof ImageDataset);
    const [[images] = assert.fail("no batch")] = new DataLoader(half, { batchSize: 3 });
    assert.ok(
      images.equal(half.images.add(1)),
      "applied once, not once for the split and once for the batch",
    );
    const plain = half.withTransform(undefined);
    assert.ok(plain.batch(Int32Array.of(0, 1, 2))[0].equal(half.images));
  });

  test("may be a module", () => {
    const [[images] = assert.fail("no batch")] = new DataLoader(set, {
      batchSize: 2,
      transform: new nn.Flatten(),
    });
    assert.deepEqual([...images.shape], [2, 784]);
  });

  test("runs in flat memory, epoch after epoch", () => {
    setCollectorHost(collectorHost());
    const pictures = digits({ count: 200, seed: 1 });
    const transform = new Compose([
      new RandomCrop(28, { padding: 2 }),
      new RandomHorizontalFlip(),
      new RandomAffine(10),
      new Normalize(0.1, 0.3),
    ]);
    const loaders = [
      new DataLoader(pictures, { batchSize: 50, shuffle: true, transform }),
      new DataLoader({ length: 200, get: (i: number) => [new Float32Array(784), i] }, { batchSize: 50 }),
    ];
    const epochs = (n: number) => {
      for (let i = 0; i < n; i++) for (const loader of loaders) for (const _ of loader);
      return memoryUsage().heapBytes;
    };
    const early = epochs(60);
    assert.ok(epochs(60) <= 1.02 * early);
  });

  test("says what it got where that is no transform, no tensor, no batch of images", () => {
    const load = (transform: unknown) => () => [
      ...new DataLoader(set, { transform: transform as () => Tensor }),
    ];
    assert.throws(
      load(3),
      /transform: expected a function of images or an object with forward\(images\), got 3/,
    );
    assert.throws(
      load(() => {}),
      /transform: expected it to return a tensor, got undefined/,
    );
    const named = new DataLoader({ length: 1, get: () => ({ x: 1 }) }, { transform: brighter });
    assert.throws(
      () => [...named],
      /DataLoader: expected batches that are or start with a tensor for transform/,
    );
    const table = new DataLoader(new TensorDataset(zeros([2, 3])), { transform: new RandomCrop(2) });
    assert.throws(() => [...table], /RandomCrop: expected float32 images .* got float32 \[1, 3\]/);
  });
});
