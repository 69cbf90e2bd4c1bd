// Batch normalization's kernels against the reference, over [N, C] and [N, C, inner].

import assert from "node:assert/strict";
import { test } from "node:test";
import type { EveryKernel } from "./everyKernel";
import { assertClose, type Buffer, type GuardedMemory, onEachEngine, randomNumbers } from "./guardedMemory";

const shapes: [outer: number, channels: number, inner: number][] = [];
for (const channels of [0, 1, 2, 3, 4, 5, 16, 17, 23])
  for (const outer of [1, 2, 5, 60])
    for (const inner of [1, 3, 4, 5, 18]) shapes.push([outer, channels, inner]);
shapes.push([1000, 3, 1], [2, 3, 1000], [60, 100, 1], [33, 37, 1], [64, 39, 1], [65, 39, 1], [97, 21, 1]);
shapes.push([129, 20, 1], [255, 7, 1], [387, 33, 1]); // blocks of rows, sections of a block, and what is left
shapes.push([19, 7, 600], [8, 9, 1024], [3, 1030, 24]); // chunks of images, and what is left; more channels than fit one call

type Gradients = Readonly<Record<"dx" | "dWeight" | "dBias", Float32Array>>;

interface Outputs {
  readonly y: Buffer;
  readonly mean: Buffer;
  readonly invStd: Buffer;
  readonly runningMean: Buffer;
  readonly runningVar: Buffer;
}

/** Runs batchNormForward by both, and gives what each wrote. */
function forward(
  guarded: GuardedMemory,
  kernels: EveryKernel,
  [outer, channels, inner]: readonly [number, number, number],
  value: (i: number) => number,
  affine: { readonly weight: boolean; readonly bias: boolean; readonly tracked: boolean },
): [got: Outputs, expected: Outputs] {
  const m = outer * inner;
  const x = guarded.buffer(m * channels, value);
  const [weight, bias] = [affine.weight, affine.bias].map((given) =>
    given ? guarded.buffer(channels, (i) => 1.5 - (i % 7) / 4).pointer : 0,
  ) as [number, number];
  return [kernels, guarded.reference].map((each) => {
    const [mean, invStd, y] = [channels, channels, m * channels].map((length) => guarded.buffer(length)) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    const running = [0.25, 0.75].map((start) => guarded.buffer(channels, () => start)) as [Buffer, Buffer];
    const [runningMean, runningVar] = running;
    const correction = m > 1 ? m / (m - 1) : 1;
    each.batchNormForward({
      ...{ x: x.pointer, weight, bias, y: y.pointer, mean: mean.pointer, invStd: invStd.pointer },
      ...{ runningMean: affine.tracked ? runningMean.pointer : 0 },
      ...{ runningVar: affine.tracked ? runningVar.pointer : 0 },
      ...{ outer, channels, inner, eps: 1e-5, momentum: 0.1, correction },
    });
    return { y, mean, invStd, runningMean, runningVar };
  }) as [Outputs, Outputs];
}

test("forward: mean within 1e-6 of the spread, invStd within 2e-6, y and running statistics within 3e-6", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(14);
    for (const shape of shapes) {
      guarded.clear();
      const [weight, bias, tracked] = [0, 1, 2].map(() => random() < 0.7) as [boolean, boolean, boolean];
      // Where a channel has one value, or few, 1/√(variance + eps) magnifies the rounding of its mean.
      const few = shape[0] * shape[2] <= 3;
      const value = few ? () => Math.round(random() * 8) / 4 : () => random() * 4 - 1;
      const [got, expected] = forward(guarded, kernels, shape, value, { weight, bias, tracked });
      const what = `${kernels.name} forward [${shape.join(", ")}]`;
      const slack = few ? 1e-3 : 0;
      assertClose(what, got.mean.floats, expected.mean.floats, 1e-6, () => 3);
      assertClose(what, got.invStd.floats, expected.invStd.floats, few ? 1e-4 : 2e-6);
      assertClose(what, got.y.floats, expected.y.floats, 3e-6, () => 4, slack);
      assertClose(what, got.runningMean.floats, expected.runningMean.floats, 3e-6, () => 1);
      assertClose(what, got.runningVar.floats, expected.runningVar.floats, 3e-6, () => 1);
      guarded.checkGuards(what);
    }
  });
});

