// Convolution's and pooling's kernels against the reference: random sizes, every special one, guards around the buffers.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conv2dShape, Pool2dShape, PoolDivisor } from "../../kernel/tensor/wasm/kernels";
import type { EveryKernel } from "../unit/tensor/wasm/everyKernel";
import {
  assertClose,
  type Buffer,
  type GuardedMemory,
  onEachEngine,
  randomNumbers,
} from "../unit/tensor/wasm/guardedMemory";

type Random = () => number;
/** A whole number from `low` to `high`. */
const between = (random: Random, low: number, high: number) => low + Math.floor(random() * (high - low + 1));
const pick = <T>(random: Random, ...choices: T[]) => choices[between(random, 0, choices.length - 1)]!;
const nan = () => Number.NaN;

/** The output's size, with `extra` more zeros after than before. */
function outSize(
  size: number,
  kernel: number,
  stride: number,
  before: number,
  extra: number,
  dilation: number,
) {
  return Math.floor((size + 2 * before + extra - dilation * (kernel - 1) - 1) / stride) + 1;
}

function convShape(
  sizes: Partial<Omit<Conv2dShape, "outHeight" | "outWidth">>,
  extra: [below: number, right: number] = [0, 0],
): Conv2dShape {
  const s = {
    ...{ batch: 2, inChannels: 1, inHeight: 1, inWidth: 1, outChannels: 1, kernelHeight: 1, kernelWidth: 1 },
    ...{
      strideHeight: 1,
      strideWidth: 1,
      paddingTop: 0,
      paddingLeft: 0,
      dilationHeight: 1,
      dilationWidth: 1,
    },
    groups: 1,
    ...sizes,
  };
  const outHeight = outSize(
    s.inHeight,
    s.kernelHeight,
    s.strideHeight,
    s.paddingTop,
    extra[0],
    s.dilationHeight,
  );
  const outWidth = outSize(s.inWidth, s.kernelWidth, s.strideWidth, s.paddingLeft, extra[1], s.dilationWidth);
  return { ...s, outHeight, outWidth };
}

function randomConv(random: Random): Conv2dShape {
  for (;;) {
    const groups = pick(random, 1, 1, 1, 2, 3);
    const channels = pick(random, 1, 3, 9);
    const square = random() < 0.5;
    const one = <T>(draw: () => T): [T, T] => {
      const first = draw();
      return [first, square ? first : draw()];
    };
    const [kernelHeight, kernelWidth] = one(() => between(random, 1, 5));
    const [strideHeight, strideWidth] = one(() => pick(random, 1, 1, 2, 3));
    const [paddingTop, paddingLeft] = one(() => pick(random, 0, 0, 1, 2));
    const [dilationHeight, dilationWidth] = one(() => pick(random, 1, 1, 1, 2, 3));
    const [extraBelow, extraRight] = one(() => pick(random, 0, 0, 0, 1));
    const [inHeight, inWidth] = one(() => between(random, 1, 13));
    const shape = convShape(
      {
        batch: between(random, 1, 3),
        inChannels: groups * between(random, 1, channels),
        outChannels: groups * between(random, 1, channels),
        ...{ inHeight, inWidth, kernelHeight, kernelWidth, strideHeight, strideWidth },
        ...{ paddingTop, paddingLeft, dilationHeight, dilationWidth, groups },
      },
      [extraBelow, extraRight],
    );
    if (shape.outHeight >= 1 && shape.outWidth >= 1) return shape;
  }
}

