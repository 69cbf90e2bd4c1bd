// The page of a notebook: what Markdown shows, which pictures come along, what foreign outputs give.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { parseNotebook } from "../../../kernel/document/notebookFile";
import { renderPage } from "../../../kernel/notebook/html/page";

const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-page-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const home = path.join(folder, "home");
mkdirSync(home);

type Cell = Record<string, unknown>;
const markdown = (source: string, more: Cell = {}): Cell => ({
  cell_type: "markdown",
  metadata: {},
  source,
  ...more,
});
const code = (...outputs: unknown[]): Cell => ({
  cell_type: "code",
  execution_count: 1,
  metadata: {},
  source: "1",
  outputs,
});

/** In the place of a string: JSON that the stack of no program takes. */
const deep = "(deep)";
const deepJson = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;

function wholePageOf(...cells: Cell[]): Promise<string> {
  const text = JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
  const notebook = parseNotebook(text.replace(`"${deep}"`, deepJson));
  return renderPage(notebook, { title: "A <title>", folder: home });
}

it("says in the notebook's language what it does not show", async () => {
  const page = await wholePageOf(
    markdown("# 一个笔记本\n\n![图](none.png)"),
    code({ output_type: "display_data" }),
  );
  assert.match(page, /未显示： 没有数据的输出/);
  assert.match(page, /title="没有这张图片"/);
});

/** What stands between the page's head and its end. */
async function pageOf(...cells: Cell[]): Promise<string> {
  return /<main>(.*)<\/main>/s.exec(await wholePageOf(...cells))![1]!;
}

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const png = Buffer.from(pixel, "base64");

describe("the page", () => {
  it("is in Chinese when more than a tenth of its texts is, whatever its code says", async () => {
    const languageOf = async (...cells: Cell[]) =>
      /<html lang="([^"]*)"/.exec(await wholePageOf(...cells))![1];
    assert.equal(await languageOf(markdown("中".repeat(10) + "a".repeat(90))), "en");
    assert.equal(await languageOf(markdown("中".repeat(10) + "a".repeat(89))), "zh-CN");
    assert.equal(await languageOf(markdown("中".repeat(9)), markdown("a".repeat(91))), "en");
    assert.equal(await languageOf({ ...code(), source: '"中中中"' }), "en");
  });

  it("has its title as text, and loads no script where nothing is drawn", async () => {
    const page = await wholePageOf(markdown("text"));
    assert.match(page, /<title>A &lt;title&gt;<\/title>/);
    assert.match(page, /script-src 'none'/);
    assert.doesNotMatch(page, /<script/);
  });

  it("leaves out cells in which nothing is, and numbers the others as they ran", async () => {
    const stream = { output_type: "stream", name: "stdout", text: "shown" };
    assert.doesNotMatch(await pageOf({ ...code(), source: " \n" }), /section/);
    assert.match(await pageOf({ ...code(stream), source: "" }), /shown/);
    assert.match(await pageOf({ ...code(), source: "const a = 1;", execution_count: 7 }), /In \[7\].*const/);
    assert.match(await pageOf({ ...code(), execution_count: null }), /In \[ \]/);
    assert.doesNotMatch(await pageOf(code()), /outputs/);
    assert.match(await pageOf(code(stream)), /<div class="outputs">\n<pre class="stream stdout">shown</);
  });
});

describe("code", () => {
  const hidden = { ...code(), source: "const helper = 1;", metadata: { jupyter: { source_hidden: true } } };

  it("is folded where its cell asks for that, and opens in the reader's language", async () => {
    assert.doesNotMatch(await pageOf(code()), /<details/);
    assert.match(
      await pageOf(hidden),
      /<details class="folded"><summary>.*Show code.*<\/summary><pre>.*helper/,
    );
    assert.match(await pageOf(hidden, markdown("中文的笔记本")), /显示代码/);
    assert.doesNotMatch(await pageOf({ ...hidden, metadata: { jupyter: 1 } }), /<details/);
  });
});