test("more columns than fit one call", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(19);
    guarded.clear();
    const shape = [3, 4099, 1] as const;
    const affine = { weight: true, bias: true, tracked: true };
    const [got, expected] = forward(guarded, kernels, shape, () => random() * 9, affine);
    for (const name of ["mean", "y", "runningMean", "runningVar"] as const) {
      assertClose(name, got[name].floats, expected[name].floats, 1e-5, () => 4, 1e-4);
    }
    guarded.checkGuards(`${kernels.name} 4099 columns`);
  });
});

test("a mean of 1e4 leaves a variance of 1 within 2 %, both ways the data can lie", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(15);
    const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    for (const shape of [
      [6000, 6, 1],
      [60, 6, 100],
    ] as const) {
      guarded.clear();
      const plain = { weight: false, bias: false, tracked: false };
      const [got, expected] = forward(guarded, kernels, shape, () => 1e4 + gaussian(), plain);
      for (let c = 0; c < shape[1]; c++) {
        assert.ok(Math.abs(got.mean.floats[c]! - 1e4) < 0.1);
        assert.ok(Math.abs(got.invStd.floats[c]! / expected.invStd.floats[c]! - 1) < 1e-5);
      }
      const average = got.invStd.floats.reduce((sum, value) => sum + 1 / value ** 2, 0) / shape[1];
      assert.ok(Math.abs(average - 1) < 0.02, `got ${average}`);
    }
  });
});

test("what drifts, steps, starts far off or has an outlier, in rows or images: mean and invStd within 1e-6", () => {
  const random = randomNumbers(23);
  const normals = Array.from(
    { length: 5000 },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
  let drawn = 0;
  const gauss = () => normals[drawn++ % normals.length]!;
  /** The value in row r of n. */
  const hard: Readonly<Record<string, (r: number, n: number) => number>> = {
    "a mean of 1e6": () => 1e6 + gauss(),
    "a drift over all rows": (r, n) => (1000 * r) / n + gauss() / 100,
    "rows in order": (r, n) => r / n,
    "a step in the middle": (r, n) => (r < n / 2 ? 0 : 1e4) + gauss(),
    "a step each block": (r) => 100 * Math.floor(r / 128) + gauss() / 1000,
    "a first block far off": (r) => (r < 128 ? 1e4 : 0) + gauss(),
    "a first value far off": (r) => (r === 0 ? 1e5 : gauss()),
    "a last value far off": (r, n) => (r === n - 1 ? 1e6 : gauss()),
    "two values in turns": (r) => (r % 2 === 0 ? 1e4 : -1e4) + gauss(),
  };
  onEachEngine((guarded, kernels) => {
    for (const [what, value] of Object.entries(hard)) {
      // Some in one chunk, some in several.
      for (const shape of [
        [65, 5, 1],
        [128, 5, 1],
        [129, 5, 1],
        [1000, 5, 1],
        [4099, 37, 1],
        [3, 5, 300],
        [40, 5, 400],
      ] as const) {
        guarded.clear();
        const [outer, channels, inner] = shape;
        const at = (i: number) => Math.floor(i / channels / inner) * inner + (i % inner);
        const plain = { weight: false, bias: false, tracked: false };
        const [got, expected] = forward(guarded, kernels, shape, (i) => value(at(i), outer * inner), plain);
        const name = `${kernels.name}, ${what} of [${shape.join(", ")}]`;
        const root = Array.from(expected.mean.floats, (mean, c) =>
          Math.hypot(mean, 1 / expected.invStd.floats[c]!),
        );
        assertClose(name, got.mean.floats, expected.mean.floats, 1e-6, (c) => root[c]!);
        assertClose(name, got.invStd.floats, expected.invStd.floats, 1e-6);
      }
    }
  });
});

test("apply, with and without weight and bias: 1e-6 of |y| + 1, at a mean of 1e4 too", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(16);
    for (const [i, [outer, channels, inner]] of shapes.entries())
      for (const center of [0, 1e4]) {
        const affine = (i + (center === 0 ? 0 : 1)) % 4;
        guarded.clear();
        const x = guarded.buffer(outer * channels * inner, () => center + random() * 4 - 2);
        const mean = guarded.buffer(channels, () => center + random());
        const invStd = guarded.buffer(channels, () => 0.5 + random());
        const weight = affine & 2 ? guarded.buffer(channels, () => random() * 2).pointer : 0;
        const bias = affine & 1 ? guarded.buffer(channels, () => random() * 2 - 1).pointer : 0;
        const y = guarded.buffer(outer * channels * inner);
        const expected = guarded.buffer(outer * channels * inner);
        const inputs = { x: x.pointer, mean: mean.pointer, invStd: invStd.pointer, weight, bias };
        const shape = { outer, channels, inner };
        kernels.batchNormApply({ ...inputs, y: y.pointer, ...shape });
        guarded.reference.batchNormApply({ ...inputs, y: expected.pointer, ...shape });
        const what = `${kernels.name} apply [${outer}, ${channels}, ${inner}]`;
        assertClose(what, y.floats, expected.floats, 1e-6, (i) => Math.abs(expected.floats[i]!) + 4);
        guarded.checkGuards(what);
      }
  });
});

