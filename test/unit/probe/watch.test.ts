// A watch against direct computation, and against its promise to change nothing and to end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { collectorHost } from "../../../kernel/host/collector";
import * as nn from "../../../kernel/nn";
import { SGD } from "../../../kernel/optim";
import { levels, saturation, type Watch, watch } from "../../../kernel/probe";
import {
  manualSeed,
  memoryUsage,
  noGrad,
  rand,
  randint,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "../../../kernel/tensor";
import { setCollectorHost } from "../../../kernel/tensor/doors/host";

setCollectorHost(collectorHost());

/** A network with every kind of layer a watch knows something of, an optimizer, and a step. */
function training({ lr = 0.1, accumulate = 1 } = {}) {
  manualSeed(3);
  const net = new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(12, 9),
    new nn.BatchNorm1d(9),
    new nn.Sigmoid(),
    new nn.Dropout(0.3),
    new nn.Linear(9, 7),
    new nn.ReLU(),
    new nn.Linear(7, 4),
  );
  const optimizer = new SGD(net.parameters(), { lr, momentum: 0.9 });
  const [x, y] = [randn([16, 3, 4]), randint(0, 4, [16])];
  const step = () => {
    optimizer.zeroGrad();
    let loss: Tensor | undefined;
    for (let i = 0; i < accumulate; i++) {
      loss = nn.functional.crossEntropy(net.forward(x), y);
      loss.backward();
    }
    optimizer.step();
    return loss!.item();
  };
  return { net, optimizer, x, y, step };
}

const close = (actual: number, expected: number, what: string) =>
  assert.ok(
    Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected)),
    `${what}: ${actual}, ${expected}`,
  );

const layerOf = (seen: Watch, label: string) => seen.layers.find((layer) => layer.label === label)!;

for (const accumulate of [1, 3]) {
  test(`losses, weights and the random stream are the same bits with a watch, ${accumulate} backward a step`, () => {
    const run = (watched: boolean) => {
      const { net, step } = training({ accumulate });
      const seen = watched ? watch(net, { every: 1 }) : null;
      const losses = Array.from({ length: 12 }, step);
      seen?.stop();
      assert.equal(seen?.steps ?? 12 * accumulate, 12 * accumulate);
      return { losses, weights: net.parameters().map((each) => [...each.data]), next: rand([4]).toArray() };
    };
    assert.deepEqual(run(true), run(false));
  });
}

test("a layer used three times and a convolution learn the same bits with a watch; its last run is shown", () => {
  const run = (watched: boolean) => {
    manualSeed(9);
    const again = new nn.Linear(8, 8);
    const conv = new nn.Conv2d(1, 2, 3, { padding: 1 });
    const net = new nn.Sequential(conv, new nn.ReLU(), new nn.Flatten(), again, new nn.Tanh(), again, again);
    const optimizer = new SGD(net.parameters(), { lr: 0.1 });
    const [x, y] = [randn([10, 1, 2, 2]), randint(0, 8, [10])];
    const seen = watched ? watch(net, { every: 1 }) : null;
    for (let step = 0; step < 8; step++) {
      optimizer.zeroGrad();
      nn.functional.crossEntropy(net.forward(x), y).backward();
      optimizer.step();
    }
    if (seen) {
      const { gradients, parameters } = layerOf(seen, "3 Linear").records.at(-1)!;
      assert.ok(gradients!.norm > 0);
      close(parameters.weight!.gradients!.norm, again.weight.grad!.norm().item(), "of all three uses");
    }
    return net.parameters().map((each) => [...each.data]);
  };
  assert.deepEqual(run(true), run(false));
});

test("activations, gradients, weights and updates equal what is computed by hand", () => {
  const { net, x, y, optimizer } = training();
  const seen = watch(net, { every: 1 });
  assert.deepEqual(
    seen.layers.map(({ label }) => label),
    ["1 Linear", "2 BatchNorm1d", "3 Sigmoid", "4 Dropout", "5 Linear", "6 ReLU", "7 Linear"],
  );
  const kept: Tensor[] = [];
  const removers = net.layers.map((layer) =>
    layer.registerForwardHook((_module, _inputs, output) => {
      if (output.requiresGrad) output.retainGrad();
      kept.push(output);
    }),
  );
  const loss = nn.functional.crossEntropy(net.forward(x), y);
  for (const remove of removers) remove();
  loss.backward();
  const weight = net.at(5).parameters()[0]!;
  const [before, gradient] = [Float32Array.from(weight.data), Float32Array.from(weight.grad!.data)];
  optimizer.step();

  const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
  const record = layerOf(seen, "5 Linear").records[0]!;
  close(record.activations.norm, norm(kept[5]!.data), "activations");
  close(record.activations.mean, kept[5]!.mean().item(), "their mean");
  close(record.activations.std, kept[5]!.std(undefined, { correction: 0 }).item(), "their std");
  close(record.gradients!.norm, norm(kept[5]!.grad!.data), "gradients");
  close(record.parameters.weight!.values.norm, norm(before), "weights");
  close(record.parameters.weight!.gradients!.norm, norm(gradient), "their gradients");
  const change = Float32Array.from(weight.data, (value, i) => value - before[i]!);
  close(record.parameters.weight!.update!, norm(change) / norm(before), "update");
  assert.equal(layerOf(seen, "2 BatchNorm1d").records[0]!.parameters.bias!.update, null); // from 0

  const sigmoid = layerOf(seen, "3 Sigmoid").records[0]!;
  close(sigmoid.preActivations!.norm, norm(kept[2]!.data), "pre-activations");
  assert.equal(sigmoid.saturated, saturation(kept[3]!.data, { activation: "sigmoid" }));
  const relu = layerOf(seen, "6 ReLU").records[0]!;
  assert.equal(relu.saturated, saturation(kept[6]!.data, { activation: "relu" }));
  const alive = kept[6]!.max(0).values.gt(0).mean().item();
  close(relu.dead!, 1 - alive, "dead units");
  seen.stop();
});