describe("text", () => {
  it("has math, lists of tasks, what is struck out, and places to go to", async () => {
    const page = await pageOf(
      markdown(
        "Costs $5 and $6.\n\n$\\frac{a}{b}$ and\n\n$$\n\\hat x = \\frac{x - \\mu}{\\sigma}\n$$\n\n```math\ny\n```",
      ),
      markdown("- [ ] to do\n- [x] done\n\n~~gone~~ `$code$` \\$1"),
      markdown(
        "# A Heading, twice\n# A Heading, twice\n\n[there](#a-heading-twice-1) [out](https://a.example) [x](../x.html)",
      ),
    );
    assert.match(page, /Costs \$5 and \$6\./);
    assert.equal(page.match(/<math/g)?.length, 3);
    assert.equal(page.match(/<math display="block">/g)?.length, 2);
    assert.match(page, /<mfrac><mi>a<\/mi><mi>b<\/mi><\/mfrac>/);
    assert.match(page, /<li class="task-list-item"><input type="checkbox" disabled> to do/);
    assert.match(page, /<li class="task-list-item"><input type="checkbox" disabled checked> done/);
    assert.match(page, /<s>gone<\/s> <code>\$code\$<\/code> \$1/);
    assert.match(page, /<h1 id="user-content-a-heading-twice">.*<h1 id="user-content-a-heading-twice-1">/s);
    assert.match(page, /<a href="#user-content-a-heading-twice-1">there<\/a>/);
    assert.match(
      page,
      /<a href="https:\/\/a\.example" rel="noopener noreferrer">out<\/a> <a href="\.\.\/x\.html" rel="noopener noreferrer">x<\/a>/,
    );
  });

  it("has addresses of headings made of their words, numbered where they are the same", async () => {
    const page = await pageOf(markdown("# `code`  and — 中文, *more*_x\n# A\n# A"), markdown("# A\n\ntext"));
    assert.deepEqual(
      Array.from(page.matchAll(/<h1 id="user-content-([^"]*)"/g), ([, id]) => id),
      ["code-and--中文-more_x", "a", "a-1", "a-2"],
    );
    assert.doesNotMatch(page, /<p id/);
  });

  it("makes a box of what a list's item begins with, and of nothing else", async () => {
    const page = await pageOf(markdown("- [X] a\n- [ ]b\n- c [ ] d\n- **[x]** e\n-\n\n[ ] f\n\n1. [x] g"));
    assert.equal(page.match(/<input type="checkbox" disabled checked>/g)?.length, 2);
    assert.equal(page.match(/<input/g)?.length, 2);
    assert.equal(page.match(/task-list-item/g)?.length, 2);
    for (const kept of ["[ ]b", "c [ ] d", "<strong>[x]</strong> e", "[ ] f"])
      assert.ok(page.includes(kept), kept);
  });

  it("knows in later formulas what an earlier one defines", async () => {
    const page = await pageOf(markdown("$\\gdef\\norm{\\hat y}x$"), markdown("$\\norm$"));
    assert.equal(page.match(/<mi>y<\/mi>/g)?.length, 1);
    assert.doesNotMatch(page, /katex|title=/);
  });

  it("draws no formula larger than a page, and nothing that a formula would load", async () => {
    assert.match(await pageOf(markdown("$\\rule{99em}{1em}$")), /width="20em"/);
    assert.doesNotMatch(await pageOf(markdown("$\\href{https://a.example}{x}$")), /<a |<mrow href/);
  });

  it("puts a space where a line ends, but none between Chinese characters", async () => {
    assert.match(await pageOf(markdown("中a中\n中a中")), /<p>中a中中a中<\/p>/);
    for (const text of ["中a\n中", "中\na中", "a\nb"])
      assert.ok((await pageOf(markdown(text))).includes(text), text);
    assert.match(await pageOf(markdown("`中`\n中")), /中<\/code>\n?中/);
  });

  it("names its own places apart from the page's", async () => {
    const page = await pageOf(markdown('<p id="x">1</p><a name="y">2</a><script>3</script><style>4</style>'));
    assert.match(page, /<p id="user-content-x">1<\/p>/);
    assert.match(page, /<a name="user-content-y">2<\/a>/);
    assert.doesNotMatch(page, /[34]/);
  });

  it("shows HTML of more than four million characters as text", async () => {
    const bold = "<b>x</b>";
    const long = (characters: number) => bold.padEnd(characters);
    const html = (text: string) =>
      code({ output_type: "display_data", data: { "text/html": text, "text/plain": "plain" } });
    assert.match(await pageOf(html(long(4_000_000))), /<b>x<\/b>/);
    assert.match(await pageOf(html(long(4_000_001))), /<pre class="value">plain</);
  });

  it("puts the address of what would be loaded in its place, as a link where it can be one", async () => {
    const page = await pageOf(
      markdown(
        '<p><video src="https://a.example/v.mp4"></video> <object data="x.bin">y</object> <iframe></iframe></p>',
      ),
    );
    assert.match(
      page,
      /<span class="missing" title="[^"]*"><a href="https:\/\/a\.example\/v\.mp4"[^>]*>https:/,
    );
    assert.match(page, /<span class="missing" title="[^"]*">x\.bin<\/span>/);
    assert.doesNotMatch(page, /<iframe|<object|<video/);
  });

  it("keeps links to files from the notebook's folder on, and no other address without a scheme", async () => {
    const kept = ["b.ipynb", "./sub/a%20b.md#here", "../up/x.csv?y=1:2", "数据.csv", "./a:b"];
    const dropped = [
      "//a.example/x",
      "/etc/passwd",
      "?x",
      "C:/x",
      "file:///etc/passwd",
      "javascript:pwned=1",
      "java&#9;script:pwned=1",
      "&#1;javascript:pwned=1",
      " javascript:pwned=1",
      "http:a.example",
      "\\\\a.example\\x",
      "a\\b",
      "vbscript:x",
      "data:text/html,x",
      "blob:x",
    ];
    const linksOf = async (addresses: string[]) => {
      const page = await pageOf(markdown(addresses.map((address) => `<a href="${address}">x</a>`).join("")));
      return Array.from(page.matchAll(/<a(?: href="([^"]*)")?/g), ([, href]) => href);
    };
    assert.deepEqual(await linksOf(kept), kept);
    assert.deepEqual(
      await linksOf(dropped),
      dropped.map(() => undefined),
    );
    assert.match(await pageOf(markdown("[next](01-next.ipynb)")), /<a href="01-next\.ipynb" rel=/);
  });

  it("shows a formula that cannot be read as it is written", async () => {
    const deep = `${"{".repeat(20_000)}${"}".repeat(20_000)}`;
    const page = await pageOf(markdown(`$\\frac{a}$ then $${deep}$ then $\\def\\a{\\a\\a}\\a$ and $x$`));
    assert.match(
      page,
      /<code title="KaTeX parse error[^"]*">\\frac\{a\}<\/code> then <code title="[^"]*">\{\{/,
    );
    assert.match(page, /<mi>x<\/mi>/);
  });

  it("keeps its own tables, colors and drawings, and what is written in none of our languages as text", async () => {
    const page = await pageOf(
      markdown(
        '<table style="color: red; position: fixed; background: url(x)"><tr><td align="right" colspan="2">1</td></tr></table>',
      ),
      markdown(
        '<svg width="9" height="9" viewBox="0 0 9 9"><title>A square</title><rect width="9" height="9" fill="red"/></svg>',
      ),
      markdown("```nobody\n<b>&\n```\n\n```html\n<b>&\n```"),
      { cell_type: "raw", metadata: {}, source: "<b>raw</b>" },
      markdown(`${"<div>".repeat(20_000)}deep`),
    );
    assert.match(page, /<table style="color: red"><tbody><tr><td align="right" colspan="2">1<\/td>/);
    const svg = /<img src="data:image\/svg\+xml;base64,([^"]+)" alt="A square" width="9" height="9">/.exec(
      page,
    )![1]!;
    assert.match(
      Buffer.from(svg, "base64").toString(),
      /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"[^>]*>.*<rect [^>]*fill="red" \/><\/svg>$/,
    );
    assert.match(page, /<code class="language-nobody">&#x3C;b>&#x26;\n<\/code>/);
    assert.match(page, /<pre>&lt;b&gt;raw&lt;\/b&gt;<\/pre>/);
    assert.match(page, /<pre>&lt;div&gt;.*deep<\/pre>/s);
    assert.doesNotMatch(page, /<b>/);
  });
});

