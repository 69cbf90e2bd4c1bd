// `npm run pictures`: the walkthrough's pictures and those of README and guides, taken in VS Code: light and dark, English and Chinese;
// `npm run pictures -- outputs zh-cn-light` takes one part of them, in one window.
// VS Code's own words stay English, for its language packs are not on npm.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { kernelspec } from "../../extension/ids";
import english from "../../package.nls.json" with { type: "json" };
import chinese from "../../package.nls.zh-cn.json" with { type: "json" };
import { launchBrowser, notebookOutputs } from "./browser";
import { cache, root } from "./install";
import { type RunningServer, startServer } from "./server";

const minute = 60_000;
const themes = { light: "Default Light Modern", dark: "Default Dark Modern" };
type ThemeName = keyof typeof themes;
const tongues = ["en", "zh-cn"];
const words: Record<string, Record<string, string>> = { en: english, "zh-cn": chinese };
const plainWindow = {
  "breadcrumbs.enabled": false,
  "window.commandCenter": false,
  "workbench.activityBar.location": "hidden",
  "workbench.layoutControl.enabled": false,
};

const tourCells = [
  `import { tensor } from "bnlab";

const x = tensor([[1, 2], [3, 4]]);
x.matmul(x)`,
  "const lr = 0.5;",
  `import { data, manualSeed, nn, optim, plot } from "bnlab";

manualSeed(0);
const digits = new data.DataLoader(data.digits({ count: 3000, seed: 1 }), { batchSize: 60 });
const layer = (from: number, to: number, bn: boolean) =>
  [new nn.Linear(from, to), ...(bn ? [new nn.BatchNorm1d(to)] : []), new nn.Sigmoid()];
const chart = plot.live(plot.loss({}, { title: "Training loss" }));
for (const [name, bn] of [["without BN", false], ["with BN", true]] as const) {
  const hidden = [...layer(784, 100, bn), ...layer(100, 100, bn)];
  const net = new nn.Sequential(new nn.Flatten(), ...hidden, new nn.Linear(100, 10));
  const optimizer = new optim.SGD(net.parameters(), { lr });
  let step = 0;
  for (let epoch = 0; epoch < 3; epoch++) {
    for (const [images, labels] of digits) {
      const loss = nn.functional.crossEntropy(net.forward(images), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      chart.append(name, step++, loss.item());
    }
  }
}`,
];

/** What renderers draw and say: a tensor's card, a chart with its buttons, bars. */
const outputCells = [
  `import { manualSeed, plot, progress, randn } from "bnlab";

manualSeed(1);
for (const _ of progress(40, { label: "epoch" }));
randn([64, 100])`,
  `plot.histogram({ "before BN": randn([5000]).mul(2).add(1), "after BN": randn([5000]) }, { title: "Inputs of a sigmoid" })`,
];

function notebook(cells: readonly string[]): string {
  const code = cells.map((source, i) => ({
    ...{ cell_type: "code", id: `cell${i}`, execution_count: null, metadata: {}, outputs: [], source },
  }));
  const metadata = { kernelspec, language_info: { name: "typescript" } };
  return JSON.stringify({ cells: code, metadata, nbformat: 4, nbformat_minor: 5 });
}

const pictureFolder = (tongue: string) => path.join(root, "media/walkthrough", tongue === "en" ? "" : tongue);
const screens = path.join(root, "media/screens");

/** A window in a language, as VS Code's server tells its extensions. */
async function openWindow(browser: Browser, url: string, tongue: string): Promise<Page> {
  // Renderers go by the page's own language.
  const locale = tongue === "en" ? "en-US" : tongue;
  const page = await browser.newPage({ viewport: small, deviceScaleFactor: 1.5, locale });
  await page.addInitScript((language) => {
    if (language !== "en") Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: language });
  }, tongue);
  await page.goto(url);
  return page;
}

async function command(page: Page, name: string): Promise<void> {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().fill(`>${name}`);
  await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await page.waitForTimeout(400);
  await page.keyboard.press("Enter");
}

async function runCell(page: Page, index: number): Promise<void> {
  const row = page.locator(".code-cell-row").nth(index);
  await row.hover();
  await row.locator(".run-button-container a").first().click();
  await page.waitForTimeout(500);
  await row.locator(".codicon-notebook-state-success").waitFor({ timeout: 3 * minute });
}

async function take(page: Page, file: string, scale: "device" | "css" = "device"): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  await page.mouse.move(page.viewportSize()!.width / 2, 4); // where nothing hovers
  await page.waitForTimeout(1000); // charts settle
  await page.screenshot({ path: file, scale });
}

/** As large as a walkthrough shows it, as sharp as a good screen does. */
const small = { width: 800, height: 520 };
const large = { width: 1200, height: 760 };

async function openNotebook(
  server: RunningServer,
  browser: Browser,
  tongue: string,
  cells: readonly string[],
): Promise<{ page: Page; folder: string }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-pictures-"));
  const file = path.join(folder, "demo.ipynb");
  writeFileSync(file, notebook(cells));
  const page = await openWindow(browser, server.windowUrl(folder, { openFile: file }), tongue);
  await page
    .locator(".kernel-label", { hasText: "BN Lab" })
    .first()
    .waitFor({ timeout: 2 * minute });
  await page.keyboard.press("Control+b"); // room for the notebook
  return { page, folder };
}

