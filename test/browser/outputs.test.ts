// The built renderer of tensors and progress bars in a real browser: what it draws, for whom, and that nothing runs.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { Mime, type MimeBundle } from "../../kernel/protocol";
import { toBundle } from "../../kernel/session/display/bundle";
import { manualSeed, randn, type Tensor, tensor } from "../../kernel/tensor";
import { launchBrowser } from "../vscode/browser";
import { serve, setTheme } from "./page";

const shots = path.join(import.meta.dirname, "../../out/screenshots");
let browser: Browser;
let server: Server;
let url: string;
let page: Page;
const complaints: string[] = [];

before(async () => {
  await mkdir(shots, { recursive: true });
  ({ server, url } = await serve());
  browser = await launchBrowser(console.log);
  manualSeed(0);
});
after(async () => {
  await browser.close();
  server.close();
});
beforeEach(async () => {
  await page?.close();
  complaints.length = 0;
  page = await browser.newPage({ viewport: { width: 900, height: 700 } });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => complaints.push(dialog.message()));
  await page.goto(url);
  await setTheme(page, "light");
});

async function render(id: string, mime: string, value: unknown): Promise<void> {
  await page.evaluate(([id, json, mime]) => window.show(id, json, undefined, mime), [
    id,
    JSON.stringify(value) ?? "null",
    mime,
  ] as const);
}

const summaryOf = (value: unknown) => (toBundle(value) as MimeBundle)[Mime.tensor];

test("a tensor shows what it is, its statistics, bars, a picture and its numbers", async () => {
  await render("a", Mime.tensor, summaryOf(randn([64, 100])));
  const card = page.locator("#a [role=figure]");
  assert.match(
    (await card.getAttribute("aria-label")) ?? "",
    /^Tensor \[64, 100\] float32, min -\d.*, mean .*, max .*, std /,
  );
  assert.ok((await page.locator("#a rect").count()) > 20);
  assert.match((await page.locator("#a rect title").first().textContent()) ?? "", /^-[\d.]+ … -[\d.]+: \d+$/);
  const size = await page
    .locator("#a canvas")
    .evaluate((canvas: HTMLCanvasElement) => [canvas.width, canvas.height]);
  assert.deepEqual(size, [50, 64]);
  assert.match((await page.locator("#a pre").textContent()) ?? "", /^tensor\(\[\[/);
  await page.keyboard.press("Tab");
  assert.equal(await card.evaluate((element) => element === document.activeElement), true);
  assert.deepEqual(complaints, []);
});

test("what is not finite is counted in words and left clear in the picture", async () => {
  const values = Array.from({ length: 40 }, (_, i) =>
    i === 3 ? Number.NaN : i === 4 ? Number.POSITIVE_INFINITY : i,
  );
  await render("a", Mime.tensor, summaryOf(tensor(values)));
  assert.match((await page.locator("#a dl").textContent()) ?? "", /NaN1infinite1/);
  const alpha = await page.locator("#a canvas").evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, 6, 1);
    return [2, 3, 4, 5].map((pixel) => data[pixel * 4 + 3]);
  });
  assert.deepEqual(alpha, [255, 0, 0, 255]);
  await render("b", Mime.tensor, summaryOf(new Float32Array(40).fill(Number.NaN)));
  assert.equal(await page.locator("#b rect").count(), 0);
  assert.deepEqual(complaints, []);
});

