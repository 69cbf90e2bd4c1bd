// Hooks on the gradients of modules: what they see, what they may replace, and that nothing else changes.

import assert from "node:assert/strict";
import test from "node:test";
import * as nn from "../../../kernel/nn";
import { autograd, manualSeed, noGrad, randn, type Tensor } from "../../../kernel/tensor";

/** Two inputs, two outputs. */
class Pair extends nn.Module {
  override forward(...[a, b]: Tensor[]): never {
    return [a!.mul(b!), a!.add(b!)] as never;
  }
}

test("a full backward hook sees the gradients of inputs and outputs, once a backward", () => {
  const layer = new nn.Linear(3, 2);
  const seen: [readonly (Tensor | null)[], readonly Tensor[]][] = [];
  const handle = layer.registerFullBackwardHook((module, gradInput, gradOutput) => {
    assert.equal(module, layer);
    seen.push([gradInput, gradOutput]);
  });
  const x = randn([4, 3], { requiresGrad: true });
  const weights = randn([4, 2]);
  layer.forward(x).mul(weights).sum().backward();
  const [[gradInput, gradOutput]] = seen as [(typeof seen)[0]];
  assert.deepEqual(gradOutput[0]!.toArray(), weights.toArray());
  assert.deepEqual(gradInput[0]!.toArray(), x.grad!.toArray());
  assert.ok(x.grad!.allclose(weights.matmul(layer.weight)));
  handle.remove();
  handle();
  layer.forward(x).sum().backward();
  assert.equal(seen.length, 1);
  assert.ok(!Object.hasOwn(layer, "forward"));
});

test("an input that requires no gradient has null, and what a hook returns goes on in its place", () => {
  const layer = new nn.Linear(3, 2);
  const order: string[] = [];
  layer.registerFullBackwardHook((_, gradInput) => {
    order.push(gradInput[0] === null ? "null" : "tensor");
    return gradInput[0] === null ? undefined : gradInput[0]!.mul(2);
  });
  layer.registerFullBackwardHook((_, gradInput) => {
    order.push("second");
    return [gradInput[0] === null ? null : gradInput[0]!.add(1)];
  });
  layer
    .forward(randn([4, 3]))
    .sum()
    .backward();
  assert.deepEqual(order, ["null", "second"]);
  const x = randn([4, 3], { requiresGrad: true });
  layer.forward(x).sum().backward();
  const plain = layer.weight.sum(0).expand(4, 3).mul(2).add(1);
  assert.ok(x.grad!.allclose(plain));
  layer.registerFullBackwardHook(() => [x, x]);
  assert.throws(
    () => layer.forward(x).sum().backward(),
    /^TypeError: Linear's full backward hook: expected nothing, or 1 gradient, one for each input, got an array/,
  );
});

test("several inputs and outputs come together", () => {
  const pair = new Pair();
  const seen: (readonly (Tensor | null)[])[] = [];
  pair.registerFullBackwardHook((_, gradInput, gradOutput) => void seen.push(gradInput, gradOutput));
  const [a, b] = [randn([2], { requiresGrad: true }), randn([2], { requiresGrad: true })];
  const [product] = pair.forward(a, b) as unknown as Tensor[];
  product!.sum().backward();
  assert.deepEqual(
    seen.map((list) => list.map((each) => each!.toArray())),
    [
      [b.toArray(), a.toArray()],
      [
        [1, 1],
        [0, 0],
      ],
    ],
  );
});

test("a hooked layer is computed by itself, and the training keeps its bits", () => {
  const run = (hooked: boolean) => {
    manualSeed(3);
    const net = new nn.Sequential(
      new nn.Linear(3, 4),
      new nn.BatchNorm1d(4),
      new nn.ReLU(),
      new nn.Linear(4, 1),
    );
    let calls = 0;
    if (hooked) net.at(1).registerFullBackwardHook(() => void calls++);
    const x = randn([6, 3], { requiresGrad: true });
    net.forward(x).square().mean().backward();
    assert.equal(calls, Number(hooked));
    return [x.grad!, ...net.parameters().map(({ grad }) => grad!)].map((each) => each.toArray());
  };
  assert.deepEqual(run(true), run(false));
});

test("gradients through a hooked module can be differentiated, and noGrad goes through it as through any", () => {
  const net = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh());
  net.at(0).registerFullBackwardHook((_, [gradInput]) => gradInput!.mul(2));
  const x = randn([2, 3], { requiresGrad: true });
  const [g] = autograd.grad(net.forward(x).sum(), x, { createGraph: true });
  const bare = new nn.Sequential(net.at(1));
  const inner = bare.forward(x.matmul(net.parameters()[0]!.t()).add(net.parameters()[1]!));
  const [expected] = autograd.grad(inner.sum(), x, { createGraph: true });
  assert.ok(g!.allclose(expected!.mul(2)));
  assert.ok(autograd.grad(g!.sum(), x)[0]!.allclose(autograd.grad(expected!.sum(), x)[0]!.mul(4)));
  assert.equal(noGrad(() => net.forward(x)).requiresGrad, false);
});

test("a forward that gives something else is refused under a full backward hook", () => {
  class Odd extends nn.Module {
    override forward(): never {
      return { a: 1 } as never;
    }
  }
  const odd = new Odd();
  odd.registerFullBackwardHook(() => undefined);
  assert.throws(
    () => odd.forward(),
    /^TypeError: Odd: expected its forward to give a tensor or an array of tensors/,
  );
});
