// Builds dist/: the extension and its renderer, and the kernel with all that a cell needs to run and to be typed.
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = path.dirname(fileURLToPath(import.meta.url));
const at = (...parts) => path.join(root, ...parts);
const production = process.argv.includes("--production");

const common = { bundle: true, logLevel: "warning", minify: production, sourcemap: !production, absWorkingDir: root };

/** The kernel: process entries that share chunks, so that the runner and the cell's `bnlab` are one runtime. */
const kernel = {
  ...common,
  entryPoints: {
    main: "kernel/main.ts",
    cli: "kernel/cli.ts",
    runner: "kernel/session/runner/main.ts",
    bnlab: "kernel/public.ts",
  },
  outdir: "dist/kernel",
  format: "esm",
  splitting: true,
  platform: "node",
  target: "node20",
  banner: { js: 'import { createRequire as bnlabCreateRequire } from "node:module"; const require = bnlabCreateRequire(import.meta.url);' },
  alias: { "@tslab/typescript-for-tslab": at("kernel/session/converter/typescriptForTslab.ts") },
};

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

/** The renderer: what runs in the notebook's web page. */
const renderer = {
  ...common,
  entryPoints: { plotly: "extension/renderer/plotly.ts" },
  outdir: "dist/renderer",
  format: "esm",
  platform: "browser",
  target: "es2022",
};

await rm(at("dist"), { recursive: true, force: true });
await Promise.all([kernel, extension, renderer].map((options) => esbuild.build(options)));
