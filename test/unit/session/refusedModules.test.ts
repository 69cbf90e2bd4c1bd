// What a cell in a browser cannot import, and where it can.
import assert from "node:assert/strict";
import { builtinModules } from "node:module";
import { test } from "node:test";
import { elsewhere, isNodes, refusalInPage } from "../../../kernel/session/cells/refusedModules";

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
