// The tutorials as a newcomer meets them: the packed extension installed into a VS Code of its own, Run All, charts that move
// and settle.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { Mime } from "../../kernel/protocol";
import { hanging, patience } from "../environment";
import { launchBrowser, notebookOutputs } from "../vscode/browser";
import { root } from "../vscode/install";
import { type RunningServer, startServer } from "../vscode/server";
import { packedVsix } from "../vscode/vsix";
import { reveal } from "./frames";

interface SavedNotebook {
  cells: {
    cell_type: string;
    metadata: { jupyter?: { source_hidden?: boolean } };
    outputs?: { output_type: string; data?: Record<string, unknown> }[];
  }[];
}

const screenshots = path.join(root, "out/screenshots");
/** High enough for the whole notebook: VS Code renders only what is in view. */
const tall = { width: 1280, height: 10_000 };
/** Beyond 8,192 Chromium's pictures repeat. */
const pictured = { ...tall, x: 0, y: 0, height: 8192 };
const usual = { width: 1280, height: 960 };

describe("tutorial in VS Code's window", {
  skip: process.platform !== "linux" && "needs VS Code's server",
}, () => {
  let server: RunningServer;
  let browser: Browser;
  const scratch = mkdtempSync(path.join(os.tmpdir(), "bnlab-tutorial-"));
  const workspace = path.join(scratch, "workspace");
  const useTheme = (folder: string, theme: string, chartTheme = "auto") => {
    mkdirSync(path.join(folder, ".vscode"), { recursive: true });
    const text = JSON.stringify({ "workbench.colorTheme": theme, "bnlab.chartTheme": chartTheme });
    writeFileSync(path.join(folder, ".vscode/settings.json"), text);
  };

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    cpSync(path.join(root, "notebooks"), workspace, { recursive: true });
    const vsix = packedVsix();
    assert.ok(statSync(vsix).size < 9.6e6, "a VSIX below 10 MB");
    server = await startServer({ say: console.log, vsix });
    browser = await launchBrowser(console.log);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  for (const [language, lossTitle] of [
    ["en", "Training loss"],
    ["zh-cn", "训练损失"],
  ] as const) {
    it(`runs ${language}/00-start.ipynb`, { timeout: hanging }, async () => {
      const folder = path.join(workspace, language);
      useTheme(folder, "Default Light Modern");
      const file = path.join(folder, "00-start.ipynb");
      const cells = read(file).cells.filter(({ cell_type }) => cell_type === "code");
      const hidden = cells.filter(({ metadata }) => metadata.jupyter?.source_hidden).length;
      const charted = figuresIn(file);
      forgetOutputs(file); // what is seen is this run's
      const page = await browser.newPage({ viewport: tall });
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(server.windowUrl(folder, { openFile: file }));
      await page.locator(".kernel-label", { hasText: "BN Lab" }).first().waitFor({ timeout: patience });

      await page
        .locator(".notebook-toolbar-container")
        .getByText("Restart", { exact: true })
        .waitFor({ timeout: patience });
      const folded = page.locator(".input-collapse-container").filter({ visible: true });
      await until("the code of helpers to be folded", async () => (await folded.count()) === hidden);

      await page.getByRole("button", { name: "Run All", exact: true }).first().click();
      const done = page.locator(".codicon-notebook-state-success").filter({ visible: true });
      await until("all cells to succeed, the folded ones too", async () => {
        assert.equal(await page.locator(".codicon-notebook-state-error").count(), 0, "a cell failed");
        return (await done.count()) === cells.length;
      });

      await page.keyboard.press("Control+s");
      await page.locator(".tab.active.dirty").waitFor({ state: "detached", timeout: patience });
      assert.equal(figuresIn(file), charted, "charts in the saved file");
      const charts = notebookOutputs(page).locator(".js-plotly-plot");
      await until("every chart to be drawn", async () => (await charts.count()) === charted);
      await until("the table", async () => (await notebookOutputs(page).locator("table").count()) > 0);
      await page.screenshot({ path: path.join(screenshots, `${language}-whole.png`), clip: pictured });

      await page.setViewportSize(usual);
      await page.keyboard.press("Control+b"); // room for the charts
      await reveal(page, lossTitle, 140);
      await page.screenshot({ path: path.join(screenshots, `${language}-light.png`) });
      const ink = () =>
        charts
          .locator("text")
          .first()
          .evaluate((text) => getComputedStyle(text).fill);
      const light = await ink();
      useTheme(folder, "Default Dark Modern");
      await until("the charts to turn dark", async () => ![light, ""].includes(await ink()));
      await page.screenshot({ path: path.join(screenshots, `${language}-dark.png`) });
      useTheme(folder, "Default Dark Modern", "light");
      await until("the charts to be as on paper", async () => (await ink()) === "rgb(31, 35, 40)");
      useTheme(folder, "Default Dark Modern");
      await until("the charts to turn dark again", async () => (await ink()) !== "rgb(31, 35, 40)");
      const memory = page.locator(".statusbar-item", { hasText: /BN Lab: idle · \d+ MB/ });
      await memory.waitFor({ timeout: patience });
      assert.match((await memory.getAttribute("aria-label")) ?? "", /^BN Lab kernel, idle, \d+ MB$/);
      await reveal(page, lossTitle, usual.height / 2);
      const states = await watchTraining(page, lossTitle);
      assert.ok(states > 2, `the loss chart moves while the loop runs: seen in ${states} states`);
      assert.deepEqual(errors, []);
      await page.close();
    });
  }
});

const read = (file: string) => JSON.parse(readFileSync(file, "utf8")) as SavedNotebook;

const figuresIn = (file: string) =>
  read(file)
    .cells.flatMap(({ outputs = [] }) => outputs)
    .filter(({ data }) => data && Mime.plotly in data).length;

function forgetOutputs(file: string): void {
  const notebook = read(file);
  for (const cell of notebook.cells) if (cell.cell_type === "code") cell.outputs = [];
  writeFileSync(file, JSON.stringify(notebook));
}

/** Runs the cell of the loss chart again; returns in how many states the chart was seen until the cell had ended. */
async function watchTraining(page: Page, lossTitle: string): Promise<number> {
  const states = new Set<string>();
  const line = notebookOutputs(page)
    .locator(".js-plotly-plot", { hasText: lossTitle })
    .locator("path.js-line")
    .first();
  const row = page.locator(".code-cell-row", { hasText: "insideChart.update" });
  await row.locator(".run-button-container a").first().click();
  const busy = page.locator(".statusbar-item", { hasText: "BN Lab: busy" });
  await busy.waitFor({ timeout: patience });
  while (await busy.isVisible()) {
    if (await line.isVisible()) states.add((await line.getAttribute("d")) ?? "");
  }
  return states.size;
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (
    const end = Date.now() + patience;
    Date.now() < end;
    await new Promise((wait) => setTimeout(wait, 100))
  ) {
    if (await condition()) return;
  }
  throw new Error(`waited in vain for ${what}`);
}