const special: Conv2dShape[] = [
  convShape({}),
  convShape({ batch: 3, inChannels: 5, outChannels: 7 }),
  convShape({ inChannels: 33, outChannels: 18, inHeight: 5, inWidth: 7 }),
  convShape({
    inChannels: 16,
    outChannels: 16,
    groups: 16,
    inHeight: 9,
    inWidth: 9,
    kernelHeight: 3,
    kernelWidth: 3,
  }),
  convShape({
    inChannels: 4,
    outChannels: 12,
    groups: 4,
    inHeight: 6,
    inWidth: 5,
    kernelHeight: 3,
    kernelWidth: 2,
  }),
  convShape({ inChannels: 2, outChannels: 3, inHeight: 8, inWidth: 8, kernelHeight: 8, kernelWidth: 8 }),
  convShape({
    inChannels: 3,
    outChannels: 4,
    inHeight: 1,
    inWidth: 40,
    kernelHeight: 1,
    kernelWidth: 7,
    strideWidth: 2,
  }),
  convShape({
    inHeight: 14,
    inWidth: 15,
    outChannels: 6,
    kernelHeight: 5,
    kernelWidth: 5,
    paddingTop: 2,
    paddingLeft: 2,
  }),
  convShape({ inHeight: 2, inWidth: 2, kernelHeight: 3, kernelWidth: 3, paddingTop: 5, paddingLeft: 5 }),
  convShape({ inHeight: 7, inWidth: 7, strideHeight: 3, strideWidth: 3, inChannels: 6, outChannels: 5 }),
  convShape(
    {
      inHeight: 6,
      inWidth: 6,
      kernelHeight: 4,
      kernelWidth: 2,
      paddingTop: 1,
      inChannels: 3,
      outChannels: 5,
    },
    [1, 1],
  ),
  convShape({
    ...{
      batch: 1,
      inChannels: 17,
      outChannels: 20,
      inHeight: 12,
      inWidth: 10,
      kernelHeight: 3,
      kernelWidth: 3,
    },
    ...{ paddingTop: 1, paddingLeft: 1 },
  }),
  // More images than are in work at a time, and a plane that is cut into bands.
  convShape({
    ...{ batch: 19, inChannels: 6, outChannels: 4, inHeight: 7, inWidth: 6, kernelHeight: 3, kernelWidth: 3 },
    ...{ paddingTop: 1, paddingLeft: 1 },
  }),
  convShape({
    ...{ batch: 1, inChannels: 3, outChannels: 56, inHeight: 45, inWidth: 11, kernelHeight: 3 },
    ...{ kernelWidth: 3, paddingTop: 2, paddingLeft: 0 },
  }),
];

/**
 * Compares each kernel with the reference within 8·√terms·2⁻²⁴ of what the sizes of the terms add up to. Where Winograd's
 * algorithm may be at work a tile's numbers are made of each other's terms: there the largest such sum counts.
 */
function checkConv(guarded: GuardedMemory, kernels: EveryKernel, s: Conv2dShape, random: Random): void {
  const number = () => random() * 2 - 1;
  const window = s.kernelHeight * s.kernelWidth;
  const [fanIn, fanOut] = [(s.inChannels / s.groups) * window, (s.outChannels / s.groups) * window];
  const positions = s.batch * s.outHeight * s.outWidth;
  const inSize = s.batch * s.inChannels * s.inHeight * s.inWidth;
  const tiled =
    s.kernelHeight === 3 &&
    s.kernelWidth === 3 &&
    s.strideHeight * s.strideWidth * s.dilationHeight * s.dilationWidth === 1;
  for (const accumulate of [false, true]) {
    guarded.clear();
    const x = guarded.buffer(inSize, number);
    const weight = guarded.buffer(s.outChannels * fanIn, number);
    const dy = guarded.buffer(s.outChannels * positions, number);
    const bias = guarded.buffer(s.outChannels, number);
    const scratch = guarded.scratch(kernels.conv2dScratch(s));

    const compare = (
      name: "conv2d" | "conv2dBackwardInput" | "conv2dBackwardWeight",
      operands: Buffer[],
      length: number,
      terms: number,
      run: (kernels: EveryKernel, to: number) => void,
    ) => {
      const adding = accumulate && name !== "conv2d";
      const what = `${kernels.name} ${name}${adding ? " +" : ""} ${JSON.stringify(s)}`;
      const result = guarded.buffer(length, adding ? number : nan);
      const expected = guarded.buffer(length, (i) => result.floats[i]!);
      const sizes = guarded.buffer(length, (i) => Math.abs(result.floats[i]!));
      run(kernels, result.pointer);
      run(guarded.reference, expected.pointer);
      const before = operands.map(({ floats }) => floats.slice());
      for (const [i, { floats }] of operands.entries()) floats.set(before[i]!.map(Math.abs));
      run(guarded.reference, sizes.pointer);
      for (const [i, { floats }] of operands.entries()) floats.set(before[i]!);
      guarded.checkGuards(what);
      const relative = (8 * Math.sqrt(terms + 2)) / 2 ** 24;
      const largest = sizes.floats.reduce((most, size) => Math.max(most, size), 0);
      assertClose(what, result.floats, expected.floats, relative, (i) =>
        tiled ? largest : sizes.floats[i]!,
      );
    };

    const b = accumulate ? bias.pointer : 0; // with a bias and without
    compare("conv2d", [x, weight, bias], dy.floats.length, fanIn, (own, to) =>
      own.conv2d(s, { x: x.pointer, weight: weight.pointer, bias: b, y: to, scratch }),
    );
    if (kernels.conv2dPacked(s) > 0) {
      const packed = guarded.scratch(kernels.conv2dPacked(s));
      kernels.conv2dPack(s, { weight: weight.pointer, packed });
      const [own, again] = [guarded.buffer(dy.floats.length), guarded.buffer(dy.floats.length)];
      kernels.conv2d(s, { x: x.pointer, weight: weight.pointer, bias: b, y: own.pointer, scratch });
      kernels.conv2d(s, { x: x.pointer, weight: weight.pointer, bias: b, y: again.pointer, scratch, packed });
      assert.deepEqual(again.floats, own.floats, `${kernels.name}: other bits of packed weights`);
      guarded.checkGuards(`${kernels.name} conv2dPack ${JSON.stringify(s)}`);
    }
    compare("conv2dBackwardInput", [dy, weight], inSize, fanOut, (own, to) =>
      own.conv2dBackwardInput(s, { dy: dy.pointer, weight: weight.pointer, dx: to, scratch, accumulate }),
    );
    compare("conv2dBackwardWeight", [x, dy], weight.floats.length, positions, (own, to) =>
      own.conv2dBackwardWeight(s, { x: x.pointer, dy: dy.pointer, dWeight: to, scratch, accumulate }),
    );
  }
}

