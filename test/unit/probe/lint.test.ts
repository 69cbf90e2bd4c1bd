// Each rule of the lint: a net that breaks it, and healthy nets that break none.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { DataLoader, TensorDataset } from "../../../kernel/data";
import * as nn from "../../../kernel/nn";
import { SGD } from "../../../kernel/optim";
import { type Batch, lint } from "../../../kernel/probe";
import { full, manualSeed, noGrad, rand, randint, randn, type Tensor, tensor } from "../../../kernel/tensor";

const found = (model: nn.Module, data?: Batch | Iterable<Batch>, options = {}) =>
  lint(model, data, options).findings.map(
    ({ severity, layer, problem }) => `${severity}: ${layer} ${problem}`,
  );

beforeEach(() => void manualSeed(4));
manualSeed(3);
const x = randn([32, 4]);

function mlp(...norm: nn.Module[]) {
  return new nn.Sequential(new nn.Linear(4, 6, { bias: false }), ...norm, new nn.ReLU(), new nn.Linear(6, 3));
}

/** So many training steps, and evaluation mode after them. */
function trained(net: nn.Sequential, steps = 60): nn.Sequential {
  const optimizer = new SGD(net.parameters(), { lr: 0.05 });
  net.train();
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(net.forward(randn([32, 4])), randint(0, 3, [32])).backward();
    optimizer.step();
  }
  return net.eval();
}

class Residual extends nn.Module {
  readonly conv = new nn.Conv2d(3, 3, 3, { padding: 1, bias: false });
  readonly bn = new nn.BatchNorm2d(3);
  readonly last = new nn.Linear(3, 2);
  override forward(input: Tensor): Tensor {
    const inner = nn.functional.relu(this.bn.forward(this.conv.forward(input)));
    return this.last.forward(inner.add(input).mean([2, 3]));
  }
}

const healthy: Record<string, () => [nn.Module, (Batch | Iterable<Batch>)?, object?]> = {
  "a fresh net": () => [mlp(new nn.BatchNorm1d(6))],
  "a fresh net with a batch": () => [mlp(new nn.BatchNorm1d(6)), x],
  "a fresh net before training": () => [
    mlp(new nn.BatchNorm1d(6)),
    [x, randint(0, 3, [32])],
    { phase: "training" },
  ],
  "a trained net in evaluation": () => [trained(mlp(new nn.BatchNorm1d(6))), x, { phase: "evaluation" }],
  "a trained net back in training": () => [
    trained(mlp(new nn.BatchNorm1d(6))).train(),
    x,
    { phase: "training" },
  ],
  "a cumulative average": () => [trained(mlp(new nn.BatchNorm1d(6, { momentum: null }))), x],
  "Keras's convention": () => [
    trained(mlp(new nn.BatchNorm1d(6, { convention: "keras", momentum: 0.9 }))),
    x,
  ],
  "no running statistics": () => [trained(mlp(new nn.BatchNorm1d(6, { trackRunningStats: false }))), x],
  "a residual block of one's own": () => [new Residual(), randn([8, 3, 5, 5])],
  "small Inception": () => [new nn.SmallInception(), randn([8, 1, 28, 28])],
  "dropout behind the last BatchNorm": () => [
    new nn.Sequential(mlp(new nn.BatchNorm1d(6)), new nn.Dropout(0.5), new nn.Linear(3, 3)),
    x,
  ],
  "dropout in a branch beside": () => {
    class Beside extends nn.Module {
      readonly drop = new nn.Dropout(0.5);
      readonly bn = new nn.BatchNorm1d(4);
      readonly last = new nn.Linear(4, 2);
      override forward(input: Tensor): Tensor {
        return this.last.forward(this.drop.forward(input).add(this.bn.forward(input)));
      }
    }
    return [new Beside(), x];
  },
  "a net without BatchNorm": () => [new nn.Sequential(new nn.Linear(4, 2), new nn.Dropout(0.5)), x],
  "a biased layer with an activation in between": () => [
    new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU(), new nn.BatchNorm1d(4), new nn.Linear(4, 2)),
    x,
  ],
  "a loader that drops its last batch": () => [
    mlp(new nn.BatchNorm1d(6)),
    new DataLoader(new TensorDataset(randn([33, 4]), randint(0, 3, [33])), { batchSize: 16, dropLast: true }),
  ],
};
for (const [what, make] of Object.entries(healthy)) {
  test(`nothing is found in ${what}`, () => {
    assert.deepEqual(found(...make()), []);
  });
}

