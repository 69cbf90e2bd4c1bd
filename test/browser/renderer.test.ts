// The built renderer in a real browser: what it draws, that it updates in place, follows the theme, and cleans up.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { type Figure, histogram, type LineFigure, loss } from "../../kernel/plot";
import { launchBrowser } from "../vscode/browser";
import { serve, setTheme } from "./page";
import { activationsByLayer, curve, normals } from "./samples";

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
});
after(async () => {
  await browser.close();
  server.close();
});
beforeEach(async () => {
  await page?.close();
  complaints.length = 0;
  page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(url);
  await setTheme(page, "light");
});

async function render(id: string, figure: unknown, width = 1000): Promise<void> {
  await page.evaluate(([id, json, width]) => window.show(id, json, width), [
    id,
    JSON.stringify(figure),
    width,
  ] as const);
  await page.waitForFunction((id) => document.querySelector(`#${id} .main-svg, #${id}:not(:has(*))`), id);
}

const bundle = (figure: Figure) => figure.toBundle()["application/vnd.plotly.v1+json"];
const traces = (id: string) => page.locator(`#${id} .scatterlayer .trace`).count();
const titleColour = (id: string) =>
  page.locator(`#${id} .gtitle`).evaluate((title) => getComputedStyle(title).fill);

function lossFigure(): LineFigure {
  return loss(
    {
      "without BN": curve({ start: 2.35, end: 0.9, tau: 400 }),
      "with BN": curve({ start: 2.3, end: 0.08, tau: 60 }),
    },
    { title: "Training loss" },
  );
}

test("a loss chart is drawn with its lines, its words and no complaint", async () => {
  await render("a", bundle(lossFigure()));
  assert.equal(await traces("a"), 2);
  assert.deepEqual(await page.locator("#a .legendtext").allTextContents(), ["without BN", "with BN"]);
  const label = await page.locator("#a [role=img]").getAttribute("aria-label");
  assert.match(label ?? "", /^Training loss \(line chart, x: step, y: loss\)\n {2}without BN: 600 points/);
  assert.deepEqual(complaints, []);
});

test("an update of the same output keeps the element and the reader's zoom", async () => {
  await render("a", bundle(lossFigure()));
  await page.evaluate(() => {
    (document.querySelector("#a .main-svg") as SVGElement).dataset.mark = "same";
  });
  const plot = await page.locator("#a .nsewdrag").boundingBox();
  assert.ok(plot);
  await page.mouse.move(plot.x + plot.width * 0.25, plot.y + plot.height * 0.5);
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width * 0.5, plot.y + plot.height * 0.52, { steps: 4 });
  await page.mouse.up();
  const ticks = async () =>
    (await page.locator("#a .xtick text").allTextContents()).map(Number).sort((a, b) => a - b);
  await page.waitForFunction(() => !document.querySelector("#a .xtick text")?.textContent?.match(/^0$/));
  const zoomed = await ticks();

  const longer = lossFigure();
  longer.append("third", [0, 600], [2, 1]);
  await render("a", bundle(longer));
  await page.waitForFunction(() => document.querySelectorAll("#a .scatterlayer .trace").length === 3);
  assert.equal(await page.locator("#a .main-svg").first().getAttribute("data-mark"), "same");
  assert.deepEqual(await ticks(), zoomed);
});

test("of updates that come faster than Plotly draws, the last one stands", async () => {
  const figure = lossFigure();
  await render("a", bundle(figure));
  for (let at = 0; at < 5; at++) {
    figure.append(`run ${at}`, [0, 100], [1, 2]);
    await Promise.all([render("a", bundle(figure)), render("a", bundle(figure))]);
  }
  await page.waitForFunction(() => document.querySelectorAll("#a .scatterlayer .trace").length === 7);
});

test("colours follow the theme while the chart stands, a figure's own colours stay", async () => {
  const own = lossFigure();
  own.layout.title = { ...own.layout.title, font: { color: "rgb(1, 2, 3)" } };
  await render("a", bundle(lossFigure()));
  await render("b", bundle(own));
  assert.equal(await titleColour("a"), "rgb(59, 59, 59)");
  for (const [theme, colour] of [
    ["dark", "rgb(204, 204, 204)"],
    ["high contrast", "rgb(255, 255, 255)"],
    ["light", "rgb(59, 59, 59)"],
  ] as const) {
    await setTheme(page, theme);
    await page.waitForFunction((colour) => {
      const title = document.querySelector("#a .gtitle");
      return title !== null && getComputedStyle(title).fill === colour;
    }, colour);
    assert.equal(await titleColour("b"), "rgb(1, 2, 3)");
  }
});

