// Puts one-line faults into a room, one at a time, and tells which of them no test notices:
// `npm run mutate -- kernel/optim [more folders or files] [--sample 40] [--seed 1] [--tests unit/optim,kernel/cells.test.ts]
// [--fates fates.json]`. The sample counts faults that compile. A file of fates is written after each: a run with the same file goes on
// where another ended, by Ctrl+C as well, and tries again what no test had noticed.
// One run of the tests without faults tells which of them enter the code around each fault: no other can notice it. What the bundled
// tests let through goes to those that need a build, which is made in a scratch copy.
// Own operators instead of Stryker: it has no sampling and no dropped statement (a lost `version++`), and brings 176 packages.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { parseArgs, stripVTControlCharacters, styleText } from "node:util";
import ts from "typescript";
import { Generator } from "../../kernel/tensor/math/random";
import { percent } from "../../kernel/words";
import { TestVariable } from "../environment";
import { bundleArguments, bundled, importersOf, inProcess } from "./bundle";
import { type Mutation, mutationsOf, withProbes } from "./mutations";

const repository = path.join(import.meta.dirname, "../..");

/** Suites that start what is built, for the rooms that they are about. What is in a longer path is not in a shorter one. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  "kernel/tensor": [],
  "kernel/tensor/math": [],
  "kernel/tensor/wasm": [],
  "kernel/session": ["kernel"],
  "kernel/document": ["notebook"],
  "kernel/notebook": ["notebook"],
  "kernel/jupyter": ["jupyter"],
};

/** killed: a test failed. died: the tests ended without a failure's message. hung: they had to be stopped. */
type Fate = "killed" | "died" | "hung" | "survived";

interface Fault extends Mutation {
  readonly file: string;
  readonly line: number;
}

interface TestRun {
  readonly fate: "passed" | "killed" | "died" | "hung";
  readonly seconds: number;
  readonly output: string;
}

/** Texts that stand in for files, by their paths in the repository. */
type Edits = ReadonlyMap<string, string>;

/** Tests that are made ready in the same way. */
interface Stage {
  readonly tests: readonly string[];
  /** How many may run at a time. */
  readonly together: number;
  readonly folder: string;
  /** How many times as long as without a fault a test may take, beyond a minute. */
  readonly patience: number;
  /** What Node gets for each test, or undefined where nothing could be built. */
  prepare(edits: Edits, tests: readonly string[]): Promise<string[][] | undefined>;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
    tests: { type: "string" },
    fates: { type: "string" },
  },
});
const [sample, seed] = [Number(options.sample), Number(options.seed)];
if (positionals.length === 0 || !(sample >= 1) || !Number.isSafeInteger(seed)) {
  console.error(
    "mutate: expected folders or files of kernel/ or extension/, --sample ≥ 1 and a whole --seed",
  );
  process.exit(2);
}

const tracked = execFileSync("git", ["ls-files", "-coz", "--exclude-standard"], {
  cwd: repository,
  encoding: "utf8",
})
  .split("\0")
  .filter((name) => name !== "" && name !== "node_modules" && existsSync(path.join(repository, name))); // deleted ones are listed too

const targets = positionals.map((name) => name.replace(/\/$/, ""));
const files = tracked.filter(
  (name) =>
    /\.tsx?$/.test(name) &&
    targets.some(
      (target) => name === target || (name.startsWith(`${target}/`) && roomOf(name) === roomOf(target)),
    ),
);
const folders = options.tests?.split(",") ?? [
  ...inProcess,
  ...new Set(files.flatMap((name) => rooms[roomOf(name)] ?? [])),
];
const tests = folders.flatMap((folder) =>
  folder.endsWith(".test.ts")
    ? [folder]
    : readdirSync(path.join(repository, "test", folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".test.ts") && name !== "tutorials.test.ts") // a quarter of an hour each time
        .map((name) => path.join(folder, name)),
);
if (files.length === 0 || tests.length === 0) {
  console.error(`mutate: expected TypeScript and its tests under ${targets.join(", ")}, got none`);
  process.exit(2);
}

// Within the repository, whose packages the bundles find there.
mkdirSync(path.join(repository, "out"), { recursive: true });
const scratch = mkdtempSync(path.join(repository, "out/mutate-"));
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    report();
    process.exit(1);
  });
}

