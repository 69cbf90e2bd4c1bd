// What the commands ask and tell, in VS Code's window: before a restart, from the walkthrough, of what cannot run.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { notebookMetadata } from "../../extension/ids";
import { hanging, patience } from "../environment";
import { launchBrowser } from "../vscode/browser";
import { root } from "../vscode/install";
import { type RunningServer, startServer } from "../vscode/server";
import { packedVsix } from "../vscode/vsix";
import { variableIn } from "./frames";

const screenshots = path.join(root, "out/screenshots");

describe("commands in VS Code's window", {
  skip: process.platform !== "linux" && "needs VS Code's server",
}, () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  const scratch = mkdtempSync(path.join(os.tmpdir(), "bnlab-commands-"));

  /** A folder with one notebook in it, whose window is open. */
  async function open(
    name: string,
    cells: string[],
    { on = server, metadata = notebookMetadata as object, settings = {} } = {},
  ): Promise<string> {
    const folder = path.join(scratch, name);
    mkdirSync(path.join(folder, ".vscode"), { recursive: true });
    writeFileSync(path.join(folder, ".vscode/settings.json"), JSON.stringify(settings));
    const file = path.join(folder, `${name}.ipynb`);
    const code = cells.map((source, i) => ({
      ...{ cell_type: "code", id: `cell${i}`, execution_count: null, metadata: {}, outputs: [], source },
    }));
    writeFileSync(file, JSON.stringify({ cells: code, metadata, nbformat: 4, nbformat_minor: 5 }));
    page = await browser.newPage({ viewport: { width: 1500, height: 800 } });
    await page.goto(on.windowUrl(folder, { openFile: file }));
    await page.locator(".kernel-label", { hasText: "BN Lab" }).first().waitFor({ timeout: patience });
    return folder;
  }

  const shoot = (name: string) => page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  const button = (label: string) =>
    page
      .locator(".notebook-toolbar-container .notebook-label", { hasText: new RegExp(`^\\s*${label}\\s*$`) })
      .first();
  const toolbar = (label: string) => button(label).click();
  const dialog = () => page.locator(".monaco-dialog-box");
  const notification = (text: RegExp) => page.locator(".notification-toast", { hasText: text });
  /** Waits for a text in the page of some web view: the notebook's outputs have one, our views have others. */
  const output = async (text: string) => {
    for (const end = Date.now() + patience; Date.now() < end; await page.waitForTimeout(100)) {
      const views = page.frames().filter((frame) => frame.parentFrame()); // cells' sources are in the window's own
      const counts = views.map((frame) =>
        frame
          .getByText(text)
          .count()
          .catch(() => 0),
      );
      if ((await Promise.all(counts)).some((count) => count > 0)) return;
    }
    throw new Error(`waited in vain for the output ${text}`);
  };
  const state = (text: RegExp) =>
    page.locator(".statusbar-item", { hasText: text }).first().waitFor({ timeout: patience });

  /** Runs a command by its title in the palette. */
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

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    server = await startServer({ say: console.log, vsix: packedVsix(), toasts: true });
    browser = await launchBrowser(console.log);
  });

  afterEach(async () => {
    await shoot("commands-last"); // where a test failed
    await page.close();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  it("a cell that is out of date is marked with its reason, until it has run", {
    timeout: hanging,
  }, async () => {
    await open("stale", ["let rate = 1;", "'rate ' + rate", "rate = 2"]);
    await toolbar("Run All");
    await output("rate 1");
    await state(/BN Lab: idle/);
    const marks = page.locator(".cell-status-item", { hasText: /Out of date|Edited|Ran before/ });
    assert.equal(await marks.count(), 0);
    const editor = page.locator(".code-cell-row .monaco-editor").first();
    await editor.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" // faster");
    await marks.filter({ hasText: "Edited since it ran" }).waitFor({ timeout: patience });
    await page.locator(".code-cell-row").first().hover();
    await page.locator(".code-cell-row .run-button-container .action-label").first().click();
    const mark = marks.filter({ hasText: "Out of date" }).first();
    await mark.waitFor({ timeout: patience });
    const label = await mark.getAttribute("aria-label");
    assert.match(label!, /^Out of date\. The cell reads rate, which cell 1 has changed since\. A click runs/);
    const hover = page.locator(".workbench-hover", { hasText: "which cell 1 has changed since" });
    for (const end = Date.now() + patience; !(await hover.isVisible()) && Date.now() < end; ) {
      await page.mouse.move(0, 0); // a mark that is made anew under the mouse is not hovered
      await mark.hover();
      await page.waitForTimeout(2000);
    }
    await hover.waitFor({ timeout: patience });
    await shoot("stale-cell");
    await page.mouse.move(0, 0);
    await mark.click();
    await marks.first().waitFor({ state: "detached", timeout: patience });
    await button("Run Stale Cells").waitFor({ state: "detached", timeout: patience });
    await toolbar("Restart");
    await dialog().getByRole("button", { name: "Restart", exact: true }).click();
    await marks.filter({ hasText: "Ran before the restart" }).first().waitFor({ timeout: patience });
    await toolbar("Run Stale Cells");
    await marks.first().waitFor({ state: "detached", timeout: patience });
  });

  it("a reload of the window finds its kernel again: the running cell, the rest of Run All, outputs and variables", {
    timeout: hanging,
  }, async () => {
    const loop = [
      'import { existsSync } from "node:fs";\nimport { display } from "bnlab";',
      'let n = 0;\nconst shown = display("at 0");\nconsole.log("begun");',
      'while (!existsSync("go")) {\n  shown.update("at " + ++n);\n  await new Promise((next) => setTimeout(next, 50));\n}',
      'console.log("over");',
    ].join("\n");
    const cells = [
      "const kept = process.ppid;\n'kernel ' + kept",
      loop,
      "'waited ' + (kept === process.ppid)",
    ];
    const lasting = { "bnlab.keepKernelMinutes": 5 };
    const folder = await open("reload", cells, { settings: lasting });
    await toolbar("Run All");
    await output("begun");
    await page.reload();
    await state(/reconnected; cell 2 is still running/); // that is said for a while
    await state(/BN Lab: busy · cell 2/);
    await output("begun");
    await shoot("reload-running");
    writeFileSync(path.join(folder, "go"), "");
    await output("over");
    await output("'waited true'");
    await state(/BN Lab: idle/);
    await page.reload(); // now with all at rest, and nothing saved
    await state(/reconnected; all variables are there/);
    await output("'waited true'");
    await output("over");
    await page.locator(".activitybar .action-label[aria-label='BN Lab']").click({ timeout: patience });
    const variable = await variableIn(page, "kept");
    const marks = page.locator(".cell-status-item", { hasText: /Out of date|Edited|Ran before/ });
    assert.equal(await marks.count(), 0);
    await shoot("reload-rested");
    const pid = Number(/\d+/.exec(await variable.innerText())?.[0]);
    const told = page.locator(".statusbar-item", { hasText: /all variables are there/ }).first();
    await told.waitFor({ state: "detached", timeout: patience });
    server.killExtensionHosts(); // their fault, not the kernel's
    await told.waitFor({ timeout: patience });
    await variableIn(page, "kept"); // the view, the status bar and the commands know which notebook is in front
    await state(/BN Lab: idle/);
    await button("Restart").waitFor({ timeout: patience });
    await shoot("host-back");
    process.kill(pid, "SIGTERM"); // its lease is long
  });

  it("Restart asks where cells have run, and only there", { timeout: hanging }, async () => {
    await open("asks", ['const kept = "kept " + 1;\nkept']);
    await page.locator(".activitybar .action-label[aria-label='BN Lab']").click({ timeout: patience });
    await toolbar("Run All");
    await output("kept 1");
    await state(/BN Lab: idle/);

    await toolbar("Restart");
    await dialog().getByText("Restart the kernel of asks.ipynb?").waitFor({ timeout: patience });
    await shoot("restart-asks");
    await dialog().getByRole("button", { name: "Cancel" }).click();
    await dialog().waitFor({ state: "detached" });
    const variable = await variableIn(page, "kept");

    await toolbar("Restart");
    await dialog().getByRole("button", { name: "Restart", exact: true }).click();
    await variable.waitFor({ state: "hidden", timeout: patience });
    await state(/BN Lab: idle/);
    await toolbar("Restart"); // nothing has run since: no question
    await state(/BN Lab: (starting|idle)/);
    assert.equal(await dialog().count(), 0);
    await state(/BN Lab: idle/);

    await toolbar("Restart and Run All");
    await variable.waitFor({ timeout: patience });
    await state(/BN Lab: idle/);
    await toolbar("Restart and Run All");
    // A setting of the user from here on: the tests that follow are not asked.
    await dialog().getByRole("button", { name: "Don't Ask Again" }).click();
    await variable.waitFor({ state: "hidden", timeout: patience });
    await variable.waitFor({ timeout: patience });
    await state(/BN Lab: idle/);
    await toolbar("Restart");
    await variable.waitFor({ state: "hidden", timeout: patience });
    assert.equal(await dialog().count(), 0);
  });

  it("the walkthrough's buttons act on the notebook behind it, and its steps end when done", {
    timeout: hanging,
  }, async () => {
    const folder = await open("behind", ['"ran " + "behind"']);
    await palette("BN Lab: Open Walkthrough");
    const step = (title: string) => page.locator(".getting-started-step", { hasText: title });
    await step("Watch Batch Normalization").first().click({ timeout: patience });
    await shoot("walkthrough-watch");
    await page.getByRole("button", { name: "Run All Cells" }).first().click();
    await output("ran behind");
    await page.locator(".tab.active", { hasText: "behind.ipynb" }).waitFor();

    await palette("BN Lab: Open Walkthrough");
    await step("Share the notebook").first().click();
    const share = step("Share the notebook").locator(".codicon-getting-started-step-checked");
    await page.getByRole("button", { name: "Export to HTML" }).first().click();
    const name = page.locator(".quick-input-widget input").first();
    await name.waitFor({ timeout: patience });
    await page.keyboard.press("Escape"); // nothing is written
    await palette("BN Lab: Open Walkthrough");
    await step("Share the notebook").first().click();
    assert.equal(await share.count(), 0);
    await page.getByRole("button", { name: "Export to HTML" }).first().click();
    await page.locator(".quick-input-list .monaco-list-row").first().waitFor({ timeout: patience });
    await page.keyboard.press("Enter");
    await notification(/Written: .*behind\.html/).waitFor({ timeout: patience });
    assert.match(readFileSync(path.join(folder, "behind.html"), "utf8"), /ran behind/);
    await palette("BN Lab: Open Walkthrough");
    await share.first().waitFor({ timeout: patience });
  });

  it("without a notebook they say what to open", { timeout: hanging }, async () => {
    await open("closed", ["1"]);
    const tab = page.locator(".tab", { hasText: "closed.ipynb" });
    for (; (await tab.count()) > 0; await page.waitForTimeout(1000)) await palette("View: Close Editor"); // what still opens comes in between
    await palette("BN Lab: Open Walkthrough");
    await page.locator(".getting-started-step", { hasText: "Watch Batch Normalization" }).first().click();
    await page.getByRole("button", { name: "Run All Cells" }).first().click();
    const told = notification(/Open a notebook of BN Lab first/);
    await told.waitFor({ timeout: patience });
    await shoot("walkthrough-without-notebook");
    await told.getByRole("button", { name: "New Notebook" }).click();
    await page.locator(".tab.active", { hasText: "Untitled" }).waitFor({ timeout: patience });
  });

  it("a Node that cannot be started is told by the name of its setting", { timeout: hanging }, async () => {
    const settings = { "bnlab.nodePath": "/no/such/node" };
    const wrong = await startServer({ say: console.log, vsix: packedVsix(), toasts: true, settings });
    await open("wrongNode", ["1 + 1"], { on: wrong });
    await toolbar("Run All");
    const told = notification(/bnlab\.nodePath.*\/no\/such\/node/);
    await told.waitFor({ timeout: patience });
    await shoot("wrong-node");
    await told.getByRole("button", { name: "Open Settings" }).click();
    await page.locator(".settings-editor", { hasText: "Node Path" }).waitFor({ timeout: patience });
    await wrong.stop();
  });

  it("a notebook in Python is told that its cells do not run here", { timeout: hanging }, async () => {
    const spec = { name: "python3", display_name: "Python 3", language: "python" };
    const python = { kernelspec: spec, language_info: { name: "python" } };
    await open("snake", ["print(1)"], { metadata: python });
    await toolbar("Run All");
    const told = notification(/BN Lab runs TypeScript and JavaScript.*snake\.ipynb.*python/);
    await told.waitFor({ timeout: patience });
    await output("BN Lab runs TypeScript and JavaScript");
    await shoot("python");
  });
});
