// Batch normalization's kernels against the reference, over [N, C] and [N, C, inner].

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kernels } from "../../../../kernel/tensor/wasm";
import { assertClose, type Buffer, type GuardedMemory, onEachEngine, randomNumbers } from "./guardedMemory";

const shapes: [outer: number, channels: number, inner: number][] = [];
for (const channels of [0, 1, 2, 3, 4, 5, 16, 17, 23])
  for (const outer of [1, 2, 5, 60])
    for (const inner of [1, 3, 4, 5, 18]) shapes.push([outer, channels, inner]);
shapes.push([1000, 3, 1], [2, 3, 1000], [60, 100, 1], [33, 37, 1], [64, 39, 1], [65, 39, 1], [97, 21, 1]);

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
  kernels: Kernels,
  [outer, channels, inner]: readonly [number, number, number],
  value: () => number,
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
    const tracked = running.map(({ pointer }) => (affine.tracked ? pointer : 0)) as [number, number];
    const results = [y.pointer, mean.pointer, invStd.pointer] as const;
    const correction = m > 1 ? m / (m - 1) : 1;
    each.batchNormForward(
      ...[x.pointer, weight, bias, ...tracked, ...results, outer, channels, inner, 1e-5, 0.1, correction],
    );
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

test("apply, with and without weight and bias: 1e-6 of |y| + 1, at a mean of 1e4 too", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(16);
    for (const [outer, channels, inner] of shapes)
      for (const center of [0, 1e4])
        for (const affine of [0, 1, 2, 3]) {
          guarded.clear();
          const x = guarded.buffer(outer * channels * inner, () => center + random() * 4 - 2);
          const mean = guarded.buffer(channels, () => center + random());
          const invStd = guarded.buffer(channels, () => 0.5 + random());
          const weight = affine & 2 ? guarded.buffer(channels, () => random() * 2).pointer : 0;
          const bias = affine & 1 ? guarded.buffer(channels, () => random() * 2 - 1).pointer : 0;
          const y = guarded.buffer(outer * channels * inner);
          const expected = guarded.buffer(outer * channels * inner);
          const before = [x.pointer, mean.pointer, invStd.pointer, weight, bias] as const;
          kernels.batchNormApply(...before, y.pointer, outer, channels, inner);
          guarded.reference.batchNormApply(...before, expected.pointer, outer, channels, inner);
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
        const outputs = () =>
          [guarded.buffer(size), guarded.buffer(channels), guarded.buffer(channels)] as const;
        const [dx, dWeight, dBias] = outputs();
        const [dx2, dWeight2, dBias2] = outputs();
        const before = [x.pointer, mean.pointer, invStd.pointer, weight, dy.pointer] as const;
        const shape = [outer, channels, inner] as const;
        kernels.batchNormBackward(...before, dx.pointer, dWeight.pointer, dBias.pointer, ...shape);
        guarded.reference.batchNormBackward(
          ...before,
          dx2.pointer,
          dWeight2.pointer,
          dBias2.pointer,
          ...shape,
        );
        const what = `${kernels.name} backward [${outer}, ${channels}, ${inner}]`;
        const m = outer * inner;
        assertClose(what, dBias.floats, dBias2.floats, 1e-6, () => m);
        assertClose(what, dWeight.floats, dWeight2.floats, 2e-6, () => 4 * m);
        assertClose(what, dx.floats, dx2.floats, 2e-6, () => 12);
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
        const shape = [outer, channels, inner] as const;
        const x = guarded.buffer(size, () => random() * 4 - 2).pointer;
        const start = Array.from({ length: size }, () => random() * 2 - 1);
        const dy = guarded.buffer(size, (i) => start[i]!).pointer;
        const [weight, bias] = [0, 1].map(() =>
          random() < 0.7 ? guarded.buffer(channels, () => random() * 2 - 0.5).pointer : 0,
        ) as [number, number];
        const what = `${kernels.name} ${activation} [${shape.join(", ")}]`;
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
            each.batchNormForward(
              ...([x, weight, bias, 0, 0, y.pointer, mean.pointer, invStd.pointer] as const),
              ...([...shape, 1e-5, 0.1, 1, act] as const),
            );
            const statistics = [mean.pointer, invStd.pointer, weight] as const;
            each.batchNormApply(x, ...statistics, bias, applied.pointer, ...shape, act);
            const saved = guarded.buffer(size, (i) => start[i]!);
            const sums = [dWeight.pointer, dBias.pointer] as const;
            if (!fused) {
              for (const { pointer } of [y, applied]) each.unary(activation, pointer, pointer, size);
              each.unaryGrad(activation, y.pointer, dy, saved.pointer, size, false);
              each.batchNormBackward(x, ...statistics, saved.pointer, dx.pointer, ...sums, ...shape);
            } else {
              each.batchNormBackward(
                ...([x, ...statistics, saved.pointer, saved.pointer, ...sums, ...shape] as const),
                ...([activation, y.pointer, bias] as const),
              );
              each.unary("copy", saved.pointer, dx.pointer, size);
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
    kernels.batchNormForward(
      ...[x.pointer, 0, 0, 0, 0, dx.pointer, mean.pointer, invStd.pointer, outer, channels, 1, 0, 0, 1],
    );
    kernels.batchNormBackward(
      ...[x.pointer, mean.pointer, invStd.pointer, 0, dy.pointer, dx.pointer],
      ...[scratch.pointer, scratch2.pointer, outer, channels, 1],
    );
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
