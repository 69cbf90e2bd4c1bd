// Batch normalization in Keras' words, over virtual batches, and renormalized: beside float64 versions of their definitions.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import {
  autograd,
  cat,
  Generator,
  memoryUsage,
  noGrad,
  randn,
  type Tensor,
  tensor,
} from "../../../kernel/tensor";
import { fixture } from "../fixtures";
import { assertSteps, type NormSteps } from "./normSteps";

interface Recorded extends NormSteps {
  readonly kind: "Keras" | "Ghost" | "Renorm";
}

const { relatives } = fixture<{ relatives: Recorded[] }>("nn");
const generator = new Generator(3);
const normal = (shape: number[]) => randn(shape, { generator });

function layerOf({ kind, options, shape: [, channels = 0, ...positions] }: Recorded) {
  if (kind === "Renorm") {
    return positions.length === 2
      ? new nn.BatchRenorm2d(channels, options)
      : new nn.BatchRenorm1d(channels, options);
  }
  const all: nn.BatchNormOptions = { ...options, convention: kind === "Keras" ? "keras" : "pytorch" };
  return positions.length === 2 ? new nn.BatchNorm2d(channels, all) : new nn.BatchNorm1d(channels, all);
}

describe("relatives agree with float64 over three training steps and one of evaluation, rtol 1e-5 atol 5e-6", () => {
  for (const recorded of relatives) {
    const { kind, shape, options } = recorded;
    test(`${kind} of [${shape}], ${JSON.stringify(options)}`, () => {
      assertSteps(layerOf(recorded), recorded, { rtol: 1e-5, atol: 5e-6 });
    });
  }
});

function assertNear(actual: Tensor, expected: Tensor, atol: number, what: string): void {
  const difference = actual.detach().sub(expected).abs().max().item();
  assert.ok(difference <= atol, `${what}: off by ${difference.toExponential(2)}, allowed ${atol}`);
}

describe('convention "keras"', () => {
  test("by hand: [1, 2, 3, 6] has mean 3 and biased variance 3.5, of which 1 % is taken", () => {
    const layer = new nn.BatchNorm1d(1, { convention: "keras" });
    assert.deepEqual([layer.eps, layer.momentum], [1e-3, 0.99]);
    const y = layer.forward(tensor([[1], [2], [3], [6]]));
    const r = 1 / Math.sqrt(3.501);
    assertNear(y, tensor([[-2 * r], [-r], [0], [3 * r]]), 1e-6, "y");
    assertNear(layer.runningMean!, tensor([0.03]), 1e-7, "runningMean");
    assertNear(layer.runningVar!, tensor([1.025]), 1e-6, "runningVar");
  });

  test("momentum 1 freezes; null averages over all batches", () => {
    const [frozen, average] = [1, null].map(
      (momentum) => new nn.BatchNorm1d(2, { convention: "keras", momentum }),
    ) as [nn.BatchNorm1d, nn.BatchNorm1d];
    const batches = [normal([4, 2]), normal([4, 2]).add(2)] as const;
    for (const layer of [frozen, average]) for (const batch of batches) layer.forward(batch);
    assert.deepEqual(frozen.runningVar!.toArray(), [1, 1]);
    const biased = batches.map((batch) => batch.var(0, { correction: 0 })) as [Tensor, Tensor];
    assertNear(average.runningVar!, biased[0].add(biased[1]).div(2), 1e-6, "runningVar");
  });

  test("an ε or momentum of undefined is the convention's, and the layer prints it", () => {
    const layer = new nn.BatchNorm2d(3, { convention: "keras", eps: undefined, momentum: undefined });
    assert.match(layer.toString(), /^BatchNorm2d\(3, eps=0\.001, momentum=0\.99, .*, convention="keras"\)$/);
    assert.throws(
      () => new nn.BatchNorm1d(3, { convention: "caffe" as "keras" }),
      /BatchNorm1d: expected convention "pytorch" or "keras", got caffe/,
    );
  });
});

describe("ghostSize", () => {
  test("normalizes each virtual batch as a batch of its own, as even as can be: 7 by 3 is 2, 2 and 3", () => {
    const layer = new nn.BatchNorm1d(2, { ghostSize: 3 });
    const alone = new nn.BatchNorm1d(2);
    const x = normal([7, 2]).mul(3).add(1);
    const expected = cat(x.split([2, 2, 3]).map((part) => alone.forward(part)));
    assert.deepEqual(layer.forward(x).toArray(), expected.toArray());
    assert.deepEqual(layer.runningVar!.toArray(), alone.runningVar!.toArray());
    assert.equal(layer.numBatchesTracked!.item(), 3, "each counts");
  });

  test("of the whole batch, or larger, is BatchNorm; evaluation never sees it", () => {
    const x = normal([6, 3, 2, 2]);
    const plain = new nn.BatchNorm2d(3);
    const expected = plain.forward(x).toArray();
    for (const ghostSize of [6, 100]) {
      const layer = new nn.BatchNorm2d(3, { ghostSize });
      assert.deepEqual(layer.forward(x).toArray(), expected);
    }
    const ghost = new nn.BatchNorm2d(3, { ghostSize: 2 });
    ghost.loadStateDict(plain.stateDict());
    assert.deepEqual(ghost.eval().forward(x).toArray(), plain.eval().forward(x).toArray());
  });

  test("the smaller it is, the noisier the means: their deviation falls as 1/√m, within 15 %", () => {
    const spread = (ghostSize: number) => {
      const layer = new nn.BatchNorm1d(1, { ghostSize, momentum: 1 });
      const means = Array.from({ length: 2_000 }, () => {
        layer.forward(normal([ghostSize, 1]));
        return layer.runningMean!.item();
      });
      return tensor(means).std().item();
    };
    for (const m of [4, 16, 64]) assert.ok(Math.abs(spread(m) * Math.sqrt(m) - 1) < 0.15, `m = ${m}`);
  });

  test("of one value per channel is refused before any statistics move", () => {
    const layer = new nn.BatchNorm1d(2, { ghostSize: 2 });
    assert.throws(
      () => layer.forward(normal([3, 2])),
      /expected more than one value per channel .* \[1, 2\]/,
    );
    assert.deepEqual(layer.runningMean!.toArray(), [0, 0]);
    assert.throws(() => new nn.BatchNorm1d(2, { ghostSize: 0 }), /expected ghostSize .* got 0/);
    assert.match(layer.toString(), /ghostSize=2/);
  });
});