const isBundled = (test: string) => inProcess.has(test.split(path.sep)[0]!);
const stages: readonly Stage[] = [
  {
    tests: await importersOf(tests.filter(isBundled), new Set(files)),
    together: availableParallelism(),
    folder: repository,
    patience: 8,
    async prepare(edits, tests) {
      try {
        const outputs = await bundled(tests, path.join(scratch, "bundles"), edits);
        return outputs.map((output) => [...bundleArguments, output]);
      } catch {
        return undefined;
      }
    },
  },
  {
    tests: tests.filter((test) => !isBundled(test)),
    together: 1,
    folder: scratch,
    patience: 4,
    async prepare(edits, tests) {
      const parts = existsSync(path.join(scratch, "dist")) ? ["kernel-code"] : [];
      if (parts.length === 0)
        linkTree(path.join(repository, "node_modules"), path.join(scratch, "node_modules"));
      for (const name of tracked) {
        const text = edits.get(name);
        if (text !== undefined) {
          mkdirSync(path.dirname(path.join(scratch, name)), { recursive: true });
          writeFileSync(path.join(scratch, name), text);
        } else if (parts.length === 0 || files.includes(name))
          cpSync(path.join(repository, name), path.join(scratch, name));
      }
      if (parts.length > 0) {
        for (const name of readdirSync(path.join(scratch, "dist/kernel")))
          if (name.endsWith(".js")) rmSync(path.join(scratch, "dist/kernel", name));
      }
      try {
        execFileSync(process.execPath, ["esbuild.js", ...parts], { cwd: scratch, stdio: "pipe" });
      } catch (error) {
        if (parts.length === 0) throw error; // no fault's doing
        return undefined;
      }
      return tests.map((test) => ["--import", "tsx", path.join("test", test)]);
    },
  },
];

const all = files.flatMap(faultsOf);
const faults = sampleOf(all);
const fates = new Map<Fault, { readonly fate: Fate; readonly by: string }>();
const known = readFates();
for (const fault of faults) {
  const fate = known.get(keyOf(fault));
  if (fate && fate.fate !== "survived") fates.set(fault, fate);
}
console.log(`${faults.length} of ${all.length} faults, seed ${seed}, ${fates.size} of them noticed before`);
for (const stage of stages) await pass(stage);
report();
process.exit(0);

/** Returns as many faults as are asked for, of those that the compiler takes, in the order of the files. */
function sampleOf(candidates: readonly Fault[]): Fault[] {
  const compiles = compiler();
  const found: { fault: Fault; place: number }[] = [];
  for (const place of new Generator(seed).permutation(candidates.length)) {
    const fault = candidates[place]!;
    if (compiles(fault, mutated(fault))) found.push({ fault, place });
    if (found.length === sample) break;
  }
  return found.sort((a, b) => a.place - b.place).map(({ fault }) => fault);
}

