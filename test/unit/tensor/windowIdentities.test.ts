// Convolution and pooling equal what slices, products and sums make of their definitions, gradients included.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  avgPool2d,
  cat,
  conv2d,
  manualSeed,
  matmul,
  maxPool2d,
  pad,
  randn,
  randperm,
  stack,
  type Tensor,
} from "../../../kernel/tensor";

const pair = (low: number, high: number) =>
  fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }));

const window = fc.record({
  seed: fc.nat(),
  batch: fc.integer({ min: 1, max: 3 }),
  size: pair(1, 9),
  kernel: pair(1, 4),
  stride: pair(1, 3),
  padding: pair(0, 2),
  dilation: pair(1, 2),
});
type Window = typeof window extends fc.Arbitrary<infer W> ? W : never;

const convolution = fc
  .record({
    window,
    groups: fc.integer({ min: 1, max: 3 }),
    channels: pair(1, 6),
    biased: fc.boolean(),
  })
  .filter(({ window }) => fits(window));
/** Padding of at most half the kernel, and no dilation that leaps over the whole input: each window has a place in it. */
const pool = window
  .map((w): Window => {
    const [height, width] = w.padding.map((padding, i) => Math.min(padding, w.kernel[i]! >> 1));
    return { ...w, padding: [height!, width!] };
  })
  .filter((w) => fits(w) && w.size.every((size, i) => size >= w.dilation[i]!));

function outSize({ size, kernel, stride, padding, dilation }: Window, i: number): number {
  return Math.floor((size[i]! + 2 * padding[i]! - dilation[i]! * (kernel[i]! - 1) - 1) / stride[i]!) + 1;
}

function fits(w: Window): boolean {
  return outSize(w, 0) >= 1 && outSize(w, 1) >= 1;
}

/** For each place (p, q) of the window, what lies under it at every position: [N, C, H′, W′]. */
function under(x: Tensor, w: Window, value: number): Tensor[] {
  const [ph, pw] = w.padding;
  const padded = pad(x, [pw, pw, ph, ph], { value });
  const along = (t: Tensor, i: number, place: number) => {
    const start = place * w.dilation[i]!;
    return t.slice(2 + i, start, start + (outSize(w, i) - 1) * w.stride[i]! + 1, w.stride[i]!);
  };
  const places: Tensor[] = [];
  for (let p = 0; p < w.kernel[0]; p++)
    for (let q = 0; q < w.kernel[1]; q++) places.push(along(along(padded, 0, p), 1, q));
  return places;
}

/** Σ over the places of the window of W[:, :, p, q] · (what lies under it), group by group. */
function definition(x: Tensor, weight: Tensor, w: Window, groups: number): Tensor {
  const parts = x.chunk(groups, 1).map((part, g) => {
    const own = weight.chunk(groups, 0)[g]!.flatten(2);
    const terms = under(part, w, 0).map((t, i) => matmul(own.select(2, i), t.flatten(2)));
    return terms.reduce((sum, term) => sum.add(term));
  });
  return cat(parts, 1).reshape(x.shape[0]!, weight.shape[0]!, outSize(w, 0), outSize(w, 1));
}

/** Values and gradients of two ways to compute the same, within 2e-5 of the largest. */
function assertSame(leaves: Tensor[], one: () => Tensor, other: () => Tensor): void {
  const [results, expected] = [one, other].map((compute) => {
    for (const leaf of leaves) leaf.grad = null;
    const y = compute();
    manualSeed(7);
    y.mul(randn(y.shape)).sum().backward();
    return [y.detach(), ...leaves.map((leaf) => leaf.grad!)];
  }) as [Tensor[], Tensor[]];
  for (const [i, result] of results.entries()) {
    assert.deepEqual(result.shape, expected[i]!.shape);
    const largest = Math.max(1, expected[i]!.abs().max().item());
    const error = result.sub(expected[i]!).abs().max().item();
    assert.ok(error <= 2e-5 * largest, `${i === 0 ? "value" : `gradient ${i - 1}`} off by ${error}`);
  }
}

test("a convolution is the sum of matrix products with its shifted input: 100 random shapes, 2e-5 of the largest", () => {
  fc.assert(
    fc.property(convolution, ({ window: w, groups, channels, biased }) => {
      manualSeed(w.seed);
      const x = randn([w.batch, groups * channels[0], ...w.size]).requiresGrad_();
      const weight = randn([groups * channels[1], channels[0], ...w.kernel]).requiresGrad_();
      const bias = biased ? randn([groups * channels[1]]).requiresGrad_() : null;
      const { stride, padding, dilation } = w;
      assertSame(
        bias === null ? [x, weight] : [x, weight, bias],
        () => conv2d(x, weight, bias, { stride, padding, dilation, groups }),
        () => {
          const y = definition(x, weight, w, groups);
          return bias === null ? y : y.add(bias.reshape(-1, 1, 1));
        },
      );
    }),
    { numRuns: 100 },
  );
});

test("a maximum pool is the maximum of its shifted input: 100 random shapes", () => {
  fc.assert(
    fc.property(pool, (w) => {
      manualSeed(w.seed);
      const count = w.batch * 2 * w.size[0] * w.size[1];
      const x = randperm(count)
        .to("float32")
        .reshape(w.batch, 2, ...w.size)
        .requiresGrad_();
      const { stride, padding, dilation } = w;
      assertSame(
        [x],
        () => maxPool2d(x, w.kernel, { stride, padding, dilation }),
        () => stack(under(x, w, -1e9)).max(0).values,
      );
    }),
    { numRuns: 100 },
  );
});

test("an average pool is the mean of its shifted input: 100 random shapes, 2e-5 of the largest", () => {
  fc.assert(
    fc.property(pool, (each) => {
      const w: Window = { ...each, dilation: [1, 1] };
      manualSeed(w.seed);
      const x = randn([w.batch, 2, ...w.size]).requiresGrad_();
      const { stride, padding } = w;
      assertSame(
        [x],
        () => avgPool2d(x, w.kernel, { stride, padding }),
        () => stack(under(x, w, 0)).mean(0),
      );
    }),
    { numRuns: 100 },
  );
});
