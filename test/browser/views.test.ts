// The views as a person meets them in VS Code's window: variables, the viewer of a tensor, the training that runs.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { Browser, Frame, Page } from "playwright-core";
import { notebookMetadata } from "../../extension/ids";
import { hanging, patience } from "../environment";
import { brokenRules } from "../tools/axe";
import { launchBrowser } from "../vscode/browser";
import { root } from "../vscode/install";
import { type RunningServer, startServer } from "../vscode/server";
import { packedVsix } from "../vscode/vsix";
import { frameWith, until, variableLine } from "./frames";

const screenshots = path.join(root, "out/screenshots");

const cells = [
  `import { arange, data, manualSeed, nn, optim, plot, progress, randn } from "bnlab";
manualSeed(0);
const digits = data.digits({ count: 600, seed: 1 });
const images = digits.images.reshape([600, 1, 28, 28]);
const weights = randn([64, 100]);
const cube = arange(24).reshape([2, 3, 4]);
const learningRate = 0.1;
const net = new nn.Sequential(
  new nn.Flatten(), new nn.Linear(784, 100), new nn.BatchNorm1d(100), new nn.Sigmoid(), new nn.Linear(100, 10),
);
const people = Array.from({ length: 100_000 }, (_, i) => ({ name: "person " + i, age: (i * 37) % 90, city: i % 3 ? "Bern, CH" : "北京" }));
const mask = arange(6).gt(2);
function helper() {}`,
  "cube.fill_(7);",
  `const optimizer = new optim.SGD(net.parameters(), { lr: learningRate });
const loader = new data.DataLoader(digits, { batchSize: 60, shuffle: true, seed: 3 });
const chart = plot.live(plot.loss({}, { title: "Training loss" }));
let step = 0;
for (const epoch of progress(1000, { label: "epochs" })) {
  for (const [x, y] of progress(loader, { label: "batches" })) {
    const loss = nn.functional.crossEntropy(net.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    chart.append("with BN", step++, loss.item());
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}`,
];

