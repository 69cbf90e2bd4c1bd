// Builds dist/: the extension and its renderer, and the kernel with all that a cell needs to run and to be typed.
// `node esbuild.js` builds all, `node esbuild.js kernel` that part; --production minifies.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import ts from "typescript";

const root = path.dirname(fileURLToPath(import.meta.url));
const at = (...parts) => path.join(root, ...parts);
const production = process.argv.includes("--production");

const common = {
  bundle: true,
  logLevel: "warning",
  minify: production,
  sourcemap: !production,
  absWorkingDir: root,
};

/** The kernel: process entries that share chunks, so that the runner and the cell's `bnlab` are one runtime. */
const kernel = {
  ...common,
  entryPoints: {
    main: "kernel/main.ts",
    cli: "kernel/cli.ts",
    runner: "kernel/session/runner/main.ts",
    channel: "kernel/session/runner/channel.ts",
    language: "kernel/session/language/main.ts",
    typescriptLoader: "kernel/session/runner/typescriptLoader.ts",
    bnlab: "kernel/cell/bnlab.ts",
    tslab: "kernel/session/tslab.ts",
    thread: "kernel/host/thread.ts",
  },
  outdir: "dist/kernel",
  format: "esm",
  splitting: true,
  platform: "node",
  target: "node20",
  // A module shows itself, and is named in charts, by its class. `keepNames` would keep it too, but at a cost for every
  // closure that an operation makes.
  minify: false,
  minifySyntax: production,
  minifyWhitespace: production,
  banner: {
    js: 'import { createRequire as bnlabCreateRequire } from "node:module"; const require = bnlabCreateRequire(import.meta.url), __dirname = import.meta.dirname;',
  },
  // An optional dependency with a native part: found where bnlab is installed, or not at all (a VSIX has none).
  external: ["zeromq"],
  alias: { "@tslab/typescript-for-tslab": at("kernel/session/converter/typescriptForTslab.ts") },
  plugins: [
    {
      // Not bundled: TypeScript finds its lib.*.d.ts files beside itself (see copyTypeScript).
      name: "typescript",
      setup(build) {
        build.onResolve({ filter: /^typescript$/ }, ({ path }) => ({ path, namespace: "beside" }));
        build.onResolve({ filter: /./, namespace: "beside" }, ({ path }) => ({ path, external: true }));
        // By `require`: an `import` reads all nine megabytes once more, for what they might export.
        build.onLoad({ filter: /./, namespace: "beside" }, () => ({
          contents: 'module.exports = require("./typescript/lib/typescript.js");',
        }));
      },
    },
    {
      // A variable of tslab's is called `await`, which no ES module may have.
      name: "tslab",
      setup(build) {
        build.onLoad({ filter: /tslab[\\/]dist[\\/]converter\.js$/ }, async ({ path: file }) => ({
          contents: (await readFile(file, "utf8")).replaceAll(/\bawait\b(?= = |\.)/g, "awaitToken"),
        }));
      },
    },
  ],
};

/**
 * A class that mentions itself comes out as `var Name = class _Name`, and would show itself under that name. Inside, the plain
 * name means the same class.
 */
async function restoreClassNames() {
  for (const name of await readdir(at("dist/kernel"))) {
    if (!name.endsWith(".js")) continue;
    const text = await readFile(at("dist/kernel", name), "utf8");
    const names = Array.from(text.matchAll(/^var (\w+) = class _\1\b/gm), ([, own]) => own);
    if (names.length === 0) continue;
    const inner = new RegExp(`(?<![\\w$.])_(${names.join("|")})\\b`, "g");
    await writeFile(at("dist/kernel", name), text.replaceAll(inner, "$1"));
  }
}

