// Starting values are distributed as they say. Seeds are fixed: the bounds hold on every machine.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { init, Parameter } from "../../../kernel/nn";
import { manualSeed, type Tensor, zeros } from "../../../kernel/tensor";

const fresh = (...shape: number[]) => new Parameter(zeros(shape));
const momentsOf = (tensor: Tensor) => {
  const values = tensor.detach();
  return { mean: values.mean().item(), std: values.std().item(), most: values.abs().max().item() };
};
const near = (actual: number, expected: number, share = 0.02) =>
  assert.ok(Math.abs(actual - expected) <= share * Math.abs(expected), `expected ${expected}, got ${actual}`);

describe("fans", () => {
  const cases: [string, (weight: Tensor) => unknown, number][] = [
    ["xavierUniform_", (w) => init.xavierUniform_(w), Math.sqrt(2 / (270 + 540))],
    ["xavierNormal_ with a gain", (w) => init.xavierNormal_(w, 3), 3 * Math.sqrt(2 / (270 + 540))],
    ["kaimingUniform_", (w) => init.kaimingUniform_(w), Math.sqrt(2 / 270)],
    ["kaimingUniform_, a", (w) => init.kaimingUniform_(w, { a: 1 }), Math.sqrt(1 / 270)],
    ["kaimingNormal_, fanOut", (w) => init.kaimingNormal_(w, { mode: "fanOut" }), Math.sqrt(2 / 540)],
    ["kaimingNormal_, tanh", (w) => init.kaimingNormal_(w, { nonlinearity: "tanh" }), 5 / 3 / Math.sqrt(270)],
  ];
  for (const [name, fill, std] of cases) {
    test(`of a convolution's weight [60, 30, 3, 3] give ${name} its deviation, within 2 %`, () => {
      manualSeed(2);
      const weight = fresh(60, 30, 3, 3);
      assert.equal(fill(weight), weight);
      const moments = momentsOf(weight);
      near(moments.std, std);
      assert.ok(Math.abs(moments.mean) < 0.03 * std);
      if (name.includes("Uniform")) near(moments.most, Math.sqrt(3) * std, 1e-3);
      else assert.ok(moments.most > 3.5 * std, "a normal distribution has tails");
    });
  }

  test("need two dimensions, and a mode and nonlinearity that exist", () => {
    assert.throws(() => init.kaimingNormal_(zeros([3])), /init: expected a weight .* got \[3\]/);
    assert.throws(
      () => init.kaimingNormal_(zeros([3, 3]), { mode: "fan_in" as "fanIn" }),
      /^RangeError: init: expected mode to be one of fanIn, fanOut, got fan_in$/,
    );
    assert.throws(
      () => init.calculateGain("leaky_relu" as "relu"),
      /^RangeError: calculateGain: expected nonlinearity to be one of linear, .*, got leaky_relu$/,
    );
    assert.throws(
      () => init.calculateGain("leakyRelu", "0.2" as never),
      /^TypeError: calculateGain: expected slope to be a number, got/,
    );
    assert.equal(init.calculateGain("leakyRelu", 1), 1);
    assert.equal(init.calculateGain("selu"), 0.75);
    assert.equal(init.calculateGain("relu"), Math.SQRT2);
  });
});

test("uniform_ and normal_ have the bounds and moments given, constant_, zeros_, ones_ and eye_ their values", () => {
  manualSeed(3);
  const weight = fresh(100, 200);
  init.uniform_(weight, -1, 3);
  const uniform = momentsOf(weight);
  near(uniform.mean, 1);
  near(uniform.std, 4 / Math.sqrt(12));
  assert.ok(weight.detach().min().item() >= -1 && weight.detach().max().item() < 3);
  init.uniform_(weight);
  assert.ok(weight.detach().min().item() >= 0 && weight.detach().max().item() < 1);
  near(momentsOf(weight).mean, 0.5);
  init.normal_(weight, 2, 0.5);
  near(momentsOf(weight).mean, 2);
  near(momentsOf(weight).std, 0.5);
  const small = fresh(2, 3);
  assert.equal(init.constant_(small, 7).sum().item(), 42);
  assert.equal(init.ones_(small).sum().item(), 6);
  assert.equal(init.zeros_(small).sum().item(), 0);
  assert.deepEqual(init.eye_(small).toArray(), [
    [1, 0, 0],
    [0, 1, 0],
  ]);
  assert.ok(small.isLeaf && small.requiresGrad);
  assert.throws(() => init.eye_(zeros([2, 2, 2])), /eye_: expected a matrix, got \[2, 2, 2\]/);
});

