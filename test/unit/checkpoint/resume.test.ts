// A training that was saved, ended, loaded and gone on with gives the same bits as one that nothing interrupted.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { load, save } from "../../../kernel/checkpoint";
import * as data from "../../../kernel/data";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import * as nn from "../../../kernel/nn";
import * as optim from "../../../kernel/optim";
import {
  Generator,
  getRngState,
  manualSeed,
  randint,
  randn,
  setRngState,
  type Tensor,
} from "../../../kernel/tensor";

setMachine(thisMachine);
const root = mkdtempSync(path.join(tmpdir(), "bnlab-resume-"));
after(() => rmSync(root, { recursive: true }));

const generator = new Generator(1);
const samples = new data.TensorDataset(randn([50, 8], { generator }), randint(0, 3, [50], { generator }));

const optimizers = {
  SGD: (net: nn.Module) => new optim.SGD(net.parameters(), { lr: 0.05, momentum: 0.9, nesterov: true }),
  Adam: (net: nn.Module) => new optim.Adam(net.parameters(), { lr: 0.01, amsgrad: true }),
  AdamW: (net: nn.Module) => new optim.AdamW(net.parameters(), { lr: 0.01 }),
  RMSprop: (net: nn.Module) =>
    new optim.RMSprop(net.parameters(), { lr: 0.01, momentum: 0.5, centered: true }),
  Adagrad: (net: nn.Module) => new optim.Adagrad(net.parameters(), { lr: 0.05, lrDecay: 0.1 }),
  NAdam: (net: nn.Module) => new optim.NAdam(net.parameters(), { lr: 0.01 }),
  RAdam: (net: nn.Module) => new optim.RAdam(net.parameters(), { lr: 0.01 }),
  Adamax: (net: nn.Module) => new optim.Adamax(net.parameters(), { lr: 0.01 }),
  Adadelta: (net: nn.Module) => new optim.Adadelta(net.parameters()),
  Rprop: (net: nn.Module) => new optim.Rprop(net.parameters(), { lr: 0.01 }),
  ASGD: (net: nn.Module) => new optim.ASGD(net.parameters(), { lr: 0.01, t0: 3 }),
};

const schedulers = {
  StepLR: (opt: optim.Scheduled) => new optim.StepLR(opt, { stepSize: 4, gamma: 0.5 }),
  CosineAnnealingLR: (opt: optim.Scheduled) => new optim.CosineAnnealingLR(opt, { tMax: 9 }),
  OneCycleLR: (opt: optim.Scheduled) =>
    new optim.OneCycleLR(opt, { maxLr: 0.1, totalSteps: 40, cycleMomentum: false }),
  CosineAnnealingWarmRestarts: (opt: optim.Scheduled) =>
    new optim.CosineAnnealingWarmRestarts(opt, { t0: 3 }),
  SequentialLR: (opt: optim.Scheduled) =>
    new optim.SequentialLR(opt, {
      schedulers: [new optim.LinearLR(opt, { totalIters: 5 }), new optim.StepLR(opt, { stepSize: 3 })],
      milestones: [6],
    }),
  LinearLR: (opt: optim.Scheduled) => new optim.LinearLR(opt, { totalIters: 12 }),
};

interface Checkpoint {
  readonly epoch: number;
  readonly model: nn.StateDict;
  readonly optimizer: never;
  readonly scheduler: optim.SchedulerState;
  readonly loader: data.DataLoaderState;
  readonly rng: ReturnType<typeof getRngState>;
  readonly losses: readonly number[];
}

/** A training that can be saved after any step, and what comes of it. */
class Training {
  readonly net = new nn.Sequential(
    new nn.Linear(8, 16),
    new nn.BatchNorm1d(16, { momentum: null }),
    new nn.ReLU(),
    new nn.Dropout(0.3),
    new nn.Linear(16, 3),
  );
  readonly loader: data.DataLoader<unknown, readonly [Tensor, Tensor]>;
  readonly optimizer: optim.Adam;
  readonly scheduler: optim.LRScheduler;
  losses: number[] = [];
  epoch = 0;