describe("pictures", () => {
  writeFileSync(path.join(home, "in side.png"), png);
  writeFileSync(path.join(home, "secret.png"), "password");
  writeFileSync(path.join(home, "a.ipynb"), "{}");
  writeFileSync(path.join(folder, "outside.png"), png);
  mkdirSync(path.join(home, "sub"));
  writeFileSync(
    path.join(home, "sub/drawing.svg"),
    '<?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
  );
  const canLink = process.platform !== "win32";
  if (canLink) {
    symlinkSync(path.join(folder, "outside.png"), path.join(home, "link.png"));
    symlinkSync(folder, path.join(home, "up"));
    symlinkSync(path.join(home, "in side.png"), path.join(home, "near.png"));
  }
  const shown = async (source: string) => (await pageOf(markdown(source))).includes('<img src="data:');

  const cases: [source: string, isShown: boolean][] = [
    ["![x](in%20side.png)", true],
    ["![x](<in side.png>)", true],
    ["![x](./sub/../in%20side.png?v=2#top)", true],
    ['<img src="in side.png" width="9">', true],
    ["![x](sub/drawing.svg)", true],
    [`![x](data:image/png;base64,${pixel})`, true],
    [`![x](data:image/jpeg;base64,${pixel})`, true],
    [`![x](${path.join(home, "in%20side.png").replaceAll("\\", "/")})`, process.platform !== "win32"],
    ["![x](../outside.png)", false],
    ["![x](..%2foutside.png)", false],
    [`![x](${path.join(folder, "outside.png")})`, false],
    [`![x](file://${path.join(home, "secret.png")})`, false],
    ["![x](secret.png)", false],
    ["![x](a.ipynb)", false],
    ["![x](sub)", false],
    ["![x](.)", false],
    ["![x](none.png)", false],
    ["![x](%E0%A4%A.png)", false],
    ["![x](data:image/png;base64,cGFzc3dvcmQ=)", false],
    ["![x](data:text/html;base64,PGI+)", false],
    ["![x](https://a.example/x.png)", false],
    ["![x](//a.example/x.png)", false],
    ["![x](\\\\\\\\server\\\\share\\\\x.png)", false],
    ...(canLink
      ? ([
          ["![x](link.png)", false],
          ["![x](up/outside.png)", false],
          ["![x](near.png)", true],
        ] as [string, boolean][])
      : []),
  ];
  for (const [source, isShown] of cases) {
    it(`${source.replace(folder, "…")} ${isShown ? "comes along" : "stays away"}`, async () =>
      assert.equal(await shown(source), isShown));
  }

  it("of more than 32 MB stay away, and the folder itself is none", async () => {
    const size = 32 * 2 ** 20;
    for (const [name, bytes] of [
      ["large.png", size + 1],
      ["fits.png", size],
    ] as const) {
      writeFileSync(path.join(home, name), png);
      truncateSync(path.join(home, name), bytes);
    }
    assert.match(await pageOf(markdown("![x](large.png)")), /title="the picture is larger than 32 MB"/);
    assert.match(await pageOf(markdown("![x](fits.png)")), /<img src="data:image\/png/);
    rmSync(path.join(home, "fits.png"));
    const why = async (source: string) => /title="([^"]*)"/.exec(await pageOf(markdown(source)))![1];
    assert.match((await why("![x](.)"))!, /outside/);
    assert.match((await why("![x](..)"))!, /outside/);
    assert.match((await why("![x](sub)"))!, /no picture/);
    assert.match((await why("![x](none.png)"))!, /no such picture/);
  });

  it("may have names that begin with two dots", async () => {
    writeFileSync(path.join(home, "..a.png"), png);
    assert.ok(await shown("![x](..a.png)"));
  });

  it("are known by their first bytes", async () => {
    const bmp = Buffer.alloc(30);
    bmp.write("BM");
    bmp.writeUInt32LE(30, 2);
    const kinds: [type: string, bytes: Buffer][] = [
      ["image/jpeg", Buffer.from("\xff\xd8\xff\xe0", "latin1")],
      ["image/gif", Buffer.from("GIF87a")],
      ["image/gif", Buffer.from("GIF89a")],
      ["image/webp", Buffer.from("RIFF1234WEBP")],
      ["image/avif", Buffer.from("1234ftypavif")],
      ["image/avif", Buffer.from("1234ftypavis")],
      ["image/bmp", bmp],
      ["image/svg+xml", Buffer.from("\ufeff <!DOCTYPE svg [ <!-- --> ]><svg>")],
    ];
    for (const [type, bytes] of kinds) {
      const page = await pageOf(markdown(`![x](data:image/png;base64,${bytes.toString("base64")})`));
      assert.equal(/src="data:([^;]*)/.exec(page)?.[1], type);
    }
    const none = [
      "GIF88a",
      "RIFF1234WAVE",
      "WEBP",
      "1234ftypmp42",
      "BM and a text that is longer",
      "x<svg>",
      "<svgx>",
    ];
    for (const text of none) assert.ok(!(await shown(`![x](data:image/png;base64,${btoa(text)})`)), text);
  });

  it("that an output holds have its text for who cannot see them", async () => {
    const data = { "image/png": pixel, "text/plain": 'a "dot"' };
    const page = await pageOf(code({ output_type: "display_data", data }));
    assert.match(page, /<figure class="picture"><img src="data:image\/png[^"]*" alt="a &quot;dot&quot;">/);
  });

  it("says why one is not there, and leads to what is on the web", async () => {
    const page = await pageOf(
      markdown(
        "![A map](secret.png) ![A badge](https://a.example/x.svg) [![Both](//a.example/x)](https://b.example)",
      ),
    );
    assert.match(page, /<span class="missing" title="this is no picture[^"]*">A map<\/span>/);
    assert.match(
      page,
      /<span class="missing" title="[^"]*on the web[^"]*"><a href="https:\/\/a.example\/x.svg" rel="noopener noreferrer">A badge<\/a>/,
    );
    assert.match(page, /<a href="https:\/\/b.example"[^>]*><span class="missing"[^>]*>Both<\/span><\/a>/);
  });

  it("come from attachments by what their bytes are", async () => {
    const attachments = {
      "a.png": { "image/png": pixel },
      "b.svg": { "image/svg+xml": '<svg viewBox="0 0 1 1"/>' },
      "c.png": { "image/png": "cGFzc3dvcmQ=" },
      "d.png": null,
      "e.png": { "image/png": 5 },
    };
    const sources = ["a.png", "b.svg", "c.png", "d.png", "e.png", "__proto__", "constructor", "%E0%A4%A"];
    const page = await pageOf(
      markdown(sources.map((name) => `![${name}](attachment:${name})`).join("\n\n"), { attachments }),
    );
    assert.deepEqual(
      Array.from(page.matchAll(/<img [^>]*alt="([^"]*)"/g), ([, alt]) => alt),
      ["a.png", "b.svg"],
    );
    assert.equal(page.match(/class="missing"/g)?.length, 6);
    for (const attachments of [null, 5, "x", [], [1]])
      await pageOf(markdown("![x](attachment:a.png)", { attachments }));
  });
});

