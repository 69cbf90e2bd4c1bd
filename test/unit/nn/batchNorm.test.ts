// What batch normalization is by its definition (Ioffe & Szegedy 2015), whatever the numbers.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  Conv2d,
  InstanceNorm1d,
  InstanceNorm2d,
  Linear,
  Sequential,
  Sigmoid,
} from "../../../kernel/nn";
import { Generator, noGrad, randn, type Tensor, tensor } from "../../../kernel/tensor";

const generator = new Generator(11);
const normal = (shape: number[], requiresGrad = false) => randn(shape, { generator, requiresGrad });
const channels = 5;

/** A layer whose γ, β and ε are not the ones it starts with, and a forward and backward through it. */
function pass(shape: number[], { eps = 1e-5 } = {}) {
  const layer = new (kindOf(shape))(channels, { eps });
  layer.loadStateDict(
    { weight: normal([channels]).square().add(0.5), bias: normal([channels]) },
    { strict: false },
  );
  const x = normal(shape).mul(2).add(1).detach().requiresGrad_();
  const y = layer.forward(x);
  const dy = normal(shape);
  y.backward(dy);
  const dims = shape.map((_, dim) => dim).filter((dim) => dim !== 1);
  return { layer, x, y, dy, dx: x.grad!, dims };
}

const kindOf = ({ length }: readonly number[]) =>
  length <= 3 ? BatchNorm1d : length === 4 ? BatchNorm2d : BatchNorm3d;

/** [C] laid over [N, C, ...]. */
const spread = (perChannel: Tensor, { shape }: Tensor) =>
  perChannel.reshape(channels, ...shape.slice(2).map(() => 1));

function assertNear(actual: Tensor, expected: Tensor | number, atol: number, what: string): void {
  const difference = actual.detach().sub(expected).abs().max().item();
  assert.ok(difference <= atol, `${what}: off by ${difference.toExponential(2)}, allowed ${atol}`);
}

for (const shape of [
  [16, channels],
  [7, channels, 3],
  [3, channels, 4, 2],
  [1, channels, 3, 5],
  [2, channels, 2, 3, 2],
]) {
  describe(`${kindOf(shape).name} of [${shape}]`, () => {
    test("gives each channel mean β and variance γ²·v/(v+ε) before γ and β are learned: within 1e-5", () => {
      const { x, dims } = pass(shape);
      const fresh = new (kindOf(shape))(channels);
      const y = noGrad(() => fresh.forward(x));
      const v = x.detach().var(dims, { correction: 0 });
      assertNear(y.mean(dims), 0, 1e-6, "mean");
      assertNear(y.var(dims, { correction: 0 }), v.div(v.add(1e-5)), 1e-5, "variance");
    });

    test("Σdx = 0 per channel: within 1e-5", () => {
      const { dx, dims } = pass(shape);
      assertNear(dx.sum(dims), 0, 1e-5, "Σdx");
      assert.ok(dx.abs().sum().item() > 1, "the gradient itself is not 0");
    });

    test("Σdx·x̂ = γ·r·dγ·ε/(v+ε), with an ε that matters: within 1e-4", () => {
      const eps = 0.5;
      const { layer, x, dx, dims } = pass(shape, { eps });
      const data = x.detach();
      const v = data.var(dims, { correction: 0 });
      const r = v.add(eps).sqrt().reciprocal();
      const centered = data.sub(spread(data.mean(dims), data));
      const xHat = centered.mul(spread(r, data));
      const dWeight = layer.weight!.grad!;
      const expected = layer.weight!.detach().mul(r).mul(dWeight).mul(eps).div(v.add(eps));
      assertNear(dx.mul(xHat).sum(dims), expected, 1e-4, "Σdx·x̂");
      assert.ok(expected.abs().max().item() > 0.01, "the right side is not 0");
    });

    test("dβ = Σdy and dγ = Σdy·x̂: within 1e-5", () => {
      const { layer, y, dy, dims } = pass(shape);
      const bias = layer.bias!.detach();
      const xHat = y.detach().sub(spread(bias, y)).div(spread(layer.weight!.detach(), y));
      assertNear(layer.bias!.grad!, dy.sum(dims), 1e-5, "dβ");
      assertNear(layer.weight!.grad!, dy.mul(xHat).sum(dims), 1e-5, "dγ");
    });

    test("dx = (γ·r/m)·(m·dy − dβ − x̂·dγ): within 1e-5", () => {
      const { layer, x, dy, dx, dims } = pass(shape);
      const data = x.detach();
      const m = data.numel() / channels;
      const r = data.var(dims, { correction: 0 }).add(layer.eps).sqrt().reciprocal();
      const xHat = data.sub(spread(data.mean(dims), data)).mul(spread(r, data));
      const along = (perChannel: Tensor) => spread(perChannel.detach(), data);
      const rest = dy
        .mul(m)
        .sub(along(layer.bias!.grad!))
        .sub(xHat.mul(along(layer.weight!.grad!)));
      const expected = along(layer.weight!.detach().mul(r).div(m)).mul(rest);
      assertNear(dx, expected, 1e-5, "dx");
    });

    test("evaluated, dx = γ·r·dy with the running statistics: within 1e-6", () => {
      const { layer, x, dy } = pass(shape);
      layer.eval();
      const input = x.detach().requiresGrad_();
      layer.forward(input).backward(dy);
      const factor = layer.weight!.detach().div(layer.runningVar!.add(layer.eps).sqrt());
      assertNear(input.grad!, dy.mul(spread(factor, dy)), 1e-6, "dx");
    });
  });
}

