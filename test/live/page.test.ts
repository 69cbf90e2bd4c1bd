// A live page in Chromium and in Firefox: it opens from its file, runs cells, is edited, stopped, reset, downloaded, and asks nobody.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, ElementHandle } from "puppeteer-core";
import { load } from "../../kernel/safetensors";
import { hanging, patience } from "../environment";
import { absent, type BrowserName, launch } from "./browsers";
import { codeCells, exportLive, OpenPage, writeNotebook } from "./openPage";

const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-live-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const tutorial = path.join(import.meta.dirname, "../../notebooks/en/00-start.ipynb");
const saved = { output_type: "stream", name: "stdout", text: ["as it was saved\n"] };
const notebook = writeNotebook(path.join(folder, "a.ipynb"), [
  { type: "markdown", source: "# A live page" },
  { source: 'const a = 6;\nconsole.log("\\x1b[31mred\\x1b[0m", a);\na * 7', outputs: [saved] },
  { source: "let n = 0;\nwhile (true) n++;" },
  { source: "typeof n + a" },
  { source: 'function f() {\n  throw new RangeError("on purpose");\n}\nf();' },
  { source: 'import { input } from "bnlab";\n(await input("Your name? ")).toUpperCase()' },
  {
    source: `import { arange, display, progress, plot } from "bnlab";
const shown = display.html("<b>one</b>");
for (const i of progress(3)) await new Promise((next) => setTimeout(next, 50));
shown.update.html("<i>two</i><img src=x onerror='pwned = 1'><script>pwned = 1</script>");
display(arange(400).reshape(20, 20));
plot.line({ a: [1, 3, 2] }, { title: "A line" })`,
  },
  { source: 'import { ui } from "bnlab";\nconst lr = ui.slider(0, 10, { value: 4, name: "lr" });\nlr' },
  { source: "lr.value" },
  {
    source: `import { data, load, save, tensor } from "bnlab";
const people = data.csv("tables/people.csv", { label: "who" });
save("tables/state.safetensors", { step: 3, w: tensor([1, 2]) });
\`\${people.length} people, step \${load("./none/../tables/state.safetensors").step}\``,
  },
  { source: "while (true) {}" },
  {
    source: `import { data as more, load as loaded } from "bnlab";
loaded("tables/state.safetensors").step + more.csv("added.csv", { target: "y" }).length`,
  },
]);
const table = path.join(folder, "tables/people.csv");
mkdirSync(path.dirname(table));
writeFileSync(table, "height,who\n180,ann\n170,bob\n");
const added = path.join(folder, "added.csv");
writeFileSync(added, "x,y\n1,2\n3,4\n");

/** In the page: its first engine is a worker that never comes to anything, and what takes half a minute takes two seconds. */
function holdFirstEngine(): void {
  const { Worker, setTimeout } = globalThis;
  let isFirst = true;
  globalThis.Worker = class extends Worker {
    constructor(script: string | URL, options?: WorkerOptions) {
      const held = URL.createObjectURL(new Blob(["for (;;) {}"], { type: "text/javascript" }));
      super(isFirst ? held : script, options);
      isFirst = false;
    }
  };
  const sooner = (act: TimerHandler, ms = 0) => setTimeout(act, ms < 30_000 ? ms : ms / 15);
  globalThis.setTimeout = sooner as typeof globalThis.setTimeout;
}

let live: string;
before(async () => {
  live = await exportLive(notebook, path.join(folder, "a.html"), "--with", table);
});

