// Module hooks (they run in a thread of Node's own) for the files a notebook imports: TypeScript, JSON, no extensions.
import { readFile, stat } from "node:fs/promises";
import type { InitializeHook, LoadHook, ResolveHook } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

let builtin: ReadonlyMap<string, string> = new Map();

export const initialize: InitializeHook<{ builtin: typeof builtin }> = (data) => {
  builtin = data.builtin;
};

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const url = builtin.get(specifier);
  if (url) return { url, format: "module", shortCircuit: true };
  const isFile = /^(\.{0,2}\/|file:)/.test(specifier);
  if (!isFile || context.parentURL?.includes("/node_modules/")) return nextResolve(specifier, context);
  const found = await findFile(new URL(specifier, context.parentURL));
  if (!found) return nextResolve(specifier, context);
  const dated = `${found.url}?changed=${found.changed}`;
  if (found.url.endsWith(".json")) {
    return { url: dated, format: "json", importAttributes: { type: "json" }, shortCircuit: true };
  }
  if (!isTypeScript(found.url)) return nextResolve(dated, context);
  return { url: dated, format: "module", shortCircuit: true };
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const { pathname, protocol } = new URL(url);
  if (protocol !== "file:" || !isTypeScript(pathname)) return nextLoad(url, context);
  const { default: ts } = await import("typescript");
  const fileName = fileURLToPath(url);
  const { outputText } = ts.transpileModule(await readFile(fileName, "utf8"), {
    fileName,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      jsx: ts.JsxEmit.React,
      inlineSourceMap: true,
      inlineSources: true,
    },
  });
  return { format: "module", source: outputText, shortCircuit: true };
};

function isTypeScript(name: string): boolean {
  return /\.(ts|tsx|mts)$/.test(name);
}

/** The file that a specifier means, as TypeScript finds it: with its extension, without, or its folder's index. */
async function findFile(asked: URL): Promise<{ url: string; changed: number } | undefined> {
  const base = fileURLToPath(asked);
  const asTypeScript = base.replace(/\.(m?)js(x?)$/, ".$1ts$2");
  const names = [base, asTypeScript, ...[".ts", ".tsx", ".mts", ".js", ".mjs", ".json"].map((e) => base + e)];
  for (const name of [...names, `${base}/index.ts`, `${base}/index.js`]) {
    const found = await stat(name).catch(() => undefined);
    if (found?.isFile()) return { url: pathToFileURL(name).href, changed: found.mtimeMs };
  }
  return undefined;
}
