// Whoever wrote a part of what we ship is named, with the license's text: as the built files themselves tell.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { bundledPackages, noticeOf } from "../../notices.js";

const root = path.join(import.meta.dirname, "../..");
const notices = readFileSync(path.join(root, "dist/THIRD-PARTY-NOTICES.txt"), "utf8");
const sections = new Map(
  notices.split(/^[-=]{80}$/m).map((section) => [section.trim().split(/[ \n]/, 1)[0] ?? "", section.trim()]),
);

test("every package that the bundler left a trace of, or that lies in dist/, has its section", () => {
  const found = new Set<string>(["plotly.js", "zeromq"]);
  for (const name of readdirSync(path.join(root, "dist"), { recursive: true, encoding: "utf8" })) {
    const file = name.replaceAll(path.sep, "/");
    const [, copied] = /^(?:kernel|types)\/(typescript|@types\/node|undici-types)\//.exec(file) ?? [];
    if (copied) found.add(copied);
    if (copied || !/\.c?js$/.test(file)) continue;
    const text = readFileSync(path.join(root, "dist", file), "utf8");
    for (const [, packed] of text.matchAll(/^\s*\/\/ (?:\S*\/)?node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\//gm))
      found.add(packed!);
  }
  assert.ok(found.has("commander") && found.has("typescript") && found.has("katex"));
  assert.deepEqual(
    [...found].filter((name) => !sections.has(name)),
    [],
  );
});

test("each section has a license and its text, what a chart library was bundled from as well", async () => {
  const shipped = await bundledPackages();
  assert.ok(shipped.some(({ name, from }) => name === "d3-format" && from === "plotly.js"));
  for (const { name, license, texts } of shipped) {
    assert.match(license, /^[\w.-]+( (AND|OR) [\w.-]+)*$/, name);
    assert.match(texts.join(), /permission|permitted|licensed|AS IS/i, name);
    for (const text of texts) assert.ok(notices.includes(text), name);
  }
});

test("a package without the text of its license ends the build in words", async () => {
  await assert.rejects(
    noticeOf("node_modules/bnlab-quiet-cells"),
    /notices: expected the text of bnlab-quiet-cells's license in its package, got none; put it into .*licenses/,
  );
});

test("bnlab --licenses prints all of it", () => {
  const printed = execFileSync(process.execPath, [path.join(root, "dist/kernel/cli.js"), "--licenses"], {
    encoding: "utf8",
  });
  assert.equal(printed, notices);
});