describe("at a mean of ±1e4 the variance of 1 is found within 2 %, where E[x²] − E[x]² in float32 finds 16", () => {
  for (const shape of [
    [64, channels],
    [4096, channels],
    [16, channels, 9],
    [8, channels, 16, 16],
  ]) {
    for (const mean of [1e4, -1e4]) {
      test(`${kindOf(shape).name} of [${shape}], ${mean}`, () => {
        const x = normal(shape).add(mean);
        const values = Array.from({ length: channels }, (_, c) =>
          Array.from(x.transpose(0, 1).select(0, c).contiguous().data),
        );
        const truth = values.map((channel) => {
          const average = channel.reduce((sum, value) => sum + value, 0) / channel.length;
          return channel.reduce((sum, value) => sum + (value - average) ** 2, 0) / (channel.length - 1);
        });
        const layer = new (kindOf(shape))(channels, { momentum: 1 });
        const y = noGrad(() => layer.forward(x));
        for (const [c, variance] of truth.entries()) {
          const found = layer.runningVar!.data[c]!;
          assert.ok(Math.abs(found / variance - 1) < 0.02, `running: ${found} for ${variance}`);
        }
        const dims = shape.map((_, dim) => dim).filter((dim) => dim !== 1);
        assertNear(y.var(dims, { correction: 0 }), 1, 0.02, "variance of y");
        assertNear(y.mean(dims), 0, 2e-3, "mean of y: two of the steps of 1e-3 that float32 has at 1e4");
      });
    }
  }
});

