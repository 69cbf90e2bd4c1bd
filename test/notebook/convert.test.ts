// `bnlab convert` and scripts of cells, as their user meets them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, it } from "node:test";
import { parseNotebook } from "../../kernel/document/notebookFile";

const cli = path.join(import.meta.dirname, "../../dist/kernel/cli.js");
const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-convert 转-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);
const bnlab = (...args: string[]) =>
  spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8" });
const outputsIn = (name: string) =>
  parseNotebook(readFileSync(at(name), "utf8")).cells.map((cell) =>
    "outputs" in cell ? cell.outputs.length : null,
  );

const script = `// %% [markdown]
// # 笔记

// %% tags=["parameters"]
let rate = 1;

// %%
console.log("rate", rate);
rate + 1
`;

it("a script's cells run; as a notebook and back it is the same; what ran stays where the cell does", () => {
  writeFileSync(at("lesson.ts"), script);
  const ran = bnlab("run", "lesson.ts", "-p", "rate=3");
  assert.equal(ran.status, 0, ran.stderr);
  assert.match(ran.stdout, /rate 3/);
  assert.deepEqual(outputsIn("lesson.executed.ipynb"), [null, 0, 0, 2]); // the parameters that were given are a cell

  const back = bnlab("convert", "lesson.executed.ipynb", "-o", "back.ts");
  assert.deepEqual([back.status, back.stdout], [0, "Script  back.ts\n"], back.stderr);
  assert.match(readFileSync(at("back.ts"), "utf8"), /let rate = 1;/);

  assert.equal(bnlab("convert", "lesson.ts").status, 0);
  assert.equal(bnlab("run", "lesson.ipynb", "-o", "lesson.ipynb").status, 0);
  writeFileSync(at("lesson.ts"), script.replace("let rate = 1", "let rate = 5"));
  assert.equal(bnlab("convert", "lesson.ts").status, 0);
  assert.deepEqual(outputsIn("lesson.ipynb"), [null, 0, 2]);
  assert.match(readFileSync(at("lesson.ipynb"), "utf8"), /let rate = 5/);
  assert.equal(bnlab("convert", "lesson.ipynb", "--output", "again.ts").status, 0);
  assert.equal(readFileSync(at("again.ts"), "utf8"), readFileSync(at("lesson.ts"), "utf8"));

  assert.equal(bnlab("convert", "lesson.ipynb", "--strip").status, 0);
  assert.deepEqual(outputsIn("lesson.ipynb"), [null, 0, 0]);
});

it("writes over no program and no other notebook", () => {
  writeFileSync(at("cells.ts"), script);
  writeFileSync(at("program.ts"), "export const kept = 1;\n");
  const python = JSON.stringify({
    ...{ cells: [], metadata: { language_info: { name: "python" } }, nbformat: 4, nbformat_minor: 5 },
  });
  writeFileSync(at("python.ipynb"), python);
  bnlab("convert", "cells.ts", "-o", "program.ipynb");
  for (const [from, to] of [
    ["program.ipynb", "program.ts"],
    ["cells.ts", "python.ipynb"],
  ] as const) {
    const { status, stderr } = bnlab("convert", from, "-o", to);
    assert.equal(status, 2);
    assert.match(
      stderr,
      new RegExp(`^bnlab convert: ${to}: it is there.*; name another file by --output\n$`),
    );
  }
  assert.match(
    bnlab("convert", "program.ipynb").stderr,
    /^bnlab convert: program\.ts: it is there, a program without cells; name another file by --output\n$/,
  );
  assert.equal(readFileSync(at("program.ts"), "utf8"), "export const kept = 1;\n");
  assert.equal(readFileSync(at("python.ipynb"), "utf8"), python);
  assert.equal(bnlab("convert", "nobody.ts").status, 2);
});

it("writes over a script of cells, and over an empty file", () => {
  writeFileSync(at("source.ts"), script);
  assert.equal(bnlab("convert", "source.ts", "-o", "source.ipynb").status, 0);
  for (const before of ["", "\n\n", "// %%\n1;\n"]) {
    writeFileSync(at("target.ts"), before);
    const { status, stdout, stderr } = bnlab("convert", "source.ipynb", "--output", "target.ts");
    assert.deepEqual([status, stdout, stderr], [0, "Script  target.ts\n", ""]);
    assert.equal(readFileSync(at("target.ts"), "utf8"), script);
  }
});
