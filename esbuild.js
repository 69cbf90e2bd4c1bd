// Builds dist/: the extension and its renderer, and the kernel with all that a cell needs to run and to be typed.
// There is one build, the one that ships. `node esbuild.js` makes all of it, `node esbuild.js kernel` that part.
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import ts from "typescript";
import { keepPackages, writeNotices } from "./notices.js";
import { pageDeclarations, typescriptInside } from "./pageTypescript.js";
import { tutorialsIn } from "./tutorials.js";

const root = path.dirname(fileURLToPath(import.meta.url));
/** @param {string[]} parts */
const at = (...parts) => path.join(root, ...parts);

/**
 * Nothing that Node runs is minified: names are shown to people, in charts, errors and stacks.
 *
 * @type {esbuild.BuildOptions}
 */
const common = { bundle: true, logLevel: "warning", keepNames: true, absWorkingDir: root };

/**
 * tslab's converter as an ES module, so that what it takes of TypeScript is seen; none may have a variable called `await`.
 *
 * @type {esbuild.Plugin}
 */
const tslabPlugin = {
  name: "tslab",
  setup(build) {
    build.onLoad({ filter: /tslab[\\/]dist[\\/]converter\.js$/ }, async ({ path: file }) => {
      const text = (await readFile(file, "utf8"))
        .replaceAll(/\bawait\b(?= = |\.)/g, "awaitToken")
        .replaceAll(
          /^const (\w+) = __importDefault\(require\((".*")\)\);/gm,
          "import $1_ from $2; const $1 = { default: $1_ };",
        )
        .replaceAll(/^const (\w+) = (?:__importStar\()?require\((".*?")\)\)?;/gm, "import * as $1 from $2;");
      return {
        contents: `const exports = {};\n${text}\nexport { createConverter, isCompleteCode };`,
      };
    });
  },
};

/**
 * The kernel: process entries that share chunks, so that the runner and the cell's `bnlab` are one runtime.
 *
 * @type {esbuild.BuildOptions}
 */
const kernel = {
  ...common,
  entryPoints: {
    main: "kernel/main.ts",
    cli: "kernel/cli.ts",
    runner: "kernel/session/runner/main.ts",
    channel: "kernel/session/runner/channel.ts",
    converter: "kernel/session/node/converter.ts",
    language: "kernel/session/node/languageMain.ts",
    typescriptLoader: "kernel/session/runner/typescriptLoader.ts",
    bnlab: "kernel/cell/bnlab.ts",
    "bnlab-work": "kernel/cell/work.ts",
    tslab: "kernel/session/tslab.ts",
    thread: "kernel/host/thread.ts",
  },
  outdir: "dist/kernel",
  format: "esm",
  splitting: true,
  platform: "node",
  target: "node20",
  banner: {
    js: 'import { createRequire as bnlabCreateRequire } from "node:module"; const require = bnlabCreateRequire(import.meta.url), __dirname = import.meta.dirname;',
  },
  // An optional dependency with a native part: found where bnlab is installed, or not at all (a VSIX has none).
  external: ["zeromq"],
  alias: {
    "@tslab/typescript-for-tslab": at("kernel/session/converter/typescriptForTslab.ts"),
    katex: at("node_modules/katex/dist/katex.mjs"), // imported and required: once is enough
  },
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
    tslabPlugin,
  ],
};

const libraryEntry = "kernel/bnlab/index.ts";

/** What brings its own of what Node has and a page has not. */
const inPages = { "csv-parse/sync": "csv-parse/browser/esm/sync" };

/**
 * The runtime as a library for bundlers, which find it by the package's `exports`: a file for each of the sources, so that whoever
 * bundles it takes only those that are reached. It has no machine: one file with all is `webLibrary`.
 *
 * @returns {Promise<esbuild.BuildOptions>}
 */
