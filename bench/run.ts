// Whole steps of this project beside its peers: `npm run bench -- [W1 W2 …] [--peers bnlab,pytorch] [--threads 1,2] [--rounds 9]
// [--steps 50000] [--install] [--beside ../another-checkout] [--busy]`. Every peer is a process of its own; they take turns, round
// after round, on the same numbers. A round is as many steps as take 0.15 s, or --steps.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface, type Interface } from "node:readline";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";
import type { Answer, Request } from "./peer";
import { type Task, type Workload, workloads } from "./workloads";

const here = import.meta.dirname;
const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: "string" },
    threads: { type: "string", default: "1,2" },
    rounds: { type: "string", default: "9" },
    steps: { type: "string" },
    install: { type: "boolean", default: false },
    /** Another checkout of this project, to be measured as a peer of its own: the state before a change, say. */
    beside: { type: "string" },
    /** Beside a process that spins on one core all the time. */
    busy: { type: "boolean", default: false },
  },
});

interface Peer {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it can use a second thread here. */
  readonly threads: boolean;
  /** The one kind of task that it takes, where it does not take all. */
  readonly only?: Task["kind"];
}

/** Pages that malloc gives back are faulted in again at each step: half of PyTorch's time on some workloads. */
const keepPages = { MALLOC_MMAP_THRESHOLD_: "4294967296", MALLOC_TRIM_THRESHOLD_: "17179869184" };

