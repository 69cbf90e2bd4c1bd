// The language service over a notebook's cells, asked by message as an editor asks it, also while a cell is running.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import {
  askLanguage,
  type CodeDiagnostic,
  type LanguageCell,
  type LanguageQuestion,
  type LanguageQuestions,
  type TextEdit,
} from "../../kernel/protocol";
import { dist, startKernel } from "./startKernel";

const kernel = startKernel();
after(() => kernel.stop());
const { run, client } = kernel;

/** Cells c0, c1, …; one has a `‸` where the question is about. */
function notebook(...texts: string[]) {
  const marked = texts.findIndex((text) => text.includes("‸"));
  const position = texts[marked]?.indexOf("‸") ?? 0;
  const cells = texts.map(
    (text, i): LanguageCell => ({
      id: `c${i}`,
      text: i === marked ? text.replace("‸", "") : text,
      language: "typescript",
    }),
  );
  return { cells, about: { cell: `c${Math.max(0, marked)}`, position } };
}

async function ask<Q extends LanguageQuestion>(
  question: Q,
  texts: string[],
  more: Partial<LanguageQuestions[Q]["about"]> = {},
): Promise<LanguageQuestions[Q]["answer"]> {
  const { cells, about } = notebook(...texts);
  return askLanguage(client, question, cells, { ...about, ...more });
}

/** `c1 TS2322 warning` of every cell. */
async function complaints(...texts: string[]): Promise<string[]> {
  const { cells } = notebook(...texts);
  const found: string[] = [];
  for (const { id } of cells) {
    const diagnostics = await askLanguage(client, "diagnostics", cells, { cell: id });
    const worth = diagnostics.filter(({ severity }) => severity !== "hint");
    found.push(...worth.map(({ code, severity }: CodeDiagnostic) => `${id} TS${code} ${severity}`));
  }
  return found;
}

const labels = async (...texts: string[]) => (await ask("completions", texts)).map(({ label }) => label);

/** The texts after every place has got another name. */
async function renamed(to: string, ...texts: string[]): Promise<string[] | null> {
  const { cells, about } = notebook(...texts);
  const rename = await askLanguage(client, "rename", cells, about);
  if (!rename) return null;
  return cells.map(({ id, text }) =>
    rename.places
      .filter(({ cell }) => cell === id)
      .sort((a, b) => b.start - a.start)
      .reduce(
        (changed, { start, length, before = "", after = "" }) =>
          changed.slice(0, start) + before + to + after + changed.slice(start + length),
        text,
      ),
  );
}

