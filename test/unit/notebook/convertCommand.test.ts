// `bnlab convert`: what it writes where, and over what it does not write.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { parseNotebook } from "../../../kernel/document/notebookFile";
import { convertCommand } from "../../../kernel/notebook/convertCommand";
import { folderForEach } from "./folders";
import { said } from "./said";

const { at, read, here } = folderForEach();
/** What its cells printed, with their counts. */
const printed = (name: string) =>
  parseNotebook(read(name)).cells.map((cell) =>
    cell.cell_type === "code"
      ? `${cell.execution_count} ${cell.outputs.map((output) => ("text" in output ? output.text : "?")).join()}`
      : cell.cell_type,
  );

const script = `// %% [markdown]
// # Title

// %%
let a = 1;
`;

function notebook(name: string, text: string, source = "let a = 1;"): void {
  const outputs = [{ output_type: "stream", name: "stdout", text }];
  const cells = [
    { cell_type: "markdown", id: "t", metadata: {}, source: "# Title" },
    { cell_type: "code", id: "c", metadata: {}, execution_count: 3, outputs, source },
  ];
  writeFileSync(at(name), JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
}

async function convert(t: TestContext, name: string, options: Parameters<typeof convertCommand>[1] = {}) {
  const { out, err } = said(t);
  const code = await convertCommand(at(name), options);
  t.mock.restoreAll();
  return { code, out, err };
}

test("a notebook becomes the script beside it, a script the notebook beside it", async (t) => {
  notebook("n.ipynb", "printed");
  assert.deepEqual(await convert(t, "n.ipynb"), { code: 0, out: [`Script  ${at("n.ts")}`], err: [] });
  assert.equal(read("n.ts"), script);
  for (const name of ["x.ts", "y.js", "z.mts"]) {
    writeFileSync(at(name), script);
    const target = at(`${name[0]}.ipynb`);
    assert.deepEqual(await convert(t, name), { code: 0, out: [`Notebook  ${target}`], err: [] });
    assert.deepEqual(printed(path.basename(target)), ["markdown", "null "]);
  }
});

test("cells of a script keep what they showed in the notebook that it is written to", async (t) => {
  notebook("n.ipynb", "printed");
  writeFileSync(at("n.ts"), `${script}\n// %%\nlet b = 2;\n`);
  await convert(t, "n.ts");
  assert.deepEqual(printed("n.ipynb"), ["markdown", "3 printed", "null "]);
});

test("a notebook that is written over another keeps its own outputs", async (t) => {
  notebook("new.ipynb", "new");
  notebook("old.ipynb", "old");
  const { code } = await convert(t, "new.ipynb", { output: at("old.ipynb") });
  assert.deepEqual([code, printed("old.ipynb")], [0, ["markdown", "3 new"]]);
});

test("outputs are left out where that is asked for, in the notebook itself unless another is named", async (t) => {
  notebook("n.ipynb", "printed");
  await convert(t, "n.ipynb", { strip: true, output: at("bare.ipynb") });
  assert.deepEqual([printed("n.ipynb")[1], printed("bare.ipynb")[1]], ["3 printed", "null "]);
  const { out } = await convert(t, "n.ipynb", { strip: true });
  assert.deepEqual([printed("n.ipynb")[1], out], ["null ", [`Notebook  ${at("n.ipynb")}`]]);
  assert.deepEqual(readdirSync(here()).sort(), ["bare.ipynb", "n.ipynb"]);
});

test("a script of cells and an empty file are written over, a program and another's notebook are not", async (t) => {
  notebook("n.ipynb", "printed");
  for (const before of ["", " \n\n", "// %%\n1;\n"]) {
    writeFileSync(at("n.ts"), before);
    assert.equal((await convert(t, "n.ipynb")).code, 0);
    assert.equal(read("n.ts"), script);
  }
  writeFileSync(at("n.ts"), "export const kept = 1;\n");
  assert.deepEqual(await convert(t, "n.ipynb"), {
    ...{ code: 2, out: [] },
    err: [
      `bnlab convert: ${at("n.ts")}: it is there, a program without cells; name another file by --output`,
    ],
  });
  assert.equal(read("n.ts"), "export const kept = 1;\n");
  writeFileSync(at("s.ts"), script);
  writeFileSync(at("s.ipynb"), "{}");
  const { code, err } = await convert(t, "s.ts");
  assert.equal(code, 2);
  assert.match(
    err.join("\n"),
    /^bnlab convert: \S+s\.ipynb: it is there and no notebook of ours: expected .*; name another file by --output$/,
  );
  assert.equal(read("s.ipynb"), "{}");
});

test("what cannot be read is named, and so is what cannot be written", async (t) => {
  assert.deepEqual(await convert(t, "none.ts"), {
    ...{ code: 2, out: [] },
    err: [`bnlab convert: ${at("none.ts")}: there is no such file`],
  });
  assert.deepEqual(readdirSync(here()), []);
  notebook("n.ipynb", "printed");
  mkdirSync(at("n.ts"));
  assert.deepEqual(await convert(t, "n.ipynb"), {
    ...{ code: 2, out: [] },
    err: [`bnlab convert: ${at("n.ts")}: it is a folder, expected a file`],
  });
});
