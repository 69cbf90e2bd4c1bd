// TypeScript as a page has it, out of the build, in a world without Node: beside Node's own, cell for cell.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import vm from "node:vm";
import { gunzipSync } from "node:zlib";
import type { LanguageAnswer, LanguageCell, LanguageRequest } from "../../kernel/protocol";
import { Awaited } from "../../kernel/session/cells/awaited";
import { Boxes } from "../../kernel/session/cells/boxes";
import type { Converted } from "../../kernel/session/cells/conversion";
import type { Converter } from "../../kernel/session/converter/converter";
import type * as NodeConverter from "../../kernel/session/node/converter";
import type * as PageTypeScript from "../../kernel/session/page/typescript";

const root = path.join(import.meta.dirname, "../..");
const packed = (name: string) =>
  gunzipSync(readFileSync(path.join(root, "dist/typescript", `${name}.gz`))).toString();

/** Some of what every engine has beside the language. */
const context = vm.createContext({ atob, TextDecoder, console });
vm.runInContext(packed("typescript.js"), context);
const { pageConverter, pageLanguage } = vm.runInContext("bnlabTypeScript", context) as typeof PageTypeScript;
const files = JSON.parse(packed("declarations.json")) as Record<string, string>;
const { nodeConverter } = (await import(path.join(root, "dist/kernel/converter.js"))) as typeof NodeConverter;

/** The notebooks' code cells; of those that import nothing of Node's, which a page has not. */
const notebooks = ["notebooks/en", "examples"].flatMap((folder) =>
  readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith(".ipynb"))
    .map((file) => ({ name: `${folder}/${file}`, cells: cellsOf(path.join(root, folder, file)) })),
);
const isNodes = ({ cells }: { cells: string[] }) => cells.some((cell) => cell.includes('from "node:'));

function cellsOf(file: string): string[] {
  const { cells } = JSON.parse(readFileSync(file, "utf8")) as {
    cells: { cell_type: string; source: string | string[] }[];
  };
  return cells.filter(({ cell_type }) => cell_type === "code").map(({ source }) => [source].flat().join(""));
}

/** What came of a cell, but for what the places of files and of yields make differ. */
function described(converted: Converted): unknown {
  if (!converted.ok) return JSON.parse(JSON.stringify(converted));
  const { cell, warnings, showsResult, declarations } = converted;
  let code = cell.code
    .replaceAll(/if \((\$+)\.due\([\w$]+\)\) await \1\.turn\(\);/g, "$1.on();")
    .replaceAll(/(await \$+\.on\(\);)(?: free\$+ = true;)? +\$+\.on\(\);/g, "$1")
    .replaceAll(/\{ let free\$+ = [^;]+; return (.*?); \}/gs, "$1")
    .replaceAll(/ let free\$+ = [^;]+;/g, "")
    .replaceAll(/, free\$+ = true\)\)/g, "))");
  const innermost =
    /\$\.called\(((?:(?!\$\.called\().)*?)(?:, )?\.{3}\$+\.call\((?:[\w$.]+|async \(\) => \{\}), [\w$]+\)\)\)/gs;
  for (let before = ""; before !== code; ) {
    before = code;
    code = code.replaceAll(/\$(?=\$+\.called\()/g, "").replaceAll(innermost, "$1)");
  }
  const { types, values } = declarations as { types: string; values: ReadonlySet<string> };
  const { imports, declares, map } = cell;
  const found = { code, imports, declares, map, warnings, showsResult, types, values: [...values] };
  return JSON.parse(JSON.stringify(found).replaceAll(/import\(\\"[^"]*?types\/bnlab/g, 'import(\\"bnlab'));
}

function converted(converter: Converter, text: string): Converted {
  const result = converter.convert(text);
  if (result.ok) converter.accept(result.declarations);
  return result;
}

