// The pages that a command is to write: which there are, and that none replaces another file of the command's.
import assert from "node:assert/strict";
import { existsSync, linkSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, test } from "node:test";
import { parseNotebook } from "../../../kernel/document/notebookFile";
import { markdownExport, writePictures } from "../../../kernel/notebook/markdownExport";
import { FileError, OutputFile } from "../../../kernel/notebook/outputFile";
import { type PageFiles, pageTargets } from "../../../kernel/notebook/pageTargets";
import { titleOf } from "../../../kernel/notebook/title";
import { folderForEach } from "./folders";

const { at, here } = folderForEach();
beforeEach(() => {
  writeFileSync(at("n.ipynb"), "{}");
});

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const picture = {
  output_type: "display_data",
  data: { "image/png": pixel, "text/plain": "A dot" },
  metadata: {},
};
const notebookOf = (...sources: string[]) =>
  parseNotebook(
    JSON.stringify({
      cells: [
        ...sources.map((source) => ({ cell_type: "markdown", metadata: {}, source })),
        {
          ...{ cell_type: "code", metadata: {}, execution_count: 1, source: "const secret = 1;" },
          outputs: [picture, picture],
        },
      ],
      ...{ metadata: {}, nbformat: 4, nbformat_minor: 5 },
    }),
  );
const notebook = notebookOf("text\n\n# The title");
const targets = (files: PageFiles, others: Parameters<typeof pageTargets>[3] = []) =>
  pageTargets(notebook, files, { file: at("n.ipynb"), folder: here() }, others);

describe("pages of a notebook", () => {
  test("are those that were named, and none is written before it is asked for", async () => {
    assert.deepEqual(await targets({}), []);
    assert.deepEqual(await targets({ engine: at("engine.js") }), [], "an engine is a live page's");
    const both = await targets({ html: at("a.html"), markdown: at("a.md") });
    assert.deepEqual(
      both.map(({ label, file }) => [label, file.name]),
      [
        ["Web page", at("a.html")],
        ["Markdown", at("a.md")],
      ],
    );
    assert.match(await both[0]!.format(), /<title>The title<\/title>[\s\S]*secret/);
    assert.match(await both[1]!.format(), /# The title[\s\S]*const secret/);
    const bare = await targets({ html: at("a.html"), markdown: at("a.md"), code: false });
    for (const { format } of bare) assert.doesNotMatch(await format(), /secret/);
    assert.deepEqual(readdirSync(here()), ["n.ipynb"]);
  });

  test("are refused in the place of the notebook, of one another and of what else is written", async () => {
    const refused = async (files: PageFiles, words: string, others?: Parameters<typeof pageTargets>[3]) =>
      assert.rejects(targets(files, others), (error) => {
        assert.ok(error instanceof FileError);
        assert.equal(error.message, `${words}; name another file for the page`);
        return true;
      });
    await refused({ html: at("n.ipynb") }, "it is the notebook itself");
    await refused({ html: at("p"), markdown: at("./p") }, "the web page is written there");
    symlinkSync("p", at("link"));
    await refused({ html: at("p"), markdown: at("link") }, "the web page is written there");
    linkSync(at("n.ipynb"), at("same.html"));
    await refused({ html: at("same.html") }, "it is the notebook itself");
    const executed = {
      label: "Notebook",
      file: await OutputFile.probe(at("done.ipynb"), ""),
      format: () => "",
    };
    await refused({ markdown: at("done.ipynb") }, "the notebook is written there", [executed]);
    assert.equal((await targets({ html: at("p"), markdown: at("q") }, [executed])).length, 2);
  });

  test("of Markdown have their pictures in a folder of the page's name, numbered as they come", async () => {
    const exported = markdownExport(notebook, at("my page.v2.md"));
    assert.match(exported.text, /!\[A dot\]\(my%20page\.v2_files\/picture-1\.png\)/);
    assert.match(exported.text, /!\[A dot\]\(my%20page\.v2_files\/picture-2\.png\)/);
    assert.ok(!existsSync(at("my page.v2_files")));
    await writePictures(exported);
    assert.deepEqual(readdirSync(at("my page.v2_files")).sort(), ["picture-1.png", "picture-2.png"]);
    await writePictures(exported);
    writeFileSync(at("file"), "");
    await assert.rejects(writePictures(markdownExport(notebook, at("file/a.md"))), FileError);
  });

  test("are called by the first heading of the text, else by the file", () => {
    assert.equal(titleOf(notebookOf("a\n## no\n#none\n#   One *two*", "# Later"), "x/n.ipynb"), "One *two*");
    assert.equal(titleOf(notebookOf("text", "# Later"), "x/n.ipynb"), "Later");
    assert.equal(titleOf(notebookOf("text"), path.join("x", "my n.ipynb")), "my n");
    assert.equal(titleOf(notebookOf(), path.join("x", "cells.ts")), "cells.ts");
  });
});
