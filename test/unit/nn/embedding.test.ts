// Embedding and LocalResponseNorm against PyTorch and finite differences.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import { autograd, Generator, manualSeed, ones, randn, tensor, zeros } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack, unpackInt } from "../fixtures";

interface Case<Options> {
  readonly options: Options;
  readonly inputs: [Packed, Packed];
  readonly output: Packed;
  readonly dy: Packed;
  readonly grads: [Packed | null, Packed];
}

const recorded = fixture<{
  embedding: Case<{ paddingIdx: number | null }>[];
  localResponseNorm: Case<nn.functional.LocalResponseNormOptions & { size: number }>[];
}>("nn");
const tolerance = { rtol: 1e-5, atol: 1e-6 };
const int = (values: number[]) => tensor(Int32Array.from(values));

describe("Embedding", () => {
  for (const { options, inputs, output, dy, grads } of recorded.embedding) {
    const [index, weight] = inputs;
    test(`agrees with PyTorch for [${index.shape}] of ${weight.shape[0]} rows, ${JSON.stringify(options)}, rtol 1e-5`, () => {
      const layer = new nn.Embedding(weight.shape[0]!, weight.shape[1]!, options);
      layer.loadStateDict({ weight: unpack(weight) });
      const y = layer.forward(unpackInt(index));
      assertClose(y, output, tolerance, "output");
      y.backward(unpack(dy));
      assertClose(layer.weight.grad, grads[1], tolerance, "dWeight");
    });
  }

  test("rows start from a standard normal distribution, the padding row from 0", () => {
    manualSeed(1);
    const { weight } = new nn.Embedding(200, 50, { paddingIdx: -1 });
    assert.deepEqual(weight.select(0, 199).abs().sum().item(), 0);
    const rest = weight.detach().slice(0, 0, 199);
    assert.ok(Math.abs(rest.mean().item()) < 0.03 && Math.abs(rest.std().item() - 1) < 0.03);
  });

  test("a row used twice gathers both gradients; the padding row none", () => {
    const layer = new nn.Embedding(4, 2, { paddingIdx: 0 });
    layer
      .forward(int([1, 1, 0, 3]))
      .sum()
      .backward();
    assert.deepEqual(layer.weight.grad!.toArray(), [
      [0, 0],
      [2, 2],
      [0, 0],
      [1, 1],
    ]);
    assert.equal(layer.toString(), "Embedding(4, 2, paddingIdx=0)");
  });

  test("maxNorm shortens the rows that are looked up, and no others; as PyTorch's renorm", () => {
    const weight = tensor([
      [3, 4],
      [0.3, 0.4],
      [6, 8],
    ]);
    const layer = nn.Embedding.fromPretrained(weight, { freeze: false, maxNorm: 1 });
    const y = layer.forward(int([0, 1, 0]));
    assert.ok(
      y.allclose(
        tensor([
          [0.6, 0.8],
          [0.3, 0.4],
          [0.6, 0.8],
        ]),
      ),
    );
    assert.ok(
      layer.weight.allclose(
        tensor([
          [0.6, 0.8],
          [0.3, 0.4],
          [6, 8],
        ]),
      ),
    );
    y.sum().backward();
    assert.deepEqual(layer.weight.grad!.toArray(), [
      [2, 2],
      [1, 1],
      [0, 0],
    ]);
    assert.equal(layer.toString(), "Embedding(3, 2, maxNorm=1)");
  });

  test("fromPretrained takes rows over, which learn only if they are not frozen", () => {
    const rows = tensor([
      [1, 2],
      [3, 4],
    ]);
    const layer = nn.Embedding.fromPretrained(rows);
    assert.equal(layer.weight.requiresGrad, false);
    assert.deepEqual(layer.forward(int([1])).toArray(), [[3, 4]]);
    assert.equal(nn.Embedding.fromPretrained(rows, false, 1).paddingIdx, 1);
    assert.deepEqual(layer.parameters(), [layer.weight]);
    assert.throws(
      () => nn.Embedding.fromPretrained(zeros([3])),
      /fromPretrained: expected embeddings .* got \[3\]/,
    );
  });

  test("passes a finite difference check of its weight", () => {
    const layer = new nn.Embedding(4, 3);
    autograd.gradcheck(() => layer.forward(int([2, 0, 2])).square(), [layer.weight]);
  });

  test("refuses numbers that are no rows, other dtypes and sizes", () => {
    const layer = new nn.Embedding(4, 2);
    assert.throws(
      () => layer.forward(int([0, 4])),
      /^RangeError: embedding: expected .* from 0 to 3, got 4$/,
    );
    assert.throws(() => layer.forward(int([-1])), /got -1/);
    assert.throws(
      () => layer.forward(tensor([1])),
      /^TypeError: embedding: expected int32 row numbers, got float32/,
    );
    assert.throws(
      () => nn.functional.embedding(int([0]), zeros([3])),
      /embedding: expected weight \[n, d\], got \[3\]/,
    );
    assert.throws(() => new nn.Embedding(0, 2), /Embedding: expected numEmbeddings .* got 0/);
    assert.throws(
      () => new nn.Embedding(3, 2, { paddingIdx: 3 }),
      /expected paddingIdx to be one of its 3 rows, got 3/,
    );
  });
});

describe("LocalResponseNorm", () => {
  for (const { options, inputs, output, dy, grads } of recorded.localResponseNorm) {
    const [input] = inputs;
    test(`agrees with PyTorch for [${input.shape}], ${JSON.stringify(options)}, rtol 1e-5`, () => {
      const { size, ...constants } = options;
      const layer = new nn.LocalResponseNorm(size, constants);
      const x = unpack(input, { requiresGrad: true });
      const y = layer.forward(x);
      assertClose(y, output, tolerance, "output");
      y.backward(unpack(dy));
      assertClose(x.grad, grads[0]!, tolerance, "dx");
    });
  }

  test("passes a finite difference check", () => {
    const x = randn([2, 4, 2], { generator: new Generator(1), requiresGrad: true });
    autograd.gradcheck((input) => nn.functional.localResponseNorm(input, 3, { alpha: 1 }), x);
  });

  test("refuses other shapes and sizes", () => {
    assert.throws(
      () => new nn.LocalResponseNorm(3).forward(ones([2, 3])),
      /localResponseNorm: expected input \[N, C, L, \.\.\.\], got \[2, 3\]/,
    );
    assert.throws(() => new nn.LocalResponseNorm(0).forward(ones([1, 1, 1])), /expected size .* got 0/);
    assert.equal(
      new nn.LocalResponseNorm(5).toString(),
      "LocalResponseNorm(5, alpha=0.0001, beta=0.75, k=1)",
    );
  });
});