describe("BatchNorm1d after a linear layer", () => {
  const x = normal([32, 6]);
  const dy = normal([32, channels]);

  test("takes all gradient from the bias before it: within 1e-5", () => {
    const linear = new Linear(6, channels);
    new BatchNorm1d(channels).forward(linear.forward(x)).backward(dy);
    assertNear(linear.bias!.grad!, 0, 1e-5, "dbias");
    assert.ok(linear.weight.grad!.abs().max().item() > 0.1, "the weight has one");
  });

  test("does not see the scale of the weights: BN(aWx) = BN(Wx) within 1e-5, and dW shrinks by 1/a within 1e-4", () => {
    const [W, a] = [normal([channels, 6]), 8];
    const run = (weight: Tensor) => {
      const layer = new BatchNorm1d(channels, { eps: 1e-12 });
      const w = weight.detach().requiresGrad_();
      const y = layer.forward(x.matmul(w.t()));
      y.backward(dy);
      return { y, dW: w.grad! };
    };
    const [one, scaled] = [run(W), run(W.mul(a))];
    assertNear(scaled.y, one.y.detach(), 1e-5, "y");
    assertNear(scaled.dW.mul(a), one.dW, 1e-4, "a·dW");
  });

  test("of a convolution takes the gradient from its bias as well: within 1e-5", () => {
    const conv = new Conv2d(2, channels, 3, { padding: 1 });
    const images = normal([4, 2, 5, 5]);
    new BatchNorm2d(channels).forward(conv.forward(images)).backward(normal([4, channels, 5, 5]));
    assertNear(conv.bias!.grad!, 0, 1e-5, "dbias");
    assert.ok(conv.weight.grad!.abs().max().item() > 0.1, "the weight has one");
  });

  test("evaluated, folds into it: W′ = γ/√(rv+ε)·W, b′ = (b−rm)·γ/√(rv+ε) + β, within 1e-5", () => {
    const [linear, norm] = [new Linear(6, channels), new BatchNorm1d(channels, { momentum: null })];
    norm.loadStateDict({ weight: normal([channels]), bias: normal([channels]) }, { strict: false });
    const net = new Sequential(linear, norm);
    noGrad(() => net.forward(x));
    net.eval();
    const factor = norm.weight!.detach().div(norm.runningVar!.add(norm.eps).sqrt());
    const folded = new Linear(6, channels);
    folded.loadStateDict({
      weight: linear.weight.detach().mul(factor.reshape(channels, 1)),
      bias: linear.bias!.detach().sub(norm.runningMean!).mul(factor).add(norm.bias!.detach()),
    });
    assertNear(net.forward(x), folded.forward(x).detach(), 1e-5, "outputs");
  });

  test("γ = √(v+ε) and β = μ give the input back: within 1e-5", () => {
    const input = normal([16, channels]).mul(3).add(2);
    const layer = new BatchNorm1d(channels);
    const v = input.var(0, { correction: 0 });
    layer.loadStateDict({ weight: v.add(layer.eps).sqrt(), bias: input.mean(0) }, { strict: false });
    assertNear(layer.forward(input), input, 1e-5, "y");
  });
});

describe("BatchNorm1d's state", () => {
  test("moves in training, under noGrad too, and rests in evaluation", () => {
    const layer = new BatchNorm1d(channels);
    const x = normal([8, channels]).add(3);
    noGrad(() => layer.forward(x));
    assertNear(layer.runningMean!, x.mean(0).mul(0.1), 1e-6, "runningMean");
    assertNear(layer.runningVar!, x.var(0).mul(0.1).add(0.9), 1e-6, "runningVar, from the unbiased variance");
    assert.equal(layer.numBatchesTracked!.item(), 1);
    const before = layer.runningMean!.toArray();
    layer.eval().forward(x);
    assert.deepEqual(layer.runningMean!.toArray(), before);
    assert.equal(layer.numBatchesTracked!.item(), 1);
  });

  test("with momentum null is the average over all batches, from the first on", () => {
    const layer = new BatchNorm1d(channels, { momentum: null });
    const batches = [1, 2, 3].map((shift) => normal([8, channels]).add(shift));
    for (const batch of batches) layer.forward(batch);
    const sum = batches.reduce<Tensor | number>((total, batch) => batch.mean(0).add(total), 0) as Tensor;
    assertNear(layer.runningMean!, sum.div(3), 1e-6, "runningMean");
  });

  test("with momentum 0 never moves, but counts", () => {
    const layer = new BatchNorm1d(channels, { momentum: 0 });
    layer.forward(normal([8, channels]).add(3));
    assertNear(layer.runningMean!, 0, 0, "runningMean");
    assertNear(layer.runningVar!, 1, 0, "runningVar");
    assert.equal(layer.numBatchesTracked!.item(), 1);
  });

  test("starts with PyTorch's numbers: ε 1e-5, momentum 0.1, mean 0, variance 1, γ 1, β 0", () => {
    const layer = new BatchNorm1d(1);
    assert.deepEqual([layer.eps, layer.momentum], [1e-5, 0.1]);
    const state = Object.entries(layer.stateDict()).map(([name, value]) => [name, value.sum().item()]);
    assert.deepEqual(Object.fromEntries(state), {
      weight: 1,
      bias: 0,
      running_mean: 0,
      running_var: 1,
      num_batches_tracked: 0,
    });
  });

  test("is that of an instance norm only if asked for: γ, β and running statistics are off by default", () => {
    for (const Norm of [InstanceNorm1d, InstanceNorm2d]) {
      assert.deepEqual(Object.keys(new Norm(2).stateDict()), []);
      const all = new Norm(2, { affine: true, trackRunningStats: true }).stateDict();
      assert.deepEqual(Object.keys(all), Object.keys(new BatchNorm1d(2).stateDict()));
    }
  });

  test("is forgotten by resetRunningStats", () => {
    const layer = new BatchNorm1d(channels);
    layer.forward(normal([8, channels]));
    layer.resetRunningStats();
    const fresh = new BatchNorm1d(channels).stateDict();
    for (const [name, value] of Object.entries(layer.stateDict())) {
      assert.deepEqual(value.toArray(), fresh[name]!.toArray(), name);
    }
  });

  test("is absent without trackRunningStats, and γ, β without affine", () => {
    const layer = new BatchNorm1d(channels, { trackRunningStats: false, affine: false });
    assert.deepEqual(Object.keys(layer.stateDict()), []);
    const x = normal([8, channels]);
    assert.deepEqual(layer.eval().forward(x).toArray(), layer.train().forward(x).toArray());
  });
});

