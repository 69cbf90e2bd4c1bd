// Memory where the platform collects no garbage on demand, as in a browser: loops stay flat although nobody can tell what is
// still held, and whoever holds a tensor, in whatever way, reads its numbers.

import assert from "node:assert/strict";
import test from "node:test";
import { DataLoader, TensorDataset } from "../../../kernel/data";
import { runExperiment } from "../../../kernel/experiment";
import * as nn from "../../../kernel/nn";
import { Adam, SGD } from "../../../kernel/optim";
import { watch } from "../../../kernel/probe";
import {
  keep,
  manualSeed,
  memoryUsage,
  noGrad,
  randint,
  randn,
  Tensor,
  tensor,
  tidy,
  zeros,
} from "../../../kernel/tensor";
import { Engine } from "../../../kernel/tensor/engine";
import { engine } from "../../../kernel/tensor/runtime";

const mebibyte = 2 ** 20;
/** Takes every block that may be taken. */
const takeAll = () => {
  engine.allocations++;
  engine.collect({ all: true });
};
const copyOf = (x: Tensor) => x.detach().clone().toArray();

function loaderOf(samples: number, features: number, batchSize: number): DataLoader<[Tensor, Tensor]> {
  const set = new TensorDataset<[Tensor, Tensor]>(randn([samples, features]), randint(0, 5, [samples]));
  return new DataLoader(set, { batchSize, shuffle: true, seed: 1 });
}

const perceptron = (features: number) =>
  new nn.Sequential(
    new nn.Linear(features, 32),
    new nn.BatchNorm1d(32),
    new nn.Sigmoid(),
    new nn.Linear(32, 5),
  );

test("numbers come back as they were, whatever their type and however they are looked at", () => {
  const x = randn([300, 200]);
  const [row, turned, detached] = [x.select(0, 7), x.transpose(0, 1), x.detach()];
  const whole = randint(-(2 ** 31), 2 ** 31 - 1, [1000]);
  const marked = x.gt(0);
  const special = tensor([Number.NaN, Number.NEGATIVE_INFINITY, -0, 1e-45]);
  const all = [x, row, turned, detached, whole, marked, special];
  const before = all.map(copyOf);
  const { liveStorages } = memoryUsage();
  takeAll();
  assert.equal(memoryUsage().liveStorages < liveStorages, true);
  assert.deepEqual(all.map(copyOf), before);
  takeAll();
  assert.equal(row.item === undefined, false);
  assert.equal(special.sum().item(), Number.NaN);
  assert.equal(Object.is(special.select(0, 2).item(), -0), true);
  x.mul_(2);
  takeAll();
  assert.deepEqual(copyOf(detached.div(2)), before[0], "views share memory as before");
});

test("an array that `.data` gave is the tensor's memory for as long as somebody has it", () => {
  const x = randn([4096]);
  const numbers = x.data;
  for (let i = 0; i < 5; i++) takeAll();
  numbers[3] = 7;
  assert.equal(x.select(0, 3).item(), 7);
  x.fill_(2);
  assert.equal(numbers[4095], 2);
});

test("what a loop holds keeps its numbers: batches, losses, intermediates, gradients, records, results", () => {
  manualSeed(1);
  class Spy extends nn.Module {
    readonly seen: Tensor[] = [];
    override forward(input: Tensor): Tensor {
      this.seen.push(input);
      return input;
    }
  }
  const spy = new Spy();
  const net = new nn.Sequential(
    new nn.Linear(40, 64),
    new nn.BatchNorm1d(64),
    new nn.Sigmoid(),
    spy,
    new nn.Linear(64, 5),
  );
  const loader = loaderOf(512, 40, 64);
  const optimizer = new Adam(net.parameters(), { lr: 0.01 });
  const watching = watch(net, { every: 1 });
  const held: Tensor[] = [];
  const expected: unknown[] = [];
  const hold = (...tensors: Tensor[]) => {
    held.push(...tensors);
    expected.push(...tensors.map(copyOf));
  };
  net.at(0).registerForwardHook((_module, _inputs, output) => hold(keep(output)));
  const batches: [Tensor, Tensor][] = [];
  for (const batch of loader) {
    const [x, y] = batch;
    batches.push(batch);
    takeAll();
    const logits = net.forward(x);
    const loss = nn.functional.crossEntropy(logits, y);
    takeAll();
    optimizer.zeroGrad();
    loss.backward();
    const [weight] = net.parameters();
    const gradient = weight!.grad!;
    hold(x, y, x.narrow(0, 3, 9), loss, logits, gradient);
    takeAll();
    optimizer.step();
    hold(...noGrad(() => [net.forward(x).softmax(1), logits.argmax(1).eq(y)]));
    weight!.grad = null;
    takeAll();
  }
  assert.deepEqual(held.map(copyOf), expected);
  for (const [x] of batches) assert.deepEqual(copyOf(x), expected[held.indexOf(x)]);
  assert.equal(spy.seen.length, 16);
  assert.equal(
    watching.layers.every(({ records }) => records.length === 8),
    true,
  );
  watching.stop();
});

