// How quick a kernel is, beside tslab, ipykernel and Deno where they are there: start, cells, printed lines, completions.
// `npm run bench:session -- [--kernels bnlab,tslab] [--rounds 5]`, after `npm run build`; bench/run.ts --install brings tslab.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { JupyterPeer } from "./jupyterPeer";

const { values: options } = parseArgs({
  options: { kernels: { type: "string" }, rounds: { type: "string", default: "5" } },
});
const at = (...parts: string[]) => path.join(import.meta.dirname, ...parts);

/** The same cells in a kernel's own language. */
interface Language {
  print: string;
  expression: string;
  declaration(n: number): string;
  lines(count: number): string;
  /** Computes, and does not end; prints first. */
  training: string;
  setUp: string;
  /** Completed at its end. */
  unfinished: string;
}

const typescript: Language = {
  print: "console.log(1)",
  expression: "1 + 1",
  declaration: (n) => `const made${n} = { index: ${n}, text: "a" };\nmade${n}.index + 1`,
  lines: (count) => `for (let i = 0; i < ${count}; i++) console.log("line", i)`,
  training: `console.log("begun");\nlet sum = 0;\nfor (;;) for (let i = 0; i < 1e6; i++) sum += Math.sqrt(i);`,
  setUp: "const values = [1, 2, 3];",
  unfinished: "values.",
};

/** The same, with a network that trains. */
const bnlab: Language = {
  ...typescript,
  setUp: `${typescript.setUp}
import { nn, optim, randint, randn } from "bnlab";
const net = new nn.Sequential(new nn.Linear(784, 100), new nn.BatchNorm1d(100), new nn.Sigmoid(), new nn.Linear(100, 10));
const sgd = new optim.SGD(net.parameters(), { lr: 0.1 });
const [x, y] = [randn([60, 784]), randint(0, 10, [60])];`,
  training: `console.log("begun");
for (;;) { const loss = nn.functional.crossEntropy(net.forward(x), y); sgd.zeroGrad(); loss.backward(); sgd.step(); }`,
};

const python: Language = {
  print: "print(1)",
  expression: "1 + 1",
  declaration: (n) => `made${n} = {"index": ${n}, "text": "a"}\nmade${n}["index"] + 1`,
  lines: (count) => `for i in range(${count}): print("line", i)`,
  training: `print("begun", flush=True)\ntotal = 0\nwhile True:\n    total += sum(range(10**5))`,
  setUp: "values = [1, 2, 3]",
  unfinished: "values.",
};

interface Peer {
  name: string;
  command: string[];
  language: Language;
}

function findPeers(): Peer[] {
  const peers: Peer[] = [
    {
      name: "bnlab",
      command: [process.execPath, at("../dist/kernel/cli.js"), "jupyter", "start", "{}"],
      language: bnlab,
    },
  ];
  const tslab = at("peers/node_modules/tslab/bin/tslab");
  if (existsSync(tslab))
    peers.push({
      name: "tslab",
      command: [process.execPath, tslab, "kernel", "--config-path", "{}"],
      language: typescript,
    });
  const runs = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
  const interpreter = ["python3", "/usr/bin/python3"].find((each) => runs(each, "-c", "import ipykernel"));
  if (interpreter)
    peers.push({
      name: "ipykernel",
      command: [interpreter, "-m", "ipykernel_launcher", "-f", "{}"],
      language: python,
    });
  if (runs("deno", "--version"))
    peers.push({
      name: "deno",
      command: ["deno", "jupyter", "--kernel", "--conn", "{}"],
      language: typescript,
    });
  const wanted = options.kernels?.split(",");
  return peers.filter(({ name }) => wanted?.includes(name) ?? true);
}

/** Milliseconds, but for lines, which are a second's; null where nothing came. */
interface Result {
  kernel: string;
  measure: string;
  median: number | null;
  p95: number | null;
  samples: number;
  note?: string;
}

/** A slow kernel is asked less often. */
const repeatMs = 15_000;
const completionMs = 3_000;
/** After it a kernel is taken to be stuck. */
const sectionMs = 60_000;
const cells = { expression: "a cell, 1 + 1", declaration: "a cell that declares" };

