// Module hooks (they run in a thread of Node's own) for the files a notebook imports: TypeScript, JSON, no extensions.
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import {
  type InitializeHook,
  isBuiltin,
  type LoadHook,
  type ResolveFnOutput,
  type ResolveHook,
  type ResolveHookContext,
} from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type ts from "typescript";
import { hasConfig, projectOf } from "../node/project";
import { compiled, isCommonJs, isTypeScript, typescript, withRequire, wrapped } from "./compiledFile";

let builtin: ReadonlyMap<string, string> = new Map();

export const initialize: InitializeHook<{ builtin: typeof builtin }> = (data) => {
  builtin = data.builtin;
};

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const url = builtin.get(specifier);
  if (url) return { url, format: "module", shortCircuit: true };
  if (context.parentURL?.includes("/node_modules/") || isBuiltin(specifier))
    return nextResolve(specifier, context);
  const isFile = /^(\.{0,2}\/|file:)/.test(specifier);
  const found = isFile
    ? ((await findFile(new URL(specifier, context.parentURL))) ?? inProject(specifier, context.parentURL))
    : inProject(specifier, context.parentURL);
  if (found) return dated(found, context, nextResolve);
  try {
    const resolved = await nextResolve(specifier, context);
    const file = resolved.url.startsWith("file:") ? fileURLToPath(resolved.url) : "";
    // A package of the workspace, whose sources lie where its link leads.
    return isTypeScript(file) ? await dated(file, context, nextResolve) : resolved;
  } catch (error) {
    const source = isFile ? undefined : byTypeScript(specifier, context.parentURL, {});
    if (source) return dated(source, context, nextResolve);
    throw error;
  }
};

async function dated(
  file: string,
  context: ResolveHookContext,
  nextResolve: Parameters<ResolveHook>[2],
): Promise<ResolveFnOutput> {
  const url = `${pathToFileURL(file)}?version=${await versionOf(file)}`;
  if (file.endsWith(".json")) {
    return { url, format: "json", importAttributes: { type: "json" }, shortCircuit: true };
  }
  if (!isTypeScript(file)) return nextResolve(url, context);
  return { url, format: "module", shortCircuit: true };
}

/** The file that `paths`, `baseUrl` or `rootDirs` of the importer's project lead to. */
function inProject(specifier: string, parent: string | undefined): string | undefined {
  if (!parent?.startsWith("file:") || !hasConfig(path.dirname(fileURLToPath(parent)))) return undefined;
  const { options } = projectOf(typescript(), path.dirname(fileURLToPath(parent)));
  if (!options.paths && !options.baseUrl && !options.rootDirs) return undefined;
  return byTypeScript(specifier, parent, options, false);
}

/** As TypeScript finds it; no declarations, for those do not run. */
function byTypeScript(
  specifier: string,
  parent: string | undefined,
  options: ts.CompilerOptions,
  orPackage = true,
): string | undefined {
  if (!parent?.startsWith("file:")) return undefined;
  const ts = typescript();
  const found = ts.resolveModuleName(
    specifier,
    fileURLToPath(parent).replaceAll("\\", "/"),
    {
      ...options,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      module: ts.ModuleKind.Preserve,
      allowJs: true,
      resolveJsonModule: true,
      allowImportingTsExtensions: true,
    },
    ts.sys,
  ).resolvedModule;
  if (!found || /\.d\.[cm]?ts$/.test(found.resolvedFileName)) return undefined;
  return orPackage || !found.isExternalLibraryImport ? found.resolvedFileName : undefined;
}

export const load: LoadHook = async (url, context, nextLoad) => {
  const { pathname, protocol } = new URL(url);
  if (protocol !== "file:" || !isTypeScript(pathname)) return nextLoad(url, context);
  const fileName = fileURLToPath(url);
  const text = await readFile(fileName, "utf8");
  const source = isCommonJs(fileName, text)
    ? wrapped(fileName, text)
    : withRequire(fileName, text, compiled(fileName, text, "module"));
  return { format: "module", source, shortCircuit: true };
};

/** The file that a specifier means, as TypeScript finds it: with its extension, without, or its folder's index. */
async function findFile(asked: URL): Promise<string | undefined> {
  const base = fileURLToPath(asked);
  const asTypeScript = base.replace(/\.([cm]?)js(x?)$/, ".$1ts$2");
  const names = [
    base,
    asTypeScript,
    ...[".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"].map((e) => base + e),
  ];
  for (const name of [...names, `${base}/index.ts`, `${base}/index.js`]) {
    if ((await stat(name).catch(() => undefined))?.isFile()) return name;
  }
  return undefined;
}

/** Another text when the file has changed, or one that it imports: Node keeps what it has loaded under a URL for good. */
async function versionOf(file: string): Promise<string> {
  const times = new Map<string, number>();
  const visit = async (name: string): Promise<void> => {
    if (times.has(name)) return;
    const changed = (await stat(name)).mtimeMs;
    times.set(name, changed);
    for (const specifier of await importsOf(name, changed)) {
      const imported = await findFile(new URL(specifier, pathToFileURL(name)));
      if (imported) await visit(imported);
    }
  };
  await visit(file);
  const closure = [...times].map((entry) => entry.join(" ")).sort();
  return createHash("sha1").update(closure.join("\n")).digest("hex").slice(0, 12);
}

const known = new Map<string, { changed: number; imports: string[] }>();

/** The files beside it that a file names in its imports. */
async function importsOf(file: string, changed: number): Promise<string[]> {
  if (!/\.[mc]?[jt]sx?$/.test(file)) return [];
  const before = known.get(file);
  if (before?.changed === changed) return before.imports;
  const ts = typescript();
  const { importedFiles } = ts.preProcessFile(await readFile(file, "utf8"), true, true);
  const imports = importedFiles.map(({ fileName }) => fileName).filter((name) => /^\.{1,2}\//.test(name));
  known.set(file, { changed, imports });
  return imports;
}