describe("the converter of a page", () => {
  it("makes of the tutorials' and examples' cells what Node's makes, with the same words", () => {
    const both = notebooks.filter((notebook) => !isNodes(notebook));
    assert.ok(both.length > 15, "the notebooks were found");
    // Strict where the tutorials are not, so that there is something to warn of.
    const options = { noUncheckedIndexedAccess: true };
    const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-cells-"));
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options }));
    const [node, page] = [nodeConverter(folder), pageConverter({ files, options })];
    let warnings = 0;
    for (const { name, cells } of both) {
      node.reset();
      page.reset();
      for (const [i, cell] of cells.entries()) {
        const [expected, got] = [converted(node, cell), converted(page, cell)];
        assert.deepEqual(described(got), described(expected), `${name}, cell ${i + 1}`);
        if (got.ok) warnings += got.warnings.length;
      }
    }
    rmSync(folder, { recursive: true });
    assert.ok(warnings > 50, `the words were compared, ${warnings} warnings`);
  });

  it("says the same of mistakes, redeclares and narrows", () => {
    const [node, page] = [nodeConverter("/"), pageConverter({ files })];
    const cells = [
      'import { tensor, nn, type Tensor } from "bnlab";\nconst x = tensor([1, 2]);\nx + 1;\nif (x) x[0];',
      "let n: number = 'a'",
      "%matplotlib inline",
      "const html = <b>x</b>",
      "x foo",
      'const x = "again";\nx.toFixed()',
      "const found: string | undefined = [x].at(0);\nif (!found) throw new Error();",
      "found.length",
      "class A { #p = 1; static { this.q = 2 } static q = 1 }\nnew A().r",
      "export const k = [1, 2].map((v) => v ** 2)",
      "using d = { [Symbol.dispose]() {} };\nk",
      "new nn.Linear(2)",
      "await Promise.resolve(k)",
      "structuredClone(k); setTimeout(() => {}, 5); new URL('a:b'); console.table(k)",
      'import { missing } from "bnlab"',
      "enum E { A }\nnamespace N { export const v = 1 }\nN.v + E.A",
      "k = []",
      "const k = 1; const k = 2",
    ];
    for (const cell of cells)
      assert.deepEqual(described(converted(page, cell)), described(converted(node, cell)), cell);
  });

  it("refuses what a page cannot import, in words that say where it can, before the cell runs", () => {
    const page = pageConverter({ files });
    const refused = (text: string) => {
      const result = page.convert(text);
      assert.ok(!result.ok, text);
      return { name: result.name, ...result.errors[0] };
    };
    const where = "run the notebook in VS Code on a computer, or with `bnlab run`";
    const said = (line: number, column: number, text: string) => ({
      name: "ImportError",
      line,
      column,
      text: `${text}; ${where}`,
    });
    assert.deepEqual(
      refused('1;\nimport fs from "node:fs";'),
      said(2, 16, 'cannot import "node:fs": a browser has no Node'),
    );
    assert.deepEqual(
      refused('export { join } from "path";'),
      said(1, 22, 'cannot import "path": a browser has no Node'),
    );
    assert.deepEqual(
      refused('import "./model.ts";'),
      said(1, 8, 'cannot import "./model.ts": a browser has no files'),
    );
    assert.deepEqual(
      refused('import lodash = require("lodash");'),
      said(1, 25, 'cannot import "lodash": a browser has no packages but bnlab'),
    );
    assert.ok(
      page.convert('import type { Stats } from "node:fs"; import { nn } from "bnlab"; import "tslab"').ok,
    );
  });

  it("says of Node's globals whose they are", () => {
    const result = pageConverter({ files }).convert("process.cwd()");
    assert.ok(result.ok);
    assert.equal(
      result.warnings[0]?.text,
      "Cannot find name 'process'. It is Node's: this browser has none.",
    );
  });

  it("knows when a text is complete", () => {
    const page = pageConverter({ files });
    assert.equal(page.isComplete("for (;;) {").status, "incomplete");
    assert.equal(page.isComplete("1 + 1").status, "complete");
    assert.equal(page.isComplete("1 + )").status, "invalid");
  });
});