test("convolutions of 60 random shapes, forward and both gradients: 8·√terms·2⁻²⁴ of Σ|a||b|", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(30);
    const shapes = Array.from({ length: 60 }, () => randomConv(random));
    for (const shape of shapes) checkConv(guarded, kernels, shape, random);
  });
});

test("convolutions of 1×1, depthwise, as large as the input, wider than it, of many images, of a large plane", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(31);
    for (const shape of special) checkConv(guarded, kernels, shape, random);
  });
});

test("a convolution with an equal shape in another object gives the same bits", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(32);
    const s = convShape({
      inChannels: 3,
      outChannels: 5,
      inHeight: 7,
      inWidth: 9,
      kernelHeight: 3,
      kernelWidth: 3,
    });
    const x = guarded.buffer(2 * 3 * 7 * 9, random);
    const weight = guarded.buffer(5 * 3 * 9, random);
    const results = [s, s, { ...s }].map((shape) => {
      const y = guarded.buffer(2 * 5 * 5 * 7);
      kernels.conv2d(shape, {
        x: x.pointer,
        weight: weight.pointer,
        bias: 0,
        y: y.pointer,
        scratch: guarded.scratch(kernels.conv2dScratch(shape)),
      });
      return y.floats;
    });
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
  });
});

test("convolutions and pools read nothing beyond an operand at the end of the memory", () => {
  onEachEngine((guarded, kernels) => {
    for (const inWidth of [3, 4, 5, 8, 11]) {
      const s = convShape({
        batch: 1,
        inHeight: 3,
        inWidth,
        kernelHeight: 3,
        kernelWidth: 3,
        outChannels: 3,
      });
      const [inSize, outSize] = [3 * inWidth, 3 * (inWidth - 2)];
      const pool: Pool2dShape = {
        ...poolShape({ planes: 1, inHeight: 3, inWidth, kernelHeight: 3, kernelWidth: 3 }),
      };
      guarded.clear();
      const ones = guarded.buffer(64, () => 1);
      const to = guarded.buffer(64);
      const indices = guarded.buffer(64).pointer;
      const scratch = guarded.scratch(kernels.conv2dScratch(s));
      const atEnd = (length: number) => guarded.bufferAtEnd(length, () => 1).pointer;
      kernels.conv2d(s, { x: atEnd(inSize), weight: ones.pointer, bias: 0, y: to.pointer, scratch });
      assert.ok(to.floats.subarray(0, outSize).every((y) => y === 9));
      kernels.conv2d(s, { x: ones.pointer, weight: atEnd(27), bias: 0, y: to.pointer, scratch });
      assert.ok(to.floats.subarray(0, outSize).every((y) => y === 9));
      kernels.conv2dBackwardInput(s, {
        dy: atEnd(outSize),
        weight: ones.pointer,
        dx: to.pointer,
        scratch,
        accumulate: false,
      });
      assert.equal(to.floats[0], 3);
      kernels.conv2dBackwardInput(s, {
        dy: ones.pointer,
        weight: atEnd(27),
        dx: to.pointer,
        scratch,
        accumulate: false,
      });
      assert.equal(to.floats[0], 3);
      kernels.conv2dBackwardWeight(s, {
        x: atEnd(inSize),
        dy: ones.pointer,
        dWeight: to.pointer,
        scratch,
        accumulate: false,
      });
      assert.equal(to.floats[0], inWidth - 2);
      kernels.conv2dBackwardWeight(s, {
        x: ones.pointer,
        dy: atEnd(outSize),
        dWeight: to.pointer,
        scratch,
        accumulate: false,
      });
      assert.equal(to.floats[0], inWidth - 2);
      kernels.maxPool2d(pool, { x: atEnd(inSize), y: to.pointer, indices });
      assert.equal(to.floats[0], 1);
      kernels.maxPool2dBackward(pool, { dy: atEnd(inWidth - 2), indices, dx: to.pointer, accumulate: false });
      assert.equal(to.floats[0], 1);
      kernels.avgPool2d(pool, "padded", { x: atEnd(inSize), y: to.pointer });
      assert.ok(Math.abs(to.floats[0]! - 1) < 1e-6);
      kernels.avgPool2dBackward(pool, 2, { dy: atEnd(inWidth - 2), dx: to.pointer, accumulate: false });
      assert.equal(to.floats[0], 0.5);
    }
  });
});

