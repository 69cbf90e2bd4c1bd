// The folders of the kernels stand on one another in one direction.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";

const root = path.join(import.meta.dirname, "../../../../kernel/tensor/wasm");

/** Each folder, and those that it may import; the files beside the folders may import all of them. */
const floors: Readonly<Record<string, readonly string[]>> = {
  emit: [],
  call: ["emit"],
  map: ["emit", "call"],
  product: ["emit", "call", "map"],
  norm: ["emit", "call", "map"],
  pool: ["emit", "call", "map"],
  update: ["emit", "call"],
  conv: ["emit", "call", "map", "product"],
  measure: ["emit", "."],
};

test("no folder imports one that stands on it", () => {
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(folders.map(({ name }) => name).sort(), Object.keys(floors).sort());
  for (const [folder, allowed] of Object.entries(floors)) {
    for (const file of readdirSync(path.join(root, folder))) {
      const source = readFileSync(path.join(root, folder, file), "utf8");
      for (const { fileName } of ts.preProcessFile(source).importedFiles) {
        assert.ok(fileName.startsWith("."), `${folder}/${file} imports ${fileName}`);
        const inside = path.relative(root, path.join(root, folder, fileName)).split(path.sep);
        if (inside[0] === "..") continue; // tensor/math, which imports nothing
        const other = inside.length > 1 ? inside[0]! : "."; // a file beside the folders, or index.ts
        assert.ok(other === folder || allowed.includes(other), `${folder}/${file} imports ${fileName}`);
      }
    }
  }
});
