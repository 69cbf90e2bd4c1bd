// Hostile notebooks, exported by the built command line and opened in a browser: nothing of theirs runs, loads or leads away.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { hanging } from "../environment";
import { launchBrowser } from "../vscode/browser";
import { beyondPolicy, hostileHtml } from "./hostileHtml";
import { Probe } from "./probe";

const cli = path.join(import.meta.dirname, "../../dist/kernel/cli.js");
const plotly = createRequire(import.meta.url).resolve("plotly.js/dist/plotly-cartesian.min.js");
const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-hostile-"));

let browser: Browser;
let probe: Probe;
before(async () => {
  browser = await launchBrowser(console.log);
  probe = new Probe(browser);
  await probe.start();
});
after(async () => {
  await probe?.stop();
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

type Cell = Record<string, unknown>;
const markdown = (source: string, more: Cell = {}): Cell => ({
  cell_type: "markdown",
  metadata: {},
  source,
  ...more,
});
const code = (outputs: unknown[], source = "1"): Cell => ({
  cell_type: "code",
  execution_count: 1,
  metadata: {},
  source,
  outputs,
});
const shown = (data: unknown) => ({ output_type: "display_data", metadata: {}, data });
const chart = (figure: unknown) => code([shown({ "application/vnd.plotly.v1+json": figure })]);

/** The address of a file with that text. */
function write(name: string, text: string): string {
  const file = path.join(folder, name.replace(/[^\w.]+/g, "-"));
  writeFileSync(file, text);
  return pathToFileURL(file).href;
}

/** The page of a notebook with these cells between two others: of what was saved, or one in which they run. */
async function exported(name: string, cells: Cell[], kind: "html" | "live" = "html"): Promise<string> {
  const file = path.join(folder, `${name.replace(/\W+/g, "-")}.ipynb`);
  const all = [markdown("first cell"), ...cells, markdown("last cell")];
  writeFileSync(file, JSON.stringify({ cells: all, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  const page = file.replace(/ipynb$/, "html");
  const { stderr } = await promisify(execFile)(process.execPath, [cli, "export", file, `--${kind}`, page]);
  assert.equal(stderr, "");
  return readFileSync(page, "utf8");
}

const policyOf = /<meta http-equiv="Content-Security-Policy"[^>]*>/;

/** By its policy, and without it; and that the policy stands before anything that it is for. */
async function isHarmless(name: string, page: string): Promise<void> {
  assert.ok(page.search(policyOf) === page.indexOf("<head>") + "<head>\n".length, "the policy stands first");
  for (const [way, text] of Object.entries({
    "as it is": page,
    "without its policy": page.replace(policyOf, ""),
  })) {
    const { did, text: read } = await probe.open(write(`${name} ${way}.html`, text));
    assert.deepEqual(did, [], `${name}, ${way}`);
    assert.ok(
      read.includes("first cell") && read.includes("last cell"),
      `${name}, ${way}: the rest is shown`,
    );
  }
}

/** That the probe tells of it where nothing is in its way. */
async function acts(name: string, html: string): Promise<void> {
  const { did } = await probe.open(write(`${name} control.html`, html), { expected: true });
  assert.notDeepEqual(did, [], `${name}: expected the control to act, or the test proves nothing`);
}

describe("HTML of a notebook", () => {
  // The addresses inside depend on the probe's server.
  for (const name of Object.keys(hostileHtml(""))) {
    it(name, { timeout: hanging }, async () => {
      await acts(name, `<!doctype html><body><p>${hostileHtml(probe.url("control"))[name]}`);
      const html = hostileHtml(probe.url("page"))[name]!;
      const cells = [markdown(html), markdown(`Text ${html}`), code([shown({ "text/html": html })])];
      const page = await exported(name, cells);
      await isHarmless(name, page);
      if (beyondPolicy.has(name)) return;
      // The policy alone: what the sanitizer might let through one day.
      const policy = policyOf.exec(page)![0];
      const { did } = await probe.open(
        write(`${name} policy.html`, `<!doctype html>${policy}<body><p>${html}`),
      );
      assert.deepEqual(did, [], `${name}: by the policy alone`);
    });
  }
});

it("HTML in a live page, saved or shown by its cells", { timeout: hanging }, async () => {
  const texts = Object.values(hostileHtml(probe.url("page")));
  const saved = texts.flatMap((html) => [markdown(html), code([shown({ "text/html": html })])]);
  await isHarmless("live", await exported("live", saved, "live"));
  const cells = texts.map((html) => code([], `display.html(${JSON.stringify(html)});`));
  const page = await exported(
    "live outputs",
    [code([], 'import { display } from "bnlab";'), ...cells],
    "live",
  );
  const { did } = await probe.open(write("live outputs.html", page), {
    act: async (opened) => {
      await opened.click(".page-bar .runAll");
      await opened.waitForFunction(
        (count) => document.querySelectorAll('[data-state="done"]').length === count,
        cells.length + 1,
        { timeout: hanging },
      );
    },
  });
  assert.deepEqual(did, []);
});

const image = '<img src="no://such" onerror="pwned = 1">';

/** Where else a notebook may put it: what is a text stays one. */
const places: Record<string, (html: string) => Cell[]> = {
  "a heading": (html) => [markdown(`# ${html}`)],
  "a raw cell": (html) => [{ cell_type: "raw", metadata: {}, source: html }],
  "a cell's code": (html) => [code([], html)],
  "a fence in a language that nobody knows": (html) => [markdown(`\`\`\`nobody\n${html}\n\`\`\``)],
  "the language of a fence": (html) => [markdown(`\`\`\`">${html.replaceAll(" ", "/")}\nx\n\`\`\``)],
  "a link's title": (html) => [markdown(`[x](https://a.example '">${html}')`)],
  "a picture's description": (html) => [markdown(`!["> ${html}](none.png)`)],
  "a picture's address": (html) => [markdown(`![x](<none.png"${html.replace(/[<>]/g, "")}>)`)],
  math: (html) => [markdown(`$\\text{${html}}$ $$\\href{javascript:pwned=1}{x} ${html}$$`)],
  "printed text": (html) => [code([{ output_type: "stream", name: html, text: html }])],
  "an error": (html) => [code([{ output_type: "error", ename: html, evalue: html, traceback: [html] }])],
  "an output's text": (html) => [code([shown({ "text/plain": html })])],
  "an output's Markdown": (html) => [code([shown({ "text/markdown": html })])],
  "an output's LaTeX": (html) => [code([shown({ "text/latex": html })])],
  "an output's JSON": (html) => [code([shown({ "application/json": { [html]: `</code>${html}` } })])],
  "an output's SVG": (html) => [code([shown({ "image/svg+xml": `<svg onload="pwned = 1">${html}</svg>` })])],
  "SVG that is none": (html) => [code([shown({ "image/svg+xml": html })])],
  "an output's PNG": (html) => [code([shown({ "image/png": `x">${html}` })])],
  "an output's JPEG": () => [code([shown({ "image/jpeg": 'x" onerror="pwned = 1' })])],
  "JavaScript as an output": () => [code([shown({ "application/javascript": "pwned = 1" })])],
  "a type of its own": (html) => [code([shown({ [html]: html })]), code([{ output_type: html }])],
  "an output that is foreign": (html) => [code([{ output_type: html, data: html, text: html, name: html }])],
  "the type of an attachment": (html) => [
    markdown("![x](attachment:a.png)", { attachments: { "a.png": { [`image/png">${html}`]: "eA==" } } }),
  ],
  "a cell's count and id": (html) => [{ ...code([], "1"), execution_count: html, id: html }],
  "a chart's title": (html) => [
    chart({ data: [{ y: [1, 2] }], layout: { title: { text: html }, meta: { summary: html } } }),
  ],
  "a chart's texts": (html) => [
    chart({
      data: [{ y: [1, 2], name: html, text: [html, html], mode: "markers+text", hovertemplate: html }],
      layout: {
        annotations: [{ text: `${html}<a href="javascript:pwned=1">x</a>`, x: 1, y: 1 }],
        xaxis: { title: { text: html } },
      },
    }),
  ],
  "the end of a chart's script": (html) => [
    chart({ data: [{ y: [1], name: `</script><!--<script>${html}` }], layout: {} }),
  ],
  "a chart's settings": (html) => [
    chart({
      data: [{ y: [1, 2] }],
      layout: {},
      config: {
        showLink: true,
        linkText: html,
        plotlyServerURL: "javascript:pwned=1",
        showEditInChartStudio: true,
        editable: true,
      },
    }),
  ],
  "what is no chart": (html) => [
    chart(html),
    chart([html]),
    chart({ data: html }),
    chart({ data: [], layout: html }),
  ],
};

describe("texts of a notebook", () => {
  it("the control acts", { timeout: hanging }, () => acts("texts", `<!doctype html><body>${image}`));
  for (const [name, place] of Object.entries(places)) {
    it(name, { timeout: hanging }, async () => isHarmless(name, await exported(name, place(image))));
  }
});

it("all those texts in a live page", { timeout: hanging }, async () => {
  const cells = Object.values(places).flatMap((place) => place(image));
  await isHarmless("live texts", await exported("live texts", cells, "live"));
});

describe("a chart", () => {
  const unsafe = (figure: object) =>
    `<!doctype html><body><div id="d"></div><script src="${pathToFileURL(plotly)}"></script><script>Plotly.newPlot("d", JSON.parse(${JSON.stringify(JSON.stringify(figure)).replaceAll("<", "\\u003c")}))</script>`;
  const figures = (url: string): Record<string, { data: object[]; layout: object }> => {
    const picture = { source: url, x: 0, y: 1, sizex: 1, sizey: 1, xref: "paper", yref: "paper" };
    return {
      "with a picture from the web": { data: [{ y: [1, 2] }], layout: { images: [picture] } },
      "with such a picture in its template": {
        data: [{ y: [1, 2] }],
        layout: { images: [{}], template: { layout: { imagedefaults: picture } } },
      },
      "with fields of every object": {
        data: [{ y: [1, 2] }],
        layout: JSON.parse(
          '{"template": {"layout": {"__proto__": {"pwned": 1}}}, "__proto__": {"pwned": 1}}',
        ),
      },
    };
  };
  for (const name of Object.keys(figures(""))) {
    it(name, { timeout: hanging }, async () => {
      if (!name.includes("every")) await acts(name, unsafe(figures(probe.url("control"))[name]!));
      const figure = figures(probe.url("page"))[name]!;
      const page = await exported(name, [chart(figure), chart({ data: [{ y: [2, 1] }], layout: {} })]);
      await isHarmless(name, page);
    });
  }
});

it("a tutorial draws all its charts under the policy, and nothing complains", {
  timeout: hanging,
}, async () => {
  const tutorial = path.join(import.meta.dirname, "../../notebooks/en/00-start.ipynb");
  const file = path.join(folder, "tutorial.html");
  await promisify(execFile)(process.execPath, [cli, "export", tutorial, "--html", file]);
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(pathToFileURL(file).href);
  const places = await page.locator(".chart").count();
  assert.ok(places > 3);
  await page.waitForFunction(
    (count) => document.querySelectorAll(".chart .plot-container").length === count,
    places,
  );
  assert.deepEqual(complaints, []);
  await page.close();
});