describe("BatchNorm1d refuses", () => {
  test("one value per channel exactly where batch statistics are due", () => {
    const one = normal([1, channels]);
    const refusal = /batchNorm: expected more than one value per channel .* got input \[1, 5/;
    const layer = new BatchNorm1d(channels);
    assert.throws(() => layer.forward(one), refusal);
    assert.throws(() => layer.forward(one.reshape(1, channels, 1)), refusal);
    assert.throws(() => new BatchNorm1d(channels, { trackRunningStats: false }).eval().forward(one), refusal);
    assert.equal(layer.numBatchesTracked!.item(), 0, "a refused batch is not counted");
    assert.deepEqual([...layer.forward(normal([1, channels, 2])).shape], [1, channels, 2]);
    assert.deepEqual([...layer.eval().forward(one).shape], [1, channels]);
  });

  test("so for images: one of 1×1 is refused, one of 1×2 and two of 1×1 are legal", () => {
    const layer = new BatchNorm2d(channels);
    assert.throws(() => layer.forward(normal([1, channels, 1, 1])), /more than one value per channel/);
    assert.deepEqual([...layer.forward(normal([1, channels, 1, 2])).shape], [1, channels, 1, 2]);
    assert.deepEqual([...layer.forward(normal([2, channels, 1, 1])).shape], [2, channels, 1, 1]);
  });

  test("other shapes, and settings out of range", () => {
    const layer = new BatchNorm1d(channels);
    assert.throws(
      () => layer.forward(normal([4, 3])),
      /BatchNorm1d: expected input \[N, 5\] or \[N, 5, L\], got \[4, 3\]/,
    );
    assert.throws(() => layer.forward(tensor([1, 2])), /got \[2\]/);
    assert.throws(() => layer.forward(normal([2, channels, 2, 2])), /got \[2, 5, 2, 2\]/);
    assert.throws(() => new BatchNorm1d(0), /expected numFeatures .* got 0/);
    assert.throws(
      () => new BatchNorm1d(1, { momentum: 2 }),
      /expected a momentum from 0 to 1, or null, got 2/,
    );
  });
});

test("nets of sigmoid and BatchNorm1d pass a finite difference check of every parameter: within 2e-2 of the largest", () => {
  const net = new Sequential(
    new Linear(4, 3),
    new BatchNorm1d(3, { momentum: 0 }),
    new Sigmoid(),
    new Linear(3, 2),
  );
  const x = normal([9, 4]);
  const direction = normal([9, 2]);
  const value = () => noGrad(() => net.forward(x).mul(direction).sum().item());
  net.forward(x).backward(direction);
  const step = 1e-2;
  for (const [name, parameter] of net.namedParameters()) {
    const gradient = parameter.grad!;
    const scale = Math.max(gradient.abs().max().item(), 0.1);
    const { data } = parameter;
    for (const [i, start] of data.entries()) {
      data[i] = start + step;
      const up = value();
      data[i] = start - step;
      const slope = (up - value()) / (2 * step);
      data[i] = start;
      const off = Math.abs(slope - gradient.data[i]!);
      assert.ok(off < 2e-2 * scale, `${name}[${i}]: backward ${gradient.data[i]}, by difference ${slope}`);
    }
  }
});
