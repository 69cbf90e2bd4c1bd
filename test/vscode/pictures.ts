// `npm run pictures`: every picture of VS Code in READMEs, guides and walkthrough, light and dark, English and Chinese;
// `npm run pictures -- outputs zh-cn-light` takes one part of them, in one window. With pngquant they are half the size.
// VS Code's own words stay English, for its language packs are not on npm.
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { kernelspec } from "../../extension/ids";
import chineseBundle from "../../l10n/bundle.l10n.zh-cn.json" with { type: "json" };
import english from "../../package.nls.json" with { type: "json" };
import chinese from "../../package.nls.zh-cn.json" with { type: "json" };
import { frameWith, reveal, until, variableIn } from "../browser/frames";
import { launchBrowser, notebookOutputs } from "./browser";
import { cache, root } from "./install";
import { outputCells, tourCells, viewCells } from "./pictureCells";
import { type RunningServer, startServer } from "./server";

const minute = 60_000;
const themes = { light: "Light Modern", dark: "Dark Modern" };
type ThemeName = keyof typeof themes;
const tongues = ["en", "zh-cn"];
const words: Record<string, Record<string, string>> = { en: english, "zh-cn": chinese };
const plainWindow = {
  "breadcrumbs.enabled": false,
  "window.commandCenter": false,
  "workbench.layoutControl.enabled": false,
};

function notebook(cells: readonly string[]): string {
  const code = cells.map((source, i) => ({
    ...{ cell_type: "code", id: `cell${i}`, execution_count: null, metadata: {}, outputs: [], source },
  }));
  const metadata = { kernelspec, language_info: { name: "typescript" } };
  return JSON.stringify({ cells: code, metadata, nbformat: 4, nbformat_minor: 5 });
}

const pictureFolder = (tongue: string) => path.join(root, "media/walkthrough", tongue === "en" ? "" : tongue);
const screen = (name: string, tongue: string, theme: ThemeName) =>
  path.join(root, "media/screens", `${name}-${tongue}-${theme}.png`);

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

/** Has a window take on a theme: it does so for a setting of its folder that comes while it is open, not for one that it opens with. */
async function useTheme(page: Page, folder: string, theme: ThemeName): Promise<void> {
  mkdirSync(path.join(folder, ".vscode"), { recursive: true });
  const settings = JSON.stringify({ "workbench.colorTheme": themes[theme] });
  writeFileSync(path.join(folder, ".vscode/settings.json"), settings);
  await page.locator(`.monaco-workbench[class*="${theme}_modern"]`).waitFor({ timeout: minute });
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
  await page.mouse.move(page.viewportSize()!.width / 2, 4); // where nothing hovers
  await shoot(page, file, scale);
}

async function shoot(page: Page, file: string, scale: "device" | "css"): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  await page.waitForTimeout(1000); // charts settle
  await page.screenshot({ path: file, scale });
  spawnSync("pngquant", ["--force", "--ext", ".png", "256", file]); // where there is none the picture stays as it is
}

/** As large as a walkthrough shows it, as sharp as a good screen does. */
const small = { width: 800, height: 520 };
const large = { width: 1280, height: 800 };

async function openNotebook(
  server: RunningServer,
  browser: Browser,
  tongue: string,
  theme: ThemeName,
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
  await useTheme(page, folder, theme);
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
  const { page, folder } = await openNotebook(server, browser, tongue, theme, outputCells);
  await page.setViewportSize({ width: 900, height: 1100 });
  await runCell(page, 0);
  await runCell(page, 1);
  const chart = notebookOutputs(page).locator(".js-plotly-plot").first();
  await chart.hover();
  await chart.locator(".modebar-btn").nth(1).hover();
  await shoot(page, screen("outputs", tongue, theme), "css");
  await page.close();
  rmSync(folder, { recursive: true, force: true });
}

async function takeTour(
  server: RunningServer,
  browser: Browser,
  tongue: string,
  theme: ThemeName,
): Promise<void> {
  const { page, folder } = await openNotebook(server, browser, tongue, theme, tourCells);
  const walkthrough = (step: string) => path.join(pictureFolder(tongue), `${step}-${theme}.png`);
  const palette = (key: string) => command(page, `BN Lab: ${words[tongue]![key]!.replace("…", "")}`);

  await runCell(page, 0);
  await take(page, walkthrough("run"));

  await runCell(page, 1);
  await runCell(page, 2);
  await reveal(page, "Training loss", 100);
  await take(page, walkthrough("watch"));

  await page.mouse.wheel(0, -5000);
  await page.keyboard.press("Control+Home");
  await page.locator(".code-cell-row").nth(1).locator(".view-line").first().click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("const lr = 2;");
  await page.keyboard.press("Escape");
  await runCell(page, 1);
  await runCell(page, 2);
  await palette("command.compareRuns");
  const runs = await until("the runs", () =>
    frameWith(page, "h1", tongue === "en" ? "Runs" : chineseBundle.Runs),
  );
  await runs.locator(".js-plotly-plot").first().waitFor();
  await take(page, walkthrough("learningRate"));
  await page.setViewportSize(large);
  await take(page, screen("runs", tongue, theme), "css");
  await page.setViewportSize(small);
  await page.locator(".tab", { hasText: "demo.ipynb" }).click(); // a chart has the keyboard

  await page.keyboard.press("Control+s");
  await page.locator(".tab.dirty").waitFor({ state: "detached" });
  const html = path.join(folder, "demo.html");
  const cli = path.join(root, "dist/kernel/cli.js");
  execFileSync(process.execPath, [cli, "export", path.join(folder, "demo.ipynb"), "--html", html]);
  await sharePicture(browser, html, theme, walkthrough("share"));

  await page.close();
  rmSync(folder, { recursive: true, force: true });
}