/** Packages as they are, for a build that looks at where they lie: links of files, no copies. */
function linkTree(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(realpathSync(from), { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkSync(source, target);
  }
}

/** Runs a stage's tests on the faults that are still unnoticed. */
async function pass(stage: Stage): Promise<void> {
  const left = faults.filter((fault) => (fates.get(fault)?.fate ?? "survived") === "survived");
  if (left.length === 0 || stage.tests.length === 0) return;
  const { reached, seconds } = await withoutFaults(stage, left);
  const killers = [...seconds.keys()].sort((a, b) => seconds.get(a)! - seconds.get(b)!);
  for (const fault of left) {
    const own = killers.filter((test) => reached.get(fault)!.has(test));
    const base = path.basename(fault.file, path.extname(fault.file)).toLowerCase();
    const named = (test: string) => path.basename(test).toLowerCase().startsWith(base.replace(/s$/, ""));
    const order = [...own.filter(named), ...own.filter((test) => !named(test))];
    const prepared =
      order.length === 0 ? [] : await stage.prepare(new Map([[fault.file, mutated(fault)]]), order);
    let [fate, by]: [Fate, string] = ["died", "the build"];
    if (prepared) {
      const queue = order.map((test, i) => ({
        test,
        args: prepared[i]!,
        limit: 60 + stage.patience * seconds.get(test)!,
      }));
      const failure = await firstFailure(stage, queue);
      [fate, by] = failure ? [failure.fate, failure.test] : ["survived", `${order.length} files`];
      if (failure) killers.unshift(...killers.splice(killers.indexOf(failure.test), 1)); // it may notice the next
    }
    fates.set(fault, { fate, by });
    writeFates();
    const mark = fate === "survived" ? styleText("red", fate) : fate;
    console.log(`${mark} ${by}: ${fault.file}:${fault.line} ${fault.kind}`);
    if (fate === "survived" || fate === "died" || fate === "hung") {
      console.log(difference(sourceOf(fault.file), mutated(fault)));
    }
  }
}

/** Runs each test of a stage once: which of them pass, how long they take, and which enter the code around each fault. */
async function withoutFaults(
  stage: Stage,
  left: readonly Fault[],
): Promise<{ reached: ReadonlyMap<Fault, ReadonlySet<string>>; seconds: Map<string, number> }> {
  const nameless = path.join(scratch, "reached"); // for processes that do not get their parent's environment
  const probe = (id: number) => {
    const known = `(globalThis[Symbol.for("reached")] ??= new Set())`;
    const place = `process.env.${TestVariable.reached} ?? ${JSON.stringify(nameless)}`;
    return `(${known}.has(${id}) || ${known}.add(${id}) && process.getBuiltinModule("fs").appendFileSync(${place}, "${id}\\n"))`;
  };
  const edits = new Map(
    [...new Set(left.map(({ file }) => file))].map((file) => {
      const own = left.flatMap((fault, id) =>
        fault.file === file ? [{ at: fault.start, call: probe(id) }] : [],
      );
      return [file, withProbes(file, sourceOf(file), own)] as const;
    }),
  );
  const prepared = await stage.prepare(edits, stage.tests);
  if (!prepared) throw new Error("mutate: expected a build that works before any fault is put in");
  const seconds = new Map<string, number>();
  const reached = new Map(left.map((fault) => [fault, new Set<string>()]));
  const note = (place: string, names: Iterable<string>) => {
    if (!existsSync(place)) return;
    for (const id of readFileSync(place, "utf8").split("\n").filter(Boolean)) {
      for (const test of names) reached.get(left[Number(id)]!)!.add(test);
    }
  };
  const places = stage.tests.map((_, i) => `${nameless}-${stage.folder === scratch}-${i}`);
  await eachOf(stage.tests, stage.together, async (test, i) => {
    const run = await runTest(prepared[i]!, stage.folder, 600, undefined, places[i]);
    if (run.fate === "passed") seconds.set(test, run.seconds);
    else console.log(`left out, for it fails without any fault: ${test}\n${run.output}`);
  });
  for (const [i, test] of stage.tests.entries()) if (seconds.has(test)) note(places[i]!, [test]);
  note(nameless, seconds.keys());
  rmSync(nameless, { force: true });
  return { reached, seconds };
}

/** Runs tests until one fails, and ends those that run beside it. */
async function firstFailure(
  { folder, together }: Stage,
  queue: readonly { readonly test: string; readonly args: readonly string[]; readonly limit: number }[],
): Promise<{ test: string; fate: Exclude<TestRun["fate"], "passed"> } | undefined> {
  const stop = new AbortController();
  let failure: { test: string; fate: Exclude<TestRun["fate"], "passed"> } | undefined;
  await eachOf(queue, together, async ({ test, args, limit }) => {
    if (failure) return;
    const { fate } = await runTest(args, folder, limit, stop.signal);
    if (failure || fate === "passed") return;
    failure = { test, fate };
    stop.abort();
  });
  return failure;
}

/** Does something for each value, so many at a time, in their order. */
async function eachOf<T>(
  values: readonly T[],
  together: number,
  act: (value: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < values.length) {
      const index = next++;
      await act(values[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
}

function runTest(
  args: readonly string[],
  cwd: string,
  limit: number,
  signal?: AbortSignal,
  reached?: string,
): Promise<TestRun> {
  const began = performance.now();
  const env = { ...process.env, ...(reached && { [TestVariable.reached]: reached }) };
  const child = spawn(process.execPath, ["--test-reporter=tap", ...args], { cwd, env });
  running.add(child);
  let [output, told, late] = ["", false, false];
  const stop = () => child.kill("SIGKILL");
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      told ||= /^\s*not ok /m.test(stripVTControlCharacters(output));
      if (told && signal) stop(); // the first failure says it all
    });
  }
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, limit * 1000);
  signal?.addEventListener("abort", stop);
  return new Promise((resolve) => {
    child.once("close", (code) => {
      running.delete(child);
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      const fate = told ? "killed" : late ? "hung" : code === 0 ? "passed" : "died";
      resolve({ fate, seconds: (performance.now() - began) / 1000, output });
    });
  });
}

