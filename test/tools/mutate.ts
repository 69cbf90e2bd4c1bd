// Puts one-line faults into a room, one at a time in a scratch copy, and tells which of them no test notices:
// `npm run mutate -- kernel/optim [more folders or files] [--sample 40] [--seed 1] [--tests unit/optim,unit/nn]`.
// Own operators instead of Stryker: it has no sampling and no dropped statement (a lost `version++`), and brings 176 packages.
import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs, stripVTControlCharacters, styleText } from "node:util";
import ts from "typescript";
import { Generator } from "../../kernel/tensor/math/random";
import { percent } from "../../kernel/words";
import { type Mutation, mutationsOf } from "./mutations";

const repository = path.join(import.meta.dirname, "../..");

/** Rooms whose tests are not those of `test/unit/` under the same name. What is in a longer path is not in a shorter one. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  "kernel/tensor": ["unit/tensor", "unit/nn", "unit/optim", "fuzz"],
  "kernel/tensor/math": ["unit/tensor"],
  "kernel/tensor/wasm": ["unit/tensor/wasm"],
  "kernel/nn": ["unit/nn", "fuzz"],
  "kernel/optim": ["unit/optim", "fuzz"],
  "kernel/session": ["unit/session", "kernel"],
  "kernel/notebook": ["unit/notebook", "notebook"],
  "kernel/jupyter": ["unit/jupyter", "jupyter"],
  extension: ["unit/extension"],
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
const tests = (options.tests?.split(",") ?? [...new Set(files.flatMap(testFoldersOf))]).flatMap((folder) =>
  readdirSync(path.join(repository, "test", folder))
    .filter((name) => name.endsWith(".test.ts") && name !== "tutorials.test.ts") // a quarter of an hour each time
    .map((name) => `test/${folder}/${name}`),
);
if (files.length === 0 || tests.length === 0) {
  console.error(`mutate: expected TypeScript and its tests under ${targets.join(", ")}, got none`);
  process.exit(2);
}
/** Those tests start real kernels. */
const built = tests.some((name) => !name.startsWith("test/unit/"));

const scratch = mkdtempSync(path.join(tmpdir(), "bnlab-mutate-"));
process.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
for (const name of tracked) {
  cpSync(path.join(repository, name), path.join(scratch, name));
}
symlinkSync(path.join(repository, "node_modules"), path.join(scratch, "node_modules"), "junction");

const limits = new Map<string, number>();
if (!build()) throw new Error("mutate: expected a build that works before any fault is put in");
for (const test of tests) {
  const { fate, seconds, output } = await runTest(test, 600);
  if (fate !== "passed")
    throw new Error(`mutate: expected ${test} to pass before any fault is put in\n${output}`);
  limits.set(test, 30 + 10 * seconds);
}

const all = files.flatMap(faultsOf);
const faults = [...new Generator(seed).permutation(all.length).slice(0, sample)]
  .sort((a, b) => a - b)
  .map((i) => all[i]!);
console.log(`${faults.length} of ${all.length} faults, seed ${seed}, against ${tests.length} test files`);

const fates = new Map<Fault, Fate>();
const killers = [...tests];
let check: ((fault: Fault, text: string) => boolean) | undefined;
for (const fault of faults) {
  const source = readFileSync(path.join(scratch, fault.file), "utf8");
  const text = source.slice(0, fault.start) + fault.text + source.slice(fault.end);
  writeFileSync(path.join(scratch, fault.file), text);
  const fate = await fateOf(fault, text);
  writeFileSync(path.join(scratch, fault.file), source);
  fates.set(fault, fate);
  const mark = fate === "survived" ? styleText("red", fate) : fate;
  console.log(`${mark}: ${fault.file}:${fault.line} ${fault.kind}`);
  if (fate === "survived" || fate === "died" || fate === "hung") console.log(difference(source, text));
}
report();
process.exit(0);

async function fateOf(fault: Fault, text: string): Promise<Fate> {
  if (!build()) return "does not compile";
  const base = path.basename(fault.file, path.extname(fault.file)).toLowerCase();
  const named = (test: string) => path.basename(test).toLowerCase().startsWith(base.replace(/s$/, ""));
  const order = [...killers.filter(named), ...killers.filter((test) => !named(test))];
  for (const test of order) {
    const { fate } = await runTest(test, limits.get(test)!);
    if (fate === "passed") continue;
    killers.splice(killers.indexOf(test), 1); // whoever noticed this one may notice the next
    killers.unshift(test);
    return fate;
  }
  check ??= compiler();
  return check(fault, text) ? "survived" : "does not compile";
}

/** Whether the scratch copy is built, where its tests need that. */
function build(): boolean {
  if (!built) return true;
  try {
    execFileSync(process.execPath, ["esbuild.js"], { cwd: scratch, stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

function runTest(test: string, limit: number): Promise<TestRun> {
  const began = performance.now();
  const child = spawn(process.execPath, ["--import", "tsx", "--test-reporter=tap", test], { cwd: scratch });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, limit * 1000);
  return new Promise((resolve) => {
    child.once("close", (code) => {
      clearTimeout(timer);
      const told = /^\s*not ok /m.test(stripVTControlCharacters(output));
      const fate = late ? "hung" : code === 0 ? "passed" : told ? "killed" : "died";
      resolve({ fate, seconds: (performance.now() - began) / 1000, output });
    });
  });
}

/** Returns a function that tells whether the compiler takes a fault's file. */
function compiler(): (fault: Fault, text: string) => boolean {
  const config = ts.readConfigFile(path.join(scratch, "tsconfig.json"), ts.sys.readFile);
  const { options: settings } = ts.parseJsonConfigFileContent(config.config, ts.sys, scratch);
  const names = files.map((name) => path.join(scratch, name));
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
    [place, replaced] = [path.join(scratch, file), text];
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
  const source = readFileSync(path.join(scratch, file), "utf8");
  return mutationsOf(file, source).map((mutation) => ({
    ...mutation,
    file,
    line: source.slice(0, mutation.start).split("\n").length,
  }));
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

function testFoldersOf(name: string): readonly string[] {
  const room = roomOf(name);
  return rooms[room] ?? [`unit/${room.replace(/^kernel\//, "")}`];
}
