// Runs the test files of the named folders with Node's own test runner: `tsx test/tools/run.ts unit kernel`.
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { build } from "esbuild";

const repository = path.join(import.meta.dirname, "../..");

/** Suites that run in the test's own process. They are bundled: a file of theirs takes longer to load than to run. */
const inProcess = new Set(["unit", "fuzz"]);

const suites = process.argv.slice(2);
const files = (await Promise.all(suites.map(filesOf))).flat();
if (files.length === 0) {
  console.error(`test/run: expected at least one *.test.ts in ${suites.join(", ") || "(no folder named)"}`);
  process.exit(1);
}
const areInProcess = suites.every((suite) => inProcess.has(suite));
// The runner starts its processes with these arguments; what is bundled needs no TypeScript loader.
if (areInProcess) process.execArgv = ["--enable-source-maps"];
// `true` leaves one core free, for the kernels that the other suites start.
run({ files, concurrency: areInProcess ? availableParallelism() : true })
  .on("test:fail", () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);

async function filesOf(suite: string): Promise<string[]> {
  const folder = path.join(repository, "test", suite);
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith(".test.ts"))
    .sort();
  return inProcess.has(suite) ? bundled(folder, suite, names) : names.map((name) => path.join(folder, name));
}

/** Returns the tests' bundles, which share their chunks: a word of the runtime is compiled once. */
async function bundled(folder: string, suite: string, names: readonly string[]): Promise<string[]> {
  const outdir = path.join(repository, "out/tests", suite);
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const outputs = names.map((name) => name.replace(/\.ts$/, ""));
  await build({
    entryPoints: [
      ...names.map((name, i) => ({ in: path.join(folder, name), out: outputs[i]! })),
      { in: path.join(repository, "kernel/host/thread.ts"), out: "thread" },
    ],
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    keepNames: true,
    sourcemap: true,
    logLevel: "warning",
    plugins: [
      {
        // Tests and generators find their files from where their source is.
        name: "dirname",
        setup({ onLoad }) {
          onLoad({ filter: /\.tsx?$/ }, async ({ path: file }) => {
            const text = await readFile(file, "utf8");
            if (!text.includes("import.meta.dirname")) return null;
            const contents = text.replaceAll("import.meta.dirname", JSON.stringify(path.dirname(file)));
            return { contents, loader: file.endsWith("x") ? "tsx" : "ts" };
          });
        },
      },
    ],
  });
  return outputs.map((output) => path.join(outdir, `${output}.js`));
}
