// What a live chart costs a training loop: `npx tsx bench/plots.ts`, after `npm run build`. The built kernel runs a notebook
// whose cells train in blocks, by turns with and without a chart. What counts is the processor time of the
// main thread (on Linux; elsewhere of the whole process, the thread that sends included): what else the machine does is left out.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.join(import.meta.dirname, "..");
const folder = path.join(root, "out", "bench");
const [from, to] = [path.join(folder, "plots.ipynb"), path.join(folder, "plots.done.ipynb")];

const setup = `
import fs from "node:fs";
import { data, manualSeed, nn, optim, plot, probe } from "bnlab";
manualSeed(0);
const set = data.digits({ count: 1200, seed: 1 });
const loader = new data.DataLoader(set, { batchSize: 60, shuffle: true, seed: 3 });
const net = new nn.Sequential(new nn.Flatten(), new nn.Linear(784, 100), new nn.BatchNorm1d(100), new nn.Sigmoid(),
  new nn.Linear(100, 100), new nn.BatchNorm1d(100), new nn.Sigmoid(), new nn.Linear(100, 10));
const optimizer = new optim.SGD(net.parameters(), { lr: 0.05 });
const batches = [...loader];
function trainStep(at: number): number {
  const [images, labels] = batches[at % batches.length]!;
  const loss = nn.functional.crossEntropy(net.forward(images), labels);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss.item();
}
for (let at = 0; at < 600; at++) trainStep(at);
const block = 200, pairs = 25;
const linux = fs.existsSync("/proc/self/schedstat");
function spent(): number {
  if (linux) return Number(fs.readFileSync("/proc/self/schedstat", "utf8").split(" ")[0]) / 1e6;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
const median = (all: number[]) => all.sort((a, b) => a - b)[all.length >> 1]!;
/** Milliseconds a step without, and per cent more with. */
async function compare(name: string, look: (step: number, loss: number) => void, turn: (() => Promise<void>) | undefined = undefined) {
  const without: number[] = [], cost: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const times: number[] = [];
    for (const on of pair % 2 ? [true, false] : [false, true]) {
      const start = spent();
      for (let at = 0; at < block; at++) {
        const loss = trainStep(at);
        if (on) look(pair * block + at, loss);
        if (turn) await turn();
      }
      times[Number(on)] = (spent() - start) / block;
    }
    without.push(times[0]!);
    cost.push(times[1]! / times[0]! - 1);
  }
  console.log(JSON.stringify({ name, step: median(without), cost: median(cost), low: cost[Math.floor(pairs / 4)], high: cost[Math.floor((3 * pairs) / 4)] }));
}

`;
const cells = [
  setup,
  `await compare("nothing", () => {});`,
  `const losses = plot.live(plot.loss({}, { smoothing: 0.9 }));
await compare("loss, smoothed", (step, loss) => losses.append("run", step, loss));`,
  `
const waiting = plot.live(plot.loss());
await compare("loss, asynchronous loop", (step, loss) => waiting.append("run", step, loss), () => new Promise<void>((next) => setImmediate(next)));
`,
  `const values = probe.activations(net, batches[0]![0]);
const layers = plot.live(plot.histogram(values));
await compare("histogram, every 25 steps", (step) => { if (step % 25 === 0) layers.update(() => plot.histogram(values)); });`,
  `const moving = plot.live(plot.quantiles());
const one = Object.values(values)[2]!;
await compare("quantiles, every 10 steps", (step) => { if (step % 10 === 0) moving.append("layer", step, one); });`,
  `const range = plot.live(plot.ridge());
await compare("ridge, every 100 steps", (step) => { if (step % 100 === 0) range.append(step, one); });`,
];

mkdirSync(folder, { recursive: true });
writeFileSync(
  from,
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "bnlab", display_name: "TypeScript (BN Lab)", language: "typescript" } },
    cells: cells.map((source, n) => ({
      cell_type: "code",
      id: `cell-${n}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    })),
  }),
);
execFileSync(process.execPath, [path.join(root, "dist/kernel/cli.js"), "run", from, "--output", to], {
  stdio: ["ignore", "ignore", "inherit"],
});

interface Done {
  cells: { outputs: { output_type: string; text?: string | string[] }[] }[];
}
const done = JSON.parse(readFileSync(to, "utf8")) as Done;
const printed = done.cells.flatMap(({ outputs }) =>
  outputs.flatMap(({ text = [] }) => [text].flat().join("").trim().split("\n")),
);
console.log("chart                          step (ms)    cost   quarter to three quarters");
for (const line of printed.filter((text) => text.startsWith("{"))) {
  const { name, step, cost, low, high } = JSON.parse(line) as {
    name: string;
    step: number;
    cost: number;
    low: number;
    high: number;
  };
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(7);
  console.log(
    `${name.padEnd(30)} ${step.toFixed(2).padStart(9)} ${percent(cost)} ${percent(low)} ${percent(high)}`,
  );
}
