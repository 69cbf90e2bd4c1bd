// Averages of weights, beside torch.optim.swa_utils.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as nn from "../../../kernel/nn";
import { deepcopy } from "../../../kernel/nn/deepcopy";
import { swaUtils } from "../../../kernel/optim";
import { noGrad, ones, tensor, zeros } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

type State = Readonly<Record<string, Packed>>;
const { models, averaged, batches, updated, momentum } = fixture<{
  readonly models: readonly State[];
  readonly averaged: Readonly<Record<"swa" | "swaBuffers" | "ema" | "emaBuffers", State>>;
  readonly batches: readonly Packed[];
  readonly updated: State;
  readonly momentum: number;
}>("swa");

const network = () =>
  new nn.Sequential(
    new nn.Linear(3, 4),
    new nn.BatchNorm1d(4, { momentum }),
    new nn.Tanh(),
    new nn.Linear(4, 2),
  );

/** An average over the fixture's models. */
function averageOf(options: swaUtils.AveragedModelOptions) {
  const net = network();
  const average = new swaUtils.AveragedModel(net, options);
  for (const model of models) {
    net.loadStateDict(Object.fromEntries(Object.entries(model).map(([name, x]) => [name, unpack(x)])));
    average.updateParameters(net);
  }
  return average;
}

function assertState(
  average: nn.Module,
  expected: State,
  names: (name: string) => boolean = () => true,
): void {
  const own = average.stateDict();
  assert.deepEqual(Object.keys(own).toSorted(), Object.keys(expected).toSorted());
  for (const [name, x] of Object.entries(expected)) {
    if (names(name)) assertClose(own[name]!, x, { rtol: 2e-6, atol: 1e-7 }, name);
  }
}

describe("after four updates the average is PyTorch's, rtol 2e-6:", () => {
  const { getEmaAvgFn, getEmaMultiAvgFn, getSwaAvgFn, getSwaMultiAvgFn } = swaUtils;
  const noBuffers = (name: string) => !/running|num_batches/.test(name); // 1.13 leaves them, later ones copy them
  const kinds: [
    what: string,
    options: swaUtils.AveragedModelOptions,
    expected: State,
    names?: typeof noBuffers,
  ][] = [
    ["all weigh the same", {}, averaged.swa, noBuffers],
    ["by its function", { avgFn: getSwaAvgFn() }, averaged.swa, noBuffers],
    ["by that for all", { multiAvgFn: getSwaMultiAvgFn() }, averaged.swa, noBuffers],
    ["with buffers", { useBuffers: true }, averaged.swaBuffers],
    ["moving", { avgFn: getEmaAvgFn(0.9) }, averaged.ema, noBuffers],
    ["moving, for all", { multiAvgFn: getEmaMultiAvgFn(0.9) }, averaged.ema, noBuffers],
    ["moving, with buffers", { avgFn: getEmaAvgFn(0.75), useBuffers: true }, averaged.emaBuffers],
    [
      "moving, for all, with buffers",
      { multiAvgFn: getEmaMultiAvgFn(0.75), useBuffers: true },
      averaged.emaBuffers,
    ],
    ["by a function of one's own", { avgFn: (a, b) => a.mul(0.9).add(b.mul(0.1)) }, averaged.ema, noBuffers],
  ];
  for (const [what, options, expected, names] of kinds)
    test(what, () => assertState(averageOf(options), expected, names));

  test("without useBuffers they are the model's at the last update", () => {
    const state = averageOf({}).stateDict();
    assertClose(
      state["module.1.running_var"]!,
      models.at(-1)!["1.running_var"]!,
      { rtol: 0, atol: 0 },
      "running_var",
    );
    assert.equal(state["module.1.num_batches_tracked"]!.item(), 4);
  });
});

test("updateBn measures the average's statistics as PyTorch's update_bn, and puts momentum and modes back", () => {
  const average = averageOf({});
  const norm = average.module.at(1) as nn.BatchNorm1d;
  norm.eval();
  const [a, b, c] = batches.map((x) => unpack(x));
  swaUtils.updateBn([[a!, zeros([8])], b!, [c!]], average);
  assertState(average, updated);
  assert.equal(norm.momentum, momentum);
  assert.equal(norm.training, false);
  assert.ok(average.training && average.module.at(0).training);
  assert.equal(swaUtils.updateBn, nn.utils.updateBn);
});

test("an average is a module apart from the model: it predicts, is saved, and passes no gradient to the model", () => {
  const net = network();
  const average = new swaUtils.AveragedModel(net);
  assert.ok(average.module instanceof nn.Sequential && average.module !== net);
  average.updateParameters(net);
  const x = ones([5, 3]);
  assert.deepEqual(average.eval().forward(x).toArray(), net.eval().forward(x).toArray());
  noGrad(() => net.parameters()[0]!.fill_(3));
  assert.notEqual(average.parameters()[0]!.detach().max().item(), 3);
  average.updateParameters(net);
  assert.equal(average.nAveraged.item(), 2);
  const resumed = new swaUtils.AveragedModel(network());
  resumed.loadStateDict(average.stateDict());
  assert.deepEqual(resumed.eval().forward(x).toArray(), average.forward(x).toArray());
  assert.equal(deepcopy(average).nAveraged.item(), 2);
  assert.ok(average.parameters().every((p) => p.isLeaf && p.requiresGrad));
});

test("what makes no sense is refused before anything changes", () => {
  const net = network();
  const average = new swaUtils.AveragedModel(net);
  const { AveragedModel, getEmaAvgFn, getEmaMultiAvgFn } = swaUtils;
  assert.throws(
    () => new AveragedModel(tensor(1) as never),
    /^TypeError: AveragedModel: expected a module, got a tensor/,
  );
  assert.throws(
    () => new AveragedModel(net, { avgFn: getEmaAvgFn(), multiAvgFn: getEmaMultiAvgFn() }),
    /expected avgFn or multiAvgFn, got both/,
  );
  assert.throws(
    () => new AveragedModel(net, { avgFn: 0.9 as never }),
    /AveragedModel: expected a function, got 0.9/,
  );
  assert.throws(
    () => new AveragedModel(net, { decay: 0.9 } as never),
    /expected only the options avgFn, multiAvgFn, useBuffers, got decay/,
  );
  assert.throws(() => getEmaMultiAvgFn(1.5), /getEmaMultiAvgFn: expected decay from 0 to 1, got 1.5/);
  assert.throws(
    () => average.updateParameters(new nn.Linear(3, 4)),
    /^RangeError: updateParameters: expected the model that is averaged, with tensors \[4, 3\].*, got \[4, 3\] \[4\]$/,
  );
  assert.throws(() => average.updateParameters(3 as never), /updateParameters: expected a module, got 3/);
  assert.equal(average.nAveraged.item(), 0);
});