  constructor(
    kinds: { optimizer: keyof typeof optimizers; scheduler: keyof typeof schedulers },
    seed: number | undefined,
  ) {
    this.loader = new data.DataLoader(samples, { batchSize: 8, shuffle: true, seed }) as never;
    this.optimizer = optimizers[kinds.optimizer](this.net) as never;
    this.scheduler = schedulers[kinds.scheduler](this.optimizer as never);
  }

  /** Trains to the end of epoch 4, saving when so many steps were made. */
  run(saveAt: number, file: string): void {
    for (; this.epoch < 4; this.epoch++) {
      for (const [x, y] of this.loader) {
        const loss = nn.functional.crossEntropy(this.net.forward(x), y);
        this.optimizer.zeroGrad();
        loss.backward();
        this.optimizer.step();
        this.scheduler.step();
        this.losses.push(loss.item());
        if (this.losses.length === saveAt) save(file, this.checkpoint());
      }
    }
  }

  checkpoint(): Record<string, unknown> {
    const { epoch, losses } = this;
    const [model, optimizer] = [this.net.stateDict(), this.optimizer.stateDict()];
    const [scheduler, loader] = [this.scheduler.stateDict(), this.loader.stateDict()];
    return { epoch, model, optimizer, scheduler, loader, rng: getRngState(), losses };
  }

  restore(file: string): void {
    const saved = load<Checkpoint>(file);
    this.epoch = saved.epoch;
    this.losses = [...saved.losses];
    this.net.loadStateDict(saved.model);
    this.optimizer.loadStateDict(saved.optimizer);
    this.scheduler.loadStateDict(saved.scheduler);
    this.loader.loadStateDict(saved.loader);
    setRngState(saved.rng); // last: what was made above has drawn
  }
}

describe("resumed as if never stopped:", () => {
  const file = path.join(root, "run.safetensors");
  const bits = ({ net, losses }: Training) => [
    losses,
    Object.entries(net.stateDict()).map(([name, x]) => [name, [...x.data]]),
  ];
  const kinds = (Object.keys(optimizers) as (keyof typeof optimizers)[]).map((optimizer, i) => ({
    optimizer,
    scheduler: Object.keys(schedulers)[i % Object.keys(schedulers).length] as keyof typeof schedulers,
  }));
  for (const kind of kinds) {
    for (const [seed, saveAt] of [
      [3, 7], // the end of an epoch, within its loop
      [3, 10],
      [undefined, 17],
    ] as const) {
      test(`${kind.optimizer}, ${kind.scheduler}, ${seed === undefined ? "no seed" : "a seed"}, after step ${saveAt}`, () => {
        manualSeed(5);
        const whole = new Training(kind, seed);
        whole.run(saveAt, file);
        assert.equal(whole.losses.length, 28);
        manualSeed(99);
        const resumed = new Training(kind, seed);
        resumed.restore(file);
        assert.equal(resumed.losses.length, saveAt);
        resumed.run(-1, file);
        assert.deepEqual(bits(resumed), bits(whole));
      });
    }
  }
});

