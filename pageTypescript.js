// TypeScript for web pages: its one file as an ES module of which esbuild takes what the converter and the language service need,
// and the declarations that cells are checked against there. For esbuild.js.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = path.dirname(fileURLToPath(import.meta.url));
/** @param {string[]} parts */
const at = (...parts) => path.join(root, ...parts);

/**
 * `import ts from "typescript"` in our sources, and whatever asks for tslab's fork of it, gets the module below.
 *
 * @type {import("esbuild").Plugin}
 */
export const typescriptInside = {
  name: "typescript",
  setup(build) {
    build.onResolve({ filter: /^typescript$/ }, () => ({
      path: at("node_modules/typescript/lib/typescript.js"),
      sideEffects: false,
    }));
    build.onLoad({ filter: /[\\/]typescript[\\/]lib[\\/]typescript\.js$/ }, async ({ path: file }) => ({
      contents: moduleOf(await readFile(file, "utf8")),
    }));
    // As a namespace, so that esbuild sees which names are used.
    build.onLoad({ filter: /kernel[\\/]session[\\/]\w+[\\/]\w+\.ts$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8")).replace(/^import ts from/m, "import * as ts from"),
      loader: "ts",
    }));
  },
};

/** From here on the file holds the server of editors, which a page has no use for. */
const serverBegins = "// src/server/_namespaces/ts.ts\n";

/**
 * TypeScript as an ES module without side effects that would keep all of it: what is only registered by name (fixes,
 * refactorings) is left out, each message is a variable of its own, and groups of names are made where they are used.
 *
 * @param {string} whole typescript.js
 */
function moduleOf(whole) {
  const end = whole.indexOf(serverBegins);
  const file = ts.createSourceFile("typescript.js", whole, ts.ScriptTarget.Latest);
  /** @type {string[]} */
  const pieces = [];
  /** @type {[name: string, local: string][]} */
  const exported = [];
  /** @type {(node: ts.Node) => string} */
  const textOf = (node) => whole.slice(node.getStart(file), node.end);
  for (const statement of bodyOf(file)) {
    if (statement.pos >= end) break;
    if (ts.isVariableStatement(statement)) pieces.push(...withoutEffects(statement, textOf));
    else if (!ts.isExpressionStatement(statement)) pieces.push(textOf(statement));
    else if (isCallOf(statement.expression, "__export")) {
      const [target, names] = statement.expression.arguments;
      if (!target || !names) continue;
      if (textOf(target) === "typescript_exports") exported.push(...exportsIn(names, textOf));
      else pieces.push(`var ${textOf(target)} = /* @__PURE__ */ __exported(${textOf(names)});`);
    } else if (!isRegistration(statement.expression) && !textOf(statement).startsWith("module.exports")) {
      pieces.push(textOf(statement));
    }
  }
  // There is no Node, wherever it runs.
  const head =
    "var require, process; var __exported = (all) => { const target = {}; __export(target, all); return target; };";
  const text = pieces.join("\n").replaceAll(/\bDiagnostics\.(\w+)/g, "Diagnostics_$1");
  const declared = new Set(
    [...text.matchAll(/^(?:async )?(?:function\*?|var|let|const|class) (\w+)/gm)].map(([, name]) => name),
  );
  const names = exported
    .filter(([, local]) => declared.has(local))
    .map(([name, local]) => `${local} as ${name}`);
  return `${head}\n${text}\nexport { ${names.join(", ")} };\n`;
}

/**
 * The statements of the function that the file wraps itself in.
 *
 * @param {ts.SourceFile} file
 */
function bodyOf(file) {
  const wrapper = file.statements.find(ts.isExpressionStatement)?.expression;
  const called = wrapper && ts.isCallExpression(wrapper) ? wrapper.expression : undefined;
  const inner = called && ts.isParenthesizedExpression(called) ? called.expression : undefined;
  if (!inner || !ts.isArrowFunction(inner) || !ts.isBlock(inner.body)) {
    throw new Error(
      "typescript.js: expected one function around all of it, got another form; see esbuild.typescript.js",
    );
  }
  return inner.body.statements;
}

/**
 * @param {ts.Node} node
 * @param {string} name
 * @returns {node is ts.CallExpression}
 */
function isCallOf(node, name) {
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name;
}

/** @param {ts.Node} node */
const isRegistration = (node) => isCallOf(node, "registerCodeFix") || isCallOf(node, "registerRefactor");

/**
 * What `{ name: () => local }` says.
 *
 * @type {(names: ts.Node, textOf: (node: ts.Node) => string) => [name: string, local: string][]}
 */
function exportsIn(names, textOf) {
  if (!ts.isObjectLiteralExpression(names)) return [];
  return names.properties.flatMap((property) => {
    if (!ts.isPropertyAssignment(property) || !ts.isArrowFunction(property.initializer)) return [];
    return [[textOf(property.name), textOf(property.initializer.body)]];
  });
}

/**
 * A variable that goes where nothing uses it, whatever call it is made by; of the table of messages one for each.
 *
 * @type {(statement: ts.VariableStatement, textOf: (node: ts.Node) => string) => string[]}
 */