function poolShape(
  sizes: Partial<Omit<Pool2dShape, "outHeight" | "outWidth">>,
  ceil: [height: number, width: number] = [0, 0],
): Pool2dShape {
  const s = {
    ...{
      planes: 3,
      inHeight: 1,
      inWidth: 1,
      kernelHeight: 1,
      kernelWidth: 1,
      strideHeight: 1,
      strideWidth: 1,
    },
    ...{ paddingHeight: 0, paddingWidth: 0, dilationHeight: 1, dilationWidth: 1 },
    ...sizes,
  };
  const outHeight = outSize(
    s.inHeight,
    s.kernelHeight,
    s.strideHeight,
    s.paddingHeight,
    ceil[0],
    s.dilationHeight,
  );
  const outWidth = outSize(s.inWidth, s.kernelWidth, s.strideWidth, s.paddingWidth, ceil[1], s.dilationWidth);
  return { ...s, outHeight, outWidth };
}

function randomPool(random: Random, dilated: boolean): Pool2dShape {
  for (;;) {
    const square = random() < 0.6;
    const one = (draw: () => number): [number, number] => {
      const first = draw();
      return [first, square ? first : draw()];
    };
    const [kernelHeight, kernelWidth] = one(() => between(random, 1, 4));
    const [strideHeight, strideWidth] = one(() => between(random, 1, 4));
    const [inHeight, inWidth] = one(() => between(random, 1, 14));
    const [dilationHeight, dilationWidth] = one(() => (dilated ? pick(random, 1, 1, 2) : 1));
    const shape = poolShape(
      {
        planes: between(random, 1, 5),
        ...{ inHeight, inWidth, kernelHeight, kernelWidth, strideHeight, strideWidth },
        paddingHeight: between(random, 0, Math.floor(kernelHeight / 2)),
        paddingWidth: between(random, 0, Math.floor(kernelWidth / 2)),
        ...{ dilationHeight, dilationWidth },
      },
      [between(random, 0, strideHeight - 1), between(random, 0, strideWidth - 1)],
    );
    // As in ceil mode, every window starts within the input or the padding before it.
    const starts = (out: number, stride: number, size: number, padding: number) =>
      out >= 1 && (out - 1) * stride < size + padding;
    if (
      starts(shape.outHeight, strideHeight, inHeight, shape.paddingHeight) &&
      starts(shape.outWidth, strideWidth, inWidth, shape.paddingWidth)
    )
      return shape;
  }
}

