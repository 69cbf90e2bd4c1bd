// weightNorm and spectralNorm beside PyTorch's: the same state under the same names, outputs and gradients.

import assert from "node:assert/strict";
import test from "node:test";
import { optim } from "../../../kernel/cell/bnlab";
import * as nn from "../../../kernel/nn";
import { autograd, randn } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

const { removeSpectralNorm, removeWeightNorm, spectralNorm, weightNorm } = nn.utils;

type State = Record<string, Packed>;

interface Reparametrized {
  readonly norm: "weightNorm" | "spectralNorm";
  readonly kind: "Linear" | "Conv2d";
  readonly sizes: [number, number, number];
  readonly options: { readonly dim?: number | null; readonly nPowerIterations?: number };
  readonly state: State;
  readonly steps: readonly {
    readonly training: boolean;
    readonly x: Packed;
    readonly y: Packed;
    readonly grads: State;
    readonly state: State;
  }[];
}

const { reparametrized } = fixture<{ reparametrized: readonly Reparametrized[] }>("autograd");
const tolerance = { rtol: 1e-4, atol: 1e-5 };

const unpacked = (state: State) =>
  Object.fromEntries(Object.entries(state).map(([name, each]) => [name, unpack(each)]));

for (const { norm, kind, sizes, options, state, steps } of reparametrized)
  test(`${norm} of ${kind} ${JSON.stringify(options)}: state, outputs and gradients are PyTorch's`, () => {
    const [first, second, third] = sizes;
    const layer = kind === "Linear" ? new nn.Linear(first, second) : new nn.Conv2d(first, second, third);
    if (norm === "weightNorm") weightNorm(layer, "weight", options.dim);
    else spectralNorm(layer, "weight", options as nn.utils.SpectralNormOptions);
    layer.loadStateDict(unpacked(state));
    for (const { training, x, y, grads, state: after } of steps) {
      layer.train(training);
      layer.zeroGrad();
      const output = layer.forward(unpack(x));
      output.square().sum().backward();
      assertClose(output, y, tolerance, "output");
      const parameters = Object.fromEntries(layer.namedParameters());
      assert.deepEqual(Object.keys(parameters).sort(), Object.keys(grads).sort());
      for (const [name, each] of Object.entries(grads)) {
        assertClose(parameters[name]!.grad, each, { rtol: 1e-3, atol: 1e-4 }, name);
      }
      const now = layer.stateDict();
      assert.deepEqual(Object.keys(now).sort(), Object.keys(after).sort());
      for (const [name, each] of Object.entries(after)) assertClose(now[name]!, each, tolerance, name);
    }
  });

test("what was taken apart becomes one parameter again, with the same output", () => {
  const x = randn([4, 3]);
  for (const [apart, again] of [
    [weightNorm, removeWeightNorm],
    [spectralNorm, removeSpectralNorm],
  ] as const) {
    const layer = apart(new nn.Linear(3, 2)).eval();
    const net = new nn.Sequential(layer, new nn.ReLU());
    const y = net.forward(x);
    again(layer);
    assert.deepEqual(Object.keys(layer.stateDict()).sort(), ["bias", "weight"]);
    assert.ok(layer.weight instanceof nn.Parameter && layer.weight.isLeaf);
    assert.ok(net.forward(x).allclose(y));
    assert.throws(
      () => again(layer),
      /expected a module and the name of a parameter that .*Norm\(\) was called for/,
    );
  }
});

test("the weight of a new weightNorm is the old one, and an optimizer moves its parts", () => {
  const layer = new nn.Linear(3, 2);
  const before = layer.weight.detach().clone();
  weightNorm(layer);
  assert.ok(layer.weight.allclose(before));
  const optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 });
  layer
    .forward(randn([4, 3]))
    .square()
    .sum()
    .backward();
  optimizer.step();
  layer.forward(randn([1, 3]));
  assert.ok(!layer.weight.allclose(before));
});

test("a critic with spectralNorm has a gradient penalty", () => {
  const net = new nn.Sequential(
    spectralNorm(new nn.Linear(3, 4)),
    new nn.Tanh(),
    spectralNorm(new nn.Linear(4, 1)),
  );
  const x = randn([5, 3], { requiresGrad: true });
  const [slope] = autograd.grad(net.forward(x).sum(), x, { createGraph: true });
  slope!.norm(2, 1).sub(1).square().mean().backward();
  for (const [name, { grad }] of net.namedParameters()) {
    if (name === "2.bias") assert.equal(grad, null);
    else assert.ok(grad!.isfinite().all().item() === 1, name);
  }
});

test("what cannot be taken apart is refused in words", () => {
  const layer = new nn.Linear(3, 2, { bias: false });
  assert.throws(
    () => weightNorm(layer, "bias"),
    /^TypeError: weightNorm: expected the name of a parameter of Linear, got string bias/,
  );
  assert.throws(
    () => weightNorm(layer, "weight", 2),
    /^RangeError: weightNorm: expected a dim of \[2, 3\] or null, got 2/,
  );
  assert.throws(
    () => spectralNorm(layer, "weight", { dim: 5 }),
    /spectralNorm: expected a dim of \[2, 3\], got 5/,
  );
  spectralNorm(layer);
  assert.throws(() => weightNorm(layer), /got string weight, which is computed already/);
  assert.throws(() => removeWeightNorm(layer), /that weightNorm\(\) was called for/);
});
