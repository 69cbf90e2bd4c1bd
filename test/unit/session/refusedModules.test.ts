// What a cell in a browser cannot import, and where it can.
import assert from "node:assert/strict";
import { builtinModules } from "node:module";
import { test } from "node:test";
import { elsewhere, isNodes, refusalInPage } from "../../../kernel/session/cells/refusedModules";
import { refusedImports } from "../../../kernel/session/converter/refusedImports";

test("Node's modules are known under both names, and their parts", () => {
  for (const name of builtinModules.filter((each) => !each.startsWith("_") && !each.startsWith("node:")))
    assert.ok(isNodes(name), name);
  for (const name of ["node:fs", "node:sea", "fs/promises"]) assert.ok(isNodes(name), name);
  for (const name of ["fsx", "lodash", "./fs", "@a/fs"]) assert.ok(!isNodes(name), name);
});

test("what is refused says why; an address the browser is asked for", () => {
  const said = (specifier: string, reason: string) =>
    assert.equal(refusalInPage(specifier), `cannot import "${specifier}": ${reason}; ${elsewhere}`);
  for (const specifier of ["fs", "node:fs", "fs/promises"]) said(specifier, "a browser has no Node");
  for (const specifier of ["./a.ts", "../a", "/a", "file:///a"]) said(specifier, "a browser has no files");
  for (const specifier of ["lodash", "@scope/name", ".hidden"])
    said(specifier, "a browser has no packages but bnlab");
  for (const specifier of ["http://a.b/c.js", "https://a.b", "data:text/javascript,1", "blob:x"])
    assert.equal(refusalInPage(specifier), undefined, specifier);
});

test("an import that is refused is told where its module stands; one of types alone is no import", () => {
  const source = [
    `import { a } from "./a";`,
    `import "fine"; export * from "./b";`,
    `import c = require("./c");`,
    `import type { D } from "./d";`,
    `export type { E } from "./e";`,
    "export const f = 1;",
  ].join("\n");
  const found = refusedImports(source, (name) => (name === "fine" ? undefined : `no ${name}`));
  assert.deepEqual(found, [
    { line: 1, column: 19, text: "no ./a" },
    { line: 2, column: 30, text: "no ./b" },
    { line: 3, column: 20, text: "no ./c" },
  ]);
});
