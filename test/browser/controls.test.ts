// The built renderer's controls in a real browser: moved by hand and by keys, told by a kernel, stale without one; and pictures.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type ControlPanel, type Json, Mime, type MimeBundle } from "../../kernel/protocol";
import { toBundle } from "../../kernel/session/display/bundle";
import * as ui from "../../kernel/ui";
import { launchBrowser } from "../vscode/browser";
import { serve, setTheme, type ThemeName } from "./page";

const shots = path.join(import.meta.dirname, "../../out/screenshots");
let browser: Browser;
let context: BrowserContext;
let server: Server;
let url: string;
let page: Page;

before(async () => {
  await mkdir(shots, { recursive: true });
  ({ server, url } = await serve());
  browser = await launchBrowser(console.log);
});
after(async () => {
  await browser.close();
  server.close();
});
beforeEach(() => open("en-US", 900));

async function open(locale: string, width: number): Promise<void> {
  await context?.close();
  context = await browser.newContext({ locale, viewport: { width, height: 700 } });
  page = await context.newPage();
  await page.goto(url);
  await setTheme(page, "light");
}

const panelOf = (control: object) =>
  (toBundle(control) as MimeBundle)[Mime.control] as unknown as ControlPanel;
const panelOfAll = (controls: object[]): ControlPanel => ({
  id: "panel",
  controls: controls.flatMap((control) => panelOf(control).controls),
});

async function draw(id: string, panel: ControlPanel): Promise<void> {
  await page.evaluate(([id, json, mime]) => window.show(id, json, undefined, mime), [
    id,
    JSON.stringify(panel),
    Mime.control,
  ] as const);
}

const tell = (id: string, data: Record<string, Json>) =>
  page.evaluate(
    (json) => window.tell(JSON.parse(json)),
    JSON.stringify({ type: "comm_msg", content: { comm_id: id, data } }),
  );
const close = (id: string) =>
  page.evaluate((comm_id) => window.tell({ type: "comm_close", content: { comm_id, data: {} } }), id);
/** A kernel knows them: as it says when a page asks. */
async function wake({ controls }: ControlPanel): Promise<void> {
  for (const { id } of controls) await tell(id, { method: "update", state: {}, buffer_paths: [] });
  await page.evaluate(() => {
    window.sent = [];
  });
}
const sent = () => page.evaluate(() => window.sent.map(({ content }) => content.data));
const states = async () => (await sent()).map(({ state }) => state);

test("a control asks for its kernel, is still until that answers, and says so where none does", async () => {
  const panel = panelOf(ui.slider(0, 1, { label: "rate" }));
  await draw("a", panel);
  const slider = page.getByRole("slider", { name: "rate" });
  assert.deepEqual(await sent(), [{ method: "request_state" }]);
  assert.equal(await slider.isDisabled(), true);
  await page.getByText("Run the cell to move this control.").waitFor();
  await tell(panel.id, { method: "update", state: { value: 0.75 }, buffer_paths: [] });
  assert.equal(await slider.inputValue(), "0.75");
  assert.equal(await slider.isDisabled(), false);
  await page.getByText("Run the cell").waitFor({ state: "detached" });
  await close(panel.id);
  assert.equal(await slider.isDisabled(), true);
  await page.getByText("Run the cell to move this control.").waitFor();
});

test("a slider dragged by hand sends the last value always, and no echo moves it back", async () => {
  const panel = panelOf(ui.slider(0, 1000, { label: "dial" }));
  await draw("a", panel);
  await wake(panel);
  const slider = page.getByRole("slider");
  const box = (await slider.boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width / 2, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 100, y, { steps: 20 });
  await page.mouse.up();
  const last = Number(await slider.inputValue());
  assert.ok(last > 600, `moved to ${last}`);
  await page.waitForTimeout(100);
  const values = (await states()).map((state) => (state as { value: number }).value);
  assert.equal(values.at(-1), last);
  assert.deepEqual(
    values,
    [...values].sort((x, z) => x - z),
  );
  for (const value of values)
    await tell(panel.id, { method: "echo_update", state: { value }, buffer_paths: [] });
  assert.equal(await slider.inputValue(), String(last));
  await tell(panel.id, { method: "echo_update", state: { value: 5 }, buffer_paths: [] });
  assert.equal(await slider.inputValue(), "5", "another page's");
  await draw("a", panel);
  assert.equal(await slider.inputValue(), "5", "what is saved is older");
});

test("of moves that come at once the first and the last are sent", async () => {
  const panel = panelOf(ui.slider(0, 1000));
  await draw("a", panel);
  await wake(panel);
  await page.getByRole("slider").evaluate((element) => {
    const slider = element as HTMLInputElement;
    for (let value = 1; value <= 500; value++) {
      slider.value = String(value);
      slider.dispatchEvent(new Event("input"));
    }
  });
  await page.waitForTimeout(200);
  assert.deepEqual(await states(), [{ value: 1 }, { value: 500 }]);
});