async function libraryOptions() {
  const { metafile } = await esbuild.build({
    ...{ ...common, entryPoints: [libraryEntry], outdir: "dist/lib" },
    ...{ write: false, metafile: true, format: "esm" },
  });
  return {
    ...common,
    keepNames: false,
    entryPoints: Object.keys(metafile.inputs).filter((file) => /^kernel\/.*\.ts$/.test(file)),
    outbase: "kernel",
    outdir: "dist/lib",
    format: "esm",
    splitting: true,
    platform: "browser",
    alias: inPages,
    target: "es2022",
    plugins: [
      {
        name: "a file each",
        setup({ onResolve }) {
          onResolve({ filter: /^\.\.?(\/|$)/ }, ({ path: name, importer, resolveDir }) => {
            if (/\bnode_modules\b/.test(importer)) return null;
            const to = path.resolve(resolveDir, name);
            const file = [`${to}.ts`, path.join(to, "index.ts")].find((each) => existsSync(each));
            if (file === undefined) return null;
            const from = path.relative(resolveDir, file).replaceAll(path.sep, "/").replace(/\.ts$/, ".js");
            return { path: from.startsWith(".") ? from : `./${from}`, external: true };
          });
        },
      },
    ],
  };
}

/**
 * `keepNames` has every class and every function say what it was called in the sources. For the closures that an operation makes
 * that costs more than it is worth: of its calls those of classes stay, which are made once. And V8's stacks go by the name that
 * stands behind `class`, which esbuild makes `var Name = class _Name` where a class mentions itself.
 *
 * @param {string} folder
 */
async function keepClassNames(folder) {
  for (const name of await readdir(at(folder))) {
    if (!/\.c?js$/.test(name)) continue;
    const text = await readFile(at(folder, name), "utf8");
    await writeFile(at(folder, name), withClassNames(text));
  }
}

/**
 * Names of classes are texts by now, which no minifier shortens.
 *
 * @param {string} folder
 */
async function minify(folder) {
  for (const name of await readdir(at(folder))) {
    const { code } = await esbuild.transform(await readFile(at(folder, name), "utf8"), { minify: true });
    await writeFile(at(folder, name), code);
  }
}

/** @param {string} text */
function withClassNames(text) {
  const file = ts.createSourceFile("bundle.js", text, ts.ScriptTarget.Latest, true);
  /** @type {string[]} */
  const pieces = [];
  let end = 0;
  /** @type {(from: number, to: number, by?: string) => void} */
  const replace = (from, to, by = "") => {
    pieces.push(text.slice(end, from), by);
    end = to;
  };
  /**
   * `inner` are the names that classes have for themselves, with the plain ones.
   *
   * @type {(node: ts.Node, inner: ReadonlyMap<string, string>) => void}
   */
  const visit = (node, inner) => {
    if (ts.isIdentifier(node) && inner.has(node.text) && !isMember(node)) {
      return replace(node.getStart(), node.end, inner.get(node.text));
    }
    const { parent } = node;
    if (
      ts.isClassExpression(node) &&
      node.name &&
      ts.isVariableDeclaration(parent) &&
      ts.isIdentifier(parent.name)
    ) {
      const all = new Map([...inner, [node.name.text, parent.name.text]]);
      return ts.forEachChild(node, (child) => visit(child, all));
    }
    const named =
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === "__name" &&
      node.arguments[0];
    if (!named || named.kind === ts.SyntaxKind.ThisKeyword) {
      return ts.forEachChild(node, (child) => visit(child, inner));
    }
    if (ts.isExpressionStatement(parent)) return replace(parent.pos, parent.end);
    replace(node.getStart(), named.getStart());
    visit(named, inner);
    replace(named.end, node.end);
  };
  visit(file, new Map());
  return `${pieces.join("")}${text.slice(end)}`;
}

/**
 * Whether it names a member, which is no class of the module.
 *
 * @param {ts.Identifier} name
 */
const isMember = (name) => {
  const { parent } = name;
  const names = "name" in parent && /** @type {ts.Node} */ (parent.name);
  return (
    names &&
    ts.isIdentifier(names) &&
    names.text === name.text &&
    !ts.isClassLike(parent) &&
    !ts.isVariableDeclaration(parent)
  );
};

/**
 * The extension: one CommonJS file for VS Code's extension host in Node, one for its host in a browser.
 *
 * @type {esbuild.BuildOptions}
 */
