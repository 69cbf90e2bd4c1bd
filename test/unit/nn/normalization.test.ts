// Layer, group, root-mean-square, instance, 2d and 3d batch normalization against PyTorch, and by their definitions.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import { Generator, noGrad, ones, randn, type Tensor, tensor } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";
import { assertSteps, type NormSteps } from "./normSteps";

interface Case {
  readonly op: "layerNorm" | "groupNorm" | "rmsNorm";
  readonly options: { normalizedShape: number[]; numGroups: number; numChannels: number; eps?: number };
  readonly inputs: [Packed, Packed?, Packed?];
  readonly output: Packed;
  readonly dy: Packed;
  readonly grads: Packed[];
}

interface Steps extends NormSteps {
  readonly op: "BatchNorm2d" | "BatchNorm3d" | "InstanceNorm1d" | "InstanceNorm2d";
}

const { BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d } = nn;
const normsByChannel = { BatchNorm2d, BatchNorm3d, InstanceNorm1d, InstanceNorm2d };
const { normalization, stateful } = fixture<{ normalization: Case[]; stateful: Steps[] }>("modules");
const tolerance = { rtol: 1e-5, atol: 2e-6 };
const generator = new Generator(5);

const layers = {
  layerNorm: ({ normalizedShape, ...options }: Case["options"], affine: boolean) =>
    new nn.LayerNorm(normalizedShape, { ...options, elementwiseAffine: affine }),
  groupNorm: ({ numGroups, numChannels, eps }: Case["options"], affine: boolean) =>
    new nn.GroupNorm(numGroups, numChannels, { eps, affine }),
  rmsNorm: ({ normalizedShape, eps }: Case["options"], affine: boolean) =>
    new nn.RMSNorm(normalizedShape, { eps, elementwiseAffine: affine }),
};

describe("LayerNorm, GroupNorm and RMSNorm agree with PyTorch, output and gradients, rtol 1e-5 atol 2e-6", () => {
  for (const { op, options, inputs, output, dy, grads } of normalization) {
    const [input, weight, bias] = inputs;
    test(`${op} ${JSON.stringify(options)} of [${input.shape}]${weight ? "" : ", no parameters"}`, () => {
      const layer = layers[op](options, weight !== undefined);
      const state = { ...(weight && { weight: unpack(weight) }), ...(bias && { bias: unpack(bias) }) };
      layer.loadStateDict(state);
      const x = unpack(input, { requiresGrad: true });
      const y = layer.forward(x);
      assertClose(y, output, tolerance, "output");
      y.backward(unpack(dy));
      for (const [i, leaf] of [x, ...layer.parameters()].entries()) {
        assertClose(leaf.grad, grads[i]!, tolerance, `gradient ${i}`);
      }
    });
  }
});

describe("norms by channel agree with PyTorch over three training steps and one of evaluation, rtol 1e-5 atol 2e-6", () => {
  for (const recorded of stateful) {
    const { op, options, shape, steps } = recorded;
    test(`${op} of [${shape}], ${JSON.stringify(options)}`, () => {
      const channels =
        steps[0]!.runningMean?.shape[0] ??
        shape.at(op.startsWith("Batch") ? 1 : op.endsWith("2d") ? -3 : -2)!;
      assertSteps(new normsByChannel[op](channels, options), recorded, tolerance);
    });
  }
});

test("at a mean of 1e4 LayerNorm still finds variance 1, within 1e-2: not what E[x²] − E[x]² leaves of it", () => {
  const x = randn([4, 256], { generator }).add(1e4);
  const y = new nn.LayerNorm(256).forward(x).detach();
  assert.ok(Math.abs(y.var(1, { correction: 0 }).sub(1).abs().max().item()) < 1e-2);
  assert.ok(y.mean(1).abs().max().item() < 1e-5);
});

test("GroupNorm of one group is LayerNorm of the sample, of C groups InstanceNorm: within 1e-6", () => {
  const x = randn([2, 6, 5], { generator });
  const near = (a: Tensor, b: Tensor) => assert.ok(a.sub(b).abs().max().item() <= 1e-6);
  noGrad(() => {
    near(new nn.GroupNorm(1, 6).forward(x), new nn.LayerNorm([6, 5]).forward(x));
    near(new nn.GroupNorm(6, 6).forward(x), new nn.InstanceNorm1d(6).forward(x));
  });
});

test("a strided input and a frozen weight: the gradient reaches the input only", () => {
  const layer = new nn.LayerNorm(3);
  layer.weight!.requiresGrad_(false);
  layer.bias!.requiresGrad_(false);
  const x = randn([3, 4], { generator, requiresGrad: true });
  layer.forward(x.t()).backward(randn([4, 3], { generator }));
  assert.ok(x.grad!.sum(0).abs().max().item() < 1e-5, "Σdx = 0 in each row");
  assert.ok(x.grad!.abs().max().item() > 0.1);
  assert.equal(layer.weight!.grad, null);
});

test("other shapes are refused, naming the layer", () => {
  const x = ones([2, 3, 4]);
  assert.throws(
    () => new nn.LayerNorm(3).forward(x),
    /layerNorm: expected input \[\.\.\., 3\] .* got \[2, 3, 4\]/,
  );
  assert.throws(() => new nn.RMSNorm([]), /RMSNorm: expected sizes .* got \[\]/);
  assert.throws(
    () => new nn.GroupNorm(2, 3),
    /GroupNorm: expected numChannels to be a multiple .* got 3 and 2/,
  );
  assert.throws(
    () => new nn.GroupNorm(1, 2).forward(x),
    /GroupNorm: expected input \[N, 2, \.\.\.\], got \[2, 3, 4\]/,
  );
  assert.throws(
    () => new nn.GroupNorm(3, 3).forward(ones([1, 3])),
    /groupNorm: expected more than one value per group/,
  );
  assert.throws(
    () => new nn.BatchNorm2d(3).forward(x),
    /BatchNorm2d: expected input \[N, 3, H, W\], got \[2, 3, 4\]/,
  );
  assert.throws(() => new nn.BatchNorm3d(3).forward(x), /BatchNorm3d: expected input \[N, 3, D, H, W\]/);
  assert.throws(
    () => new nn.InstanceNorm2d(3).forward(ones([2, 2, 2])),
    /InstanceNorm2d: expected input \[N, 3, H, W\] or \[3, H, W\], got \[2, 2, 2\]/,
  );
  assert.throws(
    () => new nn.InstanceNorm1d(3).forward(ones([2, 3, 1])),
    /instanceNorm: expected .* got \[2, 3, 1\]/,
  );
  assert.throws(
    () => nn.functional.layerNorm(x, [4], { weight: tensor([1, 2]) }),
    /layerNorm: expected weight \[4\] float32, got \[2\]/,
  );
});
