// Notebooks as scripts and back: the code byte for byte, whatever is in it.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Notebook, parseNotebook } from "../../../kernel/document/notebookFile";
import { formatScript, hasMarkers, parseScript, stripped, updated } from "../../../kernel/document/script";

const notebookOf = (cells: object[]): Notebook =>
  parseNotebook(
    JSON.stringify({
      cells: cells.map((cell) => ({ cell_type: "code", metadata: {}, source: "", ...cell })),
      metadata: {},
      nbformat: 4,
    }),
  );

const told = ({ cells }: Notebook) =>
  cells.map(({ cell_type, source, metadata }) => ({ cell_type, source, metadata }));

describe("a script of cells", () => {
  it("is what editors and jupytext read", () => {
    const notebook = notebookOf([
      { cell_type: "markdown", source: "# Title\n\n- 一\n    code" },
      { source: "let rate = 0.1;", metadata: { tags: ["parameters"] } },
      { cell_type: "raw", source: "raw" },
      {
        source: "rate * 2\n",
        metadata: { title: "Twice", jupyter: { source_hidden: true }, execution: { "a.b": "now" } },
      },
    ]);
    const script = formatScript(notebook);
    assert.equal(
      script,
      `// %% [markdown]
// # Title
//
// - 一
//     code

// %% tags=["parameters"]
let rate = 0.1;

// %% [raw]
// raw

// %% Twice jupyter={"source_hidden":true}
rate * 2

`,
    );
    const { execution: _, ...metadata } = notebook.cells[3]!.metadata;
    Object.assign(notebook.cells[3]!, { metadata });
    assert.deepEqual(told(parseScript(script)), told(notebook));
  });

  it("reads what others write: a header, titles, no space, no lines between cells, CRLF, code before the first marker", () => {
    const header = "// ---\n// jupyter:\n//   kernelspec:\n//     name: tslab\n// ---\n\n";
    const cells = told(
      parseScript(`${header}import "x";\n\n//%% Load [md] a=1 b=not\n// text\n// %%\n1\n// %%\n2`),
    );
    assert.deepEqual(cells, [
      { cell_type: "code", source: 'import "x";', metadata: {} },
      { cell_type: "markdown", source: "text", metadata: { a: 1, title: "Load b=not" } },
      { cell_type: "code", source: "1", metadata: {} },
      { cell_type: "code", source: "2", metadata: {} },
    ]);
    const windows = told(parseScript("// %%\r\nlet a = 1;\r\na\r\n\r\n// %%\r\n2\r\n"));
    assert.deepEqual(
      windows.map(({ source }) => source),
      ["let a = 1;\na", "2"],
    );
    assert.deepEqual(told(parseScript("console.log(1);\n")), [
      { cell_type: "code", source: "console.log(1);", metadata: {} },
    ]);
    assert.deepEqual(told(parseScript("")), []);
  });

  it("has a marker on one of its lines; a text without one is a program", () => {
    for (const text of ["a\n// %%\nb", "//%% title", "a\n// %%\r\nb\r\n"]) assert.ok(hasMarkers(text), text);
    for (const text of ["", "a\nb", "// %%x", "a // %%", " // %%", "// \\%%"])
      assert.ok(!hasMarkers(text), text);
  });

  it("keeps every cell, whatever its text", () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "",
        "// %%",
        "//%%",
        "// \\%% x",
        "// %% [markdown]",
        "//",
        "// ---",
        "/* // %%",
        "\r",
        '// %% a="b"',
        "%%",
      ),
    );
    const cell = fc.record({
      cell_type: fc.constantFrom("code" as const, "code" as const, "markdown" as const),
      source: fc.array(line, { maxLength: 5 }).map((lines) => lines.join("\n")),
      metadata: fc.constantFrom(
        {},
        { tags: ["a b", 'c"]'] },
        { title: "a title", vscode: { languageId: "javascript" } },
      ),
    });
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 5 }), (cells) => {
        const notebook = notebookOf(cells);
        assert.deepEqual(told(parseScript(formatScript(notebook))), told(notebook));
      }),
      { numRuns: 2000 },
    );
  });

  it("has the code of every tutorial, byte for byte", () => {
    const folder = path.resolve(import.meta.dirname, "../../../notebooks");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ipynb"),
    );
    assert.ok(files.length >= 30);
    for (const file of files) {
      const notebook = parseNotebook(readFileSync(path.join(folder, file), "utf8"));
      const back = updated(parseScript(formatScript(notebook)), notebook);
      assert.deepEqual(back, notebook, file);
    }
  });
});

it("cells that stand as they were keep their ids and outputs; others have none", () => {
  const shown = { output_type: "stream" as const, name: "stdout", text: "1\n" };
  const before = notebookOf([
    { id: "one", source: "1", outputs: [shown] },
    { id: "two", source: "2", outputs: [shown] },
    { id: "again", source: "1", outputs: [shown] },
  ]);
  const { cells } = updated(parseScript("// %%\n1\n\n// %%\n3\n\n// %%\n1\n"), before);
  assert.deepEqual(
    cells.map((cell) => (cell.cell_type === "code" ? [cell.source, cell.outputs.length] : [])),
    [
      ["1", 1],
      ["3", 0],
      ["1", 1],
    ],
  );
  assert.deepEqual([cells[0]!.id, cells[2]!.id], ["one", "again"]);
});

it("stripped, nothing of a run is left", () => {
  const notebook = notebookOf([
    {
      source: "1",
      execution_count: 3,
      metadata: { execution: { a: "b" }, tags: ["x"] },
      outputs: [{ output_type: "stream", name: "stdout", text: "1" }],
    },
  ]);
  notebook.metadata.widgets = {};
  const { cells, metadata } = stripped(notebook);
  assert.deepEqual(
    [cells[0], metadata],
    [{ ...notebook.cells[0], metadata: { tags: ["x"] }, outputs: [], execution_count: null }, {}],
  );
});
