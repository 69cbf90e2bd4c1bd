// Puts one-line faults into a room, one at a time, and tells which of them no test notices:
// `npm run mutate -- kernel/optim [more folders or files] [--sample 40] [--seed 1] [--tests unit/optim,unit/nn]`.
// One run of the tests without faults tells which of them enter the code around each fault: no other can notice it. What the bundled
// tests let through goes to those that need a build, which is made in a scratch copy.
// Own operators instead of Stryker: it has no sampling and no dropped statement (a lost `version++`), and brings 176 packages.
import { execFileSync, spawn } from "node:child_process";
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
type Fate = "killed" | "died" | "hung" | "does not compile" | "survived";

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
  /** What Node gets for each test, or undefined where nothing could be built. */
  prepare(edits: Edits, tests: readonly string[]): Promise<string[][] | undefined>;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
    tests: { type: "string" },
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
  .filter((name) => name !== "" && existsSync(path.join(repository, name))); // one that was deleted is listed too

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
  readdirSync(path.join(repository, "test", folder), { recursive: true, encoding: "utf8" })
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
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const isBundled = (test: string) => inProcess.has(test.split(path.sep)[0]!);
const stages: readonly Stage[] = [
  {
    tests: await importersOf(tests.filter(isBundled), new Set(files)),
    together: availableParallelism(),
    folder: repository,
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
const faults = [...new Generator(seed).permutation(all.length).slice(0, sample)]
  .sort((a, b) => a - b)
  .map((i) => all[i]!);
console.log(`${faults.length} of ${all.length} faults, seed ${seed}`);

const compiles = compiler();
const fates = new Map<Fault, Fate>();
for (const fault of faults) {
  fates.set(fault, compiles(fault, mutated(fault)) ? "survived" : "does not compile");
}
for (const stage of stages) await pass(stage);
report();
process.exit(0);

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
  const left = faults.filter((fault) => fates.get(fault) === "survived");
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
    let [fate, by]: [Fate, string] = ["does not compile", ""];
    if (prepared) {
      const queue = order.map((test, i) => ({
        test,
        args: prepared[i]!,
        limit: 60 + 20 * seconds.get(test)!,
      }));
      const failure = await firstFailure(stage, queue);
      [fate, by] = failure ? [failure.fate, ` by ${failure.test}`] : ["survived", ` ${order.length} files`];
      if (failure) killers.unshift(...killers.splice(killers.indexOf(failure.test), 1)); // it may notice the next
    }
    fates.set(fault, fate);
    const mark = fate === "survived" ? styleText("red", fate) : fate;
    console.log(`${mark}${by}: ${fault.file}:${fault.line} ${fault.kind}`);
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

/** Prints how many faults the tests noticed, of each file and of all, without those that the compiler refuses. */
function report(): void {
  const line = (name: string, own: readonly Fate[]) => {
    const count = (fate: Fate) => own.filter((each) => each === fate).length;
    const real = own.length - count("does not compile");
    const score = real === 0 ? "–" : percent((real - count("survived")) / real);
    const rest = (["died", "hung", "survived", "does not compile"] as const)
      .filter((fate) => count(fate) > 0)
      .map((fate) => `${count(fate)} ${fate}`);
    console.log(`${score.padStart(6)}  ${name}: ${[`${count("killed")} killed`, ...rest].join(", ")}`);
  };
  console.log("");
  for (const file of files) {
    const own = faults.filter((fault) => fault.file === file).map((fault) => fates.get(fault)!);
    if (own.length > 0) line(file, own);
  }
  line(targets.join(" "), [...fates.values()]);
}

function roomOf(name: string): string {
  const known = Object.keys(rooms).filter((room) => name === room || name.startsWith(`${room}/`));
  return known.sort((a, b) => b.length - a.length)[0] ?? name.split("/").slice(0, 2).join("/");
}
