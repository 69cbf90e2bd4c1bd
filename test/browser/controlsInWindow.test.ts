// Controls in a real window of VS Code: dragged by hand they steer a loop that runs, redraw a figure, are saved, and say when their
// kernel has gone.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { kernelspec } from "../../extension/ids";
import { type ControlPanel, Mime } from "../../kernel/protocol";
import { hanging, patience } from "../environment";
import { launchBrowser, notebookOutputs } from "../vscode/browser";
import { root } from "../vscode/install";
import { type RunningServer, startServer } from "../vscode/server";
import { packedVsix } from "../vscode/vsix";

const skip = process.platform !== "linux" && "needs VS Code's server";
const shots = path.join(root, "out/screenshots");

let server: RunningServer;
let browser: Browser;
const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-controls-"));
const file = path.join(folder, "controls.ipynb");

const sources = [
  `import { display, plot, ui } from "bnlab";
const rate = ui.slider(0.001, 1, { value: 0.1, scale: "log", label: "learning rate" });
display(rate);
while (rate.value < 0.9);
console.log("steered to", rate.value);`,
  `ui.interact({ power: ui.slider(1, 5, { value: 2 }), dashed: ui.checkbox() }, ({ power }) =>
  plot.line({ ["x^" + power]: Array.from({ length: 40 }, (_, i) => (i / 40) ** power) }, { title: "power " + power }));`,
];

before(async () => {
  if (skip) return;
  mkdirSync(shots, { recursive: true });
  const cells = sources.map((source, i) => ({
    cell_type: "code",
    id: `cell${i}`,
    execution_count: null,
    metadata: {},
    outputs: [],
    source,
  }));
  const metadata = { kernelspec, language_info: { name: "typescript" } };
  writeFileSync(file, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
  server = await startServer({ say: console.log, vsix: packedVsix() });
  browser = await launchBrowser(console.log);
});

after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function drag(page: Page, name: string, share: number): Promise<void> {
  const slider = notebookOutputs(page).getByRole("slider", { name });
  await slider.scrollIntoViewIfNeeded();
  const box = (await slider.boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width / 2, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * share, y, { steps: 15 });
  await page.mouse.up();
}

it("a hand steers a loop and a figure", { skip, timeout: hanging }, async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1100 } });
  await page.goto(server.windowUrl(folder, { openFile: file }));
  await page.locator(".kernel-label", { hasText: "BN Lab" }).first().waitFor({ timeout: patience });
  await page.getByRole("button", { name: "Run All", exact: true }).first().click();
  const outputs = notebookOutputs(page);
  await outputs.locator(".bnlab-controls input:enabled").first().waitFor({ timeout: patience });
  await drag(page, "learning rate", 0.999);
  await outputs.getByText(/steered to (1|0\.9)/).waitFor({ timeout: patience });

  await outputs.locator(".js-plotly-plot .gtitle", { hasText: "power 2" }).waitFor({ timeout: patience });
  await drag(page, "power", 0.999);
  await outputs.locator(".js-plotly-plot .gtitle", { hasText: "power 5" }).waitFor({ timeout: patience });
  assert.equal(await outputs.locator(".js-plotly-plot").count(), 1, "in place");
  await page.screenshot({ path: path.join(shots, "controls-window.png") });

  await page.locator(".codicon-notebook-state-success").nth(1).waitFor({ timeout: patience });
  const panels = () => {
    const { cells } = JSON.parse(readFileSync(file, "utf8")) as {
      cells: { outputs: { data?: Record<string, unknown> }[] }[];
    };
    return cells.flatMap((cell) => cell.outputs.flatMap(({ data }) => (data?.[Mime.control] ? [data] : [])));
  };
  await page.waitForTimeout(1500); // the control is at rest, and its output follows
  await page.keyboard.press("Control+s");
  await page.locator(".tab.active.dirty").waitFor({ state: "detached", timeout: patience });
  const saved = panels().map((data) => (data[Mime.control] as ControlPanel).controls[0]);
  assert.deepEqual(
    saved.map((control) => (control?.kind === "slider" ? control.value >= 0.9 : undefined)),
    [true, true],
  );
  assert.match(String(panels()[1]![Mime.plain]), /power: 5 \(1 to 5\)/);
  assert.ok(panels().every((data) => !(Mime.widgetView in data)));

  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().fill(">BN Lab: Restart Kernel");
  await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await page.keyboard.press("Enter");
  const restart = page.locator(".monaco-dialog-box").getByRole("button", { name: "Restart", exact: true });
  await restart.click({ timeout: patience }).catch(() => {});
  await outputs.getByText("Run the cell to move this control.").waitFor({ timeout: patience });
  assert.equal(await outputs.getByRole("slider", { name: "learning rate" }).isDisabled(), true);
  await page.screenshot({ path: path.join(shots, "controls-window-stale.png") });
  await page.close();
});
