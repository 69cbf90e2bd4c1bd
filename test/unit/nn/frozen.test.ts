// What people do to BatchNorm and to parameters in the middle of training: freeze them, load older states, change settings.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../../../kernel/nn";
import * as optim from "../../../kernel/optim";
import { cat, ones, randn, tensor, zeros } from "../../../kernel/tensor";

test("an optimizer passes over frozen parameters, and they can be freed again", () => {
  const net = new nn.Sequential(new nn.Linear(3, 2), new nn.Linear(2, 1));
  const [frozen, learning] = net.layers as [nn.Linear, nn.Linear];
  frozen.requiresGrad_(false);
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  const before = frozen.weight.clone();
  const start = learning.weight.clone();
  const step = () => {
    optimizer.zeroGrad();
    net
      .forward(ones([4, 3]))
      .sum()
      .backward();
    optimizer.step();
  };
  step();
  assert.deepEqual(frozen.weight.toArray(), before.toArray());
  assert.notDeepEqual(learning.weight.toArray(), start.toArray());
  frozen.requiresGrad_();
  step();
  assert.notDeepEqual(frozen.weight.toArray(), before.toArray());
});

test("trackRunningStats set to false later: batch statistics in training, and nothing moves", () => {
  const bn = new nn.BatchNorm1d(2);
  const x = randn([8, 2]);
  bn.forward(x);
  const mean = bn.runningMean!.clone();
  bn.trackRunningStats = false;
  const y = bn.forward(x.mul(3).add(5));
  assert.ok(Math.abs(y.mean().item()) < 1e-5);
  assert.deepEqual(bn.runningMean, mean);
  assert.equal(bn.numBatchesTracked!.item(), 1);
  bn.eval();
  assert.ok(bn.forward(mean.unsqueeze(0)).abs().max().item() < 1e-6, "evaluation goes by what was tracked");
});

test("momentum changed in the middle holds from then on; accumulated gradients move statistics once a batch", () => {
  const bn = new nn.BatchNorm1d(1);
  bn.momentum = 1;
  bn.forward(tensor([[1], [3]]));
  assert.equal(bn.runningMean!.item(), 2);
  bn.momentum = 0;
  bn.forward(tensor([[10], [30]]));
  assert.equal(bn.runningMean!.item(), 2);
  bn.momentum = null;
  bn.resetRunningStats();
  for (const x of [tensor([[1], [3]]), tensor([[5], [7]])]) bn.forward(x).sum().backward();
  assert.equal(bn.runningMean!.item(), 4);
  assert.equal(bn.numBatchesTracked!.item(), 2);
});

test("weight decay off γ and β, by parameter groups", () => {
  const net = new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2));
  const decayed = net.parameters().filter((p) => p.ndim > 1);
  const plain = net.parameters().filter((p) => p.ndim <= 1);
  const optimizer = new optim.SGD([{ params: decayed, weightDecay: 0.5 }, { params: plain }] as never, {
    lr: 1,
  });
  for (const p of net.parameters()) p.grad = zeros(p.shape);
  const gamma = plain[1]!.clone();
  const weight = decayed[0]!.clone();
  optimizer.step();
  assert.deepEqual(plain[1]!.toArray(), gamma.toArray());
  assert.deepEqual(decayed[0]!.toArray(), weight.mul(0.5).toArray());
});

test("a state without num_batches_tracked is taken, as in PyTorch", () => {
  const bn = new nn.BatchNorm1d(2);
  const { num_batches_tracked, ...older } = bn.stateDict();
  assert.ok(num_batches_tracked);
  assert.deepEqual(bn.loadStateDict(older), { missingKeys: [], unexpectedKeys: [] });
});

test("names in a state are the model's own, and no two are one", () => {
  class Mixer extends nn.Module {
    W = new nn.Parameter(zeros([1]));
    A_log = new nn.Parameter(zeros([1]));
    gateWeight = new nn.Parameter(zeros([1]));
    override forward(x: never) {
      return x;
    }
  }
  assert.deepEqual(Object.keys(new Mixer().stateDict()), ["W", "A_log", "gate_weight"]);
  class Twice extends Mixer {
    gate_weight = new nn.Parameter(zeros([1]));
  }
  assert.throws(
    () => new Twice().stateDict(),
    /got gateWeight and gate_weight, both gate_weight; rename one/,
  );
});

test("idioms around .data work or say the line to write", () => {
  const layer = new nn.Linear(2, 2);
  layer.weight.data = zeros([2, 2]);
  assert.equal(layer.weight.abs().sum().item(), 0);
  layer.weight.data = Float32Array.of(1, 2, 3, 4);
  assert.deepEqual(layer.weight.toArray(), [
    [1, 2],
    [3, 4],
  ]);
  assert.throws(() => {
    layer.weight.data = zeros([3]);
  }, /data: expected a tensor \[2, 2\] or an array of 4 numbers, got a tensor \[3\]/);
  assert.throws(
    () => nn.init.normal_(layer.weight.data as never, 0, 0.02),
    /pass the tensor itself, not its \.data/,
  );
});

test("messages say what is wrong", () => {
  const bn = new nn.BatchNorm1d(2, { trackRunningStats: false }).eval();
  assert.throws(() => bn.forward(zeros([1, 2])), /keep running statistics \(trackRunningStats: true\)/);
  assert.equal(new nn.Sequential([new nn.ReLU(), new nn.Tanh()]).length, 2);
  assert.deepEqual(cat([zeros([0]), ones([2, 3])]), ones([2, 3]));
});
