// The extension where there is no machine behind the window, as on vscode.dev: in VS Code's host for extensions in a browser, as it is
// installed. Saved outputs show, cells run in workers, what needs Node says so.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import type { Browser, Frame, Locator, Page } from "playwright-core";
import { extensionId, notebookMetadata } from "../../extension/ids";
import { hanging, patience } from "../environment";
import { launchBrowser } from "../vscode/browser";
import { root } from "../vscode/install";
import { type RunningServer, startServer } from "../vscode/server";
import { packedVsix } from "../vscode/vsix";
import { variableIn } from "./frames";

const shots = path.join(root, "out/screenshots");

const sources = [
  `import { display, plot, randn, ui } from "bnlab";
const weights = randn([64, 100]);
const rate = ui.slider(0, 1, { value: 0.1, label: "rate" });
console.log(typeof process, weights.shape.join(" × "));`,
  `display(rate);
const chart = plot.live(plot.loss({}, { title: "Training loss" }));
for (let step = 1; rate.value < 0.9; step++) {
  chart.append("loss", step, 1 / step + rate.value);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
console.log("steered to", rate.value);`,
  `let turns = 0;
while (true) turns++;`,
  `console.log("kept", turns > 1000, weights.shape.join(" × "));`,
  `const fine = 1;
throw new Error("told with its line");`,
  `import { data, save, tensor } from "bnlab";
const table = data.csv("people.csv", { target: "age" });
save("made.bnlab", { w: tensor([1, 2]) });
console.log("people:", table.length);`,
  `import { readFileSync } from "node:fs";
readFileSync("numbers.csv");`,
];