function withoutEffects(statement, textOf) {
  const [only, ...others] = statement.declarationList.declarations;
  if (others.length > 0 || !only?.initializer) return [textOf(statement)];
  const { initializer } = only;
  const variable = textOf(only.name);
  if (/_exports\d*$/.test(variable)) return []; // made with what is in it
  if (variable === "Diagnostics" && ts.isObjectLiteralExpression(initializer)) {
    return initializer.properties.map((property) => {
      const { name: key, initializer: made } = /** @type {ts.PropertyAssignment} */ (property);
      const [code, category, , ...rest] = /** @type {ts.CallExpression} */ (made).arguments.map(textOf);
      // The third is a key for translations, of which there are none.
      return `var Diagnostics_${textOf(key)} = /* @__PURE__ */ diag(${[code, category, '""', ...rest].join(", ")});`;
    });
  }
  const mayAct = [
    ts.isCallExpression,
    ts.isNewExpression,
    ts.isArrayLiteralExpression,
    ts.isObjectLiteralExpression,
  ];
  return mayAct.some((is) => is(initializer))
    ? [`var ${variable} = /* @__PURE__ */ (() => (${textOf(initializer)}))();`]
    : [textOf(statement)];
}

/** What Node and a page's workers have alike, and cells find without an import. */
const pageGlobals = [
  ...["console", "performance", "crypto", "structuredClone", "queueMicrotask", "atob", "btoa"],
  ...["setTimeout", "clearTimeout", "setInterval", "clearInterval"],
  ...["AbortController", "AbortSignal", "Event", "EventTarget", "CustomEvent", "DOMException"],
  ...["fetch", "Headers", "Request", "Response", "FormData", "Blob", "File", "URL", "URLSearchParams"],
  ...["TextEncoder", "TextDecoder", "TextEncoderStream", "TextDecoderStream"],
  ...["ReadableStream", "WritableStream", "TransformStream", "CompressionStream", "DecompressionStream"],
  ...["MessageChannel", "MessagePort", "MessageEvent", "BroadcastChannel", "WebSocket", "WebAssembly"],
];

/** What would bring graphics, service workers and much else along: to TypeScript these are anything. */
const unfollowed = new Set(["Transferable", "MessageEventSource"]);

/** Path → text of all declarations for a page: TypeScript's of the language below /lib, those of dist/types below /types. */
export async function pageDeclarations() {
  const lib = at("node_modules/typescript/lib");
  const libs = (await readdir(lib)).filter((name) => /^lib\.(es(?!6)|decorators)(?!.*\.full)/.test(name));
  /** @type {Record<string, string>} */
  const files = {};
  for (const name of libs) files[`/lib/${name}`] = await readFile(`${lib}/${name}`, "utf8");
  const types = at("dist/types").replaceAll("\\", "/");
  const entries = ["cell/bnlab", "session/tslab"].map((name) => `${types}/bnlab/${name}.d.ts`);
  const program = ts.createProgram(entries, { moduleResolution: ts.ModuleResolutionKind.Bundler, types: [] });
  for (const { fileName, text } of program.getSourceFiles()) {
    if (fileName.startsWith(`${types}/bnlab/`)) files[fileName.replace(types, "/types")] = text;
  }
  files["/types/@types/page/index.d.ts"] = globalsOf(
    await readFile(`${lib}/lib.webworker.d.ts`, "utf8"),
    pageGlobals,
  );
  return files;
}

/**
 * The declarations of some names, and of all that these speak of.
 *
 * @param {string} library a file of global declarations
 * @param {readonly string[]} names
 */
function globalsOf(library, names) {
  const file = ts.createSourceFile("library.d.ts", library, ts.ScriptTarget.Latest);
  /** @type {Map<string, ts.Statement[]>} */
  const declarations = new Map();
  /** @type {(name: ts.Node | undefined, statement: ts.Statement) => void} */
  const add = (name, statement) => {
    if (!name || !ts.isIdentifier(name)) return;
    declarations.set(name.text, [...(declarations.get(name.text) ?? []), statement]);
  };
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) add(statement.declarationList.declarations[0]?.name, statement);
    else add(/** @type {ts.DeclarationStatement} */ (statement).name, statement);
  }
  /** @type {Set<ts.Statement>} */
  const wanted = new Set();
  /** @type {(node: ts.Node) => void} */
  const visit = (node) => {
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isTypeQueryNode(node)
        ? node.exprName
        : ts.isExpressionWithTypeArguments(node) && node.expression;
    if (name && ts.isIdentifier(name) && !unfollowed.has(name.text)) want(name.text);
    ts.forEachChild(node, visit);
  };
  /** @type {(name: string) => void} */
  const want = (name) => {
    for (const statement of declarations.get(name) ?? []) {
      if (wanted.has(statement)) continue;
      wanted.add(statement);
      visit(statement);
    }
  };
  for (const name of names) {
    if (!declarations.has(name))
      throw new Error(`lib.webworker.d.ts: expected a declaration of ${name}, got none`);
    want(name);
  }
  return file.statements
    .filter((statement) => wanted.has(statement))
    .map((statement) => statement.getFullText(file))
    .join("");
}