test("modes: told what is about to be done, or seen in a model of two minds", () => {
  const net = trained(mlp(new nn.BatchNorm1d(6)));
  assert.match(
    found(net, x, { phase: "training" })[0]!,
    /^error: 1 BatchNorm1d is in evaluation mode while you train/,
  );
  net.train();
  assert.match(
    found(net, x, { phase: "evaluation" })[0]!,
    /^error: 1 BatchNorm1d is in training mode while you evaluate/,
  );
  net.at(1).eval();
  assert.match(
    found(net, x)[0]!,
    /^warning: 1 BatchNorm1d is in evaluation mode inside a model in training mode/,
  );
  net.eval().at(1).train();
  assert.match(
    found(net, x)[0]!,
    /^warning: 1 BatchNorm1d is in training mode inside a model in evaluation mode/,
  );
});

test("statistics that never moved: in evaluation, or after training without them", () => {
  const net = mlp(new nn.BatchNorm1d(6));
  assert.match(found(net.eval())[0]!, /^error: 1 BatchNorm1d evaluates with mean 0 and variance 1/);
  const norm = net.at(1) as nn.BatchNorm1d;
  noGrad(() => norm.weight!.mul_(1.5));
  assert.match(
    found(net.train())[0]!,
    /^warning: 1 BatchNorm1d has learned γ and β, but its running statistics have never/,
  );
});

test("statistics that are not finite", () => {
  const net = trained(mlp(new nn.BatchNorm1d(6)));
  (net.at(1) as nn.BatchNorm1d).runningVar!.fill_(Number.NaN);
  assert.match(found(net)[0]!, /^error: 1 BatchNorm1d has running statistics that are not finite/);
});

