// `bnlab export`: what was saved in a notebook as pages, Markdown and PDF, by a browser that writes down what it is asked.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, type TestContext, test } from "node:test";
import { exportCommand } from "../../../kernel/notebook/exportCommand";
import { folderForEach } from "./folders";
import { said } from "./said";

const { root, at, read, here } = folderForEach();
const { PATH, BNLAB_BROWSER } = process.env;
const home = path.join(root, "home");

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
mkdirSync(home);
writeFileSync(path.join(home, "pixel.png"), Buffer.from(pixel, "base64"));

beforeEach(() => {
  const data = { "image/png": pixel, "text/plain": "A dot" };
  const cells = [
    { cell_type: "markdown", id: "a", metadata: {}, source: "# The title\n\n![pixel](pixel.png)" },
    {
      ...{ cell_type: "code", id: "b", metadata: {}, execution_count: 3, source: "const secret = 1;" },
      outputs: [{ output_type: "display_data", data, metadata: {} }],
    },
  ];
  writeFileSync(at("n.ipynb"), JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
});
afterEach(() => {
  process.env.PATH = PATH;
  if (BNLAB_BROWSER === undefined) delete process.env.BNLAB_BROWSER;
  else process.env.BNLAB_BROWSER = BNLAB_BROWSER;
});

async function run(t: TestContext, options: Parameters<typeof exportCommand>[1], name = "n.ipynb") {
  const { out, err } = said(t);
  const code = await exportCommand(at(name), options);
  t.mock.restoreAll();
  return { code, out, err };
}

describe("a notebook as it was saved", () => {
  test("is a page and Markdown with its pictures beside it, and each file is told", async (t) => {
    const { code, out, err } = await run(t, { html: at("out/a.html"), markdown: at("out/a.md") });
    assert.deepEqual(
      [code, out, err],
      [0, [`Web page  ${at("out/a.html")}`, `Markdown  ${at("out/a.md")}`], []],
    );
    assert.match(read("out/a.html"), /<title>The title<\/title>[\s\S]*In \[3\][\s\S]*secret/);
    assert.match(read("out/a.html"), /no such picture/, "it is looked for beside the notebook");
    assert.match(read("out/a.md"), /secret[\s\S]*a_files\/picture-1\.png/);
    assert.equal(readFileSync(at("out/a_files/picture-1.png")).toString("base64"), pixel);
    assert.deepEqual(readdirSync(at("out")).sort(), ["a.html", "a.md", "a_files"]);
  });

  test("has pictures from the folder that is named, no code where none is wanted, and no files unasked", async (t) => {
    await run(t, { html: at("a.html"), folder: home, code: false });
    assert.ok(read("a.html").split(pixel).length === 3 && !read("a.html").includes("secret"));
    assert.deepEqual(readdirSync(here()).sort(), ["a.html", "n.ipynb"]);
  });

  test("is refused in one line that names the file which is no good", async (t) => {
    assert.deepEqual(await run(t, { html: at("a.html") }, "none.ipynb"), {
      ...{ code: 2, out: [] },
      err: [`bnlab export: ${at("none.ipynb")}: there is no such file`],
    });
    mkdirSync(at("a.html"));
    assert.deepEqual(await run(t, { html: at("a.html"), markdown: at("a.md") }), {
      ...{ code: 2, out: [] },
      err: [`bnlab export: ${at("a.html")}: it is a folder, expected a file`],
    });
    assert.ok(!existsSync(at("a.md")));
    writeFileSync(at("b_files"), "");
    assert.deepEqual((await run(t, { markdown: at("b.md") })).err, [
      `bnlab export: ${at("b_files/picture-1.png")}: a part of its path is a file, not a folder`,
    ]);
  });
});

/** A program that prints a page as the page's text and what it was asked for, a line each. */
function browser(file: string, end = ""): string {
  writeFileSync(
    file,
    `#!/bin/sh
for each in "$@"; do
  case "$each" in
    --print-to-pdf=*) to="\${each#*=}" ;;
    file:*) page="\${each#file://}" ;;
  esac
done
${end}
{ echo "${path.basename(file)}"; printf '%s\\n' "$@"; /bin/cat "$page"; } > "$to"
`,
  );
  chmodSync(file, 0o755);
  return file;
}

describe("a PDF", { skip: process.platform === "win32" && "the browser here is a script of sh" }, () => {
  test("is the page as a browser prints it; nothing else is left", async (t) => {
    process.env.BNLAB_BROWSER = browser(at("own"));
    const { code, out, err } = await run(t, { pdf: at("out/a.pdf"), folder: home });
    assert.deepEqual([code, out, err], [0, [`PDF  ${at("out/a.pdf")}`], []]);
    const text = read("out/a.pdf");
    assert.match(text, /^own\n--headless\n/);
    assert.match(text, /<title>The title<\/title>[\s\S]*secret/);
    assert.equal(text.split(pixel).length, 3);
    assert.equal(text.includes("\n--no-sandbox\n"), process.getuid?.() === 0);
    const profile = /^--user-data-dir=(.*)$/m.exec(text)![1]!;
    assert.ok(!existsSync(path.dirname(profile)));
    assert.deepEqual(readdirSync(at("out")), ["a.pdf"]);
    await run(t, { pdf: at("bare.pdf"), code: false });
    assert.ok(!read("bare.pdf").includes("secret"));
  });

  test("is printed by the first browser on the path that may be run", async (t) => {
    delete process.env.BNLAB_BROWSER;
    for (const name of ["one", "two"]) mkdirSync(at(name));
    chmodSync(browser(at("one/chromium")), 0o644);
    browser(at("one/google-chrome"));
    browser(at("one/msedge"));
    browser(at("two/google-chrome"));
    process.env.PATH = `${path.delimiter}${at("one")}${path.delimiter}${at("two")}`;
    await run(t, { pdf: at("a.pdf") });
    assert.match(read("a.pdf"), /^google-chrome\n/);
    browser(at("two/chromium"));
    await run(t, { pdf: at("a.pdf") });
    assert.match(read("a.pdf"), /^chromium\n/);
  });

  test("is refused where the browser that was named is none, or there is none at all", async (t) => {
    browser(at("chromium"));
    process.env.PATH = here();
    process.env.BNLAB_BROWSER = at("none");
    const { code, err } = await run(t, { pdf: at("a.pdf") });
    assert.equal(code, 2);
    assert.match(err.join("\n"), /^bnlab export: \S+a\.pdf: expected Chromium, .*, found none; install one,/);
    delete process.env.BNLAB_BROWSER;
    delete process.env.PATH;
    assert.match((await run(t, { pdf: at("a.pdf") })).err.join("\n"), /found none; install one/);
    assert.ok(!existsSync(at("a.pdf")));
  });

  test("that the browser fails to print is told, and nothing is left", async (t) => {
    const place = at("scratch");
    process.env.BNLAB_BROWSER = browser(at("failing"), `dirname "$to" > ${place}; exit 3`);
    const failed = await run(t, { pdf: at("a.pdf") });
    assert.deepEqual([failed.code, failed.out, failed.err.length], [2, [], 1]);
    assert.match(failed.err[0]!, /^bnlab export: \S+a\.pdf: Command failed: /);
    assert.ok(!existsSync(read("scratch").trim()));
    process.env.BNLAB_BROWSER = browser(at("lazy"), "exit 0");
    assert.deepEqual((await run(t, { pdf: at("a.pdf") })).err, [
      `bnlab export: ${at("a.pdf")}: there is no such file`,
    ]);
    assert.ok(!existsSync(at("a.pdf")));
  });

  test("takes the place of no notebook and of no other page, and is looked at before anything is written", async (t) => {
    process.env.BNLAB_BROWSER = browser(at("own"));
    const before = read("n.ipynb");
    for (const [options, words] of [
      [
        { pdf: at("n.ipynb"), html: at("a.html") },
        "it is the notebook itself; name another file for the PDF",
      ],
      [
        { pdf: at("a.html"), html: at("a.html") },
        "the web page is written there; name another file for the PDF",
      ],
      [{ pdf: here(), html: at("a.html") }, "it is a folder, expected a file"],
    ] as const) {
      const { code, err } = await run(t, options);
      assert.deepEqual([code, err], [2, [`bnlab export: ${options.pdf}: ${words}`]]);
    }
    assert.equal(read("n.ipynb"), before);
    assert.ok(!existsSync(at("a.html")));
  });
});