describe("views in VS Code's window", {
  skip: process.platform !== "linux" && "needs VS Code's server",
}, () => {
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-views-"));
  const useTheme = (theme: string) => {
    mkdirSync(path.join(folder, ".vscode"), { recursive: true });
    writeFileSync(
      path.join(folder, ".vscode/settings.json"),
      JSON.stringify({ "workbench.colorTheme": theme }),
    );
  };
  const shoot = (name: string) => page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  /** A cell's own run button. */
  const runCell = async (index: number) => {
    const row = page.locator(".code-cell-row").nth(index);
    await row.hover();
    await row.locator(".run-button-container a").first().click();
  };
  /** The page of the variables. */
  const variables = () => until("the variables", () => frameWith(page, "th.name", "Name"));
  const row = async (name: string) => variableLine(await variables(), name);
  const rowText = async (name: string) =>
    (await (await row(name)).locator("td").allTextContents()).map((text) => text.replace("↗", "")).join("|");
  const names = async () => (await variables()).locator("td.name .text").allTextContents();
  /** Opens a variable by the button in its line. */
  const view = async (name: string) => {
    await (await row(name)).locator(".open").click();
    return until(`the viewer of ${name}`, () => frameWith(page, "h1", name));
  };

  /** A page's broken rules in the theme of most contrast, and what it looks like there. */
  const inHighContrast = async (frame: Frame, name: string, without: string[] = []) => {
    useTheme("Default High Contrast");
    await frame.locator("body.vscode-high-contrast").waitFor({ timeout: patience });
    await shoot(`${name}-high-contrast`);
    const found = await brokenRules(frame, "body", without);
    useTheme("Default Light Modern");
    await frame.locator("body.vscode-light").waitFor({ timeout: patience });
    return found;
  };

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    useTheme("Default Light Modern");
    const file = path.join(folder, "lab.ipynb");
    const code = cells.map((source, i) => {
      return { cell_type: "code", id: `cell${i}`, execution_count: null, metadata: {}, outputs: [], source };
    });
    writeFileSync(
      file,
      JSON.stringify({ cells: code, metadata: notebookMetadata, nbformat: 4, nbformat_minor: 5 }),
    );
    server = await startServer({ say: console.log, vsix: packedVsix() });
    browser = await launchBrowser(console.log);
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.goto(server.windowUrl(folder, { openFile: file }));
    await page.locator(".kernel-label", { hasText: "BN Lab" }).first().waitFor({ timeout: patience });
    await page.locator(".activitybar .action-label[aria-label='BN Lab']").click({ timeout: patience });
    await until("the empty view", () => frameWith(page, "p", "The variables of a notebook show here"));
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("lists variables after a cell, and what they consist of", { timeout: hanging }, async () => {
    await runCell(0);
    await (await row("weights")).waitFor({ timeout: patience });
    assert.match(await rowText("weights"), /^weights\|Tensor float32\|\[64, 100\]\|25 KB\|\[/);
    assert.equal(await rowText("learningRate"), "learningRate|number|||0.1");
    assert.match(await rowText("net"), /^net\|Sequential\|\|311 KB\|79,710 parameters/);
    assert.match(await rowText("mask"), /\[false, false, false, true, true, true\]/);
    assert.equal((await names()).at(-1), "helper");
    const frame = await variables();
    await (await row("net")).click();
    await page.keyboard.press("ArrowRight");
    await (await row("2.running_mean")).waitFor({ timeout: patience });
    assert.match(await rowText("2.running_mean"), /float32\|\[100\]/);
    await page.keyboard.press("ArrowLeft");
    await (await row("2.running_mean")).waitFor({ state: "detached" });
    await (await row("weights")).click();
    const details = () => frame.locator(".details").textContent();
    await until("its statistics", async () => /min -\d.*mean.*std/.test((await details()) ?? ""));
    await page.keyboard.press("Control+c");
    await frame.locator("th.shape button").click();
    assert.equal(await frame.locator("th.shape").getAttribute("aria-sort"), "descending");
    assert.deepEqual((await names()).slice(0, 2), ["images", "people"]);
    await frame.locator("input[type=search]").fill("float32 weig");
    assert.deepEqual(await names(), ["weights"]);
    await frame.locator("input[type=search]").fill("");
    for (let turn = 0; turn < 2; turn++) await frame.locator("th.shape button").click();
    assert.equal(await frame.locator("th.shape").getAttribute("aria-sort"), "none");
    assert.deepEqual(await brokenRules(frame), []);
    assert.deepEqual(await inHighContrast(frame, "variables"), []);
    await shoot("variables-light");
  });

  it("shows 100,000 records, which the kernel sorts and filters", { timeout: hanging }, async () => {
    const viewer = await view("people");
    const cell = (at: string) => viewer.locator(`[data-at="${at}"]`);
    await until("the first row", async () => (await cell("0,0").textContent()) === "person 0");
    assert.match((await viewer.locator("header").textContent()) ?? "", /Array · Rows: 100,000 · Columns: 3/);
    assert.ok((await viewer.locator("tbody tr").count()) < 60);
    await viewer.locator("[role=grid]").focus();
    await page.keyboard.press("Control+End");
    await until("the last row", async () => (await cell("99999,2").textContent()) === "北京");
    await viewer.getByRole("button", { name: "age" }).click();
    await viewer.getByRole("button", { name: "age" }).click();
    await until("the oldest", async () => (await cell("0,1").textContent()) === "89");
    await viewer.locator("input").fill("age > 80 && city = 北京");
    await until("fewer", async () =>
      /of 100,000/.test((await viewer.locator("header p").textContent()) ?? ""),
    );
    assert.equal(await cell("0,2").textContent(), "北京");
    assert.deepEqual(await brokenRules(viewer), []);
    await shoot("data-light");
    assert.deepEqual(await inHighContrast(viewer, "data"), []);
  });

  it("shows a tensor's numbers by slices, with the keyboard too", { timeout: hanging }, async () => {
    const viewer = await view("cube");
    const cell = (at: string) => viewer.locator(`[data-at="${at}"]`);
    await until("the numbers", async () => (await cell("2,3").textContent()) === "11");
    assert.match(
      (await viewer.locator("header").textContent()) ?? "",
      /Tensor \[2, 3, 4\].*int32.*24 elements.*96 B/,
    );
    await viewer.locator("input[type=range]").fill("1");
    await until("the other slice", async () => (await cell("2,3").textContent()) === "23");
    await viewer.locator("[role=grid]").focus();
    for (const key of ["ArrowDown", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    assert.equal(await viewer.locator("footer").textContent(), "[1, 1, 2] = 18");
    assert.equal(await viewer.locator("#cursor").getAttribute("aria-label"), "[1, 1, 2] 18");
    await runCell(1);
    await until("the new numbers", async () => (await cell("2,3").textContent()) === "7");
    const index = viewer.locator(".tools input");
    await index.fill("0, -1, 3");
    await index.press("Enter");
    await until(
      "the element",
      async () => (await viewer.locator("footer").textContent()) === "[0, 2, 3] = 7",
    );
    assert.equal(await viewer.locator("output").textContent(), "0 / 1");
    await index.fill("0, 3, 0");
    await index.press("Enter");
    assert.match((await viewer.locator("footer").textContent()) ?? "", /each dimension of \[2, 3, 4\]/);
    assert.deepEqual(await brokenRules(viewer), []);
    await (await row("mask")).locator(".open").click();
    const mask = await until("the mask", () => frameWith(page, "h1", "mask"));
    await until("its words", async () => (await mask.locator('[data-at="3,0"]').textContent()) === "true");
    await mask.getByRole("button", { name: "Sort and Filter" }).click();
    const rows = await until("its rows", () => frameWith(page, "header p", "Rows: 6 · Columns: 1"));
    assert.deepEqual(await rows.locator("tbody td").allTextContents(), [
      "false",
      "false",
      "false",
      "true",
      "true",
      "true",
    ]);
  });

  it("draws a heat map, a histogram and pictures, in the theme's colors", {
    timeout: hanging,
  }, async () => {
    const weights = await view("weights");
    await until("the table", async () => (await weights.locator("[data-at]").count()) > 50);
    await weights.locator("[data-tab=heatmap]").click();
    const map = weights.locator("canvas.map");
    await map.waitFor({ timeout: patience });
    const size = await map.evaluate((canvas: HTMLCanvasElement) => [canvas.width, canvas.height]);
    assert.deepEqual(size, [100, 64]);
    await map.hover({ position: { x: 1, y: 1 } });
    assert.match((await weights.locator("footer").textContent()) ?? "", /^\[0, 0\] = -?\d/);
    assert.deepEqual(await weights.locator(".down span").allTextContents(), ["0", "20", "40", "60"]);
    assert.deepEqual(await brokenRules(weights), []);
    assert.deepEqual(await inHighContrast(weights, "tensor"), []);
    await shoot("viewer-heatmap-light");
    await weights.locator("[data-tab=histogram]").click();
    assert.ok((await weights.locator("rect").count()) > 30);
    assert.equal(await weights.locator(".counts span").first().textContent(), "0");
    await shoot("viewer-histogram-light");
    const images = await view("images");
    await images.locator("[data-tab=images]").click();
    await until("the pictures", async () => (await images.locator("canvas.shot").count()) === 48);
    await shoot("viewer-images-light");
    await images.getByRole("button", { name: "Next Images" }).click();
    await until(
      "the next page",
      async () => (await images.locator("figcaption").first().textContent()) === "48",
    );
    const ink = () => images.locator("h1").evaluate((heading) => getComputedStyle(heading).color);
    const light = await ink();
    useTheme("Default Dark Modern");
    await until("the viewer to turn dark", async () => (await ink()) !== light);
    await shoot("viewer-images-dark");
    assert.deepEqual(await brokenRules(images), []);
    assert.deepEqual(await brokenRules(await variables()), []);
  });

  it("follows a training, and stops it", { timeout: hanging }, async () => {
    await runCell(2);
    const training = await until("the training", () => frameWith(page, ".status", "Running"));
    await until(
      "the curve",
      async () => ((await training.locator("polyline").getAttribute("points")) ?? "").length > 200,
    );
    assert.match(
      (await training.locator("dl").textContent()) ?? "",
      /(batches|epochs)\d+ \/ [\d,]+Rate.*Left.*Elapsed/,
    );
    assert.equal(await training.locator("[role=progressbar]").count(), 2);
    await shoot("training-dark");
    assert.deepEqual(await brokenRules(training), []);
    useTheme("Default Light Modern");
    await training.getByRole("button", { name: "Stop" }).click();
    await training.locator(".status", { hasText: "Stopped" }).waitFor({ timeout: patience });
    await page
      .locator(".code-cell-row")
      .nth(2)
      .locator(".codicon-notebook-state-error")
      .waitFor({ timeout: patience });
    assert.equal(await training.getByRole("button", { name: "Stop" }).isVisible(), false);
    await shoot("training-light");
  });

  it("lists runs, with what differs, and puts them into one chart", { timeout: hanging }, async () => {
    for (const [run, lr] of [
      ["0001", 0.1],
      ["0002", 0.3],
    ] as const) {
      const at = path.join(folder, "lab.sweep/runs", run);
      mkdirSync(at, { recursive: true });
      writeFileSync(
        path.join(at, "notebook.ipynb"),
        '{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}',
      );
      const records = { loss: lr / 2, curve: [2, 1, lr / 2] };
      writeFileSync(path.join(at, "records.json"), JSON.stringify({ parameters: { lr, seed: 0 }, records }));
    }
    await page.keyboard.press("F1");
    await page.locator(".quick-input-widget input").first().fill(">BN Lab: Compare Runs");
    await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    await page.keyboard.press("Enter");
    const runs = await until("the runs", () => frameWith(page, "h1", "Runs"));
    await until("all", async () => (await runs.locator("tbody tr").count()) === 3);
    const row = async (at: number) =>
      (await runs.locator("tbody tr").nth(at).locator("td").allTextContents()).join("|");
    assert.match(await row(0), /lab\.ipynb\|.*\d s$/);
    assert.match(await row(1), /^\|0001\|lr 0\.1\|/);
    assert.match(await row(2), /^\|0002\|lr 0\.3\|/);
    for (const at of [1, 2]) await runs.getByRole("checkbox").nth(at).check();
    await until("the chart", async () => (await runs.locator(".legendtext").count()) === 2);
    const name = runs.getByRole("textbox", { name: "Name of Run 1" });
    await name.fill("first");
    await name.press("Enter");
    await runs.getByRole("textbox", { name: "Name of first" }).waitFor({ timeout: patience });
    assert.deepEqual(await brokenRules(runs), []);
    await shoot("runs-light");
    assert.deepEqual(await inHighContrast(runs, "runs"), []);
  });
});
