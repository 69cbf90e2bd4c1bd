// Batch normalisation's kernels against the reference, over [N, C] and [N, C, inner].

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose, onEachEngine, randomNumbers } from "./guardedMemory";

const shapes: [outer: number, channels: number, inner: number][] = [];
for (const channels of [0, 1, 2, 3, 4, 5, 16, 17, 23])
  for (const outer of [1, 2, 5, 60])
    for (const inner of [1, 3, 4, 5, 18]) shapes.push([outer, channels, inner]);
shapes.push([1000, 3, 1], [2, 3, 1000], [60, 100, 1]);

test("statistics: mean within 1e-6 of the spread, variance within 2e-6 relative", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(14);
    for (const [outer, channels, inner] of shapes) {
      guarded.clear();
      const x = guarded.buffer(outer * channels * inner, () => random() * 4 - 1);
      const [mean, variance] = [guarded.buffer(channels), guarded.buffer(channels)];
      const [mean2, variance2] = [guarded.buffer(channels), guarded.buffer(channels)];
      kernels.batchNormStatistics(x.pointer, mean.pointer, variance.pointer, outer, channels, inner);
      guarded.reference.batchNormStatistics(
        x.pointer,
        mean2.pointer,
        variance2.pointer,
        outer,
        channels,
        inner,
      );
      const what = `${kernels.name} statistics [${outer}, ${channels}, ${inner}]`;
      assertClose(what, mean.floats, mean2.floats, 1e-6, () => 3);
      assertClose(what, variance.floats, variance2.floats, 2e-6, undefined, 1e-12);
      guarded.checkGuards(what);
    }
  });
});

test("a mean of 1e4 leaves a variance of 1 within 2 %, both ways the data can lie", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(15);
    const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    for (const [outer, channels, inner] of [
      [6000, 6, 1],
      [60, 6, 100],
    ] as const) {
      guarded.clear();
      const x = guarded.buffer(outer * channels * inner, () => 1e4 + gaussian());
      const [mean, variance] = [guarded.buffer(channels), guarded.buffer(channels)];
      kernels.batchNormStatistics(x.pointer, mean.pointer, variance.pointer, outer, channels, inner);
      const expected = guarded.buffer(channels);
      const ignored = guarded.buffer(channels);
      guarded.reference.batchNormStatistics(
        x.pointer,
        ignored.pointer,
        expected.pointer,
        outer,
        channels,
        inner,
      );
      for (let c = 0; c < channels; c++) {
        assert.ok(Math.abs(mean.floats[c]! - 1e4) < 0.1);
        assert.ok(Math.abs(variance.floats[c]! / expected.floats[c]! - 1) < 1e-5);
      }
      const average = variance.floats.reduce((sum, value) => sum + value, 0) / channels;
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

test("the gradient of a normalised batch sums to 0 and is orthogonal to x̂", () => {
  onEachEngine((guarded, kernels) => {
    const random = randomNumbers(18);
    guarded.clear();
    const [outer, channels] = [60, 7];
    const x = guarded.buffer(outer * channels, () => random() * 3);
    const dy = guarded.buffer(outer * channels, () => random() - 0.5);
    const [mean, invStd, scratch] = [
      guarded.buffer(channels),
      guarded.buffer(channels),
      guarded.buffer(channels),
    ];
    const [dx, scratch2] = [guarded.buffer(outer * channels), guarded.buffer(channels)];
    kernels.batchNormStatistics(x.pointer, mean.pointer, invStd.pointer, outer, channels, 1);
    for (let c = 0; c < channels; c++) invStd.floats[c] = 1 / Math.sqrt(invStd.floats[c]!);
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
