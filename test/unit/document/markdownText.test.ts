// A notebook as Markdown.
import assert from "node:assert/strict";
import { it } from "node:test";
import { formatMarkdown } from "../../../kernel/document/markdownText";
import { parseNotebook } from "../../../kernel/document/notebookFile";

const code = (source: string, outputs: object[] = [], metadata = {}) => ({
  ...{ cell_type: "code", source, metadata, outputs, execution_count: 1 },
});
const shown = (data: object) => ({ output_type: "display_data", data, metadata: {} });

const notebook = parseNotebook(
  JSON.stringify({
    cells: [
      { cell_type: "markdown", source: "# Title\n", metadata: {} },
      code("const x = 1;", [{ output_type: "stream", name: "stdout", text: "\u001b[31mred\u001b[39m\n" }]),
      code("plot()", [shown({ "image/png": "AAAA\n", "text/plain": "Loss [a] (line chart)\nmore" })]),
      code("latex", [shown({ "text/latex": "$$x$$", "text/plain": "x" })], {
        jupyter: { source_hidden: true },
      }),
      code("throw", [{ output_type: "error", ename: "Error", evalue: "no", traceback: [] }]),
      code("fence", [shown({ "text/plain": "```\ncode\n```" })]),
      { cell_type: "raw", source: "raw", metadata: {} },
      code("", []),
    ],
    metadata: { kernelspec: { name: "bnlab", language: "typescript", display_name: "BN Lab" } },
    nbformat: 4,
    nbformat_minor: 5,
  }),
);

it("has texts as they are, code and outputs in fences, pictures by name, what is hidden left out", () => {
  const pictures: string[] = [];
  const picture = (base64: string) => `files/${pictures.push(base64)}.png`;
  const text = formatMarkdown(notebook, { picture });
  assert.equal(
    text,
    [
      "# Title",
      "```ts\nconst x = 1;\n```",
      "```text\nred\n```",
      "```ts\nplot()\n```",
      "![Loss  a  (line chart)](files/1.png)",
      "$$x$$",
      "```ts\nthrow\n```",
      "```text\nError: no\n```",
      "```ts\nfence\n```",
      "````text\n```\ncode\n```\n````",
      "```\nraw\n```\n",
    ].join("\n\n"),
  );
  assert.deepEqual(pictures, ["AAAA"]);
});

it("goes without code where that is asked for", () => {
  const text = formatMarkdown(notebook, { code: false, picture: () => "p.png" });
  assert.ok(!text.includes("const x") && text.includes("red") && text.includes("p.png"));
});
