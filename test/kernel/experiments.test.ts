// An interrupt in the middle of what takes long: finished runs are kept, and a probed model is as it was.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startKernel, type TestKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());

/** Runs a cell until a while after it has printed something. */
function interrupted(code: string): ReturnType<TestKernel["run"]> {
  return kernel.run(code, ({ content }) => {
    if ("text" in content) setTimeout(() => kernel.client.interrupt(), 50);
  });
}

test("experiment.last has the runs that were finished", async () => {
  const ran = await interrupted(`import { experiment } from "bnlab";
const all = await experiment({
  seeds: 9,
  arms: { plain: 0, "with BN": 1 },
  run: ({ seed, settings }) => {
    if (seed === 2) { console.log("begun"); while (true); }
    return seed + settings;
  },
});`);
  assert.match(ran.error, /the cell was stopped/);
  const next = await kernel.run("[experiment.last!.values.plain.slice(0, 3), experiment.last!.verdict]");
  assert.equal(next.result, "[ [ 0, 1, NaN ], 'incomplete' ]");
});

test("a landscape that is cut short leaves weights, statistics and modes as they were", async () => {
  const ran = await interrupted(`import { nn, probe, randn } from "bnlab";
const net = new nn.Sequential(new nn.Linear(4, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 1));
const x = randn([16, 4]);
const state = () => JSON.stringify(Object.values(net.stateDict()).map((each) => each.toArray()));
const before = state();
let calls = 0;
const loss = () => {
  const value = net.forward(x).square().mean();
  if (++calls === 3) { console.log(state() === before); while (true); }
  return value;
};
probe.landscape(net, loss, { lr: 0.1 });`);
  assert.equal(ran.text("stdout"), "false\n");
  assert.equal((await kernel.run("state() === before")).result, "true");
});