test("momentum: frozen, and in the words of the other framework", () => {
  const of = (options: nn.BatchNormOptions) => found(mlp(new nn.BatchNorm1d(6, options)));
  assert.match(
    of({ momentum: 0 })[0]!,
    /^warning: .* has momentum 0, which freezes its running statistics at mean 0 and/,
  );
  assert.match(of({ momentum: 1, convention: "keras" })[0]!, /has momentum 1, which freezes/);
  assert.match(
    of({ momentum: 0.99 })[0]!,
    /^warning: .* has momentum 0.99: .* little more than the last batch's/,
  );
  assert.match(of({ momentum: 0.01, convention: "keras" })[0]!, /little more than the last batch's/);
  const frozen = mlp(new nn.BatchNorm1d(6, { momentum: 0 }));
  noGrad(() => (frozen.at(1) as nn.BatchNorm1d).runningMean!.fill_(1));
  frozen.at(1).eval();
  assert.deepEqual(
    found(frozen).filter((line) => line.includes("momentum")),
    [],
  );
});

test("batches of one and of few; ghost batches count by their own size", () => {
  const net = mlp(new nn.BatchNorm1d(6));
  assert.match(
    found(net, randn([1, 4]))[0]!,
    /^error: 1 BatchNorm1d gets a batch of 1: one value has no variance/,
  );
  assert.match(
    found(net, randn([2, 4]))[0]!,
    /^warning: 1 BatchNorm1d gets two values a channel: .* \+1 and −1/,
  );
  assert.match(found(net, randn([4, 4]))[0]!, /^note: 1 BatchNorm1d gets batches of 4: .* off by 50 % of/);
  assert.match(
    found(new Residual(), randn([1, 3, 5, 5]))[0]!,
    /^warning: bn BatchNorm2d gets a batch of 1: each sample/,
  );
  assert.match(found(mlp(new nn.BatchNorm1d(6, { ghostSize: 4 })), x)[0]!, /batches of 4/);
  assert.deepEqual(found(trained(net), randn([1, 4])), []);
});

test("loaders: a last batch of one, batches of one class", () => {
  const set = new TensorDataset<[Tensor, Tensor]>(randn([33, 4]), randint(0, 3, [33]));
  const net = mlp(new nn.BatchNorm1d(6));
  assert.deepEqual(found(net, new DataLoader(set, { batchSize: 16 })), [
    "error: the loader ends an epoch with a batch of 1: 33 samples in batches of 16",
  ]);
  const labels = tensor(
    Array.from({ length: 64 }, (_, i) => i >> 4),
    { dtype: "int32" },
  );
  const sorted = new TensorDataset<[Tensor, Tensor]>(randn([64, 4]), labels);
  assert.match(
    found(net, new DataLoader(sorted, { batchSize: 16 }))[0]!,
    /^warning: the batch holds samples of one class \(0\) only/,
  );
  assert.deepEqual(found(net, new DataLoader(sorted, { batchSize: 16, shuffle: true })), []);
});

test("dropout before BatchNorm, through the layers in between, with data and without", () => {
  const net = new nn.Sequential(
    new nn.Dropout(0.4),
    new nn.Linear(4, 6, { bias: false }),
    new nn.BatchNorm1d(6),
    new nn.Linear(6, 6, { bias: false }),
    new nn.BatchNorm1d(6),
    new nn.Linear(6, 2),
  );
  for (const data of [undefined, x]) {
    assert.deepEqual(
      found(net, data).map((line) => line.split(":").slice(0, 2).join(":")),
      ["warning: 2 BatchNorm1d comes after 0 Dropout"],
    );
  }
});

test("a bias that BatchNorm takes back, seen in one's own modules only with data", () => {
  const biased = new nn.Sequential(new nn.Linear(4, 6), new nn.BatchNorm1d(6), new nn.Linear(6, 3));
  const line =
    "note: 0 Linear has a bias that 1 BatchNorm1d subtracts again with the mean: its gradient is 0";
  assert.deepEqual(found(biased), [line]);
  assert.deepEqual(found(biased, x), [line]);
  class Own extends nn.Module {
    readonly bn = new nn.BatchNorm1d(6);
    readonly fc = new nn.Linear(4, 6);
    readonly out = new nn.Linear(6, 2);
    override forward(input: Tensor): Tensor {
      return this.out.forward(this.bn.forward(this.fc.forward(input)));
    }
  }
  assert.deepEqual(found(new Own()), []);
  assert.match(found(new Own(), x)[0]!, /^note: fc Linear has a bias that bn BatchNorm1d subtracts/);
});

test("twice in a row, twice in a forward, and last of all", () => {
  const norm = new nn.BatchNorm1d(4);
  const linear = () => new nn.Linear(4, 4, { bias: false });
  assert.match(
    found(new nn.Sequential(linear(), norm, new nn.BatchNorm1d(4), linear()))[0]!,
    /^warning: 2 BatchNorm1d normalizes again what 1 BatchNorm1d/,
  );
  assert.match(
    found(new nn.Sequential(linear(), norm, linear(), norm, linear()), x)[0]!,
    /^warning: 1 BatchNorm1d is used 2 times in a forward/,
  );
  for (const end of [[], [new nn.LogSoftmax(1)]]) {
    for (const data of [undefined, x]) {
      assert.match(
        found(new nn.Sequential(linear(), new nn.BatchNorm1d(4), ...end), data)[0]!,
        /^warning: 1 BatchNorm1d is the model's last layer/,
      );
    }
  }
});

test("a gap between training and evaluation, and how much of the start is left in it", () => {
  const net = trained(mlp(new nn.BatchNorm1d(6)), 60);
  assert.deepEqual(found(net, x), []);
  assert.match(
    found(net, x.mul(3))[0]!,
    /^warning: 1 BatchNorm1d evaluates with statistics that do not fit this batch: .* its variance is \d\S* times the running one$/,
  );
  assert.deepEqual(found(net.train(), x.mul(3), { phase: "training" }), []); // training will see to it
  const early = mlp(new nn.BatchNorm1d(6));
  early.forward(x.mul(20));
  assert.match(found(early.eval(), x.mul(20))[0]!, /after 1 batch they still hold 90 % of their start/);
});

test("running statistics fit a batch that lies within half a deviation, and has half to twice their variance", () => {
  const norm = new nn.BatchNorm1d(1, { eps: 0 });
  const batch = tensor(Array.from({ length: 16 }, (_, i) => [i % 2 === 0 ? 1 : -1])); // mean 0, variance 1
  const problem = (runningMean: number, runningVar: number) => {
    norm.loadStateDict({
      weight: full([1], 1),
      bias: full([1], 0),
      running_mean: full([1], runningMean),
      running_var: full([1], runningVar),
      num_batches_tracked: full([], 1000),
    });
    const net = new nn.Sequential(norm, new nn.Linear(1, 2));
    return found(net.eval(), batch).find((text) => text.includes("statistics")) ?? "none";
  };
  for (const [mean, variance] of [
    [0, 1],
    [0.45, 1],
    [-0.45, 1],
    [0, 0.55],
    [0, 1.95],
  ])
    assert.equal(problem(mean!, variance!), "none", `mean ${mean}, variance ${variance}`);
  assert.match(problem(0.55, 1), /means are off by 0\.55 running deviations, its variance is 1 times/);
  assert.match(problem(-4, 1), /means are off by 4 running deviations/);
  assert.match(problem(0, 0.45), /its variance is 2\.2 times the running one/);
  assert.match(problem(0, 2.2), /its variance is 0\.45 times the running one/);
});

test("model, loader and random stream are left as they were", () => {
  manualSeed(8);
  const net = new nn.Sequential(
    new nn.Dropout(0.5),
    new nn.Linear(4, 4),
    new nn.BatchNorm1d(4),
    new nn.Linear(4, 2),
  );
  net.forward(x);
  const set = new TensorDataset<[Tensor, Tensor]>(randn([40, 4]), randint(0, 2, [40]));
  const loaderOf = () => new DataLoader(set, { batchSize: 10, shuffle: true, seed: 5 });
  const [linted, other] = [loaderOf(), loaderOf()];
  const state = () => ({
    values: Object.values(net.stateDict()).map((each) => [...each.data]),
    modes: net.modules().map(({ training }) => training),
  });
  const before = state();
  manualSeed(9);
  const next = rand([2]).toArray();
  manualSeed(9);
  lint(net, linted);
  lint(net, new DataLoader(set, { batchSize: 10, shuffle: true }));
  assert.deepEqual(rand([2]).toArray(), next);
  assert.deepEqual(state(), before);
  const batches = (loader: DataLoader<[Tensor, Tensor]>) => [...loader].map(([images]) => images.toArray());
  assert.deepEqual(batches(linted), batches(other));
  assert.ok(net.modules().every((module) => !Object.hasOwn(module, "forward")));
});

test("shown as a table, in HTML and in words, each finding with what to do", () => {
  const report = lint(mlp(new nn.BatchNorm1d(6, { momentum: 0 })));
  const bundle = (report as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ]!();
  assert.match(
    bundle["text/plain"]!,
    /^1 finding in 1 BatchNorm layer\nwarning: 1 BatchNorm1d has momentum 0, .*\n {2}→ use 0\.1, or put/,
  );
  assert.match(
    bundle["text/html"]!,
    /<table>.*▲ 1 BatchNorm1d<\/td>.*>use 0\.1.*1 finding in 1 BatchNorm layer/s,
  );
  assert.match(lint(mlp(new nn.BatchNorm1d(6))).toString(), /^nothing found in 1 BatchNorm layer$/);
});

test("data that are none", () => {
  const net = mlp(new nn.BatchNorm1d(6));
  assert.throws(
    () => lint(net, 5 as never),
    /lint: expected a tensor, \[input, \.\.\.\] or a loader of them, got 5/,
  );
  assert.throws(
    () => lint(net, ["a"] as never),
    /lint: expected batches that are or begin with a tensor, got string a/,
  );
  assert.throws(() => lint(net, []), /expected a loader with a batch, got an empty one/);
  assert.throws(() => lint(net, full([3, 9], 1)), RangeError);
});
