// Runs the test files of the named folders with Node's own test runner: `tsx test/tools/run.ts unit kernel`. As many at once as there
// are cores and one more, for each waits now and then, the longest first; what they tell comes file by file, what took long at the end.
import { readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { bundleArguments, bundled, inGroups, inProcess } from "./bundle";

const repository = path.join(import.meta.dirname, "../..");

/** These begin first: each is as long as many others. */
const longest = ["test/live/tutorials.test.ts", "test/vscode/test.ts"].map((name) =>
  path.join(repository, name),
);

const suites = process.argv.slice(2);
const named = (await Promise.all(suites.map(filesOf))).flat();
const files = [
  ...longest.filter((file) => named.includes(file)),
  ...named.filter((file) => !longest.includes(file)),
];
if (files.length === 0) {
  console.error(`test/run: expected at least one *.test.ts in ${suites.join(", ") || "(no folder named)"}`);
  process.exit(1);
}
// The runner starts its processes with these arguments.
if (suites.every((suite) => inProcess.has(suite))) process.execArgv = [...bundleArguments];
const started = performance.now();
const secondsOf = new Map<string, number>();
run({ files, concurrency: availableParallelism() + 1 })
  .on("test:fail", () => {
    process.exitCode = 1;
  })
  .on("test:complete", ({ nesting, name, file = "", details }) => {
    const own = name.endsWith(".test.ts") ? name : file; // one of some in a process is a test by its name
    if (nesting === 0) secondsOf.set(own, (secondsOf.get(own) ?? 0) + details.duration_ms / 1000);
  })
  .compose(new spec())
  .on("end", () => {
    const seconds = Math.round((performance.now() - started) / 1000);
    const long = [...secondsOf].filter(([, each]) => each > 60).sort(([, a], [, b]) => b - a);
    for (const [file, each] of long) console.log(`${path.relative(repository, file)}: ${Math.round(each)} s`);
    console.log(`${suites.join(", ")}: ${seconds} s\n`);
  })
  .pipe(process.stdout);

async function filesOf(suite: string): Promise<string[]> {
  // Its tests run inside VS Code, which this file starts.
  if (suite === "extension") return [path.join(repository, "test/vscode/test.ts")];
  const folder = path.join(repository, "test", suite);
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith(".test.ts"))
    .sort();
  if (!inProcess.has(suite)) return names.map((name) => path.join(folder, name));
  const tests = names.map((name) => path.join(suite, name));
  const outdir = path.join(repository, "out/tests", suite);
  return inGroups(tests, await bundled(tests, outdir), outdir);
}
