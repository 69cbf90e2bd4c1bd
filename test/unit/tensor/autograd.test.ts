// What backward() means: accumulation, graphs used once or kept, detach, noGrad, in-place changes.

import assert from "node:assert/strict";
import test from "node:test";
import {
  batchNorm,
  enableGrad,
  isGradEnabled,
  linear,
  noGrad,
  ones,
  randn,
  tensor,
  zeros,
} from "../../../kernel/tensor";
import { sgdStep } from "../../../kernel/tensor/doors/optim";

test("gradients accumulate in place until grad is reset", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  x.sum().backward();
  const gradient = x.grad!;
  x.mul(2).sum().backward();
  assert.deepEqual(gradient.toArray(), [3, 3]);
  assert.equal(x.grad, gradient);
  x.grad = null;
  x.square().sum().backward();
  assert.deepEqual(x.grad!.toArray(), [2, 4]);
  assert.deepEqual(gradient.toArray(), [3, 3], "a gradient that was taken keeps its numbers");
});

test("a value used several times gets the sum of its gradients", () => {
  const x = tensor([3], { requiresGrad: true });
  const y = x.mul(x);
  const z = y.add(y).add(x);
  z.mul(y).sum().backward(); // (2x² + x)·x² → 8x³ + 3x²
  assert.deepEqual(x.grad!.toArray(), [8 * 27 + 3 * 9]);
});

test("gradients reach leaves only, and intermediates that retainGrad()", () => {
  const x = tensor([2], { requiresGrad: true });
  const plain = x.mul(3);
  const kept = plain.mul(5).retainGrad();
  kept.square().sum().backward();
  assert.equal(plain.grad, null);
  assert.deepEqual(kept.grad!.toArray(), [60]);
  assert.deepEqual(x.grad!.toArray(), [900]);
});

test("a graph serves once, or as often as retainGraph says", () => {
  const x = tensor([2], { requiresGrad: true });
  const y = x.exp().sum();
  y.backward(undefined, { retainGraph: true });
  y.backward();
  assert.ok(Math.abs(x.grad!.item() - 2 * Math.exp(2)) < 1e-4);
  assert.throws(
    () => y.backward(),
    /second time: backward\(\) number \d+ already freed .*retainGraph: true.*detach\(\)/,
  );
});

test("a failed backward leaves the next one whole", () => {
  const x = tensor([2], { requiresGrad: true });
  const used = x.exp();
  used.sum().backward();
  const fresh = x.mul(3);
  assert.throws(() => fresh.add(used).sum().backward(), /second time/);
  x.grad = null;
  fresh.sum().backward();
  assert.deepEqual(x.grad!.toArray(), [3]);
});

test("backward from several elements takes a gradient", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  x.mul(3).backward(tensor([1, 10]));
  assert.deepEqual(x.grad!.toArray(), [3, 30]);
  assert.throws(() => x.mul(3).backward(), /one element, got shape \[2\]/);
  assert.throws(() => x.mul(3).backward(tensor([1])), /gradient of shape \[2\], got a tensor \[1\] float32/);
  assert.throws(() => tensor([1]).backward(), /requires grad/);
});

test("detach cuts the graph and shares memory", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const y = x.mul(2);
  const cut = y.detach();
  assert.equal(cut.requiresGrad, false);
  cut.fill_(7);
  assert.deepEqual(y.toArray(), [7, 7]);
});

test("noGrad and enableGrad nest, and come back after an error", () => {
  const x = tensor([1], { requiresGrad: true });
  noGrad(() => {
    assert.equal(x.mul(2).requiresGrad, false);
    enableGrad(() => assert.equal(x.mul(2).requiresGrad, true));
    assert.equal(isGradEnabled(), false);
  });
  assert.throws(() =>
    noGrad(() => {
      throw new Error("inside");
    }),
  );
  assert.equal(isGradEnabled(), true);
});

test("noGrad refuses an async function and leaves recording on", async () => {
  const run = noGrad as (fn: () => unknown) => unknown;
  assert.throws(() => run(async () => 1), /noGrad: expected a synchronous function/);
  assert.throws(
    () => run(() => Promise.reject(new Error("lost"))),
    /noGrad: expected a synchronous function/,
  );
  await null;
  assert.equal(isGradEnabled(), true);
});

test("a value that backward needs must not change in place", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const w = tensor([3, 4], { requiresGrad: true });
  const y = x.mul(w).sum();
  noGrad(() => w.add_(1));
  assert.throws(() => y.backward(), /"mul" needs was changed in place/);
  const sum = x.add(w).sum(); // addition needs no values
  noGrad(() => w.add_(1));
  sum.backward();
  assert.throws(() => w.add_(1), /add_: expected a tensor outside the graph/);
  assert.throws(() => w.fill_(1), /fill_: expected a tensor outside the graph/);
});

test("running statistics that a BatchNorm moves are changed in place", () => {
  const x = tensor([[1], [3]]);
  for (const moved of ["runningMean", "runningVar"] as const) {
    const statistics = { runningMean: zeros([1]), runningVar: ones([1]) };
    const w = tensor([2], { requiresGrad: true });
    const read = () => w.mul(statistics[moved]).sum();
    const before = read();
    noGrad(() => batchNorm(x, { ...statistics, training: false }));
    before.backward(); // evaluation moves nothing
    const stale = read();
    noGrad(() => batchNorm(x, { ...statistics, training: true }));
    assert.throws(() => stale.backward(), /"mul" needs was changed in place/, moved);
  }
});

test("sgdStep is one of torch.optim.SGD's steps, and takes part in the version check", () => {
  const w = tensor([1, 2], { requiresGrad: true });
  let buffer = null;
  for (let step = 0; step < 3; step++) {
    w.grad = null;
    w.mul(2).sum().backward();
    buffer = sgdStep(w, buffer, { lr: 0.1, momentum: 0.5 });
  }
  // velocities 2, 3, 3.5; with fused multiply-add the last digit differs
  for (const [i, start] of [1, 2].entries()) assert.ok(Math.abs(w.data[i]! - (start - 0.85)) < 1e-6);
  const y = w.square().sum();
  sgdStep(w, buffer, { lr: 0.1, momentum: 0.5 });
  assert.throws(() => y.backward(), /changed in place/);
});

test("a chain of 20,000 operations goes back without recursion", () => {
  const x = tensor([1], { requiresGrad: true });
  let y = x.mul(1);
  for (let i = 0; i < 20_000; i++) y = y.add(1);
  y.sum().backward();
  assert.deepEqual(x.grad!.toArray(), [1]);
});

test("linear leaves the same gradient whether it starts or accumulates", () => {
  const x = randn([5, 3]);
  const w = randn([2, 3], { requiresGrad: true });
  const b = zeros([2], { requiresGrad: true });
  linear(x, w, b).sum().backward();
  const once = w.grad!.clone();
  linear(x, w, b).sum().backward();
  assert.deepEqual(w.grad!.data, once.mul(2).data);
  assert.deepEqual(b.grad!.data, ones([2]).mul(10).data);
});