/** The extension: one CommonJS file for VS Code's extension host. */
const extension = {
  ...common,
  entryPoints: { extension: "extension/extension.ts" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  platform: "node",
  target: "node20",
  external: ["vscode"],
};

/** The plugin of VS Code's TypeScript server, which looks for it among this extension's packages. */
const quietCells = {
  ...extension,
  entryPoints: { index: "extension/language/quietCells/plugin.cts" },
  outdir: "node_modules/bnlab-quiet-cells",
  outExtension: {},
  sourcemap: false,
};

/** What runs in the notebook's web page: a renderer brings its style along as text. */
const renderer = {
  ...common,
  entryPoints: { plotly: "extension/renderer/plotly.ts", outputs: "extension/renderer/outputs/main.ts" },
  loader: { ".css": "text" },
  outdir: "dist/renderer",
  format: "esm",
  platform: "browser",
  target: "es2022",
};

/** The pages of our own views, each with its style in a file beside it. */
const pages = {
  ...renderer,
  entryPoints: {
    tensorViewer: "extension/renderer/tensorViewer/main.ts",
    training: "extension/renderer/training/main.ts",
  },
  loader: {},
};

/** The same charts for any web page: a script that an exported notebook carries inside, so always small. */
const standalone = {
  ...renderer,
  entryPoints: { standalone: "extension/renderer/standalone.ts" },
  format: "iife",
  minify: true,
  sourcemap: false,
};

/** TypeScript itself, without its command line and translations; a package of its own, for it is CommonJS. */
async function copyTypeScript() {
  const from = at("node_modules/typescript");
  const to = at("dist/kernel/typescript");
  await mkdir(`${to}/lib`, { recursive: true });
  for (const name of ["package.json", "LICENSE.txt", "ThirdPartyNoticeText.txt"]) {
    await cp(`${from}/${name}`, `${to}/${name}`);
  }
  for (const name of await readdir(`${from}/lib`)) {
    if (name === "typescript.js" || /^lib\..*\.d\.ts$/.test(name))
      await cp(`${from}/lib/${name}`, `${to}/lib/${name}`);
  }
}

/** What Jupyter shows beside the kernel's name, under the names that it looks for. */
async function copyLogos() {
  const to = at("dist/kernel/logos");
  await mkdir(to, { recursive: true });
  for (const size of ["32x32", "64x64"]) await cp(at(`media/logo-${size}.png`), `${to}/logo-${size}.png`);
  await cp(at("media/icon.svg"), `${to}/logo-svg.svg`);
}

/** What cells are checked against: Node's types, and bnlab's own, emitted from the sources. */
async function writeTypes() {
  const to = at("dist/types");
  await cp(at("node_modules/@types/node"), `${to}/@types/node`, { recursive: true });
  await cp(at("node_modules/undici-types"), `${to}/undici-types`, { recursive: true });
  const program = ts.createProgram([at("kernel/cell/bnlab.ts"), at("kernel/session/tslab.ts")], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
    types: ["node"],
    strict: true,
    skipLibCheck: true,
    resolveJsonModule: true,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    rootDir: at("kernel"),
    outDir: `${to}/bnlab`,
  });
  const { diagnostics } = program.emit();
  const failed = diagnostics.filter(({ category }) => category === ts.DiagnosticCategory.Error);
  if (failed.length === 0) return;
  const host = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => "\n",
  };
  throw new Error(`bnlab's declarations could not be written:\n${ts.formatDiagnostics(failed, host)}`);
}

const parts = {
  kernel: async () => {
    await Promise.all(
      ["dist/kernel", "dist/types"].map((folder) => rm(at(folder), { recursive: true, force: true })),
    );
    await Promise.all([
      esbuild.build(kernel).then(restoreClassNames),
      copyTypeScript(),
      copyLogos(),
      writeTypes(),
    ]);
  },
  extension: async () => {
    await Promise.all([extension, quietCells].map((options) => esbuild.build(options)));
    const manifest = { name: "bnlab-quiet-cells", version: "1.0.0", private: true, main: "index.js" };
    await writeFile(at(quietCells.outdir, "package.json"), JSON.stringify(manifest, null, 2));
  },
  renderer: () => Promise.all([renderer, pages, standalone].map((options) => esbuild.build(options))),
};

const named = process.argv.slice(2).filter((argument) => argument in parts);
await Promise.all((named.length > 0 ? named : Object.keys(parts)).map((name) => parts[name]()));