/** The variables and a training under way beside the notebook, then the viewers of a tensor and of records. */
async function takeViews(
  server: RunningServer,
  browser: Browser,
  tongue: string,
  theme: ThemeName,
): Promise<void> {
  const { page, folder } = await openNotebook(server, browser, tongue, theme, viewCells);
  await page.setViewportSize(large);
  await command(page, `BN Lab: ${words[tongue]!["command.showVariables"]!}`);
  const tutorials = page.locator(".pane-header", { hasText: words[tongue]!["view.tutorials"]! });
  await tutorials.click(); // room for the others
  await widenSideBar(page, 410);
  await runCell(page, 0);
  await variableIn(page, "net");
  for (const [variable, picture] of [
    ["people", "data"],
    ["images", "tensor"],
  ] as const) {
    await (await variableIn(page, variable)).locator(".open").click();
    const viewer = await until("the viewer", () => frameWith(page, "h1", variable));
    if (variable === "images") {
      await viewer.locator("[data-tab=images]").click();
      await viewer.locator("canvas").first().waitFor();
    } else {
      await viewer.getByRole("button", { name: "born" }).click();
      await viewer.locator("[aria-sort=ascending], [aria-sort=descending]").first().waitFor();
    }
    await take(page, screen(picture, tongue, theme), "css");
    await page.keyboard.press("Control+w");
  }
  await runTraining(page);
  await take(page, screen("training", tongue, theme), "css");
  await page.close();
  rmSync(folder, { recursive: true, force: true });
}

async function widenSideBar(page: Page, width: number): Promise<void> {
  const { x, y, height, width: now } = (await page.locator(".part.sidebar").boundingBox())!;
  await page.mouse.move(x + now, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width, y + height / 2, { steps: 5 });
  await page.mouse.up();
}

/** Until a quarter of it is done. */
async function runTraining(page: Page): Promise<void> {
  const row = page.locator(".code-cell-row").nth(1);
  await row.hover();
  await row.locator(".run-button-container a").first().click();
  await until("some epochs", async () => {
    const view = await frameWith(page, "dd", "/ 120");
    const step = await view?.locator("dd").first().textContent();
    return Number.parseInt(step ?? "", 10) >= 30;
  });
}

/** The first tutorial, as it is saved, where it shows what it is about. */
async function takeTutorial(
  server: RunningServer,
  browser: Browser,
  tongue: string,
  theme: ThemeName,
): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-pictures-"));
  const file = path.join(folder, "00-start.ipynb");
  copyFileSync(path.join(root, "notebooks", tongue, "00-start.ipynb"), file);
  const page = await openWindow(browser, server.windowUrl(folder, { openFile: file }), tongue);
  await page.setViewportSize({ width: 1280, height: 960 });
  await page
    .locator(".kernel-label", { hasText: "BN Lab" })
    .first()
    .waitFor({ timeout: 2 * minute });
  await useTheme(page, folder, theme);
  await page.keyboard.press("Control+b");
  const title = tongue === "en" ? "Training loss" : "训练损失";
  await reveal(page, title, 140);
  const name = tongue === "en" ? `tutorial-${theme}.png` : `tutorial-${tongue}-${theme}.png`;
  await take(page, path.join(root, "media", name), "css");
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

const parts = { tutorial: takeTutorial, tour: takeTour, outputs: takeOutputs, views: takeViews };
const asked = process.argv.slice(2);
/** What was asked for of these names, or all. */
const chosen = (names: string[]) =>
  names.some((name) => asked.includes(name)) ? names.filter((name) => asked.includes(name)) : names;
const windows = chosen(Object.keys(themes).flatMap((theme) => tongues.map((tongue) => `${tongue}-${theme}`)));
const chosenParts = chosen(Object.keys(parts)) as (keyof typeof parts)[];
const browser = await launchBrowser(console.log);
try {
  for (const theme of Object.keys(themes) as ThemeName[]) {
    const server = await startServer({ say: console.log, settings: plainWindow });
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