describe("the language service of a page", () => {
  const answers: LanguageAnswer[] = [];
  const tell = pageLanguage({ files }, (message) => {
    assert.ok("answer" in message, JSON.stringify(message));
    answers.push(message.answer);
  });
  const cells: LanguageCell[] = [
    {
      id: "a",
      text: 'import { nn } from "bnlab";\nconst layer = new nn.Linear(2, 3);',
      language: "typescript",
    },
    { id: "b", text: "layer.for", language: "typescript" },
  ];
  function ask(request: Omit<LanguageRequest, "cells">): unknown {
    tell({ type: "ask", id: 1, request: { cells, ...request } as LanguageRequest });
    return answers.pop();
  }

  it("completes over cells", () => {
    const items = ask({ question: "completions", about: { cell: "b", position: 9 } }) as { label: string }[];
    assert.ok(items.some(({ label }) => label === "forward"));
  });

  it("tells types and words on hover", () => {
    const info = ask({ question: "quickInfo", about: { cell: "a", position: 50 } });
    assert.match(JSON.stringify(info), /new Linear\(inFeatures: number.*x·weightᵀ/);
  });

  it("finds mistakes", () => {
    const found = ask({ question: "diagnostics", about: { cell: "b" } }) as {
      message: string;
      severity: string;
    }[];
    assert.match(found[0]!.message, /Property 'for' does not exist on type 'Linear'/);
  });
});

/** Runs a cell with a yield in each turn of its loops that may have one: its value, and how many there were. */
async function yielding(text: string): Promise<{ value: unknown; turns: number }> {
  const page = pageConverter({ files });
  const result = page.convert(text);
  assert.ok(result.ok, JSON.stringify(result));
  const boxes = new Boxes();
  boxes.begin(result.cell.declares);
  let turns = 0;
  const awaited = new Awaited();
  const kernel = Object.assign((name: string) => boxes.open(name), {
    var: (name: string) => boxes.openVar(name),
    scope: boxes.scope,
    on: (value?: unknown) => value,
    due: (mayWait: boolean) => mayWait,
    call: awaited.call,
    called: awaited.called,
    begin: awaited.begin,
    turn: async () => {
      turns++;
      await new Promise(setImmediate);
    },
    result: undefined as unknown,
  });
  await (vm.runInThisContext(result.cell.code) as (given: typeof kernel) => Promise<void>)(kernel);
  return { value: kernel.result, turns };
}

describe("loops that let messages through", () => {
  const loops: { about: string; text: string; value: unknown; turns: number }[] = [
    {
      about: "for with closures",
      text: "const f = [];\nfor (let i = 0; i < 3; i++) f.push(() => i);\nf.map((g) => g())",
      value: [0, 1, 2],
      turns: 3,
    },
    {
      about: "labels",
      text: "let s = '';\nouter: for (let i = 0; i < 3; i++) { for (const j of [0, 1, 2]) { if (j === 1) continue outer; if (i === 2) break outer; s += i + String(j) + ' '; } }\ns",
      value: "00 10 ",
      turns: 3 + 5,
    },
    {
      about: "destructuring heads",
      text: "let s = 0;\nfor (const [a, { b = 5 }] of [[1, {}], [2, { b: 1 }]]) s += a * b;\nfor (const key in { x: 1 }) s += key.length;\ns",
      value: 8,
      turns: 3,
    },
    {
      about: "while and do, without blocks",
      text: "let n = 0;\nwhile (n < 3) n++;\ndo n += 2; while (n < 8);\nn",
      value: 9,
      turns: 3 + 3,
    },
    {
      about: "for await",
      text: "let s = 0;\nfor await (const x of [1, Promise.resolve(2)]) s += x;\ns",
      value: 3,
      turns: 2,
    },
    {
      about: "async functions, arrows and methods",
      text: "const f = async (n) => { let s = 0; for (let i = 0; i < n; i++) s += i; return s; };\nclass A { async m() { let s = 0; while (s < 2) s++; return s; } }\nasync function* g() { for (const x of [1, 2]) yield x; }\nconst a = new A();\nlet t = await f(4) + await a.m();\nfor await (const x of g()) t += x;\nt",
      value: 6 + 2 + 3,
      turns: 4 + 2 + 2 + 2,
    },
    {
      about: "none in what cannot wait",
      text: "function sum(xs) { let s = 0; for (const x of xs) s += x; return s; }\nfunction* count() { for (let i = 1; i < 4; i++) yield i; }\nclass B { static n = 0; static { for (let i = 0; i < 2; i++) B.n++; } f = () => { let s = 0; while (s < 1) s++; return s; } }\n[1, 2].forEach((x) => { for (;;) break; });\nsum([...count()]) + B.n + new B().f()",
      value: 6 + 2 + 1,
      turns: 0,
    },
    {
      about: "try, switch and return",
      text: "const f = async () => { for (const x of [1, 2, 3]) { try { switch (x) { case 1: continue; case 2: return x; } } finally { log.push(x); } } };\nconst log = [];\n[await f(), ...log]",
      value: [2, 1, 2],
      turns: 2,
    },
    {
      about: "var and redeclared names",
      text: "for (var i = 0, xs = []; i < 2; i++) { var last = i; xs.push(last); }\n[i, last, ...xs]",
      value: [2, 1, 0, 1],
      turns: 2,
    },
    {
      about: "a cell that calls eval",
      text: "let s = 0;\nfor (const x of [1, 2]) s += eval('x * 2');\ns",
      value: 6,
      turns: 2,
    },
  ];
  for (const { about, text, value, turns } of loops) {
    it(about, async () => assert.deepEqual(await yielding(text), { value, turns }));
  }
});