describe("truncNormal_", () => {
  /** φ and Φ by the midpoint rule: the moments of what is left of a normal distribution between a and b. */
  function truncated(a: number, b: number): { mean: number; variance: number } {
    const n = 100_000;
    const points = Array.from({ length: n }, (_, i) => a + ((b - a) * (i + 0.5)) / n);
    const weights = points.map((z) => Math.exp((-z * z) / 2));
    const total = weights.reduce((sum, w) => sum + w, 0);
    const mean = points.reduce((sum, z, i) => sum + z * weights[i]!, 0) / total;
    const variance = points.reduce((sum, z, i) => sum + (z - mean) ** 2 * weights[i]!, 0) / total;
    return { mean, variance };
  }
  for (const [a, b] of [
    [-2, 2],
    [-0.5, 3],
    [1, 1.5],
    [4, 9],
    [-50, 50],
  ] as const) {
    test(`between ${a} and ${b} standard deviations: moments within 2 %, none outside`, () => {
      manualSeed(4);
      const [mean, std] = [10, 0.5];
      const weight = fresh(200, 200);
      init.truncNormal_(weight, mean, std, mean + a * std, mean + b * std);
      const expected = truncated(Math.max(a, -10), Math.min(b, 10));
      const z = weight.detach().sub(mean).div(std);
      near(z.var().item(), expected.variance);
      assert.ok(Math.abs(z.mean().item() - expected.mean) < 0.02 * Math.sqrt(expected.variance));
      assert.ok(z.min().item() >= a - 1e-5 && z.max().item() <= b + 1e-5);
    });
  }

  test("is cut at ±2 unless told otherwise, and refuses an interval that nothing falls into", () => {
    manualSeed(5);
    const weight = fresh(50, 50);
    init.truncNormal_(weight);
    assert.ok(momentsOf(weight).most <= 2 && momentsOf(weight).most > 1.95);
    assert.ok(Math.abs(weight.mean().item()) < 0.06, "0 in the middle");
    assert.ok(Math.abs(weight.std().item() - 0.88) < 0.04, "what is left of 1");
    assert.throws(
      () => init.truncNormal_(weight, 0, 1, 20, 30),
      /truncNormal_: expected a < b within ten .* got 20 and 30 for mean 0 and std 1/,
    );
    assert.throws(() => init.truncNormal_(weight, 0, 1, 1, 1), /got 1 and 1/);
  });
});

describe("orthogonal_", () => {
  for (const shape of [
    [5, 5],
    [3, 8],
    [8, 3],
    [4, 2, 3, 3],
    [1, 1],
  ]) {
    test(`of [${shape}] has orthonormal rows or columns times gain: within 1e-6`, () => {
      manualSeed(6);
      const weight = fresh(...shape);
      init.orthogonal_(weight, 2);
      const [rows] = shape as [number];
      const matrix = weight.detach().reshape(rows, -1).div(2);
      const columns = matrix.shape[1]!;
      const product = rows < columns ? matrix.matmul(matrix.t()) : matrix.t().matmul(matrix);
      const off = product
        .sub(init.eye_(zeros([...product.shape])))
        .abs()
        .max()
        .item();
      assert.ok(off < 1e-6, `off by ${off}`);
    });
  }

  test("is as likely one matrix as any other: over many, each element has mean 0 and variance 1/n", () => {
    manualSeed(7);
    const [n, draws] = [3, 4_000];
    const weight = fresh(n, n);
    const sums = new Float64Array(n * n);
    const squares = new Float64Array(n * n);
    for (let i = 0; i < draws; i++) {
      for (const [at, value] of init.orthogonal_(weight).detach().data.entries()) {
        sums[at]! += value;
        squares[at]! += value * value;
      }
    }
    for (let at = 0; at < n * n; at++) {
      assert.ok(Math.abs(sums[at]! / draws) < 4 / Math.sqrt(n * draws), `mean of element ${at}`);
      near(squares[at]! / draws, 1 / n, 0.08);
    }
  });

  test("needs two dimensions", () => {
    assert.throws(() => init.orthogonal_(zeros([3])), /init: expected a weight .* got \[3\]/);
  });
});
