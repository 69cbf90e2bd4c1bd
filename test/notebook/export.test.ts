// `bnlab export`: what was saved in a notebook as a page; and `--folder`, for a notebook that does not lie where it belongs.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";

const cli = path.join(import.meta.dirname, "../../dist/kernel/cli.js");
const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-export-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const bnlab = (...args: string[]) =>
  spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8" });

function write(name: string, source: string): void {
  const outputs = [{ output_type: "stream", name: "stdout", text: ["as it was saved\n"] }];
  const code = { cell_type: "code", id: "a", execution_count: 3, metadata: {}, outputs, source };
  const title = {
    cell_type: "markdown",
    id: "b",
    metadata: {},
    source: "# The title\n\n![pixel](pixel.png)",
  };
  const metadata = { language_info: { name: "typescript" } };
  writeFileSync(
    path.join(folder, name),
    JSON.stringify({ cells: [title, code], metadata, nbformat: 4, nbformat_minor: 5 }),
  );
}

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
mkdirSync(path.join(folder, "home"));
writeFileSync(path.join(folder, "home/pixel.png"), Buffer.from(pixel, "base64"));

test("a page of what was saved, with pictures from the folder named; nothing runs", () => {
  write("saved.ipynb", 'require("node:fs").writeFileSync("ran.txt", "")');
  const { status, stdout, stderr } = bnlab(
    "export",
    "saved.ipynb",
    "--html",
    "out/page.html",
    "--folder",
    "home",
  );
  assert.deepEqual([status, stdout, stderr], [0, "Web page  out/page.html\n", ""]);
  const page = readFileSync(path.join(folder, "out/page.html"), "utf8");
  assert.match(page, /<title>The title<\/title>/);
  assert.match(page, /as it was saved/);
  assert.match(page, /In \[3\]/);
  assert.ok(page.includes(pixel));
  assert.ok(!existsSync(path.join(folder, "ran.txt")));
});

test("a file that is none ends with 2 and one line", () => {
  const { status, stderr } = bnlab("export", "missing.ipynb", "--html", "page.html");
  assert.equal(status, 2);
  assert.equal(stderr, "bnlab export: missing.ipynb: there is no such file\n");
});

test("run --folder: cells start there", () => {
  write("here.ipynb", 'console.log(require("node:fs").existsSync("pixel.png"))');
  const { status } = bnlab("run", "here.ipynb", "--output", "done.ipynb", "--folder", "home");
  assert.equal(status, 0);
  const { cells } = JSON.parse(readFileSync(path.join(folder, "done.ipynb"), "utf8"));
  assert.deepEqual(cells[1].outputs[0].text, ["true\n"]);
});
