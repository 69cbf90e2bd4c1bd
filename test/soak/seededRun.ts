// A program that draws, trains and prints the bits of what came out: reproducible.test.ts runs it in processes of its own.

import { createHash } from "node:crypto";
import { DataLoader, randomSplit, TensorDataset } from "../../kernel/data";
import { collectorHost } from "../../kernel/host/collector";
import * as nn from "../../kernel/nn";
import { Adam } from "../../kernel/optim";
import { bernoulli, manualSeed, rand, randint, randn, randperm, type Tensor } from "../../kernel/tensor";
import { setCollectorHost } from "../../kernel/tensor/doors/host";

setCollectorHost(collectorHost());
manualSeed(2015);

const hash = createHash("sha256");
const note = (x: Tensor) => hash.update(new Uint8Array(x.detach().contiguous().data.slice().buffer));

for (const drawn of [randn([33]), rand([33]), randint(-5, 90, [33]), randperm(33), bernoulli(rand([33]))])
  note(drawn);

const [train] = randomSplit(
  new TensorDataset<[Tensor, Tensor]>(randn([600, 40]), randint(0, 5, [600])),
  [500, 100],
);
const net = new nn.Sequential(
  new nn.Linear(40, 64),
  new nn.BatchNorm1d(64),
  new nn.Sigmoid(),
  new nn.Dropout(0.2),
  new nn.Linear(64, 64),
  new nn.LayerNorm(64),
  new nn.GELU(),
  new nn.Linear(64, 5),
);
const optimizer = new Adam(net.parameters(), { lr: 0.01 });
for (let epoch = 0; epoch < 4; epoch++) {
  for (const [x, y] of new DataLoader(train, { batchSize: 32, shuffle: true })) {
    const loss = nn.functional.crossEntropy(net.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    note(loss);
  }
}
for (const value of Object.values(net.stateDict())) note(value);
process.stdout.write(hash.digest("hex"));