test("backward: dx, dWeight and dBias within 2e-6 of their largest terms", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(17);
    for (const [outer, channels, inner] of shapes)
      for (const weighted of [false, true]) {
        guarded.clear();
        const size = outer * channels * inner;
        const x = guarded.buffer(size, () => random() * 4 - 2);
        const dy = guarded.buffer(size, () => random() * 2 - 1);
        const mean = guarded.buffer(channels, () => random() - 0.5);
        const invStd = guarded.buffer(channels, () => 0.5 + random());
        const weight = weighted ? guarded.buffer(channels, () => random() * 2).pointer : 0;
        const [got, expected] = [kernels, guarded.reference].map((each) => {
          const [dx, dWeight, dBias] = [size, channels, channels].map((length) => guarded.buffer(length)) as [
            ...[Buffer, Buffer, Buffer],
          ];
          each.batchNormBackward({
            ...{ x: x.pointer, mean: mean.pointer, invStd: invStd.pointer, weight, dy: dy.pointer },
            ...{ dx: dx.pointer, dWeight: dWeight.pointer, dBias: dBias.pointer, outer, channels, inner },
          });
          return { dx: dx.floats, dWeight: dWeight.floats, dBias: dBias.floats };
        }) as [Gradients, Gradients];
        const what = `${kernels.name} backward [${outer}, ${channels}, ${inner}]`;
        const m = outer * inner;
        assertClose(what, got.dBias, expected.dBias, 1e-6, () => m);
        assertClose(what, got.dWeight, expected.dWeight, 2e-6, () => 4 * m);
        assertClose(what, got.dx, expected.dx, 2e-6, () => 12);
        guarded.checkGuards(what);
      }
  });
});

