// What people do to BatchNorm and to parameters in the middle of training: freeze them, load older states, change settings.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../../../kernel/nn";
import { deepcopy } from "../../../kernel/nn/deepcopy";
import * as optim from "../../../kernel/optim";
import { cat, manualSeed, noGrad, ones, randn, tensor, zeros } from "../../../kernel/tensor";

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
  const optimizer = new optim.SGD([{ params: decayed, weightDecay: 0.5 }, { params: plain }], {
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
  // The tutorials' weights_init, as it stands there.
  const conv = new nn.Conv2d(2, 8, 3);
  const norm = new nn.BatchNorm2d(8);
  manualSeed(1);
  nn.init.normal_(conv.weight.data, 0, 0.02);
  nn.init.constant_(norm.bias!.data, 3);
  manualSeed(1);
  const expected = nn.init.normal_(zeros([8, 2, 3, 3]), 0, 0.02);
  assert.deepEqual(conv.weight.toArray(), expected.toArray());
  assert.equal(norm.bias!.detach().min().item(), 3);
  assert.deepEqual(
    nn.init.kaimingNormal_(conv.weight.data).shape,
    [8, 2, 3, 3],
    "by the shape that the array has none of",
  );
  assert.ok(conv.weight.requiresGrad && conv.weight.isLeaf);
  for (const others of [conv.weight.data.slice(), conv.weight.data.subarray(1), zeros([2, 3]).t().data]) {
    assert.throws(
      () => nn.init.normal_(others),
      /normal_: expected a tensor, .*pass the tensor itself, not its \.data/,
    );
  }
  // In place on what PyTorch's .data is.
  norm.weight!.detach().mul_(2);
  norm.bias!.detach().copy_(ones([8]));
  assert.deepEqual([norm.weight!.detach().max().item(), norm.bias!.detach().max().item()], [2, 1]);
});

test("messages say what is wrong", () => {
  const bn = new nn.BatchNorm1d(2, { trackRunningStats: false }).eval();
  assert.throws(() => bn.forward(zeros([1, 2])), /keep running statistics \(trackRunningStats: true\)/);
  assert.equal(new nn.Sequential([new nn.ReLU(), new nn.Tanh()]).length, 2);
  assert.deepEqual(cat([zeros([0]), ones([2, 3])]), ones([2, 3]));
});

test("norms in evaluation inside a model that trains: frozen statistics, γ and β still learn", () => {
  const net = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 1));
  const bn = net.at(1) as nn.BatchNorm1d;
  net.forward(randn([16, 3]));
  net.train();
  bn.eval();
  const [mean, variance, gamma] = [bn.runningMean!.clone(), bn.runningVar!.clone(), bn.weight!.clone()];
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  const x = randn([8, 3]);
  const single = x.slice(0, 0, 1);
  assert.ok(
    Math.abs(net.forward(x).detach().at(0).item() - net.forward(single).detach().item()) < 1e-5,
    "a sample's output does not depend on its batch, and a batch of one is none too small",
  );
  net.forward(x).square().sum().backward();
  optimizer.step();
  assert.deepEqual([bn.runningMean, bn.runningVar, bn.numBatchesTracked!.item()], [mean, variance, 1]);
  assert.notDeepEqual(bn.weight!.toArray(), gamma.toArray());
  net.train();
  assert.ok(bn.training, "train() on the model takes it back: call bn.eval() after it");
});

test("trackRunningStats set to true on a norm made without statistics: those of the batch, in both modes, as in PyTorch", () => {
  const bn = new nn.BatchNorm1d(2, { trackRunningStats: false });
  bn.trackRunningStats = true;
  const x = randn([8, 2]).add(5);
  for (const mode of [true, false]) {
    bn.train(mode);
    assert.ok(Math.abs(bn.forward(x).detach().mean().item()) < 1e-5);
  }
  assert.deepEqual([bn.runningMean, bn.numBatchesTracked], [null, null]);
  assert.deepEqual(Object.keys(bn.stateDict()), ["weight", "bias"]);
});

test("gradients accumulated over parts of a batch are not the batch's: each part is normalized by itself", () => {
  const bn = new nn.BatchNorm1d(2);
  const x = randn([8, 2]);
  const whole = deepcopy(bn);
  whole.forward(x).pow(3).sum().backward();
  for (const part of x.chunk(2)) bn.forward(part).pow(3).sum().backward();
  assert.equal(bn.numBatchesTracked!.item(), 2);
  assert.ok(bn.weight!.grad!.sub(whole.weight!.grad!).abs().max().item() > 1e-3);
  const ghost = new nn.BatchNorm1d(2, { ghostSize: 4 });
  ghost.forward(x).pow(3).sum().backward();
  assert.ok(bn.weight!.grad!.allclose(ghost.weight!.grad!), "they are those of ghost batches");
});

test("statistics measured anew: reset, momentum null, and the data once; as updateBn does", () => {
  const batches = [randn([6, 2]), randn([6, 2]).add(4)];
  const [byHand, byWord] = [new nn.BatchNorm1d(2), new nn.BatchNorm1d(2)];
  for (const bn of [byHand, byWord]) bn.forward(randn([9, 2]).mul(7));
  byHand.resetRunningStats();
  byHand.momentum = null;
  noGrad(() => {
    for (const x of batches) byHand.forward(x);
  });
  nn.utils.updateBn(batches, byWord);
  assert.deepEqual(byHand.stateDict(), byWord.stateDict());
  assert.equal(byWord.momentum, 0.1);
});

test("SyncBatchNorm says why there is none", () => {
  const Sync = nn.SyncBatchNorm as unknown as { new (width: number): unknown };
  assert.throws(
    () => new Sync(4),
    /^Error: SyncBatchNorm: expected several processes that share a batch, got one, which has the whole batch; use BatchNorm1d/,
  );
  assert.throws(
    () => nn.SyncBatchNorm.convertSyncBatchnorm(new nn.ReLU()),
    /leave convertSyncBatchnorm\(\) out/,
  );
});

test("modules under whole numbers keep their order as pairs; an object, which has none of them, is refused", () => {
  const make = () => new nn.Identity();
  const named = new nn.ModuleDict([
    ["10", new nn.Linear(1, 1)],
    ["9", new nn.Linear(1, 1)],
  ]);
  named.set("2", new nn.Linear(1, 1));
  assert.deepEqual(named.keys(), ["10", "9", "2"]);
  assert.deepEqual(
    [
      ...new nn.ModuleDict(
        new Map([
          ["7", make()],
          ["5", make()],
        ]),
      ),
    ].map(([name]) => name),
    ["7", "5"],
  );
  assert.deepEqual(new nn.ModuleDict(named).keys(), named.keys());
  assert.deepEqual(new nn.ModuleDict({ 7: make() }).keys(), ["7"]);
  assert.throws(
    () => new nn.ModuleDict({ 10: make(), 9: make() }),
    /^RangeError: ModuleDict: expected names that are no whole numbers, .* got "9"; keep the order by pairs: new ModuleDict\(\[\["9", …\], …\]\)$/,
  );
  assert.throws(
    () => new nn.ModuleDict([["a"]] as never),
    /expected pairs of a name and a module, got an array/,
  );
});