describe("outputs that are foreign or malformed", () => {
  const data = (bundle: unknown, more: Cell = {}) => ({
    output_type: "display_data",
    metadata: {},
    data: bundle,
    ...more,
  });
  const cases: [name: string, output: unknown, shown: RegExp][] = [
    [
      "an error without a traceback",
      { output_type: "error", ename: "E", evalue: "v" },
      /<pre class="error"[^>]*>E: v</,
    ],
    [
      "an error whose traceback is a text",
      { output_type: "error", ename: "E", evalue: "v", traceback: "line 1\nline 2" },
      /line 1\nline 2</,
    ],
    [
      "an error of numbers",
      { output_type: "error", ename: 1, evalue: null, traceback: [1, { a: 2 }, null] },
      /1\n\{&quot;a&quot;:2\}/,
    ],
    ["an error of nothing", { output_type: "error" }, /class="error"/],
    ["no data", { output_type: "display_data" }, /Not shown: an output without data/],
    ["data that is a text", { output_type: "display_data", data: "a text" }, /<pre class="value">a text</],
    [
      "data that is a list",
      { output_type: "display_data", data: ["a\n", "text"] },
      /<pre class="value">a\ntext</,
    ],
    [
      "a type that nobody knows",
      { output_type: "pyout", data: { "text/plain": "a value" } },
      /<pre class="value">a value</,
    ],
    ["the text of nbformat 3", { output_type: "pyout", text: ["a ", "value"] }, />a \nvalue|>a value/],
    ["a type of another type", { output_type: 5 }, /an output of the unknown type 5/],
    ["a stream without a name", { output_type: "stream", text: ["a ", "b"] }, /stdout">a b</],
    ["a stream of numbers", { output_type: "stream", name: "stderr", text: 5 }, /stderr">5</],
    ["a stream of mixed lines", { output_type: "stream", name: "stdout", text: ["a\n", 5] }, /stdout">a\n5</],
    ["no object", "a word", /an output of the unknown type &quot;a word&quot;/],
    ["null", null, /an output of the unknown type null/],
    ["a list", [1, 2], /an output of the unknown type a list/],
    ["an empty bundle", data({}), /Not shown: an output without data/],
    ["a text that is an object", data({ "text/plain": { a: 1 } }), /\{&quot;a&quot;:1\}/],
    ["HTML that is a number, in lines", data({ "text/html": 5 }), /<div class="html">5</],
    ["HTML that is null beside a text", data({ "text/html": null, "text/plain": "the text" }), />the text</],
    [
      "a PNG that is none beside a text",
      data({ "image/png": "eA==", "text/plain": "the text" }),
      /<pre class="value">the text</,
    ],
    ["a PNG that is none, alone", data({ "image/png": "eA==" }), /Not shown: image\/png/],
    [
      "SVG in lines, without its namespace",
      data({ "image/svg+xml": ["<svg ", 'width="1"/>'] }),
      /<img src="data:image\/svg\+xml;base64,/,
    ],
    [
      "only types that no page shows",
      data({ "application/pdf": "x", "application/x-own": {} }),
      /Not shown: application\/pdf, application\/x-own/,
    ],
    [
      "a chart that is a text beside a text",
      data({ "application/vnd.plotly.v1+json": "x", "text/plain": "the text" }),
      />the text</,
    ],
    [
      "JSON that is too deep beside a text",
      data({ "application/json": deep, "text/plain": "the text" }),
      />the text</,
    ],
    [
      "HTML that is too deep beside a text",
      data({ "text/html": "<b>".repeat(50_000), "text/plain": "the text" }),
      />the text</,
    ],
    ["a text that is too deep", data({ "text/plain": [deep] }), /nested too deeply/],
    ["types with long names", data({ [`x/${"y".repeat(198)}z`]: 1 }), /Not shown: x\/y{198}</],
    [
      "a bar that wrote over itself",
      { output_type: "stream", text: "1%\r2%\r\n3%\r4%\r" },
      /stdout">2%\n4%</,
    ],
    ["LaTeX", data({ "text/latex": "$\\alpha$" }), /<mi>α<\/mi>/],
    ["metadata that is none", data({ "text/plain": "the text" }, { metadata: 5 }), />the text</],
  ];
  for (const [name, output, expected] of cases) {
    it(name, async () => {
      const page = await pageOf(code(output), markdown("after"));
      assert.match(page, expected);
      assert.match(page, /<p>after<\/p>/);
      assert.doesNotMatch(page, /undefined|Cannot read|\[object/);
    });
  }

  it("outputs that are no list", async () => {
    for (const outputs of [null, 5, {}, "x"])
      assert.match(await pageOf({ ...code(), outputs }, markdown("after")), /after/);
  });
});
