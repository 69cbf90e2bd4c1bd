// The files of a page's memory, as TypeScript asks for them: those that there are, their folders, and nothing else.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cellOptionsFor, typeRootOf } from "../../../kernel/session/converter/cellOptions";
import { isFixed } from "../../../kernel/session/converter/codeHost";
import { type PageCode, pageCodeHost } from "../../../kernel/session/page/codeHost";

describe("a page's memory", () => {
  const options = { noUncheckedIndexedAccess: true };
  const host = pageCodeHost({
    files: { "/lib/a.d.ts": "one", "/types/bnlab/cell/b.d.ts": "two", "/types/@types/c/index.d.ts": "" },
    options,
  });
  const { files } = host;

  it("has its files, and what every object has is none", () => {
    assert.deepEqual(
      ["/lib/a.d.ts", "/types/bnlab/cell/b.d.ts", "/lib/none", "toString"].map((file) => [
        files.readFile(file),
        files.fileExists(file),
      ]),
      [
        ["one", true],
        ["two", true],
        [undefined, false],
        [undefined, false],
      ],
    );
    assert.equal(files.realpath?.("/lib/../x"), "/lib/../x");
    assert.deepEqual([...files.readDirectory("/lib")], []);
    assert.equal(files.version("/lib/a.d.ts"), files.version("/types/bnlab/cell/b.d.ts"));
  });

  it("has the folders of its files, and the notebook's", () => {
    const folders = [
      "",
      "/lib",
      "/types",
      "/types/bnlab",
      "/types/bnlab/cell",
      "/types/@types/c",
      "/notebook",
    ];
    for (const folder of folders) assert.equal(files.directoryExists(folder), true, folder);
    for (const folder of ["/none", "/lib/a.d.ts", "lib", "/types/cell"])
      assert.equal(files.directoryExists(folder), false, folder);
    assert.deepEqual(
      [files.getDirectories(""), files.getDirectories("/types")],
      [
        ["lib", "types"],
        ["bnlab", "@types"],
      ],
    );
    assert.deepEqual([files.getDirectories("/lib"), files.getDirectories("/none")], [[], []]);
  });

  it("lends cells what is built in, and refuses Node's modules in words", () => {
    assert.deepEqual(
      ["bnlab", "tslab", "fs", "node:fs", "lodash"].map((name) => [
        host.isBuiltin(name),
        host.refusal?.(name) === undefined,
      ]),
      [
        [false, true],
        [false, true],
        [true, false],
        [true, false],
        [false, false],
      ],
    );
    assert.deepEqual([host.semicolonHides(), host.yields, host.project().options], [false, true, options]);
    assert.deepEqual(pageCodeHost({ files: {} }).project().options, {});
  });

  it("stays as it is while a session lives, as packages and TypeScript's libraries do", () => {
    for (const file of [
      "/types/x.d.ts",
      "/a/node_modules/b.ts",
      "/elsewhere/lib.es5.d.ts",
      "/lib.d/lib..d.ts",
    ])
      assert.equal(isFixed(file, host), true, file);
    for (const file of ["/notebook/a.ts", "/a/types/x.d.ts", "/a/lib.es5.ts", "/a/mylib.es5.d.ts"])
      assert.equal(isFixed(file, host), false, file);
  });
});

describe("what cells are checked with", () => {
  it("is strict but for what is caught, unless the project says otherwise or the notebook comes from elsewhere", () => {
    const of = (options: NonNullable<PageCode["options"]>, isLoose = false) => {
      const host = pageCodeHost({ files: {}, options });
      const { strict, useUnknownInCatchVariables, paths, typeRoots, types } = cellOptionsFor(host, isLoose);
      assert.deepEqual([typeRoots, types], [[typeRootOf("/types")], ["page"]]);
      assert.deepEqual(paths?.bnlab, ["/types/bnlab/cell/bnlab.d.ts"]);
      return { strict, caught: useUnknownInCatchVariables, own: paths?.["~/*"] };
    };
    assert.deepEqual(of({}), { strict: true, caught: false, own: undefined });
    assert.deepEqual(of({}, true), { strict: false, caught: false, own: undefined });
    assert.deepEqual(of({ strict: true }), { strict: true, caught: true, own: undefined });
    assert.deepEqual(of({ strict: true }, true), { strict: true, caught: true, own: undefined });
    assert.deepEqual(of({ strict: false }), { strict: false, caught: false, own: undefined });
    assert.deepEqual(of({ strict: true, useUnknownInCatchVariables: false }).caught, false);
    assert.deepEqual(of({ paths: { "~/*": ["a"], bnlab: ["mine"] } }).own, ["a"]);
  });

  it("is the same object as long as the project says the same", () => {
    const host = pageCodeHost({ files: {} });
    assert.equal(cellOptionsFor(host, false), cellOptionsFor(host, false));
    assert.equal(cellOptionsFor(host, true), cellOptionsFor(host, true));
    assert.notEqual(cellOptionsFor(host, true), cellOptionsFor(host, false));
  });
});
