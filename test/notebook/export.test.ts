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

test("Markdown with its pictures beside it, with and without code", () => {
  write("saved.ipynb", "const secret = 1;");
  const file = path.join(folder, "saved.ipynb");
  const notebook = JSON.parse(readFileSync(file, "utf8"));
  const data = { "image/png": pixel, "text/plain": "A dot" };
  notebook.cells[1].outputs.push({ output_type: "display_data", data, metadata: {} });
  writeFileSync(file, JSON.stringify(notebook));
  const { status, stdout } = bnlab("export", "saved.ipynb", "--markdown", "out/my page.md");
  assert.deepEqual([status, stdout], [0, "Markdown  out/my page.md\n"]);
  const text = readFileSync(path.join(folder, "out/my page.md"), "utf8");
  assert.match(
    text,
    /const secret[\s\S]*as it was saved[\s\S]*!\[A dot\]\(my%20page_files\/picture-1\.png\)/,
  );
  assert.equal(readFileSync(path.join(folder, "out/my page_files/picture-1.png")).toString("base64"), pixel);
  bnlab("export", "saved.ipynb", "--no-code", "--markdown", "out/bare.md", "--html", "out/bare.html");
  for (const name of ["bare.md", "bare.html"]) {
    const bare = readFileSync(path.join(folder, "out", name), "utf8");
    assert.ok(!bare.includes("secret") && bare.includes("as it was saved"), name);
  }
});

test("a live page with its engine inside, or in a file that others share", () => {
  write("saved.ipynb", "1 + 1");
  const engine = path.join(folder, "out/shared engine.js");
  const args = ["--live", "out/pages/a.html", "--engine", "out/shared engine.js"];
  const { status, stdout, stderr } = bnlab("export", "saved.ipynb", ...args);
  assert.deepEqual([status, stderr], [0, ""]);
  assert.equal(stdout, "Live page  out/pages/a.html\nEngine  out/shared engine.js\n");
  const page = (name: string) => readFileSync(path.join(folder, "out", name), "utf8");
  const beside = page("pages/a.html");
  assert.match(beside, /id="bnlab-engine" data-at="\.\.\/shared%20engine\.js"><\/script>/);
  assert.match(beside, /script-src '[^;]* 'unsafe-eval' 'self';/);
  const packed = /^globalThis\.bnlabEngine = (\{.*\});\n$/.exec(readFileSync(engine, "utf8"))![1]!;
  assert.deepEqual(Object.keys(JSON.parse(packed)), ["kernel", "runner", "typescript", "files"]);

  assert.equal(bnlab("export", "saved.ipynb", "--live", "out/whole.html").status, 0);
  const whole = page("whole.html");
  assert.ok(whole.includes(`<script type="application/json" id="bnlab-engine">${packed}</script>`));
  assert.doesNotMatch(/script-src [^;]*/.exec(whole)![0], /'self'/);

  // Its identity is the notebook's: what a reader has written into one is not brought into another.
  const identity = (text: string) => /data-file="saved\.ipynb" data-identity="([0-9a-f]{32})"/.exec(text)![1];
  assert.equal(identity(whole), identity(beside));
  write("saved.ipynb", "1 + 2");
  bnlab("export", "saved.ipynb", "--live", "out/other.html");
  assert.notEqual(identity(page("other.html")), identity(whole));
});

test("a PDF by a browser of the machine; where there is none it says what to do", () => {
  const printed = (browser: string) =>
    spawnSync(process.execPath, [cli, "export", "saved.ipynb", "--pdf", "page.pdf"], {
      ...{ cwd: folder, encoding: "utf8", env: { ...process.env, PATH: "", BNLAB_BROWSER: browser } },
    });
  const { status, stderr } = printed("/no/such/browser");
  assert.equal(status, 2);
  assert.match(
    stderr,
    /^bnlab export: page\.pdf: expected Chromium, Chrome or Edge to print with, found none; .*--html.*\n$/,
  );
  const browser = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((each) => existsSync(each));
  if (!browser) return;
  const done = printed(browser);
  assert.deepEqual([done.stdout, done.status], ["PDF  page.pdf\n", 0], done.stderr);
  assert.equal(readFileSync(path.join(folder, "page.pdf")).subarray(0, 5).toString(), "%PDF-");
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