for (const name of ["chrome", "firefox"] as const satisfies BrowserName[]) {
  describe(name, { timeout: hanging, skip: absent(name) }, () => {
    const downloads = path.join(folder, name);
    let browser: Browser;
    let page: OpenPage;
    before(async () => {
      browser = await launch(name, downloads);
      page = await OpenPage.open(browser, live, downloads);
    });
    after(() => browser?.close());

    it("shows at once what was saved, and starts no engine", async () => {
      assert.match(await page.shown(1), /as it was saved/);
      assert.equal(page.page.workers().length, 0);
      assert.match(await page.code(1), /const a = 6;/);
    });

    it("runs a cell: printed text in its colors, its value, its count", async () => {
      assert.equal(await page.run(1), "done");
      assert.match(await page.shown(1), /red 6\s+42$/);
      assert.ok(await page.page.$(".outputs .ansi-red-fg"));
      assert.equal(await page.page.$eval(".head .label", (label) => label.textContent), "In [1]");
    });

    it("stops a cell, tells what became of the variables, and goes on", async () => {
      const stopped = page.run(2);
      await page.until(() => document.querySelector('[data-state="running"]') !== null);
      const moving = await page.page.evaluate(() => document.getAnimations().length);
      assert.equal(moving, 0, "nothing is drawn at every frame beside a training");
      await page.press("stop");
      assert.equal(await stopped, "stopped");
      const told = await page.shown(2);
      assert.match(told, /variables/);
      const kept = /all variables are kept/.test(told);
      assert.equal(await page.run(3), kept ? "done" : "failed");
      assert.equal(await page.run(1), "done");
    });

    it("tells of an error with its cell and line, and stops there", async () => {
      await page.press("runAll");
      await page.until(() => document.querySelector('[data-state="running"]') !== null);
      await page.ended(1);
      await page.press("stop");
      await page.ended(2);
      assert.equal(await page.run(4), "failed");
      assert.match(await page.shown(4), /RangeError: on purpose[\s\S]*Cell \d+, line 2/);
    });

    it("asks in a form under the cell", async () => {
      const answered = page.run(5);
      await page.page.waitForSelector(".ask input");
      await page.page.type(".ask input", "ann");
      await page.page.keyboard.press("Enter");
      assert.equal(await answered, "done");
      assert.match(await page.shown(5), /'ANN'/);
    });

    it("draws charts, tensors and progress, updates a display, and lets HTML do nothing", async () => {
      assert.equal(await page.run(6), "done");
      assert.match(await page.shown(6), /^two/);
      await page.until(() => document.querySelector(".outputs .plot-container") !== null);
      assert.ok(await page.page.$(".outputs .bnlab-progress"));
      assert.ok(await page.page.$(".outputs .bnlab-tensor"));
      assert.equal(await page.page.evaluate(() => "pwned" in globalThis), false);
    });

    it("has controls that move what cells read", async () => {
      assert.equal(await page.run(7), "done");
      await page.until(() => document.querySelector(".bnlab-controls .hint")?.textContent === "");
      await page.page.focus(".bnlab-controls input");
      await page.page.keyboard.press("ArrowRight");
      await page.page.keyboard.press("ArrowRight");
      assert.equal(await page.run(8), "done");
      assert.equal(await page.shown(8), "6");
    });

    it("has files: those that came along, that cells write, that its reader adds; a new engine has them too", async () => {
      const listed = () =>
        page.page.$$eval(".page-bar .files li a", (links) => links.map((a) => a.textContent));
      assert.deepEqual(await listed(), ["tables/people.csv"]);
      assert.equal(await page.run(9), "done", await page.shown(9));
      assert.match(await page.shown(9), /2 people, step 3/);
      assert.deepEqual(await listed(), ["tables/people.csv", "tables/state.safetensors"]);
      const stopped = page.run(10);
      await page.until(() => document.querySelector('[data-state="running"]') !== null);
      await page.press("stop");
      assert.equal(await stopped, "stopped");
      assert.equal(await page.run(11), "failed");
      assert.match(await page.shown(11), /\/added\.csv, which does not exist; a browser has only/);
      const field = await page.page.$('.page-bar input[type="file"]');
      await (field as ElementHandle<HTMLInputElement>).uploadFile(added);
      await page.until(() => document.querySelectorAll(".page-bar .files li").length === 3);
      assert.equal(await page.run(11), "done", await page.shown(11));
      assert.match(await page.shown(11), /5$/);
      await page.press("files");
      const saved = await page.save(".page-bar .files li:nth-child(3) a", "state.safetensors");
      assert.equal(load(saved).w!.shape[0], 2);
      await page.press("reset");
      await page.until(() => document.querySelectorAll(".page-bar .files li").length === 2);
    });

    it("keeps edits over a reload, and gives the original back", async () => {
      await page.type(1, "const a = 8;\na * 2");
      await page.page.keyboard.down("Shift");
      await page.page.keyboard.press("Enter");
      await page.page.keyboard.up("Shift");
      assert.equal(await page.ended(1), "done");
      await page.until(() => document.querySelector(".outputs")?.textContent?.trim() === "16");
      await page.reload();
      assert.match(await page.code(1), /const a = 8;/);
      assert.match(await page.shown(1), /as it was saved/);
      await page.press("reset");
      await page.page.waitForSelector("dialog[open]");
      await page.page.$$eval("dialog button", (buttons) => (buttons[1] as HTMLElement).click());
      await page.until(() => /const a = 6;/.test(document.querySelector(".cm-content")?.textContent ?? ""));
      await page.reload();
      assert.match(await page.code(1), /const a = 6;/);
    });

    it("gives the notebook as it is now", async () => {
      await page.type(3, "a + 1");
      await page.run(1);
      await page.run(3);
      const [first, , third] = codeCells(await page.download("a.ipynb"));
      assert.equal(third!.source, "a + 1");
      const [result] = third!.outputs;
      assert.ok(result && "data" in result && result.data["text/plain"] === "7");
      assert.equal(first!.execution_count, 1);
      await page.press("reset");
      await page.page.waitForSelector("dialog[open]");
      await page.page.$$eval("dialog button", (buttons) => (buttons[1] as HTMLElement).click());
      await page.until(() => document.querySelector(".outputs")?.textContent?.includes("as it was saved"));
      assert.match(await page.code(3), /typeof n/);
    });

    it("says so where its engine does not start, and starts another for the cells that wait", async () => {
      const held = await OpenPage.open(browser, live, downloads, holdFirstEngine);
      await held.type(1, "const typed = 3;\ntyped + 4");
      const ended = held.run(1);
      const again = await held.page.waitForSelector(".page-bar .notice button", { timeout: patience });
      const said = () => held.page.$eval(".page-bar", (bar) => (bar as HTMLElement).innerText);
      assert.match(
        await said(),
        /The engine has not started: it has given no sign of life.*\s*Start it again/,
      );
      assert.equal((await held.states())[0], "queued");
      await again!.evaluate((button) => (button as HTMLElement).click());
      assert.equal(await ended, "done");
      assert.match(await held.shown(1), /^7$/);
      assert.match(await held.code(1), /typed \+ 4/);
      assert.doesNotMatch(await said(), /has not started/);
      await held.close();
    });

    it("has asked nobody, and nothing complained", () => {
      assert.deepEqual(page.requests, []);
      assert.deepEqual(page.complaints, []);
    });
  });
}

it("a tutorial's page is no larger than 5 MB", { timeout: hanging }, async () => {
  const { size } = statSync(await exportLive(tutorial, path.join(folder, "tutorial.html")));
  assert.ok(size <= 5_000_000, `${size} bytes`);
});
