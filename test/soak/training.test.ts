// Training loops as users write them: every room at work, memory flat, and a network that learns.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DataLoader, digits, type ImageDataset, randomSplit, TensorDataset } from "../../kernel/data";
import { collectorHost } from "../../kernel/host/collector";
import * as nn from "../../kernel/nn";
import { SGD } from "../../kernel/optim";
import { manualSeed, memoryUsage, noGrad, randint, randn, type Tensor, zeros } from "../../kernel/tensor";
import { setCollectorHost } from "../../kernel/tensor/doors/host";

setCollectorHost(collectorHost());

const mlp = () =>
  new nn.Sequential(new nn.Linear(32, 48), new nn.BatchNorm1d(48), new nn.Sigmoid(), new nn.Linear(48, 5));

/** 100 batches an epoch of [96, 32]: batches of 12 KiB, activations of 18 KiB. */
function loaderOf(): DataLoader<[Tensor, Tensor]> {
  const set = new TensorDataset<[Tensor, Tensor]>(randn([9_600, 32]), randint(0, 5, [9_600]));
  return new DataLoader(set, { batchSize: 96, shuffle: true, seed: 1 });
}

function stepper(net: nn.Module): (batch: [Tensor, Tensor]) => void {
  const optimizer = new SGD(net.parameters(), { lr: 0.05, momentum: 0.9 });
  const losses: number[] = [];
  return ([x, y]) => {
    const loss = nn.functional.crossEntropy(net.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
    assert.ok(Number.isFinite(losses.at(-1)));
  };
}

function assertFlat(early: number): void {
  const { heapBytes } = memoryUsage();
  assert.ok(heapBytes <= 1.02 * early, `the tensor heap grew from ${early} to ${heapBytes} bytes`);
}

test("500 steps of a convolutional network leave the tensor heap as it was after 250", () => {
  manualSeed(4);
  const set = new TensorDataset<[Tensor, Tensor]>(randn([400, 1, 12, 12]), randint(0, 5, [400]));
  const loader = new DataLoader(set, { batchSize: 16, shuffle: true, seed: 1 });
  const step = stepper(
    new nn.Sequential(
      new nn.Conv2d(1, 6, 3, { padding: 1, bias: false }),
      new nn.BatchNorm2d(6),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Conv2d(6, 8, 3, { padding: "same", paddingMode: "replicate" }),
      new nn.BatchNorm2d(8),
      new nn.ReLU(),
      new nn.AvgPool2d(2),
      new nn.AdaptiveAvgPool2d(2),
      new nn.Flatten(),
      new nn.Linear(32, 5),
    ),
  );
  let early = 0;
  for (let epoch = 0; epoch < 20; epoch++) {
    if (epoch === 10) early = memoryUsage().heapBytes;
    for (const batch of loader) {
      step(batch);
      zeros([120_000]); // left to the collector, which these bring by every 140 steps
    }
  }
  assertFlat(early);
});

test("20,000 steps of `for … of` leave the tensor heap as it was after 10,000", () => {
  manualSeed(1);
  const [loader, step] = [loaderOf(), stepper(mlp())];
  let early = 0;
  for (let epoch = 0; epoch < 200; epoch++) {
    if (epoch === 100) early = memoryUsage().heapBytes;
    for (const batch of loader) step(batch);
  }
  assertFlat(early);
});

test("20,000 steps of `for await … of` leave the tensor heap as it was after 10,000", async () => {
  manualSeed(2);
  const [loader, step] = [loaderOf(), stepper(mlp())];
  let early = 0;
  for (let epoch = 0; epoch < 200; epoch++) {
    if (epoch === 100) early = memoryUsage().heapBytes;
    for await (const batch of loader) step(batch);
  }
  assertFlat(early);
});

/** Accuracy on `test` after some epochs on `train`. */
function accuracyOf(net: nn.Sequential, train: ImageDataset, test: ImageDataset, lr: number): number {
  const optimizer = new SGD(net.parameters(), { lr, momentum: 0.9 });
  const loader = new DataLoader(train, { batchSize: 50, shuffle: true, seed: 3 });
  for (let epoch = 0; epoch < 8; epoch++) {
    for (const [x, y] of loader) {
      const loss = nn.functional.crossEntropy(net.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }
  }
  net.eval();
  return noGrad(() => net.forward(test.images).argmax(1).eq(test.labels).mean().item());
}

test("on drawn digits a linear model learns 65 to 85 %, and a hidden layer adds 10 % or more", () => {
  manualSeed(0);
  const [train, held] = randomSplit(digits({ count: 3_500, seed: 1 }), [2_500, 1_000], { seed: 2 });
  const linear = accuracyOf(new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 10)), train, held, 0.02);
  const hidden = accuracyOf(
    new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 64), new nn.ReLU(), new nn.Linear(64, 10)),
    train,
    held,
    0.05,
  );
  assert.ok(linear > 0.65 && linear < 0.85, `linear ${linear}`);
  assert.ok(hidden > linear + 0.1, `linear ${linear}, with a hidden layer ${hidden}`);
});