/** A tensor's card, bars, and a chart while the pointer is on one of its buttons. */
async function takeOutputs(
  server: RunningServer,
  browser: Browser,
  tongue: string,
  theme: ThemeName,
): Promise<void> {
  const { page, folder } = await openNotebook(server, browser, tongue, outputCells);
  await page.setViewportSize({ width: 900, height: 1100 });
  await runCell(page, 0);
  await runCell(page, 1);
  const chart = notebookOutputs(page).locator(".js-plotly-plot").first();
  await chart.hover();
  await chart.locator(".modebar-btn").nth(1).hover();
  await page.waitForTimeout(1000);
  await page.screenshot({ path: path.join(screens, `outputs-${tongue}-${theme}.png`), scale: "css" });
  await page.close();
  rmSync(folder, { recursive: true, force: true });
}

async function takeTour(
  server: RunningServer,
  browser: Browser,
  tongue: string,
  theme: ThemeName,
): Promise<void> {
  const { page, folder } = await openNotebook(server, browser, tongue, tourCells);
  const walkthrough = (step: string) => path.join(pictureFolder(tongue), `${step}-${theme}.png`);
  const screen = (name: string) => path.join(screens, `${name}-${tongue}-${theme}.png`);
  const palette = (key: string) => command(page, `BN Lab: ${words[tongue]![key]!.replace("…", "")}`);

  await runCell(page, 0);
  await take(page, walkthrough("run"));

  await runCell(page, 1);
  await runCell(page, 2);
  const chart = notebookOutputs(page).locator(".js-plotly-plot").first();
  await page.mouse.move(small.width / 2, small.height - 80);
  for (let turn = 0; turn < 60 && ((await chart.boundingBox())?.y ?? 1000) > 120; turn++) {
    await page.mouse.wheel(0, 50);
    await page.waitForTimeout(30);
  }
  await take(page, walkthrough("watch"));

  await page.mouse.wheel(0, -5000);
  await page.keyboard.press("Control+Home");
  await page.locator(".code-cell-row").nth(1).locator(".view-line").first().click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("const lr = 2;");
  await page.keyboard.press("Escape");
  await runCell(page, 1);
  await runCell(page, 2);
  await page.setViewportSize(large);
  await palette("command.compareRuns");
  await take(page, screen("compare"), "css");
  await page.setViewportSize(small);
  await page.keyboard.press("Enter");
  await page.waitForTimeout(3000);
  await take(page, walkthrough("learningRate"));
  await page.locator(".tab", { hasText: "demo.ipynb" }).click(); // a chart has the keyboard

  await palette("command.exportHtml");
  const input = page.locator(".quick-input-widget input[type=text]").first();
  for (let wait = 0; wait < 600 && !(await input.inputValue()).endsWith(".html"); wait++)
    await page.waitForTimeout(100);
  await page.waitForTimeout(500);
  await page.keyboard.press("Enter");
  const html = path.join(folder, "demo.html");
  for (let wait = 0; wait < 600 && !existsSync(html); wait++) await page.waitForTimeout(100);
  await sharePicture(browser, html, theme, walkthrough("share"));

  await page.setViewportSize(large);
  await palette("command.openTutorial");
  await page.locator(".quick-input-list .monaco-list-row").nth(2).waitFor();
  await take(page, screen("tutorials"), "css");
  await page.keyboard.press("Escape");
  await palette("command.openWalkthrough");
  await page.locator(".getting-started-step").first().waitFor({ timeout: minute });
  await page.waitForTimeout(2000);
  await take(page, screen("walkthrough"), "css");
  await page.keyboard.press("Control+,");
  await page.locator(".settings-editor .suggest-input-container .monaco-editor").click({ timeout: minute });
  await page.keyboard.type("@ext:bnlab.bnlab");
  await page.waitForTimeout(2000);
  await take(page, screen("settings"), "css");
  await page.close();
  rmSync(folder, { recursive: true, force: true });
}

/** What the exported page looks like in a browser. */
async function sharePicture(
  browser: Browser,
  html: string,
  theme: ThemeName,
  picture: string,
): Promise<void> {
  const page = await browser.newPage({ viewport: small, deviceScaleFactor: 1.5, colorScheme: theme });
  await page.goto(pathToFileURL(html).href);
  const chart = page.locator(".js-plotly-plot").first();
  await chart.waitFor();
  await chart.evaluate((element) => element.scrollIntoView({ block: "center" }));
  await take(page, picture);
  await page.close();
}

const parts = { tour: takeTour, outputs: takeOutputs };
const asked = process.argv.slice(2);
/** What was asked for of these names, or all. */
const chosen = (names: string[]) =>
  names.some((name) => asked.includes(name)) ? names.filter((name) => asked.includes(name)) : names;
const windows = chosen(Object.keys(themes).flatMap((theme) => tongues.map((tongue) => `${tongue}-${theme}`)));
const chosenParts = chosen(Object.keys(parts)) as (keyof typeof parts)[];
const browser = await launchBrowser(console.log);
try {
  for (const theme of Object.keys(themes) as ThemeName[]) {
    const server = await startServer({
      say: console.log,
      settings: { ...plainWindow, "workbench.colorTheme": themes[theme] },
    });
    try {
      for (const tongue of tongues) {
        if (!windows.includes(`${tongue}-${theme}`)) continue;
        for (const part of chosenParts) {
          await parts[part](server, browser, tongue, theme).catch(async (error) => {
            const [page] = browser.contexts().flatMap((context) => context.pages());
            await page?.screenshot({ path: path.join(cache, "failure.png") });
            throw error;
          });
        }
      }
    } finally {
      await server.stop();
    }
  }
} finally {
  await browser.close();
}
