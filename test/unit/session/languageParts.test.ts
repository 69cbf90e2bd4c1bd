// Parts of the language service that need no program: places in imports, edits of cells, words; and frames that are in files.
import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import type { CallSite } from "../../../kernel/session/cells/stackTraces";
import { type FixContext, organizedImports, toCellEdit } from "../../../kernel/session/language/codeFixes";
import { importOrder, isInImport } from "../../../kernel/session/language/entryKinds";
import { documentationOf, signatureOf } from "../../../kernel/session/language/markdown";
import type { CellModule } from "../../../kernel/session/language/notebookModules";
import { FileFrames } from "../../../kernel/session/runner/fileFrames";

describe("imports", () => {
  it("from bnlab are known between their braces alone", () => {
    const text =
      'const a = { b: 1 }; import { c } from "other"; import "bnlab"; import d from "bnlab"; import { nn, e } from "bnlab";';
    const file = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
    const within = (place: string) => isInImport(file, text.indexOf(place));
    for (const place of [" nn, e", "nn, e", ", e", '} from "bnlab";'])
      assert.equal(within(place), true, place);
    for (const place of ["const", "b: 1", "c }", '"bnlab"; import d', "d from", "{ nn"])
      assert.equal(within(place), false, place);
    assert.equal(isInImport(file, text.length), false);
  });

  it("have first what notebooks use, then values, then types", () => {
    const names: [string, string][] = [
      ["Sizes", "interface"],
      ["acos", "function"],
      ["Pair", "type"],
      ["optim", "module"],
      ["load", "function"],
      ["nn", "module"],
    ];
    const sorted = names.toSorted((a, b) => importOrder(...a).localeCompare(importOrder(...b)));
    assert.deepEqual(
      sorted.map(([name]) => name),
      ["nn", "optim", "load", "acos", "Sizes", "Pair"],
    );
    assert.deepEqual(
      [
        importOrder("nn", "module"),
        importOrder("load", "function"),
        importOrder("x", "class"),
        importOrder("X", "type"),
      ],
      ["0000", "0020", "1", "2"],
    );
  });

  it("are sorted and joined, none goes, and nothing changes where they are in order", () => {
    const format = ts.getDefaultFormatCodeSettings("\n");
    const sorted = (text: string) => {
      const edits = organizedImports(
        { text, fileName: "/a/cell.ts" } as CellModule,
        { format } as FixContext,
      );
      return edits
        .toSorted((a, b) => b.start - a.start)
        .reduce(
          (done, edit) => done.slice(0, edit.start) + edit.text + done.slice(edit.start + edit.length),
          text,
        );
    };
    const text = 'import { tensor } from "bnlab";\nimport { b } from "a";\nimport { nn } from "bnlab";\n1';
    assert.equal(sorted(text), 'import { b } from "a";\nimport { nn, tensor } from "bnlab";\n1');
    assert.deepEqual(
      organizedImports({ text: sorted(text), fileName: "/cell.ts" } as CellModule, { format } as FixContext),
      [],
    );
  });

  it("go to the cell's beginning where TypeScript would put them before it", () => {
    const change = (start: number) => ({ span: { start, length: 2 }, newText: "\nimport x;\n" });
    assert.deepEqual(toCellEdit(change(10), 10), { start: 0, length: 2, text: "\nimport x;\n" });
    assert.deepEqual(toCellEdit(change(13), 10), { start: 3, length: 2, text: "\nimport x;\n" });
    assert.deepEqual(toCellEdit(change(9), 10), { start: 0, length: 0, text: "import x;\n" });
  });
});

describe("words about code", () => {
  const part = (text: string, kind = "text") => ({ text, kind });

  it("take no variable of an earlier cell for an import", () => {
    assert.equal(signatureOf([part("(alias) "), part('const a: 1\nimport a from "x"')]), "const a: 1");
    assert.equal(signatureOf([part("const a: 1\nimport b")]), "const a: 1\nimport b");
    assert.equal(signatureOf(undefined), "");
  });

  it("have links as code, parameters by name, examples as code", () => {
    const text = documentationOf(
      [
        part("See "),
        part("{@link ", "link"),
        part("Tensor", "linkName"),
        part(" it", "linkText"),
        part("}", "link"),
        part("."),
      ],
      [
        { name: "param", text: [part("size", "parameterName"), part(" "), part("of it ")] },
        { name: "typeParam", text: [part("T", "typeParameterName")] },
        { name: "returns", text: [part("nothing")] },
        { name: "deprecated" },
        { name: "example", text: [part("f()")] },
        { name: "example", text: [part("```ts\ng()\n```")] },
      ],
    );
    assert.equal(
      text,
      "See `Tensor`` it`.\n\n*@param* `size` — of it\n\n*@typeParam* `T`\n\n*@returns* — nothing\n\n*@deprecated*\n\n*@example*\n```typescript\nf()\n```\n\n*@example*\n```ts\ng()\n```",
    );
    assert.equal(documentationOf(undefined, undefined), "");
  });
});

describe("a frame in a file", () => {
  const frames = new FileFrames();
  const frame = (file: string, more: Partial<CallSite> = {}): CallSite => ({
    getFileName: () => file,
    getScriptNameOrSourceURL: () => file,
    getFunctionName: () => "f",
    getLineNumber: () => 3,
    getColumnNumber: () => 5,
    isAsync: () => false,
    toString: () => `whole ${file}`,
    ...more,
  });
  const described = (file: string, more?: Partial<CallSite>) => frames.describe(frame(file, more), file);

  it("is the reader's own, a package's, or nobody's news", () => {
    const mine = path.resolve("/own/a.ts");
    assert.deepEqual(described(mine), { text: `f (${mine}:3:5)`, own: true, internal: false });
    assert.deepEqual(described(pathToFileURL(mine).href).text, `f (${mine}:3:5)`);
    assert.deepEqual(described(mine, { isAsync: () => true }).text, `async f (${mine}:3:5)`);
    assert.deepEqual(
      described(mine, { getFunctionName: () => null, getLineNumber: () => null, getColumnNumber: () => null })
        .text,
      `${mine}:1:1`,
    );
    assert.deepEqual(described("evalmachine.<anonymous>"), {
      text: "whole evalmachine.<anonymous>",
      own: true,
      internal: false,
    });
    const packages = path.resolve("/own/node_modules/x/index.js").replaceAll("\\", "/");
    assert.deepEqual(described(packages), { text: `whole ${packages}`, own: false, internal: false });
    for (const internal of ["", "node:fs"])
      assert.deepEqual(described(internal), { text: `whole ${internal}`, own: false, internal: true });
    assert.deepEqual(
      [frames.headLines, frames.cellName("Cell 1"), frames.functionName(frame("a"))],
      [0, "Cell 1", "f"],
    );
    assert.equal(frames.functionName(frame("a", { getFunctionName: () => null })), "");
  });

  it("is the loader's where Node or the build is in it", () => {
    assert.equal(frames.isLoaders("    at load (node:internal/modules)"), true);
    assert.equal(frames.isLoaders("    at f (/own/a.ts:1:1)"), false);
  });
});
