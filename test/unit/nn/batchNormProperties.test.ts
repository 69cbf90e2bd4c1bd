// Batch normalization over shapes drawn at random, sizes of 1 among them: what holds whatever the shape.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BatchNorm1d, BatchNorm2d, BatchRenorm1d, BatchRenorm2d, type Module } from "../../../kernel/nn";
import { Generator, noGrad, randn, type Tensor } from "../../../kernel/tensor";

const size = fc.integer({ min: 1, max: 5 });
const shapes = fc.oneof(fc.tuple(size, size), fc.tuple(size, size, size), fc.tuple(size, size, size, size));
const runs = { seed: 1, numRuns: 150 };

const perChannel = ([n, , ...positions]: readonly number[]) =>
  positions.reduce((product, each) => product * each, n!);
const dimsOf = (shape: readonly number[]) => shape.map((_, dim) => dim).filter((dim) => dim !== 1);
const normal = (shape: readonly number[], seed: number) =>
  randn([...shape], { generator: new Generator(seed) });
const largest = (x: Tensor) => x.abs().max().item();

test("batch statistics are refused exactly when a channel has one value", () => {
  fc.assert(
    fc.property(shapes, fc.boolean(), (shape, renorm) => {
      const [, channels] = shape as number[];
      const Kind = renorm
        ? shape.length === 4
          ? BatchRenorm2d
          : BatchRenorm1d
        : shape.length === 4
          ? BatchNorm2d
          : BatchNorm1d;
      const layer: Module = new Kind(channels!);
      const x = normal(shape, 1);
      if (perChannel(shape) > 1) assert.deepEqual([...layer.forward(x).shape], [...shape]);
      else assert.throws(() => layer.forward(x), /expected more than one value per channel/);
      assert.deepEqual([...layer.eval().forward(x).shape], [...shape]);
    }),
    runs,
  );
});

test("outputs have mean 0 within 1e-5 and the variance v/(v+ε) within 1e-4; Σdx = 0 within 1e-4 of the gradient's size", () => {
  fc.assert(
    fc.property(shapes, fc.integer(), (shape, seed) => {
      fc.pre(perChannel(shape) > 1);
      const [, channels] = shape as number[];
      const layer = new (shape.length === 4 ? BatchNorm2d : BatchNorm1d)(channels!, { eps: 1e-2 });
      const [x, dy] = [normal(shape, seed).requiresGrad_(), normal(shape, seed + 1)];
      const y = layer.forward(x);
      y.backward(dy);
      const dims = dimsOf(shape);
      noGrad(() => {
        const v = x.var(dims, { correction: 0 });
        assert.ok(largest(y.mean(dims)) < 1e-5, "mean");
        assert.ok(largest(y.var(dims, { correction: 0 }).sub(v.div(v.add(1e-2)))) < 1e-4, "variance");
        assert.ok(largest(x.grad!.sum(dims)) < 1e-4 * (1 + largest(x.grad!)), "Σdx");
      });
    }),
    runs,
  );
});

test("a permutation of the samples permutes the outputs, and ghosts of the whole batch are no ghosts: within 1e-5", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      fc.pre(perChannel(shape) > 1);
      const [n, channels] = shape as [number, number];
      const make = (ghostSize: number | null) =>
        new (shape.length === 4 ? BatchNorm2d : BatchNorm1d)(channels, { ghostSize, eps: 1e-2 });
      const x = normal(shape, 3);
      const order = new Generator(4).permutation(n);
      const y = make(null).forward(x);
      const permuted = make(null).forward(x.indexSelect(0, order));
      assert.ok(largest(permuted.sub(y.indexSelect(0, order))) < 1e-5, "permuted");
      assert.ok(largest(make(n).forward(x).sub(y)) < 1e-5, "ghosts");
    }),
    runs,
  );
});