describe("BatchRenorm", () => {
  test("trains as it evaluates where nothing is clipped: outputs equal within 1e-5", () => {
    const layer = new nn.BatchRenorm1d(3, { rMax: 100, dMax: 100 });
    const x = normal([8, 3]).mul(2).add(1);
    const evaluated = layer.eval().forward(x);
    assertNear(layer.train().forward(x), evaluated, 1e-5, "y");
  });

  test("with rMax 1 and dMax 0, set while it trains, is BatchNorm: outputs and gradients within 1e-6", () => {
    const layer = new nn.BatchRenorm2d(3);
    layer.rMax = 1;
    layer.dMax = 0;
    const [x, dy] = [normal([4, 3, 2, 2]).add(2), normal([4, 3, 2, 2])];
    const run = (module: nn.Module) => {
      const input = x.clone().requiresGrad_();
      const y = module.forward(input);
      y.backward(dy);
      return { y: y.detach(), dx: input.grad! };
    };
    const [renormed, normed] = [run(layer), run(new nn.BatchNorm2d(3))];
    assertNear(renormed.y, normed.y, 1e-6, "y");
    assertNear(renormed.dx, normed.dx, 1e-6, "dx");
  });

  test("takes and gives BatchNorm's state", () => {
    const norm = new nn.BatchNorm1d(3);
    norm.forward(normal([5, 3]).add(4));
    const renorm = new nn.BatchRenorm1d(3);
    renorm.loadStateDict(norm.stateDict());
    const x = normal([4, 3]);
    assert.deepEqual(renorm.eval().forward(x).toArray(), norm.eval().forward(x).toArray());
    assert.deepEqual(Object.keys(renorm.stateDict()), Object.keys(norm.stateDict()));
  });

  test("moves its statistics under noGrad, and does not in evaluation", () => {
    const layer = new nn.BatchRenorm1d(2);
    const x = normal([6, 2]).add(3);
    noGrad(() => layer.forward(x));
    assertNear(layer.runningMean!, x.mean(0).mul(0.01), 1e-6, "runningMean");
    assert.equal(layer.numBatchesTracked!.item(), 1);
    layer.eval().forward(x);
    assert.equal(layer.numBatchesTracked!.item(), 1);
  });

  test("frees at once what it only measured with", () => {
    const layer = new nn.BatchRenorm1d(8);
    const x = normal([4_096, 8]);
    layer.eval().forward(x);
    layer.train();
    const before = memoryUsage().liveBytes;
    const y = noGrad(() => layer.forward(x));
    assert.ok(memoryUsage().liveBytes - before < 1.5 * 4 * y.numel(), "one output, not two");
  });

  test("refuses limits that make no sense, also set later, and one value per channel", () => {
    assert.throws(
      () => new nn.BatchRenorm1d(2, { rMax: 0.5 }),
      /BatchRenorm1d: expected rMax ≥ 1 and dMax ≥ 0, got 0.5 and 5/,
    );
    const layer = new nn.BatchRenorm1d(2);
    assert.throws(() => layer.forward(normal([1, 2])), /expected more than one value per channel/);
    assert.equal(layer.numBatchesTracked!.item(), 0);
    layer.dMax = Number.NaN;
    assert.throws(() => layer.forward(normal([3, 2])), /got 3 and NaN/);
    assert.throws(() => layer.forward(normal([3, 4])), /BatchRenorm1d: expected input \[N, 2\] or/);
    assert.match(layer.toString(), /BatchRenorm1d\(2, eps=0.00001, momentum=0.01, affine=true, rMax=3/);
  });
});

test("gradients of virtual batches, of Keras' kind and of a renormalization held at its limits: by finite differences", () => {
  const x = normal([6, 2]).requiresGrad_();
  for (const layer of [
    new nn.BatchNorm1d(2, { ghostSize: 3 }),
    new nn.BatchNorm1d(2, { convention: "keras" }),
  ]) {
    autograd.gradcheck((input) => layer.forward(input).tanh(), [x, ...layer.parameters()]);
  }
  // Within its limits r and d move with x, and a finite difference would see what the gradient leaves out.
  const clipped = new nn.BatchRenorm1d(2, { rMax: 1.2, dMax: 0.3, momentum: 0 });
  const shifted = (input: Tensor) => input.mul(4).add(8);
  autograd.gradcheck((input) => clipped.forward(shifted(input)).tanh(), [x, ...clipped.parameters()]);
  const y = noGrad(() => clipped.forward(shifted(x.detach())));
  assertNear(y.mean(0), tensor([0.3, 0.3]), 1e-5, "d is at its limit");
  assertNear(y.std(0, { correction: 0 }), tensor([1.2, 1.2]), 1e-3, "r is at its limit");
});