test("keys move a log scale by its factor, and what is read aloud is the number", async () => {
  const panel = panelOf(ui.slider(0.001, 1, { value: 0.1, scale: "log", step: 10, label: "lr" }));
  await draw("a", panel);
  await wake(panel);
  const slider = page.getByRole("slider", { name: "lr" });
  await page.keyboard.press("Tab");
  assert.equal(await slider.evaluate((element) => element === document.activeElement), true);
  await page.keyboard.press("ArrowLeft");
  assert.equal(await slider.getAttribute("aria-valuetext"), "0.01");
  await page.keyboard.press("End");
  await page.waitForTimeout(100);
  assert.deepEqual(await states(), [{ value: 0.01 }, { value: 1 }]);
  await page.locator(".readout", { hasText: /^1$/ }).waitFor();
});

test("the others: what they send, and what they refuse to send", async () => {
  const panel = panelOfAll([
    ui.select(["SGD", "Adam"], { label: "optimizer" }),
    ui.checkbox({ label: "batch norm" }),
    ui.number({ value: 3, min: 1, max: 10, label: "layers" }),
    ui.text({ label: "title" }),
    ui.button("Start"),
  ]);
  await draw("a", panel);
  await wake(panel);
  await page.getByLabel("optimizer").selectOption("Adam");
  await page.getByLabel("batch norm").check();
  await page.getByLabel("layers").fill("4.5");
  await page.keyboard.press("Enter");
  await page.getByLabel("layers").fill("99");
  await page.keyboard.press("Enter");
  assert.equal(await page.getByLabel("layers").getAttribute("aria-invalid"), "true");
  await page.getByLabel("title").fill("<b>");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Start" }).click();
  assert.deepEqual(
    (await sent()).map(({ state, content }) => state ?? content),
    [{ index: 1 }, { value: true }, { value: 4.5 }, { value: "<b>" }, { event: "click" }],
  );
  await page.getByLabel("layers").fill("5");
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowUp");
  await page.waitForTimeout(100);
  assert.deepEqual((await states()).slice(-2), [{ value: 5 }, { value: 6 }]);
});

test("the same control twice on a page moves in both places", async () => {
  const panel = panelOf(ui.slider(0, 10, { label: "x" }));
  await draw("a", panel);
  await draw("b", panel);
  await wake(panel);
  await page.locator("#a input").focus();
  await page.keyboard.press("Home");
  assert.equal(await page.locator("#b input").inputValue(), "0");
});

test("what is none, or means ill, is text", async () => {
  const evil = "<img src=x onerror=alert(1)>";
  await draw("a", panelOf(ui.select([evil], { label: evil })));
  assert.equal(await page.locator("#a img").count(), 0);
  await draw("b", { id: "b", controls: "x" } as unknown as ControlPanel);
  assert.match((await page.locator("#b").textContent()) ?? "", /This output is not controls/);
});

test("pictures, for a person to look at", async () => {
  for (const [locale, labels] of [
    [
      "en-US",
      ["learning rate", "depth", "optimizer", "batch norm", "seed", "title", "Start again", "dropout"],
    ],
    ["zh-CN", ["学习率", "深度", "优化器", "批归一化", "随机种子", "标题", "重新开始", "丢弃率"]],
  ] as const) {
    for (const width of [1280, 390]) {
      await open(locale, width);
      const panel = panelOfAll([
        ui.slider(0.001, 1, { value: 0.3, scale: "log", label: labels[0] }),
        ui.slider(1, 12, { label: labels[1] }),
        ui.select(["SGD", "Adam", "RMSprop"], { label: labels[2] }),
        ui.checkbox({ label: labels[3], value: true }),
        ui.number({ value: 7, min: 0, label: labels[4] }),
        ui.text({ label: labels[5], placeholder: labels[0] }),
        ui.slider(0, 1, { label: labels[7], disabled: true }),
        ui.button(labels[6]),
      ]);
      for (const theme of ["light", "dark"] as ThemeName[]) {
        await setTheme(page, theme);
        await draw("live", panel);
        await wake(panel);
        await draw(
          "stale",
          panelOfAll([
            ui.slider(0, 1, { label: labels[0], value: 0.3 }),
            ui.button(labels[6]),
            ui.slider(0, 5),
          ]),
        );
        await page.locator(".hint", { hasText: /./ }).waitFor();
        await page.screenshot({
          path: path.join(shots, `controls-${locale}-${width}-${theme}.png`),
          fullPage: true,
        });
      }
    }
  }
});
