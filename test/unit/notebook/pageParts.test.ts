// Parts of pages: what a page may do, the way to other pages of a site, and cells that are to run in a page.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { type Notebook, parseNotebook } from "../../../kernel/document/notebookFile";
import { cellsHtml } from "../../../kernel/notebook/html/cells";
import { contentPolicy, scriptText } from "../../../kernel/notebook/html/policy";
import { type Series, seriesHtml } from "../../../kernel/notebook/html/series";

const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

describe("what a page may do", () => {
  const directive = (policy: string, name: string) =>
    policy
      .split("; ")
      .find((each) => each.startsWith(`${name} `))
      ?.slice(name.length + 1);

  test("is to run the scripts that are in it, and to load nothing", () => {
    const policy = contentPolicy({ scripts: ["a()", "b()"], styles: ["p {}"] });
    assert.equal(directive(policy, "script-src"), `${hash("a()")} ${hash("b()")}`);
    assert.equal(directive(policy, "style-src-elem"), `${hash("p {}")} ${hash("")}`);
    assert.equal(directive(policy, "default-src"), "'none'");
    for (const name of ["worker-src", "connect-src"]) assert.equal(directive(policy, name), undefined);
    assert.equal(directive(contentPolicy({ scripts: [], styles: [] }), "script-src"), "'none'");
  });

  test("is more where cells run: workers, what compiles them, and an engine beside the page", () => {
    const compiling = "blob: 'wasm-unsafe-eval' 'unsafe-eval'";
    const own = contentPolicy({ scripts: ["a()"], styles: [], runs: "own engine" });
    assert.equal(directive(own, "script-src"), `${hash("a()")} ${compiling}`);
    assert.equal(directive(own, "worker-src"), "blob:");
    assert.equal(directive(own, "connect-src"), "blob:");
    const beside = contentPolicy({ scripts: [], styles: [], runs: "engine beside" });
    assert.equal(directive(beside, "script-src")!.trim(), `${compiling} 'self'`);
  });

  test("counts on scripts as they stand in the page", () => {
    assert.equal(scriptText("a\r\nb\rc </script> <!-- <b>"), "a\nb\nc \\x3c/script> \\x3c!-- <b>");
  });
});

describe("a page of a site", () => {
  const html = (series: Partial<Series>, language: "en" | "zh-CN" = "en") =>
    seriesHtml({ home: "index.html", ...series }, language);

  test("leads to the list, to those before and after it, and to its translation", () => {
    const { head, foot } = html({
      previous: { href: "a.html", title: "A & B" },
      next: { href: 'c".html', title: "C" },
      other: { href: "../zh/b.html", lang: "zh-CN", name: "简体中文" },
    });
    assert.equal(
      head,
      '<nav class="series" aria-label="Notebooks"><a href="index.html">All notebooks</a><a href="../zh/b.html" hreflang="zh-CN" lang="zh-CN">简体中文</a></nav>',
    );
    assert.equal(
      foot,
      '<nav class="series" aria-label="Notebooks"><a class="previous" rel="prev" href="a.html"><small>Previous</small>A &amp; B</a><a class="next" rel="next" href="c&quot;.html"><small>Next</small>C</a></nav>',
    );
  });

  test("leaves the places of what is not there free, in its reader's words", () => {
    const { head, foot } = html({}, "zh-CN");
    assert.equal(head, '<nav class="series" aria-label="笔记本"><a href="index.html">全部笔记本</a></nav>');
    assert.equal(foot, '<nav class="series" aria-label="笔记本"><span></span><span></span></nav>');
  });
});

describe("cells of a page", () => {
  const notebookOf = (...cells: object[]): Notebook =>
    parseNotebook(
      JSON.stringify({
        cells: cells.map((cell, i) => ({
          ...{ cell_type: "code", id: `c${i}`, metadata: {}, execution_count: 2, outputs: [], source: "1;" },
          ...cell,
        })),
        ...{ metadata: {}, nbformat: 4, nbformat_minor: 5 },
      }),
    );
  const chart = {
    output_type: "display_data",
    metadata: {},
    data: { "application/vnd.plotly.v1+json": { data: [{ y: [1, 2] }], layout: {} }, "text/plain": "chart" },
  };
  const print = { output_type: "stream", name: "stdout", text: "printed" };
  const html = (notebook: Notebook, isLive: boolean, showsCode?: boolean) =>
    cellsHtml(notebook, { folder: ".", isLive, ...(showsCode === undefined ? {} : { showsCode }) });

  test("that run there are found by their ids, empty ones too, and have each output for itself", () => {
    const live = html(notebookOf({ outputs: [print, print] }, { source: "" }), true).html;
    assert.equal(live.match(/<section class="code" data-cell="c[01]">/g)?.length, 2);
    assert.equal(
      live.match(/<div class="output"><pre class="stream stdout">printed<\/pre><\/div>/g)?.length,
      2,
    );
    assert.match(live, /<div class="head"><span class="label">In \[2\]<\/span><\/div><pre><code>/);
    const saved = html(notebookOf({ outputs: [print, print] }, { source: "" }), false).html;
    assert.doesNotMatch(saved, /data-cell|class="head"|class="output"/);
    assert.equal(saved.match(/<section/g)?.length, 1);
  });

  test("in another language are as they were saved, wherever they stand", () => {
    const python = { metadata: { vscode: { languageId: "python" } }, source: "print()" };
    assert.doesNotMatch(html(notebookOf(python), true).html, /data-cell/);
  });

  test("have their charts in the page, or a place for what the page's own script draws", () => {
    const saved = html(notebookOf({ outputs: [chart] }), false);
    const live = html(notebookOf({ outputs: [chart] }), true);
    assert.deepEqual(
      [saved.hasCharts, html(notebookOf({ outputs: [print] }), false).hasCharts],
      [true, false],
    );
    assert.match(saved.html, /"y":\[1,2\]/);
    assert.doesNotMatch(live.html, /"y":\[1,2\]/);
  });

  test("without code are their outputs, and nothing where there are none", () => {
    const bare = html(notebookOf({ outputs: [print] }, {}), false, false).html;
    assert.match(bare, /printed/);
    assert.doesNotMatch(bare, /In \[|<code>/);
    assert.equal(bare.match(/<section/g)?.length, 1);
    assert.match(html(notebookOf({}), false, true).html, /In \[2\]/);
  });

  test("of text are text: Markdown as it reads, raw as it stands", () => {
    const text = html(
      notebookOf({ cell_type: "markdown", source: "**bold**" }, { cell_type: "raw", source: "**raw** <b>" }),
      false,
    ).html;
    assert.match(text, /<section class="text">\n<p><strong>bold<\/strong><\/p>/);
    assert.match(text, /<section class="text">\n<pre>\*\*raw\*\* &lt;b&gt;<\/pre><\/section>/);
  });
});
