// The view of the tutorials in VS Code's window: listed in the reader's language, opened as copies of one's own, marked as they run.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { tutorialsIn } from "../../tutorials.js";
import { hanging, patience } from "../environment";
import { launchBrowser } from "../vscode/browser";
import { root } from "../vscode/install";
import { type RunningServer, startServer } from "../vscode/server";
import { packedVsix } from "../vscode/vsix";

const screenshots = path.join(root, "out/screenshots");

const words = {
  en: {
    view: "Tutorials",
    minutes: "min",
    ran: "1 of {} cells",
    done: "of 15 done",
    startOver: "Start Over",
  },
  "zh-cn": {
    view: "教程",
    minutes: "分钟",
    ran: "已运行 1/{} 个单元格",
    done: "已完成 0/15",
    startOver: "从头开始",
  },
} as const;

/** The kernels' processes that have started in a folder. */
function kernelsIn(folder: string): number[] {
  return readdirSync("/proc")
    .filter((name) => {
      try {
        const isKernel = readFileSync(`/proc/${name}/cmdline`, "utf8").includes("/kernel/main.js");
        return isKernel && readlinkSync(`/proc/${name}/cwd`).endsWith(folder);
      } catch {
        return false; // no process, or gone meanwhile
      }
    })
    .map(Number);
}

describe("tutorials in VS Code's window", {
  skip: process.platform !== "linux" && "needs VS Code's server",
}, () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-tutorials-"));

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    server = await startServer({ say: console.log, vsix: packedVsix(), toasts: true });
    browser = await launchBrowser(console.log);
  });

  afterEach(async () => {
    await page.screenshot({ path: path.join(screenshots, "tutorials-last.png") }); // where a test failed
    await page.close();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const language of ["en", "zh-cn"] as const) {
    it(`lists, opens, marks and starts over: ${language}`, { timeout: hanging }, async () => {
      const said = words[language];
      const tutorials = await tutorialsIn(language);
      const first = tutorials[0]!;
      page = await browser.newPage({
        viewport: { width: 1280, height: 900 },
        locale: language === "en" ? "en-US" : language,
      });
      page.setDefaultTimeout(patience);
      await page.addInitScript((tongue) => {
        if (tongue !== "en") Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: tongue });
      }, language);
      await page.goto(server.windowUrl(folder, {}));
      await page.locator(".activitybar .action-label[aria-label='BN Lab']").click();
      const pane = page
        .locator(".pane", { has: page.locator(`.pane-header:has-text("${said.view}")`) })
        .last();
      const rows = pane.locator(".monaco-list-row");
      const row = rows.first();
      await row
        .filter({ hasText: `0  ${first.title}` })
        .filter({ hasText: said.minutes })
        .waitFor();
      assert.match(await pane.locator(".pane-header").innerText(), new RegExp(said.done));
      assert.match((await row.getAttribute("aria-label")) ?? "", new RegExp(first.aim.slice(0, 12)));
      const shoot = (name: string) =>
        page.screenshot({ path: path.join(screenshots, `tutorials-${name}-${language}.png`) });
      await shoot("list");
      let [early, others] = kernelsIn(`tutorials/${language}`);
      for (; early === undefined; [early, others] = kernelsIn(`tutorials/${language}`))
        await page.waitForTimeout(100); // it starts while the list is read

      await row.click();
      await page.locator(".tab.active", { hasText: first.file }).waitFor();
      await page.locator(".kernel-label", { hasText: "BN Lab" }).first().waitFor();
      const cell = page.locator(".code-cell-row").first();
      await cell.hover();
      await cell.locator(".run-button-container a").first().click();
      await row.filter({ hasText: said.ran.replace("{}", String(first.cells.length)) }).waitFor();
      await page.locator(".tab.active:not(.dirty)", { hasText: first.file }).waitFor(); // saved by itself
      await shoot("begun");
      assert.deepEqual([kernelsIn(`tutorials/${language}`), others], [[early], undefined]);

      await row.click({ button: "right" });
      const item = page.locator(".monaco-menu", { hasText: said.startOver }).getByText(said.startOver);
      await item.hover();
      await page.waitForTimeout(500); // a menu takes no click in its first moment
      await item.click();
      const dialog = page.locator(".monaco-dialog-box");
      await dialog.getByText(first.title).waitFor();
      await shoot("asks");
      await dialog.getByRole("button", { name: said.startOver }).click();
      await row.filter({ hasText: said.minutes }).waitFor();
    });
  }
});
