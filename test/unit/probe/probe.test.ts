// Probes against direct computation, and against their promise to leave no trace.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../../../kernel/nn";
import { activations, gradients, saturation } from "../../../kernel/probe";
import { manualSeed, randn, tensor } from "../../../kernel/tensor";

function network() {
  manualSeed(7);
  const net = new nn.Sequential(
    new nn.Linear(4, 5),
    new nn.BatchNorm1d(5),
    new nn.Sigmoid(),
    new nn.Sequential(new nn.Linear(5, 3)),
  );
  return { net, x: randn([8, 4]) };
}

test("activations: each leaf by name, equal to applying the layers one after the other", () => {
  const { net, x } = network();
  net.eval();
  const seen = activations(net, x);
  assert.deepEqual(Object.keys(seen), ["0 Linear", "1 BatchNorm1d", "2 Sigmoid", "3.0 Linear"]);
  let value = x;
  for (const [at, name] of Object.keys(seen).entries()) {
    value = net.at(at).forward(value);
    assert.deepEqual(seen[name], Float32Array.from(value.data), name);
  }
});

test("activations: chosen layers, and labels of one's own; containers too", () => {
  const { net, x } = network();
  const all = activations(net, x);
  assert.deepEqual(activations(net, x, { layers: ["2"] }), { "2 Sigmoid": all["2 Sigmoid"] });
  assert.deepEqual(activations(net, x, { layers: { hidden: "2", out: "3" } }), {
    hidden: all["2 Sigmoid"],
    out: all["3.0 Linear"],
  });
  assert.throws(() => activations(net, x, { layers: ["4"] }), {
    name: "RangeError",
    message: 'activations: expected a layer among "0", "1", "2", "3", "3.0", got "4"',
  });
});

test("activations in training mode: batch statistics are used, running ones put back, hooks and mode as before", () => {
  const { net, x } = network();
  const buffers = () => net.namedBuffers().map(([name, buffer]) => [name, Array.from(buffer.data)]);
  const before = buffers();
  const normalized = activations(net, x)["1 BatchNorm1d"]!;
  for (let feature = 0; feature < 5; feature++) {
    const column = normalized.filter((_, at) => at % 5 === feature);
    assert.ok(Math.abs(column.reduce((sum, v) => sum + v, 0)) < 1e-5, "mean 0 over the batch");
  }
  assert.deepEqual(buffers(), before);
  assert.ok(net.namedModules().every(([, module]) => module.training));
  assert.ok(
    net.namedModules().every(([, module]) => !Object.hasOwn(module, "forward")),
    "hooks removed",
  );
  net.forward(x);
  assert.notDeepEqual(buffers(), before); // an ordinary forward does move them
});

test("activations: a forward that fails leaves the model as it was", () => {
  const { net, x } = network();
  const bad = new nn.Sequential(...net, new nn.Linear(99, 1));
  const before = net.namedBuffers().map(([, buffer]) => Array.from(buffer.data));
  assert.throws(() => activations(bad, x));
  assert.deepEqual(
    net.namedBuffers().map(([, buffer]) => Array.from(buffer.data)),
    before,
  );
  assert.ok(bad.namedModules().every(([, module]) => !Object.hasOwn(module, "forward")));
});

test("activations: a layer used twice gives both outputs in a row", () => {
  const tanh = new nn.Tanh();
  const seen = activations(new nn.Sequential(tanh, tanh), tensor([1]));
  assert.deepEqual(seen, { "0 Tanh": Float32Array.of(Math.tanh(1), Math.tanh(Math.fround(Math.tanh(1)))) });
});

test("gradients: copies by parameter name; none is an error that says what to do", () => {
  const { net, x } = network();
  assert.throws(
    () => gradients(net),
    /expected parameters with gradients, got none; call loss\.backward\(\)/,
  );
  net.forward(x).sum().backward();
  const found = gradients(net);
  assert.deepEqual(
    Object.keys(found),
    net.namedParameters().map(([name]) => name),
  );
  assert.deepEqual(found["3.0.bias"], Float32Array.of(8, 8, 8));
  net.zeroGrad();
  assert.deepEqual(found["3.0.bias"], Float32Array.of(8, 8, 8));
});

test("saturation: the share of outputs whose slope is below the threshold", () => {
  assert.equal(saturation([0.5, 0.005, 0.995, 0.9], { activation: "sigmoid" }), 0.5);
  assert.equal(saturation([0, 0.999, -0.999, 0.9], { activation: "tanh" }), 0.5);
  assert.equal(saturation([0.5, 0.9], { activation: "sigmoid", threshold: 0.1 }), 0.5);
  assert.ok(Number.isNaN(saturation([], { activation: "tanh" })));
});