describe("diagnostics", () => {
  test("types flow from cell to cell, and names may be declared anew", async () => {
    assert.deepEqual(
      await complaints(
        `interface Sample { label: number }\nlet scale = 2;\nconst once = 1;`,
        `const scale = "two";\nfunction once(): Sample { return { label: scale.length }; }\nclass Sample2 implements Sample { label = 1 }`,
        `once().label.toFixed(1);\nscale.toUpperCase();\nnew Sample2().lable;`,
      ),
      ["c2 TS2551 warning"],
    );
  });

  test("imports of earlier cells, top-level await, using, enums and namespaces are fine", async () => {
    assert.deepEqual(
      await complaints(
        `import { nn, tensor, type Tensor } from "bnlab";\nimport * as fs from "node:fs";\nenum Mode { A, B }\nnamespace Units { export const px = 16 }`,
        `const x: Tensor = tensor([1, 2]);\nawait fs.promises.stat(".");\nfor await (const n of [1]) console.log(n, Mode.B, Units.px);\nusing held = { [Symbol.dispose]() {} };`,
        `const net = new nn.Sequential(new nn.Linear(2, 1));\nexport const out = net.forward(x);`,
        `display(out.item());`,
      ),
      [],
    );
  });

  test("a variable keeps its type when a later cell assigns to it, and what it was assigned is known", async () => {
    assert.deepEqual(
      await complaints(
        `let model: { depth: number } | undefined;\nlet step = 0;\nconst losses = [];`,
        `model = { depth: 3 };\nmodel.depth;\nstep++;\nlosses.push(1);`,
        `step = "x";`,
      ),
      ["c2 TS2322 warning"],
    );
  });

  test("what keeps a cell from running is an error, what does not a warning", async () => {
    assert.deepEqual(await complaints("const x = = 3;"), ["c0 TS1109 error"]);
    assert.deepEqual(await complaints("const a = 1;\nconst a = 2;"), ["c0 TS2451 error", "c0 TS2451 error"]);
    assert.deepEqual(await complaints("const a = 1;", "a = 2;"), ["c1 TS2588 error"]);
    assert.deepEqual(await complaints("const a: string = 1;"), ["c0 TS2322 warning"]);
  });

  test("a name of a cell below is unknown until that cell has run", async () => {
    const texts = ["belowOnly + 1;", "const belowOnly = 1;"];
    assert.deepEqual(await complaints(...texts), ["c0 TS2304 warning"]);
    await run(texts[1]!);
    assert.deepEqual(await complaints(...texts), []);
  });

  test("JavaScript cells are not held to types", async () => {
    const cells: LanguageCell[] = [
      { id: "a", text: "function twice(x) { return x * 2 }", language: "javascript" },
      { id: "b", text: "const four: string = twice(2);", language: "typescript" },
    ];
    assert.deepEqual(await askLanguage(client, "diagnostics", cells, { cell: "a" }), []);
    const [found] = await askLanguage(client, "diagnostics", cells, { cell: "b" });
    assert.equal(found?.code, 2322);
  });

  test("files beside the notebook, and what has changed in them", async () => {
    const file = path.join(kernel.folder, "shapes.ts");
    writeFileSync(file, "export const area: number = 1;");
    const cell = `import { area } from "./shapes";\nconst text: string = area;`;
    assert.deepEqual(await complaints(cell), ["c0 TS2322 warning"]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(file, "export const area: string = '1';");
    assert.deepEqual(await complaints(cell), []);
  });

  describe("shapes before a cell has run", () => {
    const use = 'import { cat, crossEntropy, nn, noGrad, randn, Tensor, zeros } from "bnlab";';
    /** Each mistake with the text that it is marked at. */
    const shapes = async (...texts: string[]) => {
      const { cells } = notebook(use, ...texts);
      const found: string[] = [];
      for (const { id, text } of cells) {
        const said = await askLanguage(client, "diagnostics", cells, { cell: id });
        for (const { code, start, length, message } of said) {
          if (code === 9000) found.push(`${text.slice(start, start + length)}: ${message}`);
        }
      }
      return found;
    };

    test("of literals, in one cell and in cells above", async () => {
      assert.deepEqual(
        await shapes(
          "const images = randn([60, 1, 28, 28]);",
          "const net = new nn.Linear(784, 10);",
          "net.forward(images);",
        ),
        [
          "forward(images): Linear: expected input [..., 784], got [60, 1, 28, 28]: flatten(1) gives [60, 784]",
        ],
      );
      assert.deepEqual(await shapes("const w = zeros([3, 4]);\nw.matmul(zeros([5, 2]));"), [
        "matmul(zeros([5, 2])): matmul: expected [..., m, k] and [..., k, n] (or vectors [k]), got [3, 4] and [5, 2]",
      ]);
      assert.deepEqual(await shapes("const n = 8 * 2;\ncrossEntropy(randn([n, 10]), zeros([15]));"), [
        "crossEntropy(randn([n, 10]), zeros([15])): crossEntropy: expected logits [N, C] and targets [N] or [N, C], got [16, 10] and [15]",
      ]);
    });

    test("in a row of layers, whatever comes in, and in a module's own forward", async () => {
      assert.deepEqual(
        await shapes("new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.BatchNorm2d(16), new nn.ReLU());"),
        ["new nn.BatchNorm2d(16): BatchNorm2d: expected input [N, 16, H, W], got […, 8, ?, ?]"],
      );
      assert.deepEqual(
        await shapes(
          `class Net extends nn.Module {
             fc1 = new nn.Linear(784, 100);
             fc2;
             constructor() { super(); this.fc2 = new nn.Linear(50, 10); }
             override forward(x: Tensor) { x = this.fc1.forward(x).relu(); return this.fc2.forward(x); }
           }`,
        ),
        ["forward(x): Linear: expected input [..., 50], got […, 100]"],
      );
    });

    test("nothing where it is not certain", async () => {
      const x = "const x = randn([60, 784]);";
      assert.deepEqual(await shapes(x, "if (x.shape.length === 4) new nn.Conv2d(1, 8, 3).forward(x);"), []);
      assert.deepEqual(await shapes(x, "try { x.matmul(x); } catch {}"), []);
      assert.deepEqual(await shapes(`let ${x.slice(6)}`, "x = x.t();", "x.matmul(zeros([60, 2]));"), []);
      assert.deepEqual(
        await shapes(
          "let h = randn([2, 3]);\nfor (let i = 0; i < 3; i++) { h.matmul(zeros([3, 2])); h = h.t(); }",
        ),
        [],
      );
      assert.deepEqual(
        await shapes(
          "const row = new nn.Sequential();",
          "row.append(new nn.Linear(3, 4));",
          "row.forward(randn([2, 3]));",
        ),
        [],
      );
      assert.deepEqual(
        await shapes(
          "class Linear extends nn.Linear { override forward(x: Tensor) { return super.forward(x.flatten(1)); } }",
          "const own = new Linear(784, 10);",
          "own.forward(randn([60, 1, 28, 28]));",
        ),
        [],
      );
    });

    test("of values since the last run, as long as their cell is as it ran", async () => {
      const made = `import * as lib from "bnlab";
        const loaded = [lib.randn([6, 1, 4, 4])].at(0)!;
        const flat = [new lib.nn.Sequential(new lib.nn.Linear(9, 2))].at(0)!;`;
      await run(made);
      const asked = "flat.forward(loaded.flatten(1));";
      assert.deepEqual(await shapes(made, asked), [
        "forward(loaded.flatten(1)): (0) Linear: expected input [..., 9], got [6, 16]",
      ]);
      assert.deepEqual(await shapes(made.replace("9, 2", "16, 2"), asked), []);
    });
  });

  // The other languages' notebooks have the same code cells: test/unit/notebooks.test.ts sees to it.
  const notebooks = path.join(import.meta.dirname, "../../notebooks/en");
  for (const file of readdirSync(notebooks).sort()) {
    if (!file.endsWith(".ipynb")) continue;
    test(`none in ${file}`, async () => {
      const { cells } = JSON.parse(readFileSync(path.join(notebooks, file), "utf8")) as {
        cells: { cell_type: string; source: string | string[] }[];
      };
      const code = cells.filter(({ cell_type }) => cell_type === "code");
      assert.ok(code.length > 0);
      assert.deepEqual(await complaints(...code.map(({ source }) => [source].flat().join(""))), []);
    });
  }
});

describe("completions", () => {
  test("names of cells above as what they are, those of cells below not", async () => {
    const texts = ["const learningRate = 0.1;\nfunction learn() {}", "lea‸", "const learnedLater = 1;"];
    const found = await ask("completions", texts);
    const kinds = found
      .filter(({ label }) => label.startsWith("lear"))
      .map(({ label, kind }) => `${label} ${kind}`);
    assert.deepEqual(kinds.sort(), ["learn function", "learningRate const"]);
  });

  test("members by type, also in a cell that is half written", async () => {
    assert.ok(
      (
        await labels(`import { nn } from "bnlab";\nconst net = new nn.Linear(1, 1);`, "net.‸\nconst t = `")
      ).includes("forward"),
    );
  });

  test("details have the signature and the documentation", async () => {
    const texts = ["/** How fast it learns. */\nconst learningRate = 0.1;", "learningRa‸"];
    const details = await ask("completionDetails", texts, { label: "learningRate" });
    assert.equal(details?.signature, "const learningRate: 0.1");
    assert.equal(details?.documentation, "How fast it learns.");
  });

  test("what bnlab exports comes with its import, in the cell's own text", async () => {
    const texts = ["const a = 1;", "const b = a;\nmanualSee‸"];
    const item = (await ask("completions", texts)).find(({ label }) => label === "manualSeed");
    assert.equal(item?.importedFrom, "bnlab");
    const details = await ask("completionDetails", texts, { label: "manualSeed", data: item?.data });
    assert.deepEqual(details?.edits, [
      { start: 0, length: 0, text: 'import { manualSeed } from "bnlab";\n' },
    ]);
    const beside = [`import { nn } from "bnlab";\nmanualSee‸`];
    const other = (await ask("completions", beside)).find(({ label }) => label === "manualSeed");
    const extended = await ask("completionDetails", beside, { label: "manualSeed", data: other?.data });
    assert.equal(extended?.edits.map(({ text }) => text).join(""), "manualSeed, ");
  });

  test("imports are offered wherever bnlab is installed and the notebook lies", async () => {
    const place = path.join(mkdtempSync(path.join(os.tmpdir(), "bnlab-")), "bnlab-main (2) 深度 学习");
    for (const part of ["kernel", "types"])
      cpSync(path.join(dist, part), path.join(place, "bnlab-0.1/dist", part), { recursive: true });
    const elsewhere = startKernel({ build: path.join(place, "bnlab-0.1/dist"), parent: place });
    after(async () => {
      await elsewhere.stop();
      rmSync(path.dirname(place), { recursive: true, force: true });
    });
    const { cells, about } = notebook("const own = 1;", "manualSee‸");
    const found = await askLanguage(elsewhere.client, "completions", cells, about);
    const item = found.find(({ label }) => label === "manualSeed");
    assert.equal(item?.importedFrom, "bnlab");
    const asked = { ...about, label: "manualSeed", data: item?.data };
    const details = await askLanguage(elsewhere.client, "completionDetails", cells, asked);
    assert.match(details?.edits[0]?.text ?? "", /import \{ manualSeed \} from "bnlab"/);
    const node = notebook("const own = 1;", "readFileSyn‸");
    const files = await askLanguage(elsewhere.client, "completions", node.cells, node.about);
    assert.ok(
      files.some(({ label, importedFrom }) => label === "readFileSync" && importedFrom === "node:fs"),
    );
    const cell = notebook("export const farAway = 1;", "farAwa‸");
    const names = await askLanguage(elsewhere.client, "completions", cell.cells, cell.about);
    assert.deepEqual(
      names.filter(({ label }) => label === "farAway").map(({ importedFrom }) => importedFrom),
      [undefined],
    );
    const { result, error } = await elsewhere.run('import { ones } from "bnlab";\nones([2]).sum().item()');
    assert.deepEqual([result, error], ["2", ""]);
  });

  test("between the braces of an import what one uses first, values, then types; as what they are", async () => {
    const found = await ask("completions", ['import { ‸ } from "bnlab"']);
    const kinds = new Map(found.map(({ label, kind }) => [label, kind]));
    assert.deepEqual(
      ["nn", "ones", "Tensor", "AdaptiveSizes"].map((name) => kinds.get(name)),
      ["module", "function", "class", "type"],
    );
    const order = found.toSorted((a, b) => (a.sortText < b.sortText ? -1 : 1)).map(({ label }) => label);
    const place = (name: string) => order.indexOf(name);
    assert.deepEqual(order.slice(0, 3), ["nn", "optim", "tensor"]);
    assert.ok(place("tensor") < place("acos") && place("Tensor") < place("AdaptiveSizes"));
  });

  test("where a key and nobody asked: the options of a call, and nothing in a block", async () => {
    const call = ['import { nn } from "bnlab";', "new nn.BatchNorm1d(10, {‸"];
    const options = await ask("completions", call, { trigger: "{" });
    assert.ok(options.some(({ label }) => label === "momentum"));
    assert.deepEqual(await ask("completions", ["const a = 1;", "if (a) {‸"], { trigger: "{" }), []);
    assert.deepEqual(await ask("completions", ["const a = 1;", "a ‸"], { trigger: " " }), []);
  });

  test("nothing from behind bnlab's front door, and Node's modules once", async () => {
    const found = await ask("completions", ["Tenso‸"]);
    assert.deepEqual(
      [...new Set(found.map(({ importedFrom }) => importedFrom))].filter((m) => m?.startsWith(".")),
      [],
    );
    const read = (await ask("completions", ["readFileSyn‸"])).filter(({ label }) => label === "readFileSync");
    assert.deepEqual(
      read.map(({ importedFrom }) => importedFrom),
      ["node:fs"],
    );
  });
});

describe("fixes", () => {
  /** What the first fix of each mistake makes of the marked cell. */
  async function fixed(...texts: string[]): Promise<string[]> {
    const { cells } = notebook(...texts);
    const { id, text } = cells.at(-1)!;
    const found: string[] = [];
    for (const { severity, start, length, code } of await askLanguage(client, "diagnostics", cells, {
      cell: id,
    })) {
      if (severity === "hint") continue;
      const about = { cell: id, start, length, codes: [code] };
      const [fix] = await askLanguage(client, "fixes", cells, about);
      found.push(
        fix ? `${fix.title}: ${edited(text, fix.cells.find(({ cell }) => cell === id)!.edits)}` : "none",
      );
    }
    return found;
  }
  const edited = (text: string, edits: TextEdit[]) =>
    edits
      .toSorted((a, b) => b.start - a.start)
      .reduce(
        (done, { start, length, text }) => done.slice(0, start) + text + done.slice(start + length),
        text,
      );

  test("imports from bnlab and from Node, into the cell's own text; names that are meant", async () => {
    assert.deepEqual(await fixed("const a = 1;", "manualSeed(a);\nreadFileSync('x')"), [
      'Add import from "bnlab": import { manualSeed } from "bnlab";\nmanualSeed(a);\nreadFileSync(\'x\')',
      'Add import from "node:fs": import { readFileSync } from "node:fs";\nmanualSeed(a);\nreadFileSync(\'x\')',
    ]);
    assert.deepEqual(await fixed('import { ones } from "bnlab";\nconst x = ones([2, 2]);', "x.matmull(x)"), [
      "Change spelling to 'matmul': x.matmul(x)",
    ]);
  });

  test("all at once, and imports in order, of which none goes", async () => {
    const { cells } = notebook("manualSeed(1);\nnoGrad(() => ones([2]));\nreadFileSync('x')");
    const text = edited(cells[0]!.text, await askLanguage(client, "fixAll", cells, { cell: "c0" }));
    assert.match(text, /^import \{ manualSeed, noGrad, ones \} from "bnlab";\n/m);
    assert.match(text, /^import \{ readFileSync \} from "node:fs";\n/m);
    const imports =
      'import { tensor } from "bnlab";\nimport { b } from "node:buffer";\nimport { nn } from "bnlab";\n1';
    const sorted = await ask("organizeImports", [imports]);
    assert.equal(
      edited(imports, sorted),
      'import { nn, tensor } from "bnlab";\nimport { b } from "node:buffer";\n1',
    );
    assert.deepEqual(await ask("organizeImports", ['import { nn, tensor } from "bnlab";\n1']), []);
  });
});

describe("what stands where", () => {
  test("hover: type, documentation with tags, and whether it is the notebook's variable", async () => {
    const docs =
      "/** Moves on.\n * @param by how far\n */\nfunction move(by: number) {}\n/** Steps so far. */\nlet step = 0;";
    const move = await ask("quickInfo", [docs, "mo‸ve(1)"]);
    assert.equal(move?.signature, "function move(by: number): void");
    assert.match(move?.documentation ?? "", /^Moves on\.\n\n\*@param\* `by` — how far$/);
    const step = await ask("quickInfo", [docs, "step = 3;\nst‸ep"]);
    assert.deepEqual(
      [step?.signature, step?.documentation, step?.variable],
      ["let step: number", "Steps so far.", "step"],
    );
    const inner = await ask("quickInfo", [docs, "((step: string) => st‸ep)('')"]);
    assert.equal(inner?.variable, undefined);
  });

  test("signature help follows the parameters", async () => {
    const help = await ask("signatureHelp", [
      "/** Joins. */\nfunction join(a: string, b?: number): string { return a + b; }",
      "join('x', ‸",
    ]);
    assert.equal(help?.signatures[0]?.label, "join(a: string, b?: number): string");
    assert.equal(help?.signatures[0]?.documentation, "Joins.");
    assert.deepEqual(
      help?.signatures[0]?.parameters.map(({ label }) => label),
      ["a: string", "b?: number"],
    );
    assert.equal(help?.activeParameter, 1);
  });

  test("signature help tells of options, with their defaults, and of the class", async () => {
    const help = await ask("signatureHelp", ['import { nn } from "bnlab";', "new nn.BatchNorm1d(10, ‸"]);
    const [signature] = help!.signatures;
    assert.match(signature!.label, /settings\?: nn\.BatchNormOptions \| number, momentum\?: number \| null,/);
    assert.match(signature!.documentation, /^Batch normalization of features/);
    const [, settings, momentum] = signature!.parameters.map(({ documentation }) => documentation);
    assert.match(settings!, /^- `eps`: Added to the variance under the root\. Default 1e-5\.$/m);
    assert.match(momentum!, /Default 0\.1/);
    const other = await ask("signatureHelp", ["function f({ a, b }: { a?: number; b?: number }) {}", "f(‸"]);
    assert.match(other!.signatures[0]!.label, /^f\(options: \{ a\?: number/);
  });

  test("definitions: the latest cell above, for assigned variables too; files by line", async () => {
    assert.deepEqual(await ask("definitions", ["const x = 1;", "const x = 2;", "x‸"]), [
      { cell: "c1", start: 6, length: 1 },
    ]);
    assert.deepEqual(await ask("definitions", ["let y = 1;", "y = 2; y‸"]), [
      { cell: "c0", start: 4, length: 1 },
    ]);
    const [inFile] = await ask("definitions", [`import { manualSeed } from "bnlab";`, "manualSe‸ed(1)"]);
    assert.ok(inFile && "file" in inFile && inFile.file.endsWith(".d.ts") && inFile.line > 0);
  });

  test("references in all cells, writes among them", async () => {
    const found = await ask("references", ["let total = 0;", "total += 1;", "const total = 2;", "tot‸al"]);
    assert.deepEqual(found.map(({ cell }) => cell).sort(), ["c2", "c3"]);
    const earlier = await ask("references", ["let tot‸al = 0;", "total += 1;", "total", "const total = 2;"]);
    assert.deepEqual(earlier.map(({ cell, isWrite }) => `${cell}${isWrite ? " write" : ""}`).sort(), [
      "c0 write",
      "c1 write",
      "c2",
    ]);
  });

  test("rename goes through all cells that mean the same variable, from any of them", async () => {
    const texts = [
      "let lr = 0.1;\nconst f = (lr: number) => lr;",
      "lr = 2;\nconst options = { lr };\nconst told = 'lr'; // lr",
      "const lr = 'other';",
      "lr",
    ];
    const expected = [
      "let rate = 0.1;\nconst f = (lr: number) => lr;",
      "rate = 2;\nconst options = { lr: rate };\nconst told = 'lr'; // lr",
      "const lr = 'other';",
      "lr",
    ];
    assert.deepEqual(await renamed("rate", texts[0]!.replace("lr", "l‸r"), ...texts.slice(1)), expected);
    assert.deepEqual(
      await renamed("rate", texts[0]!, texts[1]!.replace("lr", "l‸r"), ...texts.slice(2)),
      expected,
    );
    assert.deepEqual(await renamed("other", "function f() {}", "f‸()"), ["function other() {}", "other()"]);
    assert.equal(await renamed("x", `import { manualSeed } from "bnlab";\nconst s = Mat‸h.abs(1);`), null);
  });

  test("semantic tokens tell types from values", async () => {
    const [first] = await ask("semanticTokens", ["class Net {}", "‸new Net()"]);
    assert.deepEqual([first?.start, first?.length, first?.type], [4, 3, "class"]);
  });
});

describe("Jupyter's own messages", () => {
  const complete = async (code: string, cursor_pos: number) => {
    const { content } = await client.request("complete_request", { code, cursor_pos });
    assert.ok(content.status === "ok");
    return content;
  };

  test("positions are code points", async () => {
    await run("/** How fast. */\nconst schrittweite = 0.1;");
    const { matches, cursor_start, cursor_end } = await complete("'😀😀'; schrittw + 1", 14);
    assert.deepEqual([matches, cursor_start, cursor_end], [["schrittweite"], 6, 14]);
    const { content } = await client.request("inspect_request", {
      code: "'😀'; schrittweite",
      cursor_pos: 8,
      detail_level: 0,
    });
    assert.ok(content.status === "ok" && content.found);
    assert.equal(content.data["text/plain"], "const schrittweite: 0.1\n\nHow fast.\n\n0.1");
    assert.match(String(content.data["text/markdown"]), /^```typescript\nconst schrittweite: 0\.1\n```/);
  });

  test("inside a call's parentheses the call is inspected", async () => {
    const { content } = await client.request("inspect_request", {
      code: "parseInt(",
      cursor_pos: 9,
      detail_level: 0,
    });
    assert.ok(
      content.status === "ok" && String(content.data["text/plain"]).startsWith("parseInt(string: string"),
    );
  });

  test("a cell that has run a hundred times is one cell", async () => {
    for (let i = 0; i < 100; i++) await run(`const again = ${i};`);
    const { matches } = await complete("agai", 4);
    assert.deepEqual(matches, ["again"]);
    const { content } = await client.request("inspect_request", {
      code: "again",
      cursor_pos: 1,
      detail_level: 0,
    });
    assert.ok(content.status === "ok" && String(content.data["text/plain"]).startsWith("const again: 99"));
  });
});

test("answers come while a cell is running, and its status stays busy", async () => {
  const states: string[] = [];
  let looping: ReturnType<typeof run> | undefined;
  await new Promise<void>((started) => {
    looping = run("console.log('on');\nwhile (true) {}", ({ header, content }) => {
      if (header.msg_type === "status" && "execution_state" in content) states.push(content.execution_state);
      if (header.msg_type === "stream") started();
    });
  });
  const found = await labels("const inLoop = 1;", "inLo‸");
  assert.ok(found.includes("inLoop"));
  const { content } = await client.request("is_complete_request", { code: "if (true) {" });
  assert.equal(content.status, "incomplete");
  await client.interrupt();
  await looping;
  assert.equal(states.at(-1), "idle");
  assert.ok(states.filter((state) => state === "busy").length > 1);
});

test("a fresh runner knows nothing of the old one's names", async () => {
  await run("const goneSoon = 1;");
  assert.deepEqual(await complaints("goneSoon;"), []);
  await run("process.exit(1);");
  assert.deepEqual(await complaints("goneSoon;"), ["c0 TS2304 warning"]);
});

test("what an editor asks by itself as a notebook opens waits for the cells that run then", async () => {
  const opened = startKernel();
  after(() => opened.stop());
  const { cells, about } = notebook("const unused: string = 1;");
  const order: string[] = [];
  const squiggles = askLanguage(opened.client, "diagnostics", cells, about).then((found) => {
    order.push("squiggles");
    return found;
  });
  for (const name of ["first", "second"]) {
    await opened.run(`"${name}"`);
    order.push(name);
  }
  assert.equal((await squiggles).length, 1);
  assert.deepEqual(order, ["first", "second", "squiggles"]);
});
