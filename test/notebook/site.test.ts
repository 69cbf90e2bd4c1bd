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

  it("says what it made; each page leads to the list, to those before and after it, and to its translation", () => {
    for (const [file, source] of [
      ["en/a.ipynb", "# A & B\n\n[itself](a.ipynb#end) [nobody](z.ipynb) [deep](x/a.ipynb)"],
      ["en/b.ipynb", "# Two"],
      ["en/c.ipynb", "# Three"],
      ["zh/b.ipynb", "# 第二\n\n都是中文"],
    ] as const)
      write(file, source);
    mkdirSync(path.join(place, "out/en"), { recursive: true });
    writeFileSync(path.join(place, "out/en/kept.txt"), "kept");
    writeFileSync(path.join(place, "en/notes.txt"), "no notebook");
    const { status, stdout } = site("en", "zh", "-o", "out");
    const list = (folder: string) => path.join("out", folder, "index.html");
    assert.deepEqual([status, stdout], [0, `3 live pages  ${list("en")}\n1 live pages  ${list("zh")}\n`]);
    assert.equal(page("en/kept.txt"), "kept");
    const [a, b, c, other] = ["en/a.html", "en/b.html", "en/c.html", "zh/b.html"].map(page) as [
      ...[string, string, string, string],
    ];
    assert.match(
      page("en/index.html"),
      /<li><a href="a\.html">A &amp; B<\/a><\/li>\n<li><a href="b\.html">Two</,
    );
    assert.match(page("en/index.html"), /<html lang="en"[\s\S]*script-src 'none'/);
    assert.match(page("zh/index.html"), /<html lang="zh-CN"/);
    const navigation = (text: string) => text.match(/<nav class="series"[\s\S]*?<\/nav>/g)!;
    assert.deepEqual(navigation(a), [
      '<nav class="series" aria-label="Notebooks"><a href="index.html">All notebooks</a></nav>',
      '<nav class="series" aria-label="Notebooks"><span></span><a class="next" rel="next" href="b.html"><small>Next</small>Two</a></nav>',
    ]);
    assert.deepEqual(navigation(b), [
      '<nav class="series" aria-label="Notebooks"><a href="index.html">All notebooks</a><a href="../zh/b.html" hreflang="zh-CN" lang="zh-CN">简体中文</a></nav>',
      '<nav class="series" aria-label="Notebooks"><a class="previous" rel="prev" href="a.html"><small>Previous</small>A &amp; B</a><a class="next" rel="next" href="c.html"><small>Next</small>Three</a></nav>',
    ]);
    assert.match(navigation(c)[1]!, /href="b\.html".*<span><\/span><\/nav>$/);
    assert.match(
      navigation(other)[0]!,
      /全部笔记本<\/a><a href="\.\.\/en\/b\.html" hreflang="en" lang="en">English</,
    );
    for (const [href, is] of [
      ["a.html#end", true],
      ["z.ipynb", true],
      ["x/a.ipynb", true],
    ] as const)
      assert.equal(a.includes(`href="${href}"`), is, href);
    assert.match(a, /<script src="\.\.\/assets\/live\.js" defer><\/script>/);
    assert.match(a, /id="bnlab-engine" data-at="\.\.\/assets\/engine\.js"><\/script>/);
    assert.match(page("assets/engine.js"), /^globalThis\.bnlabEngine = \{"kernel":/);
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
      [["assets"], /assets: .*name the folder differently/],
      [["one", "assets"], /assets: .*name the folder differently/],
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