test("the chart takes the width of its cell, and a hidden cell's chart is drawn when it opens", async () => {
  await render("a", bundle(lossFigure()));
  const width = () =>
    page
      .locator("#a .main-svg")
      .first()
      .evaluate((svg) => svg.clientWidth);
  assert.equal(await width(), 1000);
  await page.locator("#a").evaluate((element) => {
    element.style.width = "600px";
  });
  await page.waitForFunction(() => document.querySelector("#a .main-svg")?.clientWidth === 600);

  await page.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", '<div hidden><div id="b"></div></div>');
    window.show("b", '{"data":[{"y":[1,2,3]}]}');
  });
  assert.equal(await page.locator("#b .main-svg").count(), 0);
  await page.evaluate(() => document.getElementById("b")?.parentElement?.removeAttribute("hidden"));
  await page.waitForSelector("#b .main-svg");
});

test("disposing one output takes away its chart alone, disposing all takes the rest", async () => {
  await render("a", bundle(lossFigure()));
  await render("b", bundle(lossFigure()));
  await page.evaluate(() => window.renderer.disposeOutputItem("a"));
  assert.equal(await page.locator("#a *").count(), 0);
  assert.equal(await traces("b"), 2);
  await page.evaluate(() => window.renderer.disposeOutputItem());
  assert.equal(await page.locator("#b *").count(), 0);
});

test("an output that is no figure says so in its place", async () => {
  await render("a", { layout: {} });
  assert.match((await page.locator("#a").textContent()) ?? "", /not a Plotly figure/);
});

test("a picture for elsewhere is dark on white, whatever the editor's theme", async () => {
  await setTheme(page, "dark");
  await render("a", bundle(lossFigure()));
  await page.locator("#a .nsewdrag").hover();
  const download = page.waitForEvent("download");
  await page.locator("#a .modebar-btn[data-title='Save as SVG']").click();
  const file = await download;
  assert.equal(file.suggestedFilename(), "Training loss.svg");
  const stream = await file.createReadStream();
  let svg = "";
  for await (const part of stream) svg += part;
  assert.ok(
    /<rect x="0" y="0" width="1000" height="360" style="fill: rgb\(255, 255, 255\)/.test(svg),
    "white paper",
  );
  assert.ok(/class="gtitle"[^>]*fill: rgb\(31, 35, 40\)/.test(svg), "dark title");
});

test("a page without VS Code draws the same chart in its own colours", async () => {
  await page.addScriptTag({ url: `${url}standalone.js` });
  await page.evaluate(
    (json) => {
      document.body.className = "";
      document.body.style.cssText = "color: rgb(10, 20, 30); background: white";
      document.body.insertAdjacentHTML("beforeend", '<div id="a"></div>');
      window.bnlabPlotly.draw(document.getElementById("a")!, JSON.parse(json));
    },
    JSON.stringify(bundle(lossFigure())),
  );
  await page.waitForSelector("#a .gtitle");
  assert.equal(await titleColour("a"), "rgb(10, 20, 30)");
});

// Pictures for a person to look at; what fails here is a chart that cannot be drawn at that width and theme.
const gallery = {
  loss: lossFigure(),
  "loss, smoothed, log": loss(
    Object.fromEntries(
      [0.03, 0.1, 0.3, 1, 3, 10].map((rate, at) => [
        `learning rate ${rate}`,
        curve({ start: 2.3, end: 0.5 / 2 ** at, tau: 300 / (at + 1), noise: 0.35, seed: at }),
      ]),
    ),
    {
      title: "训练损失：不同学习率（平滑 0.95）",
      xTitle: "步数",
      yTitle: "损失",
      smoothing: 0.95,
      logY: true,
    },
  ),
  histogram: histogram(
    {
      ...activationsByLayer(1.4),
      "broken layer": [Number.NaN, Number.NaN, 0.5, Number.POSITIVE_INFINITY],
      empty: [],
    },
    { title: "Activations by layer", xTitle: "activation" },
  ),
  "histogram, arms": histogram(
    { "without BN": activationsByLayer(5), "with BN": activationsByLayer(1) },
    { title: "各层激活值的分布：有无批归一化", xTitle: "激活值" },
  ),
  "histogram, one": histogram(
    { "hidden units": normals(20_000, 3) },
    { xTitle: "pre-activation", y: "density" },
  ),
};
for (const [name, figure] of Object.entries(gallery)) {
  test(`picture: ${name}`, async () => {
    for (const width of [600, 1000]) {
      for (const theme of ["light", "dark", "high contrast"] as const) {
        if (theme === "high contrast" && width === 600) continue;
        await setTheme(page, theme);
        await render("a", bundle(figure), width);
        await page.waitForFunction(
          (width) => document.querySelector("#a .main-svg")?.clientWidth === width,
          width,
        );
        await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
        const file = `${name} ${width} ${theme}.png`.replace(/[ ,]+/g, "-");
        if (theme === "dark") await page.locator("#a .nsewdrag").first().hover();
        await page.locator("#a").screenshot({ path: path.join(shots, file) });
        await page.mouse.move(0, 899);
      }
    }
    assert.equal(await traces("a"), figure.data.length);
    assert.deepEqual(complaints, []);
  });
}
