// Dropout by its definition; which elements fall differs from PyTorch, whose generator is another.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import { manualSeed, ones, randn, type Tensor } from "../../../kernel/tensor";

/** Forward and backward of ones: the output is then the mask, and so is the gradient. */
function masks(layer: nn.Module, shape: number[]): { y: Float32Array; dx: Float32Array } {
  const x = ones(shape, { requiresGrad: true });
  const y = layer.forward(x);
  y.backward(ones(shape));
  return { y: y.detach().data as Float32Array, dx: x.grad!.data as Float32Array };
}

for (const p of [0.2, 0.5, 0.9]) {
  test(`Dropout(${p}): every element 0 or 1/(1−p) to float32, the share of 0 within 5σ of p, the gradient by the same mask`, () => {
    manualSeed(7);
    const n = 20_000;
    const { y, dx } = masks(new nn.Dropout(p), [n]);
    const kept = Math.fround(1 / (1 - p));
    assert.ok(y.every((value) => value === 0 || value === kept));
    assert.deepEqual(dx, y);
    const dropped = y.filter((value) => value === 0).length;
    assert.ok(Math.abs(dropped - n * p) < 5 * Math.sqrt(n * p * (1 - p)), `${dropped} of ${n} dropped`);
  });
}

test("dropout scales what it keeps of any input, strided too: within 1e-6", () => {
  manualSeed(1);
  const x = randn([30, 40]);
  const y = nn.functional.dropout(x.t(), { p: 0.25 });
  const kept = y.ne(0);
  assert.ok(kept.sum().item() < 1200 && kept.sum().item() > 600);
  const off = y.mul(0.75).sub(x.t()).mul(kept.to("float32")).abs().max().item();
  assert.ok(off <= 1e-6, `off by ${off}`);
});

test("Dropout2d keeps or drops each channel of each sample as one, its gradient too", () => {
  manualSeed(3);
  const { y, dx } = masks(new nn.Dropout2d(0.5), [8, 16, 3, 5]);
  assert.deepEqual(dx, y);
  const first = Float32Array.from({ length: 128 }, (_, channel) => y[channel * 15]!);
  for (const [i, value] of y.entries()) assert.equal(value, first[Math.floor(i / 15)]);
  assert.deepEqual([...new Set(first)].sort(), [0, 2]);
});

describe("Dropout", () => {
  test("draws from the default generator: the same seed, the same mask; the next forward, another", () => {
    const layer = new nn.Dropout();
    const draw = () => layer.forward(ones([200])).toArray();
    manualSeed(9);
    const first = draw();
    const second = draw();
    manualSeed(9);
    assert.deepEqual(draw(), first);
    assert.notDeepEqual(second, first);
  });

  test("is the identity in evaluation and at p = 0, draws nothing there, and leaves only 0 at p = 1", () => {
    const x = randn([5, 3], { requiresGrad: true });
    const same = (y: Tensor) => assert.deepEqual(y.toArray(), x.toArray());
    manualSeed(4);
    const expected = randn([3]).toArray();
    manualSeed(4);
    same(new nn.Dropout(0.9).eval().forward(x));
    same(new nn.Dropout(0).forward(x));
    same(nn.functional.dropout(x, { training: false }));
    assert.deepEqual(randn([3]).toArray(), expected, "the generator stands where it stood");
    const { y, dx } = masks(new nn.Dropout(1), [10]);
    assert.deepEqual([...y, ...dx], new Array<number>(20).fill(0));
  });

  test("refuses probabilities and shapes out of range", () => {
    assert.throws(() => new nn.Dropout(1.5), /Dropout: expected p from 0 to 1, got 1.5/);
    assert.throws(() => nn.functional.dropout(ones([1]), { p: -1 }), /dropout: expected p .* got -1/);
    assert.throws(
      () => new nn.Dropout2d().forward(ones([2, 3])),
      /dropout2d: expected input .* got \[2, 3\]/,
    );
  });
});
