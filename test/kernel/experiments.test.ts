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

const study = `import { data, experiment, lesson, nn, optim, plot, randn, type Tensor } from "bnlab";
const main = process.pid;
const { train } = lesson.digits({ train: 60, test: 10 });
class Last extends nn.Linear {}
class Net extends nn.Module {
  layers: nn.Sequential;
  constructor(hidden: number) {
    super();
    this.layers = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, hidden), new nn.BatchNorm1d(hidden), new Last(hidden, 10));
  }
  override forward(x: Tensor): Tensor {
    return this.layers.forward(x);
  }
}
function fit(net: nn.Module, seed: number): number[] {
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  const losses: number[] = [];
  for (const [x, y] of new data.DataLoader(train, { batchSize: 20, shuffle: true, seed })) {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(net.forward(x), y);
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  return losses;
}
/** Long enough that others are asked for help. */
const takesLong = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 350);
const studyOf = (parallel: boolean | number, extra = 0) =>
  experiment({
    seeds: 2,
    arms: { small: { make: () => new Net(8 + extra) }, large: { make: () => new Net(16 + extra) } },
    parallel,
    async run({ seed, arm, settings }) {
      takesLong();
      console.log(arm, seed);
      if (seed === 1 && arm === "large") throw new RangeError("too large");
      const net = settings.make();
      const losses = fit(net, seed);
      return { loss: losses.at(-1)!, losses, net, train, elsewhere: process.pid !== main };
    },
  });
const told = async (all: Promise<Awaited<ReturnType<typeof studyOf>>>) => {
  const { runs } = await all;
  return JSON.stringify([runs.map(({ seed, arm, result, error }) => [seed, arm, error, result?.losses, result?.net.stateDict()]), randn([1])]);
};`;

test("runs made in processes of their own give the same bits, prints and failures as one after the other", async () => {
  assert.equal((await kernel.run(study)).error, "");
  const ran = await kernel.run(`const alone = await told(studyOf(false, 1));
const together = await studyOf(3, 1);
[alone === (await told(Promise.resolve(together))), together.runs.map(({ result }) => result?.elsewhere)]`);
  assert.equal(ran.result, "[ true, [ false, true, true, undefined ] ]");
  assert.equal(ran.text("stdout"), "small 0\nlarge 0\nsmall 1\nlarge 1\n".repeat(2));
  const back = await kernel.run(
    "const { net, train: seen } = together.results.large[0]; [net instanceof Net, net.layers.length, seen === train]",
  );
  assert.equal(back.result, "[ true, 4, true ]");
});

test("a run that needs the notebook itself is made there, and what holds it is named", async () => {
  const cases: [title: string, code: string, told: RegExp][] = [
    [
      "a list",
      "const seen: number[] = [];\nconst run = () => { takesLong(); seen.push(1); return 1; };",
      /run\(\) changes seen;/,
    ],
    [
      "lists by name",
      "const curves: Record<string, number[]> = {};\nconst run = ({ arm }: { arm: string }) => { takesLong(); (curves[arm] ??= []).push(1); return 1; };",
      /run\(\) changes curves;/,
    ],
    [
      "a variable",
      "let count = 0;\nconst run = () => ++count;",
      /run\(\) assigns to count, which other runs would not see/,
    ],
    [
      "a chart",
      "const chart = plot.live(plot.line({}));\nconst run = () => { chart.update(() => plot.line({})); return 1; };",
      /chart is a LiveFigure, which has #private state/,
    ],
    [
      "a bound function",
      "const bound = takesLong.bind(null);\nconst run = () => { bound(); return 1; };",
      /bound is a bound function/,
    ],
    [
      "a global",
      "Object.assign(globalThis, { shared: 1 });\nconst run = () => Number((globalThis as { shared?: number }).shared);",
      /run\(\) uses the global shared/,
    ],
    [
      "its own state",
      "const counter = (() => { let n = 0; return () => { n++; return n; }; })();\nconst run = () => counter();",
      /assigns to n, which other runs would not see/,
    ],
    [
      "what it returns",
      "const run = () => { takesLong(); return { value: 1, later: new WeakMap() }; };",
      /what run\(\) returns cannot go to another process: .*WeakMap/,
    ],
  ];
  for (const [title, code, expected] of cases) {
    const ran = await kernel.run(`{
${code}
const { runs } = await experiment({ seeds: 4, arms: ["a"], parallel: 2, run });
console.log(runs.length, runs.every(({ error }) => error === null));
}`);
    assert.equal(ran.error, "", title);
    assert.equal(ran.text("stdout"), "4 true\n", title);
    assert.match(bars(ran) + ran.text("stderr"), expected, title);
  }
});

/** What stands beside the progress bars. */
const bars = (ran: Awaited<ReturnType<TestKernel["run"]>>) =>
  ran.publications
    .map(({ content }) => ("data" in content ? String(content.data["text/plain"] ?? "") : ""))
    .join("\n");

test("a run whose process dies is lost alone; onResult hears of the others in their order", async () => {
  const ran = await kernel.run(`const heard: number[] = [];
const survived = await experiment({
  seeds: 4,
  arms: ["a"],
  parallel: 3,
  run: ({ seed }) => {
    takesLong();
    if (seed === 2) process.exit(3);
    return 10 * seed;
  },
  onResult: (result) => heard.push(result),
});
[heard, survived.failures.map(({ error }) => error)]`);
  assert.match(ran.result!, /^\[\s*\[ 0, 10, 30 \],\s*\[\s*'KernelDied: .* exited with code 3'\s*\]\s*\]$/);
});

test("an interrupt ends the processes of an experiment", async () => {
  const ran = await interrupted(`const slow = await experiment({
  seeds: 9,
  arms: ["a"],
  parallel: 2,
  run: ({ seed }) => {
    takesLong();
    if (seed === 2) { console.log("begun"); while (true); }
    return seed;
  },
});`);
  assert.match(ran.error, /the cell was stopped/);
  const next = await kernel.run(`const { readdirSync } = await import("node:fs");
const { tmpdir } = await import("node:os");
[experiment.last!.runs.length, readdirSync(tmpdir()).filter((name) => name.startsWith(\`bnlab-runs-\${process.pid}-\`))]`);
  assert.equal(next.result, "[ 2, [] ]");
});
