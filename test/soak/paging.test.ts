// Without a collector on demand, as in a browser: 8,000 steps stay flat, and operations bear that everything moves.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DataLoader, TensorDataset } from "../../kernel/data";
import * as nn from "../../kernel/nn";
import { Adam, SGD } from "../../kernel/optim";
import { manualSeed, memoryUsage, noGrad, randint, randn, type Tensor } from "../../kernel/tensor";
import { passAfter } from "./preloaded";

const mebibyte = 2 ** 20;

/** The data, twice what is live by then, and what passes between two visits. */
const mostBytes = 96 * mebibyte;
/** What the engine lets pass until it collects arrays. */
const mostArrays = 256 * mebibyte;

/** A training loop as users write it, with an evaluation after each epoch: the most memory it took in the second half of its steps. */
async function train(net: nn.Module, picture: number[], steps: number, awaits: boolean) {
  const set = new TensorDataset<[Tensor, Tensor]>(randn([3_000, ...picture]), randint(0, 10, [3_000]));
  const loader = new DataLoader(set, { batchSize: 60, shuffle: true, seed: 1 });
  const optimizer = awaits
    ? new Adam(net.parameters(), { lr: 1e-3 })
    : new SGD(net.parameters(), { lr: 0.01, momentum: 0.9 });
  let arrays = 0;
  let step = 0;
  const take = ([x, y]: [Tensor, Tensor]) => {
    const loss = nn.functional.crossEntropy(net.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    assert.ok(Number.isFinite(loss.item()));
    if (++step % 20 === 0) arrays = Math.max(arrays, process.memoryUsage().arrayBuffers);
  };
  let heapHalfway = 0;
  while (step < steps) {
    if (awaits) for await (const batch of loader) take(batch);
    else for (const batch of loader) take(batch);
    net.eval();
    let right = 0;
    noGrad(() => {
      for (const [x, y] of loader) right += net.forward(x).argmax(1).eq(y).sum().item();
    });
    assert.ok(right <= set.length);
    net.train();
    if (step < steps / 2) heapHalfway = memoryUsage().heapBytes;
  }
  return { arrays, heapHalfway };
}

const perceptron = (normalized: boolean) => {
  const hidden = (inputs: number) => [
    new nn.Linear(inputs, 100),
    ...(normalized ? [new nn.BatchNorm1d(100)] : []),
    new nn.Sigmoid(),
  ];
  return new nn.Sequential(
    new nn.Flatten(),
    ...hidden(784),
    ...hidden(100),
    ...hidden(100),
    new nn.Linear(100, 10),
  );
};

const convNet = () =>
  new nn.Sequential(
    new nn.Conv2d(1, 8, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(8, 8, 3),
    new nn.ReLU(),
    new nn.AdaptiveAvgPool2d(2),
    new nn.Flatten(),
    new nn.Linear(32, 10),
  );

for (const [name, make, picture, steps, awaits] of [
  ["8,000 steps of an MLP", () => perceptron(true), [1, 28, 28], 8_000, false],
  ["5,000 steps of one without BN, with an await each", () => perceptron(false), [1, 28, 28], 5_000, true],
  ["1,000 steps of a convolutional network", convNet, [1, 16, 16], 1_000, false],
  ["1,000 of them with an await each", convNet, [1, 16, 16], 1_000, true],
] as const) {
  test(`${name}, evaluated after each epoch, take as much memory as half of them, and little`, async () => {
    manualSeed(1);
    const { arrays, heapHalfway } = await train(make(), [...picture], steps, awaits);
    const { heapBytes } = memoryUsage();
    // The most that was ever in use: a late collection moves it a little, what is lost would double it.
    assert.ok(heapBytes <= 1.25 * heapHalfway, `grew from ${heapHalfway} to ${heapBytes} bytes`);
    assert.ok(heapBytes < mostBytes, `${heapBytes} bytes`);
    assert.ok(arrays < mostArrays, `${arrays} bytes in arrays`);
  });
}

describe("with everything moved at every allocation", () => {
  for (const room of ["tensor", "nn", "optim", "probe"]) {
    // The first four measure memory; the others take many minutes here.
    const except = ["memory", "paging", "sweep", "deferrals", "gradients", "watch"];
    test(`the unit tests of ${room} pass`, () => passAfter("pageEverything.ts", room, except));
  }
});