test("an experiment's results keep their tensors", async () => {
  const means: number[] = [];
  const { runs } = await runExperiment({
    arms: { small: 0.1, large: 1 },
    seeds: 3,
    metric: "mean",
    run: ({ settings: scale }) => {
      takeAll();
      const drawn = noGrad(() => randn([50]).mul(scale));
      means.push(drawn.mean().item());
      return { drawn, mean: means.at(-1)! };
    },
  });
  takeAll();
  assert.deepEqual(
    runs.map(({ result }) => result!.drawn.mean().item()),
    means,
  );
});

test("training gives the same bits whatever is moved meanwhile", () => {
  const train = (between: () => void) => {
    manualSeed(3);
    const net = new nn.Sequential(
      new nn.Conv2d(1, 4, 3, { padding: 1 }),
      new nn.BatchNorm2d(4),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Linear(64, 3),
    );
    const optimizer = new Adam(net.parameters(), { lr: 0.02 });
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      const loss = nn.functional.crossEntropy(net.forward(randn([6, 1, 8, 8])), randint(0, 3, [6]));
      between();
      optimizer.zeroGrad();
      loss.backward();
      between();
      optimizer.step();
      between();
      losses.push(loss.item());
    }
    return losses;
  };
  assert.deepEqual(
    train(takeAll),
    train(() => {}),
  );
});

test("a tidy() frees no tensor of others that came back within it", () => {
  const x = randn([1000]);
  const before = copyOf(x);
  takeAll();
  const y = tidy(() => {
    const made = x.add(1);
    takeAll();
    return made.mul(2);
  });
  assert.deepEqual(copyOf(x), before);
  assert.deepEqual(copyOf(y.div(2)), copyOf(x.add(1)));
});

test("what was freed while its numbers were elsewhere says so", () => {
  const w = randn([100, 100], { requiresGrad: true });
  const hidden = w.mul(2);
  hidden.sum().backward();
  takeAll();
  w.mul(3).sum().backward();
  assert.throws(() => hidden.sum(), /use of a freed tensor \[100, 100\]: backward\(\) number \d+ freed it/);
});

test("a full heap makes room of what nobody reads; what is in use at once has to fit", () => {
  const small = new Engine(Tensor, { maxBytes: 2 ** 24 });
  const filled = (value: number) => small.empty([250_000], "float32").fill_(value);
  const held = Array.from({ length: 60 }, (_, i) => filled(i)); // 57 MB over 16
  for (const [i, each] of held.entries()) assert.equal(each.mean().item(), i);
  assert.throws(
    () => small.empty([2 ** 22], "float32"),
    /^RangeError: out of tensor memory: asked for 16 MB/,
  );
});

const bounded = (name: string, own: number, step: () => void, steps = 600) =>
  test(`${name}: live memory stays within ${own} MB beside what the loop holds`, () => {
    takeAll();
    const before = memoryUsage().liveBytes;
    let most = 0;
    for (let i = 0; i < steps; i++) {
      step();
      most = Math.max(most, memoryUsage().liveBytes - before);
    }
    assert.ok(most < own * mebibyte, `${(most / mebibyte).toFixed(1)} MB`);
  });

{
  const x = randn([256, 512]); // 512 KiB
  const w = randn([512, 512], { requiresGrad: true });
  bounded("results dropped under noGrad()", 40, () => noGrad(() => void x.add(1).relu().softmax(1)), 200);
  bounded("a graph that is never walked", 40, () => void x.mul(w.select(0, 0)).relu(), 200);
  bounded(
    "a gradient that was read and replaced",
    40,
    () => {
      x.mul(w.select(0, 0)).sum().backward();
      w.grad!.norm().item();
      w.grad = null;
    },
    200,
  );
  const net = perceptron(64);
  const optimizer = new SGD(net.parameters(), { lr: 0.01 });
  const loader = loaderOf(6400, 64, 64);
  let batches = loader[Symbol.iterator]();
  const next = () => {
    const { value, done } = batches.next();
    if (done !== true) return value as [Tensor, Tensor];
    batches = loader[Symbol.iterator]();
    return batches.next().value as [Tensor, Tensor];
  };
  bounded(
    "training on a loader's batches, with losses and accuracies read",
    40,
    () => {
      const [inputs, labels] = next();
      const logits = net.forward(inputs);
      const loss = nn.functional.crossEntropy(logits, labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      assert.ok(loss.item() < 10);
      assert.ok(noGrad(() => logits.argmax(1).eq(labels).mean().item()) <= 1);
    },
    2_000,
  );
  bounded("a tidy() around a long loop", 40, () => tidy(() => void x.add(1)), 300);
}

test("a tidy() around a loop does not hold what the loop drops", () => {
  const x = zeros([256, 1024]);
  const before = memoryUsage().liveBytes;
  tidy(() => {
    for (let i = 0; i < 200; i++) x.add(i); // 200 MiB in all
  });
  assert.ok(memoryUsage().peakBytes < before + 64 * mebibyte);
});