test("quantiles and histogram of a distribution", () => {
  manualSeed(1);
  const net = new nn.Sequential(new nn.Tanh());
  const seen = watch(net, { every: 1 });
  const values = randn([3000, 5]);
  net.forward(values);
  const { activations, preActivations } = seen.layers[0]!.records[0]!;
  assert.equal(activations.count, 15_000);
  assert.equal(
    activations.histogram.reduce((sum, count) => sum + count, 0),
    1021,
  );
  const sorted = Float32Array.from(values.data).sort();
  for (const [i, level] of levels.entries()) {
    // Of 1,021 sampled values: three standard errors of a quantile of the standard normal are below 0.2.
    const error = Math.abs(preActivations!.quantiles[i]! - sorted[Math.floor(level * 15_000)]!);
    assert.ok(error < 0.2, `${level}: off by ${error}`);
  }
});

test("BatchNorm's batch and running statistics, γ and β, by channel", () => {
  manualSeed(5);
  const norm = new nn.BatchNorm2d(3);
  const net = new nn.Sequential(norm, new nn.ReLU());
  const seen = watch(net, { every: 1 });
  const x = randn([6, 3, 4, 5]).mul(2).add(7);
  net.forward(x);
  const { batchMean, batchVar, runningMean, runningVar, gamma, beta } =
    seen.layers[0]!.records[0]!.batchNorm!;
  for (let channel = 0; channel < 3; channel++) {
    const values = x.select(1, channel);
    close(batchMean[channel]!, values.mean().item(), "mean");
    assert.ok(Math.abs(batchVar[channel]! - values.var(undefined, { correction: 0 }).item()) < 1e-4);
    close(runningMean![channel]!, 0.1 * values.mean().item(), "running mean");
    assert.ok(Math.abs(runningVar![channel]! - (0.9 + 0.1 * values.var().item())) < 1e-4);
  }
  assert.deepEqual(
    [gamma, beta],
    [
      [1, 1, 1],
      [0, 0, 0],
    ],
  );
});

test("thresholds by activation: a slope of ¼ at 0 is flat for 0.3 and not for 0.2", () => {
  manualSeed(7);
  const saturated = (threshold: number | { sigmoid: number }) => {
    const net = new nn.Sequential(new nn.Sigmoid());
    const seen = watch(net, { threshold });
    net.forward(randn([8, 2]).mul(0));
    return seen.layers[0]!.records[0]!.saturated;
  };
  assert.deepEqual([saturated(0.3), saturated({ sigmoid: 0.3 }), saturated({ sigmoid: 0.2 })], [1, 1, 0]);
});

test("every so many steps, thinned at the limit; evaluation and noGrad do not count", () => {
  const { net, x, step } = training();
  const seen = watch(net, { every: 2, limit: 4, layers: { out: "7" } });
  for (let i = 0; i < 21; i++) {
    step();
    noGrad(() => void net.forward(x));
    net.eval().forward(x);
    net.train();
  }
  assert.equal(seen.steps, 21);
  assert.equal(seen.every, 8);
  const { records } = layerOf(seen, "out");
  assert.deepEqual(
    records.map((record) => record.step),
    [0, 8, 16],
  );
  assert.ok(records.every((record) => record.parameters.weight!.update! > 0));
  seen.stop();
  step();
  assert.equal(seen.steps, 21);
});

test("gradients gathered over several forwards: the update is the optimizer's, not 0", () => {
  const { net, step } = training({ accumulate: 3 });
  const seen = watch(net, { every: 6 });
  for (let i = 0; i < 3; i++) step();
  const { records } = layerOf(seen, "1 Linear");
  assert.deepEqual(
    records.map((record) => record.step),
    [0, 6],
  );
  assert.ok(records.every((record) => record.parameters.weight!.update! > 0));
});

