// Looking keeps nothing: what a probe, a loader or a transform has read is freed as if nobody had, where nothing collects garbage too.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DataLoader, TensorDataset, transforms, WeightedRandomSampler } from "../../../kernel/data";
import * as nn from "../../../kernel/nn";
import { SGD } from "../../../kernel/optim";
import * as probe from "../../../kernel/probe";
import { memoryUsage, rand, randint, randn, type Tensor, tidy } from "../../../kernel/tensor";
import { engine } from "../../../kernel/tensor/runtime";

const network = () =>
  new nn.Sequential(
    new nn.Linear(12, 9),
    new nn.BatchNorm1d(9),
    new nn.Sigmoid(),
    new nn.Linear(9, 7),
    new nn.ReLU(),
    new nn.Linear(7, 4),
  );
const [x, y] = [randn([16, 12]), randint(0, 4, [16])];
const lossOf = (net: nn.Module) => nn.functional.crossEntropy(net.forward(x), y);
const own = (net: nn.Module): Tensor[] => [
  ...net.parameters(),
  ...net.parameters().flatMap(({ grad }) => grad ?? []),
  ...net.namedBuffers().map(([, buffer]) => buffer),
];

describe("what a probe has looked at nobody holds for it", () => {
  const looks: Record<string, (net: nn.Sequential) => unknown> = {
    activations: (net) => probe.activations(net, x),
    gradients: (net) => {
      lossOf(net).backward();
      return probe.gradients(net);
    },
    gradientFlow: (net) => probe.gradientFlow(net, () => lossOf(net)),
    ics: (net) => probe.ics(net, () => lossOf(net), { lr: 0.1 }),
    landscape: (net) => probe.landscape(net, () => lossOf(net), { lr: 0.1 }),
    surface: (net) => probe.surface(net, () => lossOf(net), { points: 3 }),
    lint: (net) => probe.lint(net, [x, y]),
    lrRangeTest: (net) => probe.lrRangeTest(net, () => lossOf(net), { steps: 3 }),
    watch: (net) => {
      const seen = probe.watch(net);
      const optimizer = new SGD(net.parameters(), { lr: 0.1 });
      for (let step = 0; step < 3; step++) {
        optimizer.zeroGrad();
        lossOf(net).backward();
        optimizer.step();
      }
      seen.stop();
    },
  };
  for (const [name, look] of Object.entries(looks)) {
    it(`by ${name}`, () => {
      const net = network();
      look(net);
      assert.deepEqual(
        own(net)
          .filter(({ storage }) => storage.exposed)
          .map(({ shape }) => shape),
        [],
      );
    });
  }

  it("through hundreds of watched steps", () => {
    const net = network();
    const seen = probe.watch(net, { limit: 10 });
    const optimizer = new SGD(net.parameters(), { lr: 0.1 });
    const steps = (count: number) => {
      for (let step = 0; step < count; step++) {
        optimizer.zeroGrad();
        lossOf(net).backward();
        optimizer.step();
      }
      return memoryUsage().liveStorages;
    };
    const before = steps(20);
    const after = steps(300);
    seen.stop();
    assert.ok(after - before < 1000, `${after - before} more`); // a dozen small ones a step are for a collection
  });
});

it("samplers and transforms hold nothing of what they have drawn and read", () => {
  const exposed: string[] = [];
  const expose = engine.expose.bind(engine);
  engine.expose = (...args) => {
    exposed.push(new Error().stack!);
    expose(...args);
  };
  try {
    const set = new TensorDataset<[Tensor, Tensor]>(x, y);
    for (const _ of new DataLoader(set, { batchSize: 4, shuffle: true, seed: 1 }));
    const weights = Array.from({ length: 16 }, (_, i) => i);
    assert.equal([...new WeightedRandomSampler(weights, 8, { seed: 1 })].length, 8);
    const pictures = rand([2, 1, 6, 6]);
    tidy(() => new transforms.RandomHorizontalFlip().forward(pictures));
  } finally {
    engine.expose = expose;
  }
  assert.deepEqual(exposed, []);
});
