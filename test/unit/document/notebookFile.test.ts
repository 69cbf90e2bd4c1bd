// Notebook files as they are written: what was read comes back, texts as lines, a chart's JSON on one line.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatNotebook, type Notebook, parseNotebook } from "../../../kernel/document/notebookFile";
import { Mime } from "../../../kernel/protocol";

const notebook: Notebook = {
  cells: [
    { cell_type: "markdown", id: "title", metadata: {}, source: "# Title\n\nText" },
    {
      cell_type: "code",
      id: "chart",
      metadata: { tags: ["wide"] },
      source: "plot",
      execution_count: 1,
      outputs: [
        {
          output_type: "display_data",
          data: {
            [Mime.plotly]: { data: [{ y: [1, 2.5, null], name: 'a "quoted" $& name\n' }], layout: {} },
            [Mime.json]: ["x", 1],
            [Mime.html]: "<p>\n</p>",
            [Mime.plain]: "Chart",
          },
          metadata: {},
        },
      ],
    },
  ],
  metadata: {
    kernelspec: { name: "bnlab", display_name: "BN Lab (TypeScript)", language: "typescript" },
    language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/typescript" },
  },
  nbformat: 4,
  nbformat_minor: 5,
};

describe("a notebook's file", () => {
  const text = formatNotebook(notebook);

  it("gives back what was written", () => assert.deepEqual(parseNotebook(text), notebook));

  it("has the JSON of a chart on one line, and texts line by line", () => {
    const lines = text.split("\n").map((line) => line.trim());
    const chart = lines.find((line) => line.startsWith(`"${Mime.plotly}"`));
    assert.match(chart!, /"y":\[1,2\.5,null\].*"layout":\{\}\},$/);
    assert.ok(lines.includes(`"${Mime.json}": ["x",1],`));
    assert.ok(lines.includes('"<p>\\n",'));
    assert.ok(lines.includes('"# Title\\n",'));
  });
});

describe("a notebook of somebody else's", () => {
  const parsed = (cells: object[], more: object = {}) =>
    parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells, ...more }));
  const outputsOf = (...outputs: unknown[]) => {
    const [cell] = parsed([{ cell_type: "code", source: "", outputs }]).cells;
    assert.ok(cell?.cell_type === "code");
    return cell.outputs;
  };

  it("has an id for each cell, no two alike, those that are right as they were", () => {
    const ids = ["a", "a", undefined, "b c", "", "x".repeat(65), 7, "d", "__proto__"];
    const found = parsed(ids.map((id) => ({ cell_type: "markdown", source: "", id }))).cells.map(
      ({ id }) => id,
    );
    assert.deepEqual([found[0], found[7], found[8]], ["a", "d", "__proto__"]);
    assert.equal(new Set(found).size, ids.length);
    for (const id of found) assert.match(id, /^[\w-]{1,64}$/);
  });

  it("has outputs that can be shown, whatever stood there", () => {
    const unknown = (type: string) => ({
      output_type: "display_data",
      data: { "text/plain": `[an output of the unknown type ${type}]` },
      metadata: {},
    });
    assert.deepEqual(outputsOf(null, 5, { output_type: "pyout" }, {}), [
      unknown("null"),
      unknown("5"),
      unknown('"pyout"'),
      unknown("none"),
    ]);
    assert.deepEqual(outputsOf({ output_type: "pyout", text: "1" }), [
      { output_type: "display_data", data: { "text/plain": "1" }, metadata: {} },
    ]);
    assert.deepEqual(
      outputsOf(
        { output_type: "error", ename: "E", evalue: "v" },
        { output_type: "error", ename: "E", evalue: "v", traceback: "one\ntwo" },
        { output_type: "error", traceback: [1, ["a", "b"]] },
        { output_type: "stream", text: [1, "a"] },
        { output_type: "display_data" },
        { output_type: "execute_result", data: "text", metadata: [], execution_count: "1" },
        {
          output_type: "display_data",
          data: { "text/html": ["<b>", "</b>"], "text/plain": { a: 1 }, "application/json": ["a"] },
        },
      ),
      [
        { output_type: "error", ename: "E", evalue: "v", traceback: ["E: v"] },
        { output_type: "error", ename: "E", evalue: "v", traceback: ["one", "two"] },
        { output_type: "error", ename: "Error", evalue: "", traceback: ["1", "ab"] },
        { output_type: "stream", name: "stdout", text: "1a" },
        { output_type: "display_data", data: {}, metadata: {} },
        {
          output_type: "execute_result",
          data: { "text/plain": "text" },
          metadata: {},
          execution_count: null,
        },
        {
          output_type: "display_data",
          data: { "text/html": "<b></b>", "text/plain": '{"a":1}', "application/json": ["a"] },
          metadata: {},
        },
      ],
    );
  });

  it("can be written and read again", () => {
    const cells = [
      {
        cell_type: "code",
        source: ["a\n", "b"],
        outputs: [{ output_type: "error" }, { output_type: "stream" }],
      },
    ];
    const book = parsed(cells, { nbformat_minor: 1.5, metadata: null });
    assert.deepEqual(parseNotebook(formatNotebook(book)).cells, book.cells);
    assert.equal(book.nbformat_minor, 5);
  });
});