/** A checkout of this project as its users run it: built, with the entry of its threads beside it. */
function bundle(checkout: string, name: string): string {
  const outdir = path.join(here, "..", "out", "bench", name);
  buildSync({
    entryPoints: [
      path.join(checkout, "bench", "bnlab.ts"),
      path.join(checkout, "kernel", "host", "thread.ts"),
    ],
    entryNames: "[name]",
    outdir,
    bundle: true,
    ignoreAnnotations: true, // package.json says of the build what has effects, not of the sources
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
  return path.join(outdir, "bnlab.js");
}

const installed = (name: string) => existsSync(path.join(here, "peers", "node_modules", name));

function findPeers(): Peer[] {
  const node = (file: string, ...rest: string[]) => [process.execPath, "--import", "tsx", file, ...rest];
  const own = (checkout: string, name: string): Peer => ({
    name,
    command: [process.execPath, bundle(path.resolve(checkout), name)],
    threads: true,
  });
  const peers = [own(path.join(here, ".."), "bnlab")];
  if (options.beside !== undefined) peers.push(own(options.beside, "beside"));
  const has = (python: string, test: string) => spawnSync(python, ["-c", test]).status === 0;
  const python = ["python3", "/usr/bin/python3"].find((each) => has(each, "import torch"));
  if (python !== undefined) {
    const torch = (mode: string, env = {}): Peer => ({
      name: mode === "eager" ? "pytorch" : `pytorch-${mode}`,
      command: [python, "peers/pytorch.py", mode],
      env,
      threads: true,
    });
    peers.push(torch("eager"), torch("tuned", keepPages));
    if (has(python, "import torch; torch.compile")) peers.push(torch("compiled", keepPages));
  }
  if (options.install) {
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" }; // the libraries for GPUs, which it would download
    execFileSync(npm, ["install", "--no-package-lock"], {
      cwd: path.join(here, "peers"),
      env,
      stdio: "inherit",
    });
  }
  if (installed("onnxruntime-node")) {
    const command = node("peers/onnxruntime.ts");
    peers.push({ name: "onnxruntime", command, threads: true, only: "infer" });
  }
  if (installed("@jax-js/jax")) {
    peers.push({ name: "jax-js", command: node("peers/jaxjs.ts"), threads: false });
    for (const backend of ["wasm", "cpu"]) {
      peers.push({ name: `tfjs-${backend}`, command: node("peers/tfjs.ts", backend), threads: false });
    }
  }
  const wanted = options.peers?.split(",");
  return peers.filter(({ name }) => wanted?.includes(name) ?? true);
}

/** A peer at work on one workload. */
class Running {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #ended: Promise<Answer>;
  readonly samples: number[] = [];
  stepsPerRound = 1;
  firstStep = Number.NaN;
  version = "";
  failure: string | null = null;
  /** What the compared steps gave. */
  readonly numbers: number[] = [];

  constructor(
    readonly peer: Peer,
    threads: number,
  ) {
    const [command, ...args] = peer.command as [string, ...string[]];
    const env = { ...process.env, ...peer.env, OMP_NUM_THREADS: `${threads}`, BNLAB_THREADS: `${threads}` };
    this.#child = spawn(command, args, { cwd: here, env, stdio: ["pipe", "pipe", "ignore"] });
    this.#lines = createInterface({ input: this.#child.stdout! });
    this.#child.stdin!.on("error", () => {}); // its end says it better
    this.#ended = new Promise((resolve) => {
      this.#child.once("exit", (code) => resolve({ error: `ended with code ${code}` }));
    });
  }

  #ask(request: Request): Promise<Answer> {
    const answer = new Promise<Answer>((resolve) => {
      this.#lines.once("line", (line) => resolve(JSON.parse(line) as Answer));
      setTimeout(() => resolve({ error: "no answer within 3 minutes" }), 180_000).unref();
    });
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`);
    return Promise.race([answer, this.#ended]);
  }

  /** Seconds a step. */
  async #step(count: number): Promise<number> {
    const answer = await this.#ask({ steps: count });
    if (!("seconds" in answer)) {
      this.failure = "error" in answer ? answer.error : "no time";
      return Number.NaN;
    }
    this.numbers.push(answer.value);
    return answer.seconds / count;
  }

  /** Its first steps, one by one, then how many fill a round. A peer slower than 2 s a step is measured once. */
  async prepare({ task, compared }: Workload): Promise<void> {
    const answer = await this.#ask({ start: task });
    if ("error" in answer) this.failure = answer.error;
    else if ("version" in answer) this.version = answer.version;
    for (let i = 0; i < compared.steps && this.failure === null; i++) {
      const seconds = await this.#step(1);
      if (i === 0) this.firstStep = seconds;
      if (seconds > 2) {
        this.samples.push(seconds);
        this.stepsPerRound = 0;
        return;
      }
    }
    const begin = performance.now();
    let seconds = Number.NaN;
    for (let count = 1; this.failure === null && performance.now() - begin < 700; count *= 2)
      seconds = await this.#step(count);
    this.stepsPerRound = Number(options.steps ?? Math.max(1, Math.round(0.15 / seconds)));
  }

  async round(): Promise<void> {
    if (this.failure !== null || this.stepsPerRound === 0) return;
    const seconds = await this.#step(this.stepsPerRound);
    if (this.failure === null) this.samples.push(seconds);
  }

  end(): void {
    this.#lines.close();
    this.#child.kill();
  }
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.round((sorted.length - 1) * q)] ?? Number.NaN;

interface Result {
  readonly workload: string;
  readonly peer: string;
  readonly version: string;
  readonly threads: number;
  /** Seconds a step: the median, the quartiles and the fastest of the rounds, and the very first step. */
  readonly median: number;
  readonly quartiles: readonly [number, number];
  readonly fastest: number;
  readonly firstStep: number;
  readonly rounds: number;
  /** How far its first numbers are from this project's, as a part of them. */
  readonly difference: number;
  readonly agrees: boolean;
  readonly failure: string | null;
}

async function measure(workload: Workload, peers: readonly Peer[], threads: number): Promise<Result[]> {
  const running = peers.map((peer) => new Running(peer, threads));
  for (const each of running) await each.prepare(workload);
  for (let round = 0; round < Number(options.rounds); round++) for (const each of running) await each.round();
  const expected = running[0]!.numbers.slice(0, workload.compared.steps);
  return running.map((each) => {
    each.end();
    const samples = each.samples.toSorted((a, b) => a - b);
    const difference = Math.max(
      ...expected.flatMap((value, i) =>
        each.numbers[i] === undefined ? [] : Math.abs(each.numbers[i] - value) / Math.max(1, Math.abs(value)),
      ),
    );
    return {
      workload: workload.name,
      peer: each.peer.name,
      version: each.version,
      threads,
      median: quantile(samples, 0.5),
      quartiles: [quantile(samples, 0.25), quantile(samples, 0.75)],
      fastest: quantile(samples, 0),
      firstStep: each.firstStep,
      rounds: samples.length,
      difference,
      agrees: difference <= workload.compared.within,
      failure: each.failure,
    };
  });
}

const duration = (seconds: number): string =>
  seconds < 1e-3
    ? `${(seconds * 1e6).toPrecision(3)} µs`
    : seconds < 1
      ? `${(seconds * 1e3).toPrecision(3)} ms`
      : `${seconds.toPrecision(3)} s`;

const times = (ratio: number): string => (ratio < 99.5 ? ratio.toPrecision(2) : ratio.toFixed(0));

/** A row a workload: the time of a step, and how many times as long each peer takes. */
function table(results: readonly Result[], threads: number): string {
  const rows = results.filter((result) => result.threads === threads);
  const peers = [...new Set(rows.map(({ peer }) => peer))];
  const cell = (workload: string, peer: string): string => {
    const of = (name: string) => rows.find((row) => row.workload === workload && row.peer === name);
    const [result, own] = [of(peer), of("bnlab")];
    if (result === undefined) return "";
    if (result.failure !== null) return "fails";
    const [low, high] = result.quartiles.map((each) => Math.abs(each / result.median - 1)) as [
      number,
      number,
    ];
    const spread = result.rounds > 1 ? ` ±${Math.round(100 * Math.max(low, high))} %` : "";
    const ratio = own === undefined || own === result ? "" : `, **${times(result.median / own.median)}×**`;
    return `${duration(result.median)}${spread}${ratio}${result.agrees ? "" : " (differs)"}`;
  };
  const names = [...new Set(rows.map(({ workload }) => workload))];
  return [
    `| ${threads} thread${threads > 1 ? "s" : ""} | ${peers.join(" | ")} |`,
    `|---|${peers.map(() => "---:|").join("")}`,
    ...names.map((name) => `| ${name} | ${peers.map((peer) => cell(name, peer)).join(" | ")} |`),
  ].join("\n");
}

const peers = findPeers();
if (!["@tensorflow/tfjs", "@jax-js/jax", "onnxruntime-node"].every(installed))
  console.error(
    "of tfjs, jax-js and onnxruntime some are missing: --install puts them into bench/peers/node_modules",
  );
const neighbor = options.busy ? spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }) : null;
const results: Result[] = [];
const threadCounts = options.threads.split(",").map(Number);
for (const make of workloads) {
  const workload = make();
  if (names.length > 0 && !names.some((name) => workload.name.startsWith(name))) continue;
  for (const threads of threadCounts) {
    const able = peers.filter(
      (peer) => (threads === 1 || peer.threads) && (peer.only ?? workload.task.kind) === workload.task.kind,
    );
    if (able.length === 0) continue;
    for (const result of await measure(workload, able, threads)) {
      results.push(result);
      console.log(JSON.stringify(result));
    }
  }
}
neighbor?.kill();

/** Who was measured, and why not who was not. */
function notes(all: readonly Result[]): string {
  const lines = all.map(
    ({ peer, version, failure }) => `${peer}: ${failure === null ? version : `fails: ${failure}`}`,
  );
  return [...new Set(lines)].join("\n");
}

const tables = threadCounts.map((threads) => table(results, threads)).join("\n\n");
console.log(
  `\nMedian time of a step, its spread, and how many times as long as bnlab's.\n\n${tables}\n\n${notes(results)}`,
);
const folder = path.join(here, "..", "out");
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, "bench.jsonl"), results.map((each) => `${JSON.stringify(each)}\n`).join(""));
