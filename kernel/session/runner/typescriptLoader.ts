// Module hooks (they run in a thread of Node's own) for the files a notebook imports: TypeScript, JSON, no extensions.
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { createRequire, type InitializeHook, type LoadHook, type ResolveHook } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Node's hooks wait for each other: an `import()` within one may never end. */
const typescript = () =>
  createRequire(import.meta.url)("./typescript/lib/typescript.js") as typeof import("typescript");

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
  const dated = `${pathToFileURL(found)}?version=${await versionOf(found)}`;
  if (found.endsWith(".json")) {
    return { url: dated, format: "json", importAttributes: { type: "json" }, shortCircuit: true };
  }
  if (!isTypeScript(found)) return nextResolve(dated, context);
  return { url: dated, format: "module", shortCircuit: true };
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const { pathname, protocol } = new URL(url);
  if (protocol !== "file:" || !isTypeScript(pathname)) return nextLoad(url, context);
  const ts = typescript();
  const fileName = fileURLToPath(url);
  const { outputText, diagnostics } = ts.transpileModule(await readFile(fileName, "utf8"), {
    fileName,
    reportDiagnostics: true,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      jsx: ts.JsxEmit.React,
      inlineSourceMap: true,
      inlineSources: true,
    },
  });
  const mistake = diagnostics?.[0];
  if (mistake) {
    const { line, character } = ts.getLineAndCharacterOfPosition(mistake.file!, mistake.start!);
    const text = ts.flattenDiagnosticMessageText(mistake.messageText, "\n");
    throw new SyntaxError(`${text} (${fileName}:${line + 1}:${character + 1})`);
  }
  return { format: "module", source: outputText, shortCircuit: true };
};

function isTypeScript(name: string): boolean {
  return /\.(ts|tsx|mts)$/.test(name);
}

/** The file that a specifier means, as TypeScript finds it: with its extension, without, or its folder's index. */
async function findFile(asked: URL): Promise<string | undefined> {
  const base = fileURLToPath(asked);
  const asTypeScript = base.replace(/\.(m?)js(x?)$/, ".$1ts$2");
  const names = [base, asTypeScript, ...[".ts", ".tsx", ".mts", ".js", ".mjs", ".json"].map((e) => base + e)];
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