/** Returns a function that tells whether the compiler takes a fault's file. */
function compiler(): (fault: Fault, text: string) => boolean {
  const config = ts.readConfigFile(path.join(repository, "tsconfig.json"), ts.sys.readFile);
  const { options: settings } = ts.parseJsonConfigFileContent(config.config, ts.sys, repository);
  const names = files.map((name) => path.join(repository, name));
  let [place, replaced] = ["", ""];
  const host = ts.createCompilerHost({ ...settings, incremental: false, tsBuildInfoFile: undefined }, true);
  const known = new Map<string, ts.SourceFile | undefined>();
  const { getSourceFile } = host;
  host.getSourceFile = (name, version, ...rest) => {
    if (path.resolve(name) === place) return ts.createSourceFile(name, replaced, version, true);
    if (!known.has(name)) known.set(name, getSourceFile.call(host, name, version, ...rest));
    return known.get(name);
  };
  let program: ts.Program | undefined;
  return ({ file }, text) => {
    [place, replaced] = [path.join(repository, file), text];
    program = ts.createProgram(
      names,
      { ...settings, incremental: false, tsBuildInfoFile: undefined },
      host,
      program,
    );
    const source = program.getSourceFile(place);
    return (
      program.getSyntacticDiagnostics(source).length + program.getSemanticDiagnostics(source).length === 0
    );
  };
}

/** What tells a fault from all others: positions in another text of its file are other faults. */
function keyOf({ file, start, end, text }: Fault): string {
  return `${file} ${createHash("sha256").update(sourceOf(file)).digest("hex").slice(0, 12)} ${start}-${end} ${text}`;
}

/** The fates that a file tells, by the faults' keys. */
function readFates(): Map<string, { readonly fate: Fate; readonly by: string }> {
  if (options.fates === undefined || !existsSync(options.fates)) return new Map();
  return new Map(Object.entries(JSON.parse(readFileSync(options.fates, "utf8"))));
}

function writeFates(): void {
  if (options.fates === undefined) return;
  const own = [...fates].map(([fault, fate]) => [keyOf(fault), { line: fault.line, ...fate }] as const);
  writeFileSync(options.fates, `${JSON.stringify(Object.fromEntries([...known, ...own]), undefined, 2)}\n`);
}

function faultsOf(file: string): Fault[] {
  const source = sourceOf(file);
  return mutationsOf(file, source).map((mutation) => ({
    ...mutation,
    file,
    line: source.slice(0, mutation.start).split("\n").length,
  }));
}

function sourceOf(file: string): string {
  return readFileSync(path.join(repository, file), "utf8");
}

/** The text of a fault's file with the fault. */
function mutated({ file, start, end, text }: Fault): string {
  const source = sourceOf(file);
  return source.slice(0, start) + text + source.slice(end);
}

/** The lines that differ, as `diff` shows them. */
function difference(before: string, after: string): string {
  const [from, to] = [before.split("\n"), after.split("\n")];
  let [head, tail] = [0, 0];
  while (head < Math.min(from.length, to.length) && from[head] === to[head]) head++;
  while (tail < Math.min(from.length, to.length) - head && from.at(-1 - tail) === to.at(-1 - tail)) tail++;
  const lines = (all: readonly string[], mark: string) =>
    all.slice(head, all.length - tail).map((line) => `    ${mark} ${line.trim()}`);
  return [...lines(from, "-"), ...lines(to, "+")].join("\n");
}

/** Prints how many faults the tests noticed, of each file and of all; what a run that ended early has not tried is not noticed. */
function report(): void {
  const line = (name: string, own: readonly Fault[]) => {
    const of = (fate?: Fate) => own.filter((fault) => fates.get(fault)?.fate === fate).length;
    const score = percent((own.length - of("survived") - of()) / own.length);
    const rest = (["died", "hung", "survived"] as const)
      .filter((fate) => of(fate) > 0)
      .map((fate) => `${of(fate)} ${fate}`);
    if (of() > 0) rest.push(`${of()} not tried`);
    console.log(`${score.padStart(6)}  ${name}: ${[`${of("killed")} killed`, ...rest].join(", ")}`);
  };
  console.log("");
  for (const file of files) {
    const own = faults.filter((fault) => fault.file === file);
    if (own.length > 0) line(file, own);
  }
  line(targets.join(" "), faults);
}

function roomOf(name: string): string {
  const known = Object.keys(rooms).filter((room) => name === room || name.startsWith(`${room}/`));
  return known.sort((a, b) => b.length - a.length)[0] ?? name.split("/").slice(0, 2).join("/");
}
