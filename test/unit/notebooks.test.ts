// The shipped notebooks as files: valid nbformat, ours by metadata, and the same code cells in every language.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";

const folder = path.join(import.meta.dirname, "../../notebooks");
const languages = ["en", "zh-cn"];
const names = (language: string) =>
  readdirSync(path.join(folder, language)).filter((name) => name.endsWith(".ipynb"));

interface Notebook {
  nbformat: number;
  nbformat_minor: number;
  metadata: { kernelspec: { name: string }; language_info: { name: string } };
  cells: { cell_type: string; id: string; source: string[] }[];
}
const read = (language: string, name: string): Notebook =>
  JSON.parse(readFileSync(path.join(folder, language, name), "utf8"));

describe("shipped notebooks", () => {
  it("there is at least one, and every language has them all", () => {
    assert.ok(names("en").length > 0);
    for (const language of languages) assert.deepEqual(names(language), names("en"));
  });

  for (const name of names("en")) {
    for (const language of languages) {
      it(`${language}/${name} is nbformat 4.5 for the bnlab kernel, each cell with its own id`, () => {
        const notebook = read(language, name);
        assert.deepEqual([notebook.nbformat, notebook.nbformat_minor], [4, 5]);
        assert.equal(notebook.metadata.kernelspec.name, "bnlab");
        assert.equal(notebook.metadata.language_info.name, "typescript");
        assert.equal(new Set(notebook.cells.map((cell) => cell.id)).size, notebook.cells.length);
      });
    }
    it(`${name}: the same cells in the same order, the same code, prose in two languages`, () => {
      const [english, chinese] = languages.map((language) => read(language, name).cells);
      assert.deepEqual(
        english!.map((cell) => [cell.cell_type, cell.id]),
        chinese!.map((cell) => [cell.cell_type, cell.id]),
      );
      for (const [i, cell] of english!.entries()) {
        const same = cell.source.join("") === chinese![i]!.source.join("");
        assert.equal(same, cell.cell_type === "code", `cell ${cell.id}`);
      }
    });
  }
});
