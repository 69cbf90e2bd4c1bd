// The Inception blocks beside PyTorch's convolutions, and the small network they make.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import { SGD } from "../../../kernel/optim";
import { Generator, manualSeed, noGrad, randn, tensor } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack, unpackInt } from "../fixtures";

interface Recorded extends Record<"x" | "y" | "dy" | "dx" | "unseen" | "evaluated", Packed> {
  readonly block: "InceptionV1" | "InceptionV2" | "InceptionReduction";
  readonly widths: Record<string, number>;
  readonly batchNorm: boolean;
  readonly start: Record<string, Packed>;
  readonly grads: Record<string, Packed>;
  readonly end: Record<string, Packed>;
}

const { InceptionV1, InceptionV2, InceptionReduction } = nn;
const blocks = { InceptionV1, InceptionV2, InceptionReduction };
const tolerance = { rtol: 1e-5, atol: 1e-5 };

describe("blocks agree with PyTorch in training and evaluation, rtol 1e-5 atol 1e-5", () => {
  for (const recorded of fixture<{ inception: Recorded[] }>("nn").inception) {
    const { block, widths, batchNorm, start, grads, end } = recorded;
    test(`${block}, ${JSON.stringify(widths)}${batchNorm ? ", batch norm" : ""}`, () => {
      const net = new blocks[block](3, { widths, batchNorm });
      assert.deepEqual(Object.keys(net.stateDict()), Object.keys(start));
      const unpacked = Object.entries(start).map(([name, value]) => [
        name,
        name.endsWith("num_batches_tracked") ? unpackInt(value) : unpack(value),
      ]);
      net.loadStateDict(Object.fromEntries(unpacked));
      const x = unpack(recorded.x, { requiresGrad: true });
      const y = net.forward(x);
      assert.equal(y.shape[1], net.outChannels);
      assertClose(y, recorded.y, tolerance, "y");
      y.backward(unpack(recorded.dy));
      assertClose(x.grad, recorded.dx, tolerance, "dx");
      for (const [name, parameter] of net.namedParameters()) {
        assertClose(parameter.grad, grads[name]!, tolerance, name);
      }
      for (const [name, value] of Object.entries(end)) {
        assertClose(net.stateDict()[name]!, value, tolerance, name);
      }
      const evaluated = noGrad(() => net.eval().forward(unpack(recorded.unseen)));
      assertClose(evaluated, recorded.evaluated, tolerance, "evaluated");
    });
  }
});

describe("widths by default", () => {
  const convolutions = (net: nn.Module) =>
    net
      .namedModules()
      .flatMap(([name, module]) =>
        module instanceof nn.Conv2d ? [`${name}: ${module.inChannels}→${module.outChannels}`] : [],
      );

  test("of InceptionV1: 8 ∥ 12, 16 ∥ 2, 4 ∥ 4, together 32, with biases and ReLU", () => {
    const block = new nn.InceptionV1(16);
    assert.deepEqual(convolutions(block), [
      "branch1.0: 16→8",
      "branch2.0: 16→12",
      "branch2.2: 12→16",
      "branch3.0: 16→2",
      "branch3.2: 2→4",
      "branch4.1: 16→4",
    ]);
    assert.equal(block.outChannels, 32);
    assert.ok(block.modules().every((module) => !(module instanceof nn.BatchNorm2d)));
  });

  test("of InceptionV2: 8 ∥ 8, 8 ∥ 8, 12, 12 ∥ 4, together 32, with batch norm and no bias", () => {
    const block = new nn.InceptionV2(16);
    assert.deepEqual(convolutions(block), [
      "branch1.0: 16→8",
      "branch2.0: 16→8",
      "branch2.3: 8→8",
      "branch3.0: 16→8",
      "branch3.3: 8→12",
      "branch3.6: 12→12",
      "branch4.1: 16→4",
    ]);
    assert.equal(block.outChannels, 32);
    assert.ok(block.modules().every((module) => !(module instanceof nn.Conv2d) || module.bias === null));
  });

  test("of InceptionReduction: 16, 20 ∥ 8, 12, 12 ∥ the input, at half the size", () => {
    const block = new nn.InceptionReduction(32);
    assert.deepEqual(convolutions(block), [
      "branch1.0: 32→16",
      "branch1.3: 16→20",
      "branch2.0: 32→8",
      "branch2.3: 8→12",
      "branch2.6: 12→12",
    ]);
    assert.equal(block.outChannels, 64);
    const shape = nn.utils.summary(block, [2, 32, 14, 13]).rows[0]!.outputShape;
    assert.deepEqual([...shape!], [2, 64, 7, 7]);
  });
});