test("progress bars: share, words for screen readers, one that is done, and a text that wraps", async () => {
  const bar = {
    label: "epoch",
    done: 25,
    total: 100,
    seconds: 2,
    ended: false,
    note: "",
    text: "25/100 · 12.5/s",
  };
  await render("a", Mime.progress, {
    bars: [bar, { ...bar, total: null, label: "" }, { ...bar, done: 100, ended: true }],
  });
  const bars = page.locator("#a [role=progressbar]");
  assert.deepEqual(
    await bars.evaluateAll((all) =>
      all.map((one) => [one.getAttribute("aria-label"), one.getAttribute("aria-valuenow")]),
    ),
    [
      ["epoch", "25"],
      ["Progress", null],
      ["epoch", "100"],
    ],
  );
  assert.match((await page.locator("#a").textContent()) ?? "", /25\/100 · 12\.5\/s/);
  assert.equal(await page.locator("#a .done").count(), 1);
  await page.screenshot({ path: path.join(shots, "progress-light.png") });

  // What stands behind a bar may be a sentence: it wraps, in a narrow place below the bar.
  const text = "2/6 · seed 1 · one after the other: run() changes curves; return what is to be kept";
  await render("a", Mime.progress, { bars: [{ ...bar, text }] });
  await page.setViewportSize({ width: 390, height: 700 });
  const [line, drawn, list] = await Promise.all(
    [".text", ".bar", ".bnlab-progress"].map((part) => page.locator(`#a ${part}`).boundingBox()),
  );
  assert.ok(line!.y >= drawn!.y + drawn!.height && drawn!.width > 150, "the text is below the whole bar");
  assert.ok(list!.x + list!.width <= 390 && line!.height > 30, "the text wraps");
});

test("an error wraps, says what to do on a line of its own, scrolls its code alone, and is text whatever it holds", async () => {
  const message = `load: expected ${"a very long name of a file, ".repeat(8)}got \u001b[31mnone\u001b[39m <b>here</b>; name one`;
  const code = `> 1 | ${"const x = 1; ".repeat(20)}\n    | ^`;
  const stack = `RangeError: ${message}\n\n${code}\n\n    at f (Cell 2, line 1, column 3)\n    at node:fs:12`;
  await setTheme(page, "dark");
  await render("a", Mime.error, { name: "RangeError", message, stack });
  const view = page.locator("#a .bnlab-error");
  assert.equal(await view.locator(".remedy").textContent(), "name one");
  assert.match((await view.locator(".head").textContent()) ?? "", /got none <b>here<\/b>$/);
  await view.evaluate((each) => Object.assign(each.style, { width: "390px" }));
  const [outside, inside] = await view.evaluate((each) => [each.clientWidth, each.scrollWidth]);
  assert.ok(inside! <= outside!);
  await page.screenshot({ path: path.join(shots, "error-dark-390.png") });
  await view.locator("a").click();
  const sent: unknown = await page.evaluate(() => window.sent.at(-1));
  assert.deepEqual(sent, { cell: 2, line: 1, column: 3 });
  assert.equal(await view.locator("a").count(), 1);
});

test("a saved output that means ill is text, not markup, and one that is something else says so", async () => {
  const evil = "<img src=x onerror=alert(1)><script>alert(2)</script>";
  const summary = { ...(summaryOf(randn([8, 8])) as object), type: evil, dtype: evil, text: evil };
  await render("a", Mime.tensor, summary);
  await render("b", Mime.progress, { bars: [{ label: evil, done: 1, total: 2, text: evil }] });
  assert.equal(await page.locator("#a img, #a script, #b img, #b script").count(), 0);
  assert.ok(((await page.locator("#b").textContent()) ?? "").includes(evil));
  await render("c", Mime.tensor, { shape: "x" });
  assert.match((await page.locator("#c").textContent()) ?? "", /not a tensor/);
  await render("d", Mime.progress, { done: 1 });
  assert.match((await page.locator("#d").textContent()) ?? "", /not progress/);
  await page.waitForTimeout(200);
  assert.deepEqual(complaints, []);
});

test("pictures of both, for a person to look at", async () => {
  const samples: Record<string, Tensor> = {
    matrix: randn([64, 100]),
    images: randn([16, 3, 32, 32]).abs(),
    row: randn([500]),
    tall: randn([400, 3]),
  };
  for (const theme of ["light", "dark"] as const) {
    await setTheme(page, theme);
    for (const [name, value] of Object.entries(samples)) await render(name, Mime.tensor, summaryOf(value));
    await page.screenshot({ path: path.join(shots, `tensors-${theme}.png`), fullPage: true });
  }
  assert.deepEqual(complaints, []);
});