test("an activation gives the bits of the pair, in forward, apply and backward, also where dx takes the place of dy", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(20);
    const some = shapes.filter(([outer, channels]) => outer !== 2 && [0, 1, 3, 16, 100].includes(channels));
    for (const [outer, channels, inner] of some)
      for (const activation of ["relu", "sigmoid", "tanh"] as const) {
        guarded.clear();
        const size = outer * channels * inner;
        const shape = { outer, channels, inner };
        const x = guarded.buffer(size, () => random() * 4 - 2).pointer;
        const start = Array.from({ length: size }, () => random() * 2 - 1);
        const dy = guarded.buffer(size, (i) => start[i]!).pointer;
        const [weight, bias] = [0, 1].map(() =>
          random() < 0.7 ? guarded.buffer(channels, () => random() * 2 - 0.5).pointer : 0,
        ) as [number, number];
        const what = `${kernels.name} ${activation} [${outer}, ${channels}, ${inner}]`;
        for (const each of [kernels, guarded.reference]) {
          const results = [0, 1].map((fused) => {
            const [y, applied, dx] = [0, 1, 2].map(() => guarded.buffer(size)) as [Buffer, Buffer, Buffer];
            const [mean, invStd, dWeight, dBias] = [0, 1, 2, 3].map(() => guarded.buffer(channels)) as [
              Buffer,
              Buffer,
              Buffer,
              Buffer,
            ];
            const act = fused ? activation : null;
            const statistics = { mean: mean.pointer, invStd: invStd.pointer };
            each.batchNormForward({
              ...{ x, weight, bias, runningMean: 0, runningVar: 0, y: y.pointer, ...statistics },
              ...{ ...shape, eps: 1e-5, momentum: 0.1, correction: 1, activation: act },
            });
            each.batchNormApply({
              ...{ x, ...statistics, weight, bias, y: applied.pointer, ...shape, activation: act },
            });
            const saved = guarded.buffer(size, (i) => start[i]!);
            const sums = { dWeight: dWeight.pointer, dBias: dBias.pointer };
            const from = { x, ...statistics, weight, dy: saved.pointer };
            if (!fused) {
              for (const { pointer } of [y, applied])
                each.unary(activation, { x: pointer, y: pointer, n: size });
              each.unaryGrad(activation, {
                saved: y.pointer,
                dy,
                dx: saved.pointer,
                n: size,
                accumulate: false,
              });
              each.batchNormBackward({ ...from, dx: dx.pointer, ...sums, ...shape });
            } else {
              each.batchNormBackward({
                ...{ ...from, dx: saved.pointer, ...sums, ...shape, activation, y: y.pointer, bias },
              });
              each.unary("copy", { x: saved.pointer, y: dx.pointer, n: size });
            }
            return [y, applied, dx, mean, invStd, dWeight, dBias];
          }) as [Buffer[], Buffer[]];
          for (const [i, buffer] of results[0].entries()) {
            const fused = results[1][i]!;
            if (each === kernels) assert.deepEqual(fused.integers, buffer.integers, `${what}, result ${i}`);
            else assertClose(what, fused.floats, buffer.floats, 1e-5, () => 4);
          }
        }
        guarded.checkGuards(what);
      }
  });
});

test("the gradient of a normalized batch sums to 0 and is orthogonal to x̂", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(18);
    guarded.clear();
    const [outer, channels] = [60, 7];
    const x = guarded.buffer(outer * channels, () => random() * 3);
    const dy = guarded.buffer(outer * channels, () => random() - 0.5);
    const [mean, invStd, scratch, scratch2] = [0, 1, 2, 3].map(() => guarded.buffer(channels)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    const dx = guarded.buffer(outer * channels);
    const input = {
      x: x.pointer,
      mean: mean.pointer,
      invStd: invStd.pointer,
      weight: 0,
      outer,
      channels,
      inner: 1,
    };
    kernels.batchNormForward({
      ...{ ...input, bias: 0, runningMean: 0, runningVar: 0, y: dx.pointer },
      ...{ eps: 0, momentum: 0, correction: 1 },
    });
    kernels.batchNormBackward({
      ...{ ...input, dy: dy.pointer, dx: dx.pointer, dWeight: scratch.pointer, dBias: scratch2.pointer },
    });
    for (let c = 0; c < channels; c++) {
      let [sum, dot] = [0, 0];
      for (let i = 0; i < outer; i++) {
        sum += dx.floats[i * channels + c]!;
        dot += dx.floats[i * channels + c]! * (x.floats[i * channels + c]! - mean.floats[c]!);
      }
      assert.ok(Math.abs(sum) < 1e-5 && Math.abs(dot) < 1e-5);
    }
  });
});
