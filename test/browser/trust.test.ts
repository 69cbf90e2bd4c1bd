// A folder that is not trusted: notebooks are shown with their charts, and nothing of them is executed.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { kernelspec } from "../../extension/ids";
import { Mime } from "../../kernel/protocol";
import { hanging, patience } from "../environment";
import { launchBrowser, notebookOutputs } from "../vscode/browser";
import { type RunningServer, startServer } from "../vscode/server";
import { packedVsix } from "../vscode/vsix";

const skip = process.platform !== "linux" && "needs VS Code's server";

let server: RunningServer;
let browser: Browser;
const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-untrusted-"));
const file = path.join(folder, "strange.ipynb");
const trace = path.join(folder, "executed.txt");

before(async () => {
  if (skip) return;
  const figure = { data: [{ type: "scatter", mode: "lines", name: "loss", y: [3, 2, 1] }], layout: {} };
  const output = {
    output_type: "display_data",
    data: { [Mime.plotly]: figure, [Mime.plain]: ["Line chart"] },
    metadata: {},
  };
  const script = "<script>document.body.dataset.ran = 'yes'</script>";
  const bar = { label: script, done: 3, total: 4, seconds: 1, ended: false, note: "", text: "3/4" };
  const progress = {
    output_type: "display_data",
    data: { [Mime.progress]: { bars: [bar] }, [Mime.html]: script, [Mime.plain]: ["3/4"] },
    metadata: {},
  };
  const cell = {
    cell_type: "code",
    id: "one",
    execution_count: 1,
    metadata: {},
    outputs: [output, progress],
    source: `require("node:fs").writeFileSync(${JSON.stringify(trace)}, "executed");\nlet wrong: string = 1;`,
  };
  const metadata = { kernelspec, language_info: { name: "typescript" } };
  writeFileSync(file, JSON.stringify({ cells: [cell], metadata, nbformat: 4, nbformat_minor: 5 }));
  server = await startServer({ say: console.log, vsix: packedVsix(), trust: false });
  browser = await launchBrowser(console.log);
});

after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What the palette offers for a text. */
async function offered(page: Page, text: string): Promise<string[]> {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().fill(`>${text}`);
  const rows = page.locator(".quick-input-list .monaco-list-row");
  await rows.first().waitFor();
  await page.waitForTimeout(500);
  const labels = await rows.locator(".label-name").allTextContents();
  await page.keyboard.press("Escape");
  return labels;
}

it("shows a chart and a progress bar, and runs nothing", { skip, timeout: hanging }, async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(server.windowUrl(folder, { openFile: file }));
  await notebookOutputs(page).locator(".js-plotly-plot .js-line").first().waitFor({ timeout: hanging });
  await notebookOutputs(page)
    .locator(".bnlab-progress [role=progressbar][aria-valuenow='75']")
    .waitFor({ timeout: patience });
  assert.equal(await notebookOutputs(page).locator("body[data-ran]").count(), 0);
  await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor({ timeout: patience });

  const commands = await offered(page, "BN Lab:");
  assert.ok(
    commands.some((label) => label.includes("Open Tutorial")),
    commands.join(),
  );
  assert.ok(
    commands.every((label) => !/Restart|Run All|Interrupt|Executed/.test(label)),
    commands.join(),
  );

  await page.locator(".code-cell-row").first().hover();
  await page.locator(".code-cell-row .run-button-container a").first().click();
  const question = page.locator(".monaco-dialog-box", { hasText: /trust/i });
  await question.waitFor({ timeout: patience });
  await question.getByRole("button", { name: "Cancel" }).click();
  await question.waitFor({ state: "detached" });
  await page.waitForTimeout(3000); // a kernel would have been up by then
  assert.ok(!existsSync(trace));
  assert.equal(await page.locator(".codicon-notebook-state-success").count(), 0);
  assert.equal(await page.locator(".statusbar-item", { hasText: "BN Lab" }).count(), 0);
  await page.close();
});
