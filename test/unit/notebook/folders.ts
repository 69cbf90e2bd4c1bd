// A folder for each test of a file, gone with the last.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, beforeEach } from "node:test";

/** Call it at a file's top: its own beforeEach() then finds the folder there. */
export function folderForEach() {
  const root = mkdtempSync(path.join(os.tmpdir(), "bnlab-test-"));
  after(() => rmSync(root, { recursive: true, force: true }));
  let folder = root;
  let count = 0;
  beforeEach(() => {
    folder = path.join(root, String(++count));
    mkdirSync(folder);
  });
  const at = (name: string) => path.join(folder, name);
  return { root, at, read: (name: string) => readFileSync(at(name), "utf8"), here: () => folder };
}