describe("a loader's state", () => {
  const order = (loader: data.DataLoader<unknown, unknown>) =>
    [...loader].map((batch) => [...(batch as [Tensor])[0].data]);
  const numbers = new data.TensorDataset(randn([10]));
  const make = (options: data.DataLoaderOptions) =>
    new data.DataLoader(numbers, { batchSize: 3, ...options }) as unknown as data.DataLoader<
      unknown,
      unknown
    >;

  test("between epochs is where the next one begins", () => {
    const [one, two] = [make({ shuffle: true, seed: 1 }), make({ shuffle: true, seed: 2 })];
    order(one);
    two.loadStateDict(one.stateDict());
    assert.deepEqual(order(two), order(one));
    assert.deepEqual(order(two), order(one));
  });

  test("without shuffle is how far it came", () => {
    const [one, two] = [make({}), make({})];
    const all = order(one);
    for (const _ of one) if (one.stateDict().batches === 2) two.loadStateDict(one.stateDict());
    assert.deepEqual(two.stateDict(), { generator: null, order: null, batches: 2, samples: 10 });
    assert.deepEqual(order(two), all.slice(2));
    assert.deepEqual(order(two), all, "then come whole epochs");
  });

  test("of a sampler is what it has drawn; a batchSampler is asked for it between epochs alone", () => {
    const weights = Array.from({ length: 10 }, (_, i) => i + 1);
    const sampler = () => new data.WeightedRandomSampler(weights, 12, { seed: 1 });
    const [one, two] = [make({ sampler: sampler() }), make({ sampler: sampler() })];
    const rest: number[][] = [];
    for (const batch of one) {
      if (one.stateDict().batches === 1) two.loadStateDict(one.stateDict());
      else rest.push([...(batch as [Tensor])[0].data]);
    }
    assert.equal(rest.length, 3);
    assert.deepEqual(order(two), rest);
    const batches = make({ batchSize: 1, batchSampler: [[0, 1], [2]] });
    for (const _ of batches) {
      assert.throws(
        () => batches.stateDict(),
        /expected a loader between epochs, got one after batch \d of a batchSampler/,
      );
    }
    batches.loadStateDict(batches.stateDict());
    assert.equal(order(batches).length, 2);
  });

  test("after break is between epochs", () => {
    const loader = make({ shuffle: true, seed: 1 });
    for (const _ of loader) break;
    assert.deepEqual([loader.stateDict().batches, loader.stateDict().order], [0, null]);
  });

  test("goes on with for await", async () => {
    const [one, two] = [make({ shuffle: true, seed: 1 }), make({ shuffle: true, seed: 1 })];
    const rest: unknown[] = [];
    for await (const batch of one) {
      if (one.stateDict().batches === 1) two.loadStateDict(one.stateDict());
      else rest.push([...(batch as [Tensor])[0].data]);
    }
    assert.deepEqual(order(two), rest);
  });

  test("of another loader is refused before anything changes", () => {
    const loader = make({ shuffle: true, seed: 1 });
    const state = loader.stateDict();
    const wrong: [unknown, RegExp][] = [
      [null, /expected \{ generator, order, batches, samples \}, got null/],
      [{ ...state, samples: 11 }, /expected the state of a loader of 10 samples, got 11/],
      [{ ...state, batches: 5 }, /expected batches from 0 to 4, got 5/],
      [{ ...state, batches: 1 }, /expected the order of the epoch under way, got null/],
      [{ ...state, generator: null }, /expected the state of a loader with a seed, got one without/],
      [{ ...state, order: Int32Array.of(0) }, /expected an order of 10 samples, got a Int32Array/],
      [{ ...state, order: Int32Array.of(0, 10, 1, 2, 3, 4, 5, 6, 7, 8) }, /expected an order of 10 samples/],
      [{ ...state, generator: [1] }, /setState: expected what getState\(\) gave/],
    ];
    for (const [each, said] of wrong) assert.throws(() => loader.loadStateDict(each as never), said);
    assert.deepEqual(loader.stateDict(), state);
    assert.throws(
      () => make({}).loadStateDict({ ...state, order: Int32Array.from({ length: 10 }, (_, i) => i) }),
      /expected the state of a loader without a seed, got one with/,
    );
    assert.throws(
      () =>
        make({}).loadStateDict({
          ...state,
          generator: null,
          order: Int32Array.from({ length: 10 }, (_, i) => i),
        }),
      /expected the state of a loader without shuffle/,
    );
  });
});

test("a random transform goes on with its draws", () => {
  const images = randn([4, 1, 6, 6]);
  const make = (seed?: number) => new data.transforms.RandomCrop(6, { padding: 2, seed });
  const [one, two] = [make(1), make(2)];
  one.forward(images);
  two.loadStateDict(one.stateDict());
  assert.deepEqual(two.forward(images), one.forward(images));
  assert.throws(
    () => make().loadStateDict(one.stateDict()),
    /RandomCrop\.loadStateDict: expected the state of a transform without a seed/,
  );
  assert.throws(() => one.loadStateDict({} as never), /a transform with a seed, got an object/);
});