describe("SmallInception", () => {
  test("takes 0.92 million multiply-adds a picture, of version 1 0.71, counted by hand", () => {
    // 28²·9·16 + 14²·(128 + 128 + 576 + 128 + 864 + 1296 + 64) + 7²·(2·(128 + 128 + 128 + 64) + 576 + 864 + 1296) + 32·10
    const v2 = 112_896 + 196 * 3_184 + 49 * 3_632 + 320;
    // 28²·9·16 + 14²·(128 + 192 + 1728 + 32 + 200 + 64) + 7²·(2·(128 + 192 + 32 + 64) + 1728 + 200) + 32·10
    const v1 = 112_896 + 196 * 2_344 + 49 * 2_760 + 320;
    assert.equal(nn.utils.summary(new nn.SmallInception(), [1, 1, 28, 28]).totalMacs, v2);
    assert.equal(nn.utils.summary(new nn.SmallInception({ version: "v1" }), [1, 1, 28, 28]).totalMacs, v1);
  });

  for (const version of ["v1", "v2"] as const) {
    for (const batchNorm of [false, true]) {
      test(`${version}, batch norm ${batchNorm}: learns eight pictures by heart`, () => {
        manualSeed(1);
        const net = new nn.SmallInception({ version, batchNorm, inChannels: 3, classes: 4 });
        const x = randn([8, 3, 6, 5], { generator: new Generator(2) });
        const targets = tensor(Int32Array.of(0, 1, 2, 3, 3, 2, 1, 0));
        const optimizer = new SGD(net.parameters(), { lr: batchNorm ? 0.1 : 0.03, momentum: 0.9 });
        const losses = Array.from({ length: 60 }, () => {
          const loss = nn.functional.crossEntropy(net.forward(x), targets);
          optimizer.zeroGrad();
          loss.backward();
          optimizer.step();
          return loss.item();
        });
        assert.ok(losses.at(-1)! < 0.8 * losses[0]!, `from ${losses[0]} to ${losses.at(-1)}`);
        const norms = net.modules().filter((module) => module instanceof nn.BatchNorm2d).length;
        assert.equal(norms > 0, batchNorm);
      });
    }
  }

  test("of version 2, folded: none of its 15 norms is left, and the same comes out within 1e-5", () => {
    manualSeed(3);
    const net = new nn.SmallInception();
    const x = randn([4, 1, 28, 28], { generator: new Generator(4) });
    nn.utils.updateBn([x], net);
    net.eval();
    const fused = nn.utils.fuseSequential(net);
    const [before, after] = noGrad(() => [net.forward(x), fused.forward(x)]);
    assert.ok(after.sub(before).abs().max().item() < 1e-5);
    const kinds = (model: nn.Module) => model.modules().map((module) => module.constructor.name);
    assert.equal(kinds(net).filter((kind) => kind === "BatchNorm2d").length, 15);
    assert.ok(!kinds(fused).includes("BatchNorm2d"));
  });

  test("refuses a version that there is not", () => {
    assert.throws(
      () => new nn.SmallInception({ version: "v3" as "v2" }),
      /SmallInception: expected version "v1" or "v2", got v3/,
    );
  });
});
