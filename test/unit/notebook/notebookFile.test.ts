// Notebook files as they are written: what was read comes back, texts as lines, a chart's JSON on one line.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatNotebook, type Notebook, parseNotebook } from "../../../kernel/notebook/notebookFile";
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
