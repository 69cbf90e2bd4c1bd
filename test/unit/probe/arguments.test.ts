// Probes given what they cannot take say so before the model is touched.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Linear, Sequential } from "../../../kernel/nn";
import * as probe from "../../../kernel/probe";
import { zeros } from "../../../kernel/tensor";

const net = new Sequential(new Linear(2, 2));
const x = zeros([1, 2]);
const loss = () => net.forward(x).sum();

const refused: readonly (readonly [call: () => unknown, said: RegExp])[] = [
  [() => probe.activations(3 as never, x), /activations: expected a model, an nn\.Module, got 3/],
  [() => probe.watch({} as never), /watch: expected a model, an nn\.Module, got an object/],
  [() => probe.gradients(3 as never), /gradients: expected a model, an nn\.Module, got 3/],
  [() => probe.gradientFlow(3 as never, loss), /gradientFlow: expected a model, an nn\.Module, got 3/],
  [() => probe.lint(3 as never), /lint: expected a model, an nn\.Module, got 3/],
  [
    () => probe.lint(net, undefined, { phase: "train" as never }),
    /expected phase "training" or "evaluation", got string train/,
  ],
  [
    () => probe.activations(net, x, { layers: 3 as never }),
    /activations: expected layers as names, or names by label, got 3/,
  ],
  [() => probe.ics(net, loss, undefined as never), /ics: expected lr above 0, got undefined/],
  [
    () => probe.landscape(net, loss, { lr: 1, range: [2, 1] }),
    /landscape: expected range to be ascending, got \[2, 1\]/,
  ],
  [
    () => probe.landscape(net, loss, { lr: 1, points: 1.5 }),
    /landscape: expected points to be a whole number ≥ 2, got 1\.5/,
  ],
  [
    () => probe.landscape(net, loss, undefined as never),
    /landscape: expected lr and range above 0, got undefined/,
  ],
  [
    () => probe.saturation(3 as never, { activation: "relu" }),
    /saturation: expected outputs as an array of numbers, got 3/,
  ],
  [
    () => probe.saturation([1], undefined as never),
    /expected activation to be one of sigmoid, tanh, relu, got undefined/,
  ],
  [
    () => probe.watch(net, { healthy: { dead: "a" as never } }),
    /watch\.healthy: expected dead to be a number, got string a/,
  ],
  [
    () => probe.watch(net, { healthy: { updates: 3 as never } }),
    /expected updates to be \[smallest, largest\], got 3/,
  ],
  [
    () => probe.watch(net, { threshold: { relu: "a" as never } }),
    /watch\.threshold: expected relu to be a number, got string a/,
  ],
  [() => probe.watch(net).series(3 as never), /series: expected a function, got 3/],
];

test("what no probe can take is refused", () => {
  for (const [call, said] of refused) assert.throws(call, said);
});
