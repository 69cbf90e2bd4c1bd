// An error below its cell in VS Code's window: it wraps, says what to do on a line of its own, and its frames lead to their cells.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import type { Browser, Frame, Page } from "playwright-core";
import { notebookMetadata } from "../../extension/ids";
import { hanging, patience } from "../environment";
import { launchBrowser } from "../vscode/browser";
import { root } from "../vscode/install";
import { type RunningServer, startServer } from "../vscode/server";
import { packedVsix } from "../vscode/vsix";

const screenshots = path.join(root, "out/screenshots");

describe("errors in VS Code's window", {
  skip: process.platform !== "linux" && "needs VS Code's server",
}, () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-errors-"));

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    server = await startServer({ say: console.log, vsix: packedVsix(), toasts: true });
    browser = await launchBrowser(console.log);
  });

  afterEach(async () => {
    await page.screenshot({ path: path.join(screenshots, "errors-last.png") }); // where a test failed
    await page.close();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The frame whose page has such an element, when there is one. */
  async function frameWith(selector: string): Promise<Frame> {
    for (const end = Date.now() + patience; Date.now() < end; await page.waitForTimeout(100)) {
      for (const frame of page.frames()) {
        if (
          (await frame
            .locator(selector)
            .count()
            .catch(() => 0)) > 0
        )
          return frame;
      }
    }
    throw new Error(`waited in vain for ${selector}`);
  }

  it("wraps, says what to do, links to cells and files, and is saved as Jupyter's", {
    timeout: hanging,
  }, async () => {
    const file = path.join(folder, "errors.ipynb");
    writeFileSync(path.join(folder, "helper.ts"), "\nexport function apply(f: () => void) {\n  f();\n}\n");
    const sources = [
      'import { zeros } from "bnlab";\nfunction deep() {\n  zeros([2, 3]).item();\n}',
      'import { apply } from "./helper";\napply(deep);',
    ];
    const cells = sources.map((source, i) => ({
      ...{ cell_type: "code", id: `cell${i}`, execution_count: null, metadata: {}, outputs: [], source },
    }));
    writeFileSync(
      file,
      JSON.stringify({ cells, metadata: notebookMetadata, nbformat: 4, nbformat_minor: 5 }),
    );
    page = await browser.newPage({ viewport: { width: 900, height: 800 } });
    page.setDefaultTimeout(patience);
    await page.goto(server.windowUrl(folder, { openFile: file }));
    await page.locator(".kernel-label", { hasText: "BN Lab" }).first().waitFor();
    await page
      .locator(".notebook-toolbar-container .notebook-label", { hasText: /^\s*Run All\s*$/ })
      .first()
      .click();
    const frame = await frameWith(".bnlab-error");
    const view = frame.locator(".bnlab-error");
    assert.equal(
      await view.locator(".head").innerText(),
      "RangeError: item: expected a tensor of one element, got shape [2, 3]",
    );
    assert.equal(await view.locator(".remedy").innerText(), "use toArray() or data");
    const [outside, inside] = await view.evaluate((each) => [each.clientWidth, each.scrollWidth]);
    assert.ok(inside! <= outside!, "nothing stands beyond the right edge");
    await page.screenshot({ path: path.join(screenshots, "errors-light.png") });

    await view.locator("a", { hasText: "Cell 1, line 3" }).click();
    await page.locator(".statusbar-item", { hasText: "Cell 1 of 2" }).waitFor();
    await page.locator(".code-cell-row .monaco-editor.focused", { hasText: "deep" }).waitFor();
    await page.keyboard.press("Control+s");
    await page.locator(".tab.active:not(.dirty)").waitFor();
    const [, saved] = (
      JSON.parse(readFileSync(file, "utf8")) as { cells: { outputs: Record<string, unknown>[] }[] }
    ).cells;
    const [output] = saved?.outputs ?? [];
    assert.equal(output?.output_type, "error");
    assert.match(JSON.stringify(output.traceback), /at deep \(Cell 1, line 3/);

    await view.locator("a", { hasText: "helper.ts:3" }).click();
    await page.locator(".tab.active", { hasText: "helper.ts" }).waitFor();
  });
});
