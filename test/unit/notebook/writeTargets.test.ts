// The files of a run that has ended: where they are, what is said of them, and what becomes of those that cannot be written.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, type TestContext, test } from "node:test";
import { OutputFile } from "../../../kernel/notebook/outputFile";
import type { Target } from "../../../kernel/notebook/pageTargets";
import { RunLines } from "../../../kernel/notebook/runLines";
import { writeTargets } from "../../../kernel/notebook/writeTargets";
import { said } from "./said";

const root = mkdtempSync(path.join(os.tmpdir(), "bnlab-targets-"));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
function place(): (name: string) => string {
  const folder = path.join(root, String(++count));
  mkdirSync(folder);
  return (name) => path.join(folder, name);
}

const target = async (label: string, name: string, text: string | Error = label): Promise<Target> => ({
  ...{ label, file: await OutputFile.probe(name, "") },
  format: () => {
    if (text instanceof Error) throw text;
    return text;
  },
});

async function written(t: TestContext, targets: readonly Target[]) {
  let shown = "";
  const out = { isTTY: false, write: (text: string) => (shown += text) };
  const troubles: string[] = [];
  const { err } = said(t);
  await writeTargets(targets, new RunLines(out as unknown as NodeJS.WriteStream), (trouble) =>
    troubles.push(trouble),
  );
  return { shown, err, troubles };
}

test("each is written and told; then how to open the notebook, whose name is quoted where a shell would split it", async (t) => {
  for (const [name, quoted] of [
    ["n.ipynb", false],
    ["my n.ipynb", true],
    ["n$(x).ipynb", true],
  ] as const) {
    const at = place();
    const { shown, err, troubles } = await written(t, [
      await target("Notebook", at(name)),
      await target("Web page", at("a.html")),
    ]);
    const word = quoted ? JSON.stringify(at(name)) : at(name);
    assert.equal(
      shown,
      `\nNotebook  ${at(name)}\nWeb page  ${at("a.html")}\n\n` +
        `In VS Code, with the BN Lab extension:  code ${word}\n` +
        `From a clone of BN Lab:                 npm run vscode -- ${word}\n`,
    );
    assert.deepEqual([err, troubles], [[], []]);
    assert.equal(readFileSync(at("a.html"), "utf8"), "Web page");
    t.mock.restoreAll();
  }
});

test("one that its place does not take any more is saved elsewhere, and told as it is; the others are written", async (t) => {
  const at = place();
  const targets = [await target("Notebook", at("n.ipynb")), await target("Record", at("r.json"))];
  mkdirSync(at("n.ipynb"));
  const { shown, err, troubles } = await written(t, targets);
  const saved = /saved as (.*)$/.exec(err[0]!)![1]!;
  try {
    assert.deepEqual(err, [`bnlab run: ${troubles[0]}`]);
    assert.equal(troubles[0], `${at("n.ipynb")}: it is a folder; saved as ${saved}`);
    assert.equal(readFileSync(saved, "utf8"), "Notebook");
    assert.match(
      shown,
      new RegExp(`^\\nNotebook  ${saved}\\nRecord    ${at("r.json")}\\n\\n.* code ${saved}\\n`),
    );
    assert.equal(readFileSync(at("r.json"), "utf8"), "Record");
  } finally {
    rmSync(saved);
  }
});

test("one that no folder takes is told, and nobody is sent to it", async (t) => {
  const at = place();
  const targets = [await target("Notebook", at("n.ipynb"))];
  mkdirSync(at("n.ipynb"));
  const { TMPDIR } = process.env;
  t.mock.method(process, "cwd", () => at("none"));
  t.mock.method(os, "homedir", () => at("none"));
  process.env.TMPDIR = at("none");
  try {
    const { shown, troubles } = await written(t, targets);
    assert.deepEqual(troubles, [`${at("n.ipynb")}: it is a folder; nor does any other folder take it`]);
    assert.equal(shown, "\n");
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
});

test("one that cannot be made is told; the others are written", async (t) => {
  const at = place();
  const { shown, err, troubles } = await written(t, [
    await target("Web page", at("a.html"), new Error("no page")),
    await target("Markdown", at("a.md")),
  ]);
  assert.deepEqual([err, troubles], [[`bnlab run: ${at("a.html")}: no page`], [`${at("a.html")}: no page`]]);
  assert.equal(shown, `\nMarkdown  ${at("a.md")}\n`);
});
