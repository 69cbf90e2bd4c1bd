// The files that a live page brings along: those that were named, and the verdicts that a scorecard reads.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { parseNotebook } from "../../../kernel/document/notebookFile";
import { carriedFiles, carriedHtml } from "../../../kernel/notebook/html/carriedFiles";
import { FileError } from "../../../kernel/notebook/outputFile";
import { Mime } from "../../../kernel/protocol";

const root = mkdtempSync(path.join(os.tmpdir(), "bnlab-carried-"));
after(() => rmSync(root, { recursive: true, force: true }));
const home = path.join(root, "home");
mkdirSync(path.join(home, "data"), { recursive: true });
const at = (name: string) => path.join(home, name);

const notebookOf = (source: string, cell_type = "code", languageId = "typescript") =>
  parseNotebook(
    JSON.stringify({
      cells: [
        {
          cell_type,
          metadata: { vscode: { languageId } },
          source,
          ...(cell_type === "code" && { outputs: [], execution_count: null }),
        },
      ],
      ...{ metadata: {}, nbformat: 4, nbformat_minor: 5 },
    }),
  );
const asks = notebookOf("display(lesson.scorecard());");

/** A notebook with such outputs, saved so many seconds after the first. */
function saved(name: string, second: number, text: string): void {
  writeFileSync(at(name), text);
  utimesSync(at(name), 1e9 + second, 1e9 + second);
}
const withOutputs = (...outputs: unknown[]) => JSON.stringify({ cells: [{ source: "# text" }, { outputs }] });
const verdict = (claim: string) => ({ data: { [Mime.verdict]: { claim }, "text/plain": "it holds" } });

test("files are where cells look for them: beside the notebook, those from elsewhere as if they lay there", async () => {
  writeFileSync(at("data/a.csv"), "a\n1");
  writeFileSync(path.join(root, "b.csv"), "b");
  const files = await carriedFiles(notebookOf("1"), at("n.ipynb"), [
    at("data/a.csv"),
    path.join(root, "b.csv"),
  ]);
  assert.deepEqual(
    files.map(({ path: name, content }) => [name, String(content)]),
    [
      ["/data/a.csv", "a\n1"],
      ["/b.csv", "b"],
    ],
  );
  const html = carriedHtml([...files, { path: '/"<', content: "" }]);
  const carried = [
    ...html.matchAll(
      /<script type="text\/plain" class="bnlab-file" data-path="([^"]*)">([^<]*)<\/script>\n/g,
    ),
  ];
  assert.deepEqual(
    carried.map(([, name, packed]) => [name, gunzipSync(Buffer.from(packed!, "base64")).toString()]),
    [
      ["/data/a.csv", "a\n1"],
      ["/b.csv", "b"],
      ["/&quot;&lt;", ""],
    ],
  );
});

test("a file that cannot be read is named", async () => {
  await assert.rejects(carriedFiles(notebookOf("1"), at("n.ipynb"), [at("none.csv")]), (error) => {
    assert.ok(error instanceof FileError);
    assert.deepEqual([error.file, error.message], [at("none.csv"), "there is no such file"]);
    return true;
  });
});

test("a cell that calls the scorecard finds the verdicts of the folder's notebooks, those saved last at the end", async () => {
  saved("a.ipynb", 3, withOutputs(verdict("one"), { text: "printed" }, verdict("two")));
  saved("b.ipynb", 1, withOutputs(verdict("three")));
  saved("c.ipynb", 2, withOutputs({ data: { "text/plain": "no verdict" } }));
  saved("broken.ipynb", 4, "{");
  saved("d.json", 5, withOutputs(verdict("of no notebook")));
  const found = await carriedFiles(asks, at("n.ipynb"), [at("data/a.csv")]);
  const claims = (content: string | Uint8Array) =>
    JSON.parse(String(content)).cells.flatMap(({ outputs }: { outputs: { data: object }[] }) =>
      outputs.map(({ data }) => {
        assert.deepEqual(Object.keys(data), [Mime.verdict]);
        return (data as Record<string, { claim: string }>)[Mime.verdict]!.claim;
      }),
    );
  assert.deepEqual(
    found.map(({ path: name, content }) => [name, name.endsWith(".csv") ? "a file" : claims(content)]),
    [
      ["/b.ipynb", ["three"]],
      ["/a.ipynb", ["one", "two"]],
      ["/data/a.csv", "a file"],
    ],
  );
});

test("one cell among others is enough to ask for the verdicts", async () => {
  saved("a.ipynb", 3, withOutputs(verdict("one")));
  const cells = [...notebookOf("1").cells, ...asks.cells, ...notebookOf("2").cells];
  const found = await carriedFiles({ ...asks, cells }, at("n.ipynb"));
  assert.ok(found.some(({ path: name }) => name === "/a.ipynb"));
});

test("no other cell brings verdicts along: text, another language's, a name that only ends so", async () => {
  for (const notebook of [
    notebookOf("lesson.scorecard()", "markdown"),
    notebookOf("myscorecard()"),
    notebookOf("lesson.scorecard"),
    notebookOf("lesson.scorecard()", "code", "python"),
  ])
    assert.deepEqual(await carriedFiles(notebook, at("n.ipynb")), []);
});
