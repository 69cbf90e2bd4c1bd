// Folders that are made, and those that cannot be: told at once.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, it } from "node:test";
import { makeFolder } from "../../../kernel/host/makeFolder";

const scratch = mkdtempSync(path.join(os.tmpdir(), "bnlab-folder-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

it("is made with those above it, or is there", () => {
  const deep = path.join(scratch, "a", "b 中", "c");
  makeFolder(deep);
  makeFolder(deep);
  assert.ok(statSync(deep).isDirectory());
});

it("a file in its way, and a place that takes no folder, are errors", () => {
  const file = path.join(scratch, "file");
  writeFileSync(file, "");
  assert.throws(() => makeFolder(file), { code: "EEXIST" });
  assert.throws(() => makeFolder(path.join(file, "below")), { code: "ENOTDIR" });
  assert.throws(() => makeFolder(path.join(file, "below", "more")), { code: "ENOTDIR" });
});

it("where the system takes no folder it ends", { skip: process.platform !== "linux" }, () => {
  assert.throws(() => makeFolder("/proc/none/folder"), { code: "ENOENT" });
});
