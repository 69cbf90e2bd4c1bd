// The example notebooks as files: valid nbformat, ours by metadata, run to the end without an error, and listed.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const folder = path.join(import.meta.dirname, "../../examples");
const textOf = (name: string) => readFileSync(path.join(folder, name), "utf8");
const names = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));

interface Notebook {
  readonly nbformat: number;
  readonly nbformat_minor: number;
  readonly metadata: { readonly kernelspec: { readonly name: string } };
  readonly cells: readonly {
    readonly cell_type: string;
    readonly id: string;
    readonly execution_count?: number | null;
    readonly outputs?: readonly { readonly output_type: string; readonly name?: string }[];
  }[];
}

test("there are some, and the README lists each", () => {
  assert.ok(names.length >= 3);
  const readme = textOf("README.md");
  for (const name of names) assert.ok(readme.includes(`(${name})`), `README.md lists ${name}`);
});

for (const name of names) {
  test(`${name} is nbformat 4.5 for the bnlab kernel, saved as it ran from top to bottom, without errors and warnings`, () => {
    const notebook: Notebook = JSON.parse(textOf(name));
    assert.deepEqual([notebook.nbformat, notebook.nbformat_minor], [4, 5]);
    assert.equal(notebook.metadata.kernelspec.name, "bnlab");
    assert.equal(new Set(notebook.cells.map(({ id }) => id)).size, notebook.cells.length);
    const code = notebook.cells.filter((cell) => cell.cell_type === "code");
    assert.deepEqual(
      code.map((cell) => cell.execution_count),
      code.map((_, i) => i + 1),
    );
    for (const { id, outputs } of code) {
      for (const { output_type, name } of outputs!) {
        assert.ok(output_type !== "error" && name !== "stderr", `cell ${id} shows ${name ?? output_type}`);
      }
    }
    assert.ok(textOf(name).length <= 600_000, "small enough for a repository");
  });
}
