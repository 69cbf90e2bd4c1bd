// What watching costs: a training step without a watch, between watched steps, and watched. `npx tsx bench/probe.ts`

import { data, manualSeed, nn, optim, probe } from "../kernel/cell/bnlab";

const [samples, batch] = [600, 60];

function trainer(net: nn.Module): () => void {
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.05 });
  const batches = [...new data.DataLoader(data.digits({ count: samples, seed: 1 }), { batchSize: batch })];
  let step = 0;
  return () => {
    const [images, labels] = batches[step++ % batches.length]!;
    const loss = nn.functional.crossEntropy(net.forward(images), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  };
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Milliseconds a step: medians of rounds that take turns. */
function measure(net: nn.Module): number[] {
  const step = trainer(net);
  const round = (watching: probe.WatchOptions | null) => {
    const seen = watching && probe.watch(net, watching);
    step(); // the first is watched in any case
    step();
    const times = Array.from({ length: 10 }, () => {
      const start = performance.now();
      step();
      return performance.now() - start;
    });
    seen?.stop();
    return median(times);
  };
  const kinds = [null, { every: Number.MAX_SAFE_INTEGER }, { every: 1 }];
  for (const kind of kinds) round(kind);
  const rounds = Array.from({ length: 9 }, () => kinds.map(round));
  return kinds.map((_, kind) => median(rounds.map((times) => times[kind]!)));
}

manualSeed(0);
const nets: Record<string, nn.Module> = {
  "784-100-100-10 with BN": new nn.Sequential(
    new nn.Flatten(),
    new nn.Linear(784, 100, { bias: false }),
    new nn.BatchNorm1d(100),
    new nn.Sigmoid(),
    new nn.Linear(100, 100, { bias: false }),
    new nn.BatchNorm1d(100),
    new nn.Sigmoid(),
    new nn.Linear(100, 10),
  ),
  "small Inception V2": new nn.SmallInception(),
};
console.log("| milliseconds a step | without | between watched steps | watched |\n|---|---:|---:|---:|");
for (const [name, net] of Object.entries(nets)) {
  const [without, between, watched] = measure(net).map((time) => time.toPrecision(3));
  console.log(`| ${name}, batches of ${batch} | ${without} | ${between} | ${watched} |`);
}