test("after stop() no hook is left, on modules, parameters or tensors; forward is the class's own again", () => {
  const { net, x, y } = training();
  const untouched = () =>
    net.modules().every((module) => !Object.hasOwn(module, "forward")) &&
    net.parameters().every(({ hooks }) => hooks === null);
  const seen = watch(net, { every: 1 });
  assert.ok(!untouched());
  const output = net.forward(x);
  assert.ok(output.hooks !== null);
  seen.stop();
  assert.ok(untouched());
  assert.equal(output.hooks, null);
  nn.functional.crossEntropy(output, y).backward();
  assert.ok(untouched());
});

test("a forward that fails leaves hooks behind for no longer than the next", () => {
  const { net, x } = training();
  const seen = watch(net, { every: 1 });
  assert.throws(() => net.forward(randn([16, 5])));
  net.eval().forward(x);
  net.train().forward(x);
  seen.stop();
  assert.ok(net.modules().every((module) => !Object.hasOwn(module, "forward")));
});

test("800 watched steps leave the tensor heap as it was after 400", () => {
  manualSeed(2);
  const net = new nn.Sequential(
    new nn.Linear(64, 96),
    new nn.BatchNorm1d(96),
    new nn.Tanh(),
    new nn.Linear(96, 3),
  );
  const optimizer = new SGD(net.parameters(), { lr: 0.05 });
  const [x, y] = [randn([128, 64]), randint(0, 3, [128])];
  watch(net, { every: 3, limit: 16 });
  let early = 0;
  for (let i = 0; i < 800; i++) {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(net.forward(x), y).backward();
    optimizer.step();
    zeros([120_000]); // left to the collector, which these bring by every 140 steps
    if (i === 400) early = memoryUsage().heapBytes;
  }
  assert.ok(memoryUsage().heapBytes <= 1.02 * early);
});

test("series: one number of the records over the steps, of the layers that have it", () => {
  const { net, step } = training();
  const seen = watch(net, { every: 2 });
  for (let i = 0; i < 5; i++) step();
  const saturated = layerOf(seen, "6 ReLU").records.map((record) => record.saturated);
  assert.deepEqual(Object.keys(seen.series((record) => record.saturated)), ["3 Sigmoid", "6 ReLU"]);
  assert.deepEqual(seen.series((record) => record.saturated)["6 ReLU"], { x: [0, 2, 4], y: saturated });
  assert.deepEqual(Object.keys(seen.series(({ batchNorm }) => batchNorm?.gamma?.[0])), ["2 BatchNorm1d"]);
});

test("a layer's health names what is unhealthy, in the layer where it is", () => {
  manualSeed(6);
  const wide = new nn.Linear(20, 30);
  nn.init.normal_(wide.weight, 0, 3);
  const net = new nn.Sequential(wide, new nn.Tanh(), new nn.Linear(30, 3));
  const optimizer = new SGD(net.parameters(), { lr: 1e-5 });
  const seen = watch(net, { every: 1 });
  assert.equal(seen.health()[0]!.text, "0 Linear: not seen in training yet");
  nn.functional.crossEntropy(net.forward(randn([50, 20])), randint(0, 3, [50])).backward();
  optimizer.step();
  const [first, tanh, last] = seen.health();
  const share = Math.round(100 * seen.layers[1]!.records[0]!.saturated!);
  assert.ok(share > 50);
  assert.equal(tanh!.text, `1 Tanh: ${share} % saturated`);
  assert.equal(tanh!.healthy, false);
  assert.match(first!.text, /^0 Linear: updates of weight too small: \d(\.\d)?e−\d+ of its size a step$/);
  assert.match(last!.text, /too small/);
});

test("units that are flat for a whole batch are told of when they are more than a tenth, or than one says", () => {
  const healthWith = (dead: number, bounds: { dead?: number } = {}) => {
    const relu = new nn.Sequential(new nn.Linear(1, 20), new nn.ReLU());
    const bias = Float32Array.from({ length: 20 }, (_, unit) => (unit < dead ? -1 : 1));
    relu.loadStateDict({ "0.weight": zeros([20, 1]), "0.bias": tensor(bias) });
    const seen = watch(relu, { every: 1, healthy: bounds });
    relu
      .forward(randn([8, 1]))
      .sum()
      .backward();
    new SGD(relu.parameters(), { lr: 0 }).step();
    const { text } = seen.health()[1]!;
    seen.stop();
    return text;
  };
  assert.equal(healthWith(2), "1 ReLU: healthy");
  assert.equal(healthWith(3), "1 ReLU: 15 % of its units dead");
  assert.equal(healthWith(3, { dead: 0.2 }), "1 ReLU: healthy");
});

test("a healthy network is told to be", () => {
  const { net, step } = training({ lr: 0.02 });
  const seen = watch(net, { every: 1 });
  for (let i = 0; i < 5; i++) step();
  assert.deepEqual(
    seen.health().filter(({ healthy }) => !healthy),
    [],
  );
});

test("errors name what was given", () => {
  const { net } = training();
  assert.throws(() => watch(net, { every: 0 }), /watch: expected every to be a whole number ≥ 1, got 0/);
  assert.throws(() => watch(net, { layers: ["9"] }), /watch: expected a layer among "0", .*, got "9"/);
});