const pools = (random: Random, dilated: boolean): Pool2dShape[] => [
  ...Array.from({ length: 60 }, () => randomPool(random, dilated)),
  poolShape({ inHeight: 12, inWidth: 22, kernelHeight: 2, kernelWidth: 2, strideHeight: 2, strideWidth: 2 }),
  ...[8, 14, 32].map((inWidth) =>
    poolShape({ inHeight: 6, inWidth, kernelHeight: 2, kernelWidth: 2, strideHeight: 2, strideWidth: 2 }),
  ),
  poolShape({ inHeight: 9, inWidth: 17, kernelHeight: 2, kernelWidth: 2, strideHeight: 2, strideWidth: 2 }),
  poolShape({ inHeight: 7, inWidth: 7, kernelHeight: 7, kernelWidth: 7 }),
  poolShape({
    inHeight: 10,
    inWidth: 13,
    kernelHeight: 3,
    kernelWidth: 3,
    paddingHeight: 1,
    paddingWidth: 1,
  }),
];

test("maximum pools of 67 shapes, with equals, NaN and infinities: the same values and places; gradients 1e-6", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(33);
    const shapes = pools(random, true);
    const values = [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const coarse = () => (random() < 0.05 ? pick(random, ...values) : between(random, -3, 3));
    for (const s of shapes) {
      guarded.clear();
      const what = `${kernels.name} maxPool2d ${JSON.stringify(s)}`;
      const [inSize, outSize] = [s.planes * s.inHeight * s.inWidth, s.planes * s.outHeight * s.outWidth];
      const x = guarded.buffer(inSize, coarse);
      const [y, indices] = [guarded.buffer(outSize, () => 7), guarded.buffer(outSize)];
      const [y2, indices2] = [guarded.buffer(outSize), guarded.buffer(outSize)];
      kernels.maxPool2d(s, { x: x.pointer, y: y.pointer, indices: indices.pointer });
      guarded.reference.maxPool2d(s, { x: x.pointer, y: y2.pointer, indices: indices2.pointer });
      assertClose(what, y.floats, y2.floats, 0);
      assert.deepEqual([...indices.integers], [...indices2.integers], what);
      const dy = guarded.buffer(outSize, () => random() * 2 - 1);
      for (const accumulate of [false, true]) {
        const dx = guarded.buffer(inSize, accumulate ? random : nan);
        const dx2 = guarded.buffer(inSize, (i) => dx.floats[i]!);
        kernels.maxPool2dBackward(s, {
          dy: dy.pointer,
          indices: indices2.pointer,
          dx: dx.pointer,
          accumulate,
        });
        guarded.reference.maxPool2dBackward(s, {
          dy: dy.pointer,
          indices: indices2.pointer,
          dx: dx2.pointer,
          accumulate,
        });
        assertClose(`${what} backward`, dx.floats, dx2.floats, 1e-6, () => 2);
      }
      guarded.checkGuards(what);
    }
  });
});

test("average pools of 67 shapes, every divisor: values and gradients 1e-6 of the largest terms", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(34);
    const shapes = pools(random, false);
    for (const s of shapes)
      for (const divisor of ["padded", "inside", 3] satisfies PoolDivisor[]) {
        guarded.clear();
        const what = `${kernels.name} avgPool2d ${divisor} ${JSON.stringify(s)}`;
        const [inSize, outSize] = [s.planes * s.inHeight * s.inWidth, s.planes * s.outHeight * s.outWidth];
        const x = guarded.buffer(inSize, () => random() * 2 - 1);
        const [y, y2] = [guarded.buffer(outSize, nan), guarded.buffer(outSize)];
        kernels.avgPool2d(s, divisor, { x: x.pointer, y: y.pointer });
        guarded.reference.avgPool2d(s, divisor, { x: x.pointer, y: y2.pointer });
        assertClose(what, y.floats, y2.floats, 1e-6, () => 4);
        const dy = guarded.buffer(outSize, () => random() * 2 - 1);
        for (const accumulate of [false, true]) {
          const dx = guarded.buffer(inSize, accumulate ? random : nan);
          const dx2 = guarded.buffer(inSize, (i) => dx.floats[i]!);
          kernels.avgPool2dBackward(s, divisor, { dy: dy.pointer, dx: dx.pointer, accumulate });
          guarded.reference.avgPool2dBackward(s, divisor, { dy: dy.pointer, dx: dx2.pointer, accumulate });
          assertClose(`${what} backward`, dx.floats, dx2.floats, 1e-6, () => 4);
        }
        guarded.checkGuards(what);
      }
  });
});
