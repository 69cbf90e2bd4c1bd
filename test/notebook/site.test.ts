// `bnlab site`: folders of notebooks with names and links of any kind.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";

const cli = path.join(import.meta.dirname, "../../dist/kernel/cli.js");
const place = mkdtempSync(path.join(tmpdir(), "bnlab-folders-"));
after(() => rmSync(place, { recursive: true, force: true }));

function write(file: string, source: string): void {
  mkdirSync(path.dirname(path.join(place, file)), { recursive: true });
  const cells = [{ cell_type: "markdown", id: "a", metadata: {}, source }];
  writeFileSync(
    path.join(place, file),
    JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }),
  );
}
const site = (...args: string[]) =>
  spawnSync(process.execPath, [cli, "site", ...args], { cwd: place, encoding: "utf8" });
const page = (name: string) => readFileSync(path.join(place, "out", name), "utf8");

describe("bnlab site", () => {
  it("leads to pages of any name, and leaves links alone that are none of theirs", () => {
    write(
      "one/a.ipynb",
      "# First\n\n[next](100%25%20%231.ipynb) [odd](%E0%A4.ipynb) [far](https://a.test/a.ipynb)",
    );
    write("one/100% #1.ipynb", "# <b>Second</b>");
    write("二/a.ipynb", "# 第一\n\n都是中文");
    const { status, stdout, stderr } = site("one", "二", "--output", "out");
    assert.deepEqual([status, stderr], [0, ""], stdout);
    const first = page("one/a.html");
    const second = encodeURIComponent("100% #1.html");
    assert.ok(first.includes(`<a href="${second}"`), "the link in its text");
    assert.ok(first.includes(`href="../${encodeURIComponent("二")}/a.html" hreflang="zh-CN"`));
    assert.match(first, /%E0%A4\.ipynb/);
    assert.match(first, /https:\/\/a\.test\/a\.ipynb/);
    assert.match(page("one/100% #1.html"), /&lt;b&gt;Second/);
    assert.ok(page("one/index.html").includes(`<a href="${second}">`));
    for (const shared of ["engine.js", "live.js"])
      assert.ok(existsSync(path.join(place, "out/assets", shared)));
  });

  it("refuses, in one line, what makes no site", () => {
    mkdirSync(path.join(place, "empty"));
    write("deep/one/a.ipynb", "# A");
    write("assets/a.ipynb", "# A");
    mkdirSync(path.join(place, "broken"));
    writeFileSync(path.join(place, "broken/a.ipynb"), "{");
    for (const [folders, words] of [
      [["empty"], /expected notebooks/],
      [["absent"], /absent/],
      [["one", "deep/one"], /two folders have this name/],
      [["assets"], /name the folder differently/],
      [["broken"], /broken.a\.ipynb/],
    ] as const) {
      const { status, stderr } = site(...folders, "--output", "none");
      assert.equal(status, 2, folders.join());
      assert.match(stderr, words);
      assert.equal(stderr.trim().split("\n").length, 1, stderr);
    }
    assert.ok(!existsSync(path.join(place, "none")));
  });
});