describe("the extension in a browser alone", {
  skip: process.platform !== "linux" && "needs VS Code's server",
}, () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-web-"));

  const shoot = (name: string) => page.screenshot({ path: path.join(shots, `webExtension-${name}.png`) });
  /** The first of what is seen in a page of some web view: the notebook's outputs have one, our views have others. */
  const seen = async (what: string, locate: (frame: Frame) => Locator): Promise<Locator> => {
    for (const end = Date.now() + patience; Date.now() < end; await page.waitForTimeout(100)) {
      for (const frame of page.frames()) {
        const found = locate(frame).first();
        if (await found.isVisible().catch(() => false)) return found; // a frame may go while it is asked
      }
    }
    throw new Error(`waited in vain for ${what}`);
  };
  const told = (text: string | RegExp) => seen(String(text), (frame) => frame.getByText(text));
  /** The cell in whose code a word stands; rows are in no order. */
  const cell = (word: string) => page.locator(".code-cell-row", { hasText: word }).first();
  /** The button beside a cell, which runs it or stops it. */
  const press = async (word: string, label: "Execute Cell" | "Stop Cell Execution") => {
    await cell(word).hover();
    await cell(word).locator(`.run-button-container a[aria-label^="${label}"]`).first().click();
  };
  /** Once more where VS Code shows no run for it: under load a click may be lost as cells above it grow. */
  const runCell = async (word: string) => {
    const count = () => cell(word).locator(".execution-count-label").first().innerText();
    const before = await count();
    for (let i = 0; i < 3; i++) {
      await press(word, "Execute Cell");
      for (const end = Date.now() + 20_000; Date.now() < end; await page.waitForTimeout(100))
        if ((await count()) !== before) return;
    }
    throw new Error(`waited in vain for the cell of ${word} to run`);
  };
  const toolbar = (label: string) =>
    page
      .locator(".notebook-toolbar-container .notebook-label", { hasText: new RegExp(`^\\s*${label}\\s*$`) })
      .first()
      .click();
  const notification = (text: RegExp) => page.locator(".notification-toast", { hasText: text });

  async function palette(title: string): Promise<void> {
    const row = page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first();
    // What still opens in the window takes the focus, and closes the palette: then once more.
    for (const end = Date.now() + patience; ; ) {
      try {
        await page.keyboard.press("F1");
        await page.locator(".quick-input-widget input").first().fill(`>${title}`, { timeout: 5000 });
        return await row.click({ timeout: 10_000 });
      } catch (error) {
        if (Date.now() > end) throw error;
      }
    }
  }

  /** A window in a language, on a notebook of the folder. */
  async function open(name: string, language: "en" | "zh-cn", height: number): Promise<void> {
    page = await browser.newPage({
      viewport: { width: 1280, height },
      locale: language === "en" ? "en-US" : language,
    });
    page.setDefaultTimeout(patience);
    if (language !== "en") {
      await page.addInitScript((tongue) => {
        Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: tongue });
      }, language);
    }
    await page.goto(server.windowUrl(folder, { openFile: path.join(folder, name) }));
    await page.locator(".kernel-label", { hasText: "BN Lab" }).first().waitFor({ timeout: hanging });
  }

  before(async () => {
    mkdirSync(shots, { recursive: true });
    const cells = sources.map((source, i) => ({
      ...{ cell_type: "code", id: `cell${i}`, execution_count: null, metadata: {}, outputs: [], source },
    }));
    writeFileSync(
      path.join(folder, "lab.ipynb"),
      JSON.stringify({ cells, metadata: notebookMetadata, nbformat: 4, nbformat_minor: 5 }),
    );
    writeFileSync(path.join(folder, "people.csv"), "age,height\n30,1.7\n40,1.8\n");
    cpSync(path.join(root, "notebooks/zh-cn/00-start.ipynb"), path.join(folder, "开始.ipynb"));
    server = await startServer({
      say: console.log,
      vsix: packedVsix(),
      toasts: true,
      // Here there is a Node, and with it an extension's entry for Node is the one that is taken.
      settings: { "remote.extensionKind": { [extensionId]: ["web"] } },
    });
    browser = await launchBrowser(console.log);
  });

  afterEach(async (test) => {
    await shoot(`last-${test.name.slice(0, 4)}`); // where a test failed
    await page.close();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("runs, draws, steers, stops, tells errors and refusals, restarts", { timeout: hanging }, async () => {
    await open("lab.ipynb", "en", 1800); // all cells are seen
    await page.locator(".activitybar .action-label[aria-label='BN Lab']").click({ timeout: patience });
    await runCell("randn(");
    await told("undefined 64 × 100"); // in a worker, where there is no Node
    const weights = await variableIn(page, "weights");
    assert.match((await weights.textContent()) ?? "", /Tensor float32\[64, 100\]/);

    await runCell("append(");
    const curve = await seen("a curve", (frame) => frame.locator(".js-plotly-plot .scatterlayer .js-line"));
    const first = await curve.getAttribute("d");
    const moved = async () => (await curve.getAttribute("d")) !== first;
    for (const end = Date.now() + patience; !(await moved()); await page.waitForTimeout(100))
      assert.ok(Date.now() < end, "the chart moves");
    await shoot("steers");
    const slider = await seen("the slider", (frame) => frame.getByRole("slider", { name: "rate" }));
    await slider.focus();
    await slider.press("End");
    await told(/steered to 1/);

    await runCell("turns++");
    await cell("turns++").locator(".codicon-notebook-state-executing").waitFor({ timeout: patience });
    await press("turns++", "Stop Cell Execution");
    await told(/Interrupted/);
    await runCell("kept");
    await told("kept true 64 × 100");

    await runCell("fine");
    await told(/told with its line/);
    await told(/at Cell 5, line 2, column 7/);
    await runCell("people.csv");
    await told("people: 2"); // read from beside the notebook
    const made = path.join(folder, "made.bnlab");
    for (const end = Date.now() + patience; !existsSync(made); await page.waitForTimeout(100))
      assert.ok(Date.now() < end, "what a cell saves is written there");
    await runCell("numbers.csv");
    await told(/cannot import "node:fs": a browser has no Node$/);
    await shoot("refuses");

    await palette("BN Lab: Export Live Page");
    const refusal = notification(/Export Live Page needs Node\.js: use VS Code on a computer/);
    await refusal.waitFor({ timeout: patience });
    await shoot("export");

    const shown = await variableIn(page, "weights");
    await toolbar("Restart");
    await page
      .locator(".monaco-dialog-box")
      .getByRole("button", { name: "Restart", exact: true })
      .click({ timeout: patience });
    await shown.waitFor({ state: "hidden", timeout: patience });
    await runCell("kept");
    await told(/turns is not defined/);
  });

  it("speaks Chinese, and shows what is saved", { timeout: hanging }, async () => {
    await open("开始.ipynb", "zh-cn", 900);
    await palette("BN Lab: 导出可运行的网页");
    await notification(/“导出可运行的网页”需要 Node\.js/).waitFor({ timeout: patience });
    await page.locator(".notebookOverlay .monaco-list").first().hover();
    await page.mouse.wheel(0, 900);
    await seen("a saved chart", (frame) => frame.locator(".js-plotly-plot .js-line"));
    await shoot("zh-cn");
    await page.locator(".activitybar .action-label[aria-label='BN Lab']").click();
    await page.locator(".monaco-list-row", { hasText: "2  为什么要进行归一化？" }).click();
    await page.locator(".tab.active", { hasText: "02-why-normalize.ipynb" }).waitFor({ timeout: patience });
    await page.locator(".code-cell-row").first().waitFor({ timeout: patience });
    await shoot("tutorial");
  });
});