const extension = {
  ...common,
  entryPoints: { extension: "extension/node/main.ts" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  platform: "node",
  target: "node20",
  external: ["vscode"],
  // An extension that comes from a web address cannot list its own folders.
  define: {
    shippedTutorials: JSON.stringify({ en: await tutorialsIn("en"), "zh-cn": await tutorialsIn("zh-cn") }),
  },
};

/** @type {esbuild.BuildOptions} */
const webExtension = {
  ...extension,
  entryPoints: { webExtension: "extension/web/main.ts" },
  platform: "browser",
  target: "es2022",
};

/** The plugin of VS Code's TypeScript server, which looks for it among this extension's packages. */
const quietCells = {
  ...extension,
  entryPoints: { index: "extension/language/quietCells/plugin.cts" },
  outdir: "node_modules/bnlab-quiet-cells",
  outExtension: {},
};

/**
 * What runs in the notebook's web page, small: a renderer brings its style along as text. Its charts come from `standalone`.
 *
 * @type {esbuild.BuildOptions}
 */
const renderer = {
  ...common,
  minify: true,
  keepNames: false,
  entryPoints: { plotly: "extension/renderer/plotly.ts", outputs: "extension/renderer/outputs/main.ts" },
  loader: { ".css": "text" },
  outdir: "dist/renderer",
  format: "esm",
  platform: "browser",
  target: ["es2022", "safari15.4"], // what Safari lacks is written otherwise
  external: ["./standalone.js"],
};

/**
 * The pages of our own views, each with its style in a file beside it.
 *
 * @type {esbuild.BuildOptions}
 */
const pages = {
  ...renderer,
  entryPoints: {
    dataViewer: "extension/renderer/dataViewer/main.ts",
    runs: "extension/renderer/runs/main.ts",
    tensorViewer: "extension/renderer/tensorViewer/main.ts",
    training: "extension/renderer/training/main.ts",
    variables: "extension/renderer/variables/main.ts",
  },
  loader: {},
};

/** What Plotly's bundle has around it for CommonJS. */
const plotlyWrapper = {
  before: `(
 function(root, factory) {
  if (typeof module === "object" && module.exports) {
   module.exports = factory();
  } else {
   root.moduleName = factory();
  }
} (typeof self !== "undefined" ? self : this, () => {
`,
  after: "window.Plotly = Plotly;\nreturn Plotly;\n}));",
};

/**
 * Charts for any web page, the one script with Plotly inside.
 *
 * @type {esbuild.BuildOptions}
 */
const standalone = {
  ...renderer,
  entryPoints: { standalone: "extension/renderer/standalone.ts" },
  format: "iife",
  plugins: [
    {
      // As an ES module, for its text is to stand in no function that is called later: engines read all of it once more for each of those.
      name: "plotly",
      setup(build) {
        build.onLoad({ filter: /plotly-cartesian\.min\.js$/ }, async ({ path: file }) => {
          const bare = replaced(await readFile(file, "utf8"), plotlyWrapper.before, "");
          return { contents: replaced(bare, plotlyWrapper.after, "export default Plotly;") };
        });
      },
    },
  ],
};

/**
 * The kernel for browsers: two classic workers, which run from `file://` too, and the runtime as a library for pages. Names stay, for
 * people see them.
 *
 * @type {esbuild.BuildOptions}
 */
const web = {
  ...common,
  entryPoints: { kernel: "kernel/web/kernel.ts", runner: "kernel/web/runner.ts" },
  outdir: "dist/web",
  format: "iife",
  platform: "browser",
  target: "es2022",
  alias: inPages,
};

/**
 * The converter and the language service for pages, with TypeScript inside: a script that defines `bnlabTypeScript`.
 *
 * @type {esbuild.BuildOptions}
 */
const typescript = {
  ...web,
  keepNames: false,
  minify: true,
  entryPoints: { typescript: "kernel/session/page/typescript.ts" },
  outdir: "dist/typescript",
  globalName: "bnlabTypeScript",
  legalComments: "none", // told in the notices
  alias: {
    "@tslab/typescript-for-tslab": at("kernel/session/converter/typescriptForTslab.ts"),
    path: "path-browserify",
  },
  // What tslab and its packages ask Node for.
  define: { __dirname: '"/tslab"', "process.version": '"v22.0.0"', "process.env": "{}" },
  plugins: [typescriptInside, tslabPlugin],
};

/** @type {esbuild.BuildOptions} */
const webLibrary = { ...web, entryPoints: { bnlab: "kernel/web/bnlab.ts" }, format: "esm" };

/**
 * Builds one part, and remembers whose packages went into it. `copied` are packages' folders that the part takes along.
 *
 * @type {(part: string, options: readonly esbuild.BuildOptions[], copied?: readonly string[]) => Promise<void>}
 */
async function build(part, options, copied) {
  const results = await Promise.all(options.map((each) => esbuild.build({ ...each, metafile: true })));
  await keepPackages(
    part,
    results.map(({ metafile }) => metafile),
    copied,
  );
}

/**
 * The page in which a notebook runs: editors and the engine's start in one script behind `standalone`, its style beside it.
 *
 * @type {esbuild.BuildOptions}
 */
const live = {
  ...pages,
  entryPoints: { live: "extension/renderer/live/main.ts" },
  format: "iife",
  alias: { katex: at("node_modules/katex/dist/katex.mjs") }, // imported and required: once is enough
  plugins: [
    {
      // CodeMirror's style goes into an element, which the page's policy refuses, where it could be a sheet without one.
      name: "style-mod",
      setup(build) {
        build.onLoad({ filter: /style-mod[\\/]src[\\/]style-mod\.js$/ }, async ({ path: file }) => ({
          contents: replaced(
            await readFile(file, "utf8"),
            "!root.head && root.adoptedStyleSheets",
            "root.adoptedStyleSheets",
          ),
        }));
      },
    },
  ],
};

/** @type {(text: string, what: string, by: string) => string} */
function replaced(text, what, by) {
  if (!text.includes(what)) throw new Error(`expected "${what}" in the package's text`);
  return text.replace(what, by);
}

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

/** @type {(name: string, content: string | Uint8Array) => Promise<void>} */
const writePacked = (name, content) => writeFile(at(`${name}.gz`), gzipSync(content, { level: 9 }));

/** What Jupyter shows beside the kernel's name, under the names that it looks for. */
async function copyLogos() {
  const to = at("dist/kernel/logos");
  await mkdir(to, { recursive: true });
  for (const size of ["32x32", "64x64"]) await cp(at(`media/logo-${size}.png`), `${to}/logo-${size}.png`);
  await cp(at("media/icon.svg"), `${to}/logo-svg.svg`);
}

/**
 * TypeScript writes `export const { exp, … } = methods` into declarations without the docstrings of the properties: each function
 * gets a statement of its own, under the words of the method that it is made of.
 *
 * @type {(checker: ts.TypeChecker) => ts.TransformerFactory<ts.SourceFile | ts.Bundle>}
 */
const keepDocstrings = (checker) => (context) => {
  const { factory } = context;
  /** @type {(declaration: ts.VariableDeclaration, modifiers: readonly ts.ModifierLike[] | undefined) => ts.Statement} */
  const alone = (declaration, modifiers) => {
    const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
    const statement = factory.createVariableStatement(modifiers, list);
    const { parent: element } = ts.getOriginalNode(declaration.name);
    const words = checker
      .getTypeAtLocation(element.parent)
      .getProperty(/** @type {ts.Identifier} */ (declaration.name).text)
      ?.getDocumentationComment(checker);
    const text = `* ${ts.displayPartsToString(words).replace(/\bthis\b/g, "input")} `;
    return ts.addSyntheticLeadingComment(statement, ts.SyntaxKind.MultiLineCommentTrivia, text, true);
  };
  /** @param {ts.VariableDeclaration} declaration */
  const isMethod = ({ name }) =>
    ts.getOriginalNode(name).parent && ts.isBindingElement(ts.getOriginalNode(name).parent);
  /** @type {(node: ts.Node) => ts.Node | ts.Node[]} */
  const split = (node) =>
    ts.isVariableStatement(node) && node.declarationList.declarations.every(isMethod)
      ? node.declarationList.declarations.map((declaration) => alone(declaration, node.modifiers))
      : node;
  return (file) => ts.visitEachChild(file, split, context);
};

const typesOfNode = ["node_modules/@types/node", "node_modules/undici-types"];

/**
 * Imports of declarations name files, as Node's own resolution asks for it.
 *
 * @type {ts.TransformerFactory<ts.SourceFile | ts.Bundle>}
 */
const nameFiles = (context) => (file) => {
  const { factory } = context;
  const folder = ts.isSourceFile(file) ? path.dirname(file.fileName) : root;
  /** @type {(literal: ts.Node) => ts.StringLiteral | undefined} */
  const full = (literal) => {
    if (!ts.isStringLiteral(literal) || !literal.text.startsWith(".")) return;
    const isFile = existsSync(path.join(folder, `${literal.text}.ts`));
    return factory.createStringLiteral(`${literal.text}${isFile ? "" : "/index"}.js`);
  };
  /** @type {(node: ts.Node) => ts.Node} */
  const visit = (node) => {
    const inner = ts.visitEachChild(node, visit, context);
    if (ts.isImportDeclaration(inner)) {
      const { modifiers, importClause, moduleSpecifier: name, attributes } = inner;
      return factory.updateImportDeclaration(inner, modifiers, importClause, full(name) ?? name, attributes);
    }
    if (ts.isExportDeclaration(inner) && inner.moduleSpecifier) {
      const { modifiers, isTypeOnly, exportClause, moduleSpecifier: name, attributes } = inner;
      const to = full(name) ?? name;
      return factory.updateExportDeclaration(inner, modifiers, isTypeOnly, exportClause, to, attributes);
    }
    if (ts.isImportTypeNode(inner) && ts.isLiteralTypeNode(inner.argument)) {
      const to = full(inner.argument.literal);
      const { attributes, qualifier, typeArguments, isTypeOf } = inner;
      const argument = to ? factory.createLiteralTypeNode(to) : inner.argument;
      return factory.updateImportTypeNode(inner, argument, attributes, qualifier, typeArguments, isTypeOf);
    }
    return inner;
  };
  return /** @type {ts.SourceFile} */ (visit(file));
};

/** What cells are checked against: Node's types, and bnlab's own, emitted from the sources. */
async function writeTypes() {
  const to = at("dist/types");
  for (const folder of typesOfNode) {
    await cp(at(folder), folder.replace("node_modules", to), { recursive: true });
  }
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
  const { diagnostics } = program.emit(undefined, undefined, undefined, true, {
    afterDeclarations: [keepDocstrings(program.getTypeChecker()), nameFiles],
  });
  const failed = diagnostics.filter(({ category }) => category === ts.DiagnosticCategory.Error);
  if (failed.length === 0) return;
  const host = {
    getCanonicalFileName: (/** @type {string} */ name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => "\n",
  };
  throw new Error(`bnlab's declarations could not be written:\n${ts.formatDiagnostics(failed, host)}`);
}

async function buildKernel() {
  await build("kernel", [kernel], ["node_modules/typescript", ...typesOfNode]);
  await keepClassNames("dist/kernel");
}

/** @type {Promise<void> | undefined} */
let typesWritten;

/** @type {Record<string, () => Promise<void>>} */
const parts = {
  kernel: async () => {
    typesWritten = rm(at("dist/types"), { recursive: true, force: true }).then(writeTypes);
    await rm(at("dist/kernel"), { recursive: true, force: true });
    await Promise.all([buildKernel(), copyTypeScript(), copyLogos(), typesWritten]);
  },
  library: async () => {
    await rm(at("dist/lib"), { recursive: true, force: true });
    await build("library", [await libraryOptions()]);
  },
  extension: async () => {
    await build("extension", [extension, webExtension, quietCells]);
    await keepClassNames("dist");
    const manifest = { name: "bnlab-quiet-cells", version: "1.0.0", private: true, main: "index.js" };
    await writeFile(at(quietCells.outdir, "package.json"), JSON.stringify(manifest, null, 2));
  },
  web: async () => {
    await rm(at("dist/web"), { recursive: true, force: true });
    await build("web", [web, webLibrary]);
    await keepClassNames("dist/web");
    await minify("dist/web");
  },
  typescript: async () => {
    await rm(at("dist/typescript"), { recursive: true, force: true });
    await build("typescript", [typescript]);
    const script = "dist/typescript/typescript.js";
    await writePacked(script, await readFile(at(script)));
    await rm(at(script));
    await typesWritten; // where both are built
    await writePacked("dist/typescript/declarations.json", JSON.stringify(await pageDeclarations()));
  },
  renderer: async () => {
    await rm(at("dist/renderer"), { recursive: true, force: true });
    await build("renderer", [renderer, pages, standalone, live]);
  },
};

if (process.argv[2] === "kernel-code") {
  // Into a build that is there: what `npm run mutate` changes is code alone.
  await buildKernel();
  process.exit();
}
const named = process.argv.slice(2).filter((argument) => argument in parts);
if (named.length === 0) await rm(at("dist"), { recursive: true, force: true });
await Promise.all((named.length > 0 ? named : Object.keys(parts)).map((name) => parts[name]?.()));
await writeNotices();