async function measure({ name, command, language }: Peer): Promise<Result[]> {
  const results: Result[] = [];
  const add = (measure: string, samples: number[], note?: string) => {
    const sorted = samples.toSorted((a, b) => a - b);
    const quantile = (q: number) => sorted[Math.ceil(q * sorted.length) - 1] ?? null;
    const result: Result = {
      kernel: name,
      measure,
      median: quantile(0.5),
      p95: quantile(0.95),
      samples: samples.length,
      note,
    };
    results.push(result);
    console.log(JSON.stringify(result));
  };
  const repeat = async (count: number, take: (n: number) => Promise<number>): Promise<number[]> => {
    const samples: number[] = [];
    const begin = performance.now();
    for (let n = 0; n < count && performance.now() - begin < repeatMs; n++) samples.push(await take(n));
    return samples;
  };

  const starts = await repeat(Number(options.rounds), async () => {
    const begin = performance.now();
    const started = await JupyterPeer.start(command);
    await started.run(language.print);
    const took = performance.now() - begin;
    started.close();
    return took;
  });
  add("start to first output", starts);

  /** With a kernel of its own, for one may get stuck; what it does not do in time is said. */
  const section = async (measures: string[], take: (peer: JupyterPeer) => Promise<void>) => {
    const peer = await JupyterPeer.start(command);
    const work = peer.run(language.setUp).then(() => take(peer));
    const late = setTimeout(sectionMs, `not within ${sectionMs / 1000} s`);
    const failure = await Promise.race([work, late]).catch((error: Error) => error.message);
    peer.close();
    if (failure)
      for (const each of measures) if (!results.some((r) => r.measure === each)) add(each, [], failure);
    await setTimeout(300); // its processes end
  };

  await section([cells.expression, cells.declaration], async (peer) => {
    await repeat(20, async () => (await peer.run(language.expression)).done); // an engine's first runs are its slowest
    add(cells.expression, await repeat(100, async () => (await peer.run(language.expression)).done));
    add(cells.declaration, await repeat(50, async (n) => (await peer.run(language.declaration(n))).done));
  });
  for (const count of [100_000, 1_000_000]) {
    const name = `lines per second, of ${count.toLocaleString("en")}`;
    await section([name], async (peer) => {
      const { done, text } = await peer.run(language.lines(count));
      const shown = text.match(/^line \d+$/gm)?.length ?? 0;
      add(name, [(count / done) * 1000], shown < count ? `${shown.toLocaleString("en")} shown` : undefined);
    });
  }
  const [idle, training] = ["completion, idle", "completion during a training loop"];
  await section([idle, training], async (peer) => {
    const complete = async () => {
      const samples: number[] = [];
      for (let n = 0; n < 40; n++) {
        const took = await peer.complete(language.unfinished, completionMs);
        if (took === undefined) break;
        samples.push(took);
      }
      return samples;
    };
    await peer.complete(language.unfinished, sectionMs); // loads what completes
    add(idle, await complete());
    await peer.begin(language.training);
    const during = await complete();
    add(training, during, during.length === 0 ? `none within ${completionMs / 1000} s` : undefined);
  });
  return results;
}

function table(results: readonly Result[]): string {
  const kernels = [...new Set(results.map(({ kernel }) => kernel))];
  const round = (value: number) =>
    value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(2);
  const cell = (measure: string, kernel: string) => {
    const result = results.find((each) => each.measure === measure && each.kernel === kernel);
    if (!result) return "";
    if (result.median === null) return result.note ?? "none";
    const unit = measure.startsWith("lines") ? "" : " ms";
    const spread = result.samples > 1 ? ` (p95 ${round(result.p95!)})` : "";
    return `${round(result.median)}${unit}${spread}${result.note ? `; ${result.note}` : ""}`;
  };
  return [
    `| ${process.version}, median | ${kernels.join(" | ")} |`,
    `|---|${kernels.map(() => "---:|").join("")}`,
    ...[...new Set(results.map(({ measure }) => measure))].map(
      (measure) => `| ${measure} | ${kernels.map((kernel) => cell(measure, kernel)).join(" | ")} |`,
    ),
  ].join("\n");
}

const results: Result[] = [];
for (const peer of findPeers()) results.push(...(await measure(peer)));
console.log(`\n${table(results)}`);
mkdirSync(at("../out"), { recursive: true });
writeFileSync(at("../out/bench-kernel.jsonl"), results.map((each) => `${JSON.stringify(each)}\n`).join(""));
process.exit(); // a peer that hangs keeps its sockets
