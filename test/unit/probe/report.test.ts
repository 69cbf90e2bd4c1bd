// The report of a watch: four charts as one figure, with the layers' health, drawn from the records.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Watch, watch } from "../../../kernel/bnlab/probe";
import * as nn from "../../../kernel/nn";
import { SGD } from "../../../kernel/optim";
import type { Trace } from "../../../kernel/plot";
import { manualSeed, randint, randn } from "../../../kernel/tensor";

function watched(layers: nn.Module[], { lr = 0.02, steps = 6 } = {}): Watch {
  const net = new nn.Sequential(...layers);
  const optimizer = new SGD(net.parameters(), { lr });
  const seen = watch(net, { every: 2 });
  const [x, y] = [randn([40, 8]), randint(0, 3, [40])];
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(net.forward(x), y).backward();
    optimizer.step();
  }
  seen.stop();
  return seen;
}

/** With pre-activations ten times as large as tanh likes them. */
function sick(): Watch {
  manualSeed(1);
  const first = new nn.Linear(8, 20);
  nn.init.normal_(first.weight, 0, 4);
  return watched([first, new nn.Tanh(), new nn.Linear(20, 3)]);
}

const named = (data: readonly Trace[], name: string) => data.find((trace) => trace.name === name)!;

test("the charts show the records' numbers", () => {
  const seen = sick();
  const { data } = seen.report();
  const [linear, tanh, last] = seen.layers;
  assert.deepEqual(named(data, "median").y, [tanh!.records.at(-1)!.activations.quantiles[3]]);
  const norms = (at: number) => [linear, tanh, last].map((layer) => layer!.records.at(at)!.gradients!.norm);
  assert.deepEqual([named(data, "step 0").y, named(data, "step 4").y], [norms(0), norms(-1)]);
  assert.deepEqual(named(data, "step 4").x, ["0", "1", "2"]);
  const updates = named(data, "0 Linear");
  assert.deepEqual(updates.x, [0, 2, 4]);
  assert.deepEqual(
    updates.y,
    linear!.records.map(({ parameters }) => parameters.weight!.update),
  );
  assert.deepEqual(named(data, "saturated values").y, [tanh!.records.at(-1)!.saturated]);
  assert.deepEqual(named(data, "dead units").y, [tanh!.records.at(-1)!.dead]);
});

test("healthy ranges are shaded in each of the four", () => {
  const seen = sick();
  const bands = seen.report().layout.shapes!.map(({ yref, y0, y1 }) => [yref, y0, y1]);
  const edge = Math.sqrt(0.99); // where tanh′ = 0.01
  const reference = seen.layers[2]!.records.at(-1)!.gradients!.norm;
  assert.deepEqual(bands, [
    ["y", -edge, edge],
    ["y2", 0.01 * reference, 100 * reference],
    ["y3", 1e-4, 3e-2],
    ["y4", 0, 0.25],
  ]);
});

test("the layers' health stands under the charts, and first in words; the figure is drawn without a browser too", () => {
  const seen = sick();
  const report = seen.report({ title: "Too wide" });
  const share = Math.round(100 * seen.layers[1]!.records.at(-1)!.saturated!);
  const health = `1 Tanh: ${share} % saturated`;
  assert.ok(share > 50);
  assert.ok(report.layout.annotations!.some(({ text }) => text.includes(health)));
  const bundle = report.toBundle();
  assert.match(bundle["text/plain"].split("\n")[1]!, new RegExp(`^${health}`));
  assert.match(bundle["image/svg+xml"]!, /Too wide.*% saturated/s);
});

test("without activation layers three charts are left, and all layers stand in the first", () => {
  manualSeed(2);
  const report = watched([new nn.Linear(8, 6), new nn.Linear(6, 3)]).report();
  assert.deepEqual(named(report.data, "median").x, ["0", "1"]);
  assert.equal(report.layout.xaxis4, undefined);
});

test("of many layers the healthy ones are counted, and numbers stand for long names", () => {
  manualSeed(3);
  const blocks = Array.from({ length: 9 }, () => new nn.Sequential(new nn.Linear(8, 8), new nn.Tanh()));
  const layers = Object.fromEntries(
    [...blocks.keys()].flatMap((i) => [
      [`block ${i} linear`, `${i}.0`],
      [`block ${i} tanh`, `${i}.1`],
    ]),
  );
  const net = new nn.Sequential(...blocks);
  const seen = watch(net, { layers });
  net
    .forward(randn([10, 8]))
    .square()
    .mean()
    .backward();
  const report = seen.report();
  assert.ok(report.layout.annotations!.some(({ text }) => /\d+ layers healthy$/.test(text)));
  assert.deepEqual(named(report.data, "median").x, ["2", "4", "6", "8", "10", "12", "14", "16", "18"]);
});

test("nothing watched yet is an error that says what to do", () => {
  const net = new nn.Sequential(new nn.Linear(8, 3));
  assert.throws(
    () => watch(net).report(),
    /report: expected a watched training step, got none; train for a step/,
  );
});
