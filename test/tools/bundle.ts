// Test files as bundles that Node runs as they are: a file of theirs takes longer to load than to run.
import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const repository = path.join(import.meta.dirname, "../..");

/** Suites whose tests run in their own process, from sources: these can be bundled. */
export const inProcess: ReadonlySet<string> = new Set(["unit", "fuzz"]);

/** What the runner hands a bundle's process: nothing loads TypeScript there. */
export const bundleArguments: readonly string[] = ["--enable-source-maps"];

/** Returns those of the tests that import, themselves or by what they import, one of the files (by its path in the repository). */
export async function importersOf(tests: readonly string[], files: ReadonlySet<string>): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: tests.map((name) => path.join("test", name)),
    absWorkingDir: repository,
    outdir: "out",
    bundle: true,
    write: false,
    splitting: true,
    format: "esm",
    platform: "node",
    packages: "external",
    metafile: true,
  });
  const reaches = (start: string): boolean => {
    const seen = new Set([start]);
    for (const name of seen) {
      if (files.has(name)) return true;
      for (const each of metafile.inputs[name]?.imports ?? []) if (!each.external) seen.add(each.path);
    }
    return false;
  };
  return tests.filter((name) => reaches(path.posix.join("test", name.replaceAll(path.sep, "/"))));
}

/**
 * Bundles tests (paths in `test/`, such as `unit/nn/conv.test.ts`) into an emptied folder, and returns the bundles' paths. They share
 * their chunks: a word of the runtime is compiled once. `edits` are other texts for files, by their paths in the repository.
 */
export async function bundled(
  tests: readonly string[],
  outdir: string,
  edits: ReadonlyMap<string, string> = new Map(),
): Promise<string[]> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const outputs = tests.map((name) => name.replace(/\.ts$/, ""));
  await build({
    entryPoints: [
      ...tests.map((name, i) => ({ in: path.join(repository, "test", name), out: outputs[i]! })),
      // One finds the other beside itself: both are files of their own, whatever the tests import.
      { in: path.join(repository, "kernel/host/threads.ts"), out: "threads" },
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
    logLevel: edits.size === 0 ? "warning" : "silent",
    plugins: [
      {
        // Tests and generators find their files from where their source is.
        name: "dirname",
        setup({ onLoad }) {
          onLoad({ filter: /\.tsx?$/ }, async ({ path: file }) => {
            const edit = edits.get(path.relative(repository, file).replaceAll(path.sep, "/"));
            const text = edit ?? (await readFile(file, "utf8"));
            if (edit === undefined && !text.includes("import.meta.dirname")) return null;
            const contents = text.replaceAll("import.meta.dirname", JSON.stringify(path.dirname(file)));
            return { contents, loader: file.endsWith("x") ? "tsx" : "ts" };
          });
        },
      },
    ],
  });
  return outputs.map((output) => path.join(outdir, `${output}.js`));
}
