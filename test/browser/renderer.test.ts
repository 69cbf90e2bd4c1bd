// The built renderer in a real browser: what it draws, that it updates in place, follows the theme, and cleans up.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { thisMachine } from "../../kernel/host/machine";
import { setMachine } from "../../kernel/machine/machine";
import {
  bars,
  type Figure,
  frames,
  curve as graph,
  heatmap,
  histogram,
  type LineFigure,
  line,
  loss,
  qq,
  quantiles,
  scatter,
  surface,
} from "../../kernel/plot";
import { TestVariable } from "../environment";
import { launchBrowser } from "../vscode/browser";
import { gallery } from "./gallery";
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
beforeEach(() => open());

/** A new page, in a window of that language. */
async function open(locale = "en-US"): Promise<void> {
  await page?.close();
  complaints.length = 0;
  page = await browser.newPage({ viewport: { width: 1000, height: 900 }, locale });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(url);
  await setTheme(page, "light");
}

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
const titleColor = (id: string) =>
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
  const label = await page.locator("#a [role=figure]").getAttribute("aria-label");
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

test("colors follow the theme while the chart stands, a figure's own colors stay", async () => {
  const own = lossFigure();
  own.layout.title = { ...own.layout.title, font: { color: "rgb(1, 2, 3)" } };
  await render("a", bundle(lossFigure()));
  await render("b", bundle(own));
  assert.equal(await titleColor("a"), "rgb(59, 59, 59)");
  for (const [theme, color] of [
    ["dark", "rgb(204, 204, 204)"],
    ["high contrast", "rgb(255, 255, 255)"],
    ["light", "rgb(59, 59, 59)"],
  ] as const) {
    await setTheme(page, theme);
    await page.waitForFunction((color) => {
      const title = document.querySelector("#a .gtitle");
      return title !== null && getComputedStyle(title).fill === color;
    }, color);
    assert.equal(await titleColor("b"), "rgb(1, 2, 3)");
    const line = page.locator("#a .js-line").first();
    const { strokeWidth, filter } = await line.evaluate((path) => ({ ...getComputedStyle(path) }));
    const contrast = [strokeWidth !== "2px", filter !== "none"];
    assert.deepEqual(
      contrast,
      Array(2).fill(theme === "high contrast"),
      `${theme}: ${strokeWidth} ${filter}`,
    );
  }
});

test("the buttons leave the highest number of a bar of colors free, under a title and without one", async () => {
  for (const title of [undefined, "Loss"]) {
    await render(
      "a",
      bundle(
        heatmap(
          [
            [1, 2],
            [3, 4],
          ],
          { title },
        ),
      ),
    );
    await page.locator("#a .nsewdrag").first().hover();
    const bottom = (await page.locator("#a .modebar").boundingBox())!;
    const labels = await page
      .locator("#a .cbaxis text")
      .evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect().top));
    assert.ok(labels.length > 1);
    assert.ok(
      Math.min(...labels) >= bottom.y + bottom.height - 1,
      `${labels} under ${bottom.y + bottom.height}`,
    );
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

/** Words of a chart that are cut at its edge, or lie upon one another; what is turned is left to the eye. */
const crowded = (id: string) =>
  page.locator(`#${id}`).evaluate((chart) => {
    const frame = chart.querySelector(".main-svg")!.getBoundingClientRect();
    const words = [...chart.querySelectorAll("svg text")].filter((text) => {
      const turned = /rotate\((?!0[,)])/.test(text.getAttribute("transform") ?? "");
      return !turned && text.textContent?.trim() && text.closest(".modebar, .hoverlayer") === null;
    });
    const boxes = words.map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
    const cut = boxes.filter(
      ({ box }) =>
        box.width > 0 &&
        (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1),
    );
    const over = boxes.flatMap(({ text, box: a }, n) =>
      boxes
        .slice(n + 1)
        .filter(({ box: b }) => {
          const [wide, high] = [
            Math.min(a.right, b.right) - Math.max(a.left, b.left),
            Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top),
          ];
          return wide > 2 && high > 4; // lines may touch
        })
        .map((other) => `${text} | ${other.text}`),
    );
    return [...cut.map(({ text }) => `cut: ${text}`), ...over];
  });

test("in a narrow place panels stand under each other and the legend below; side by side again in a wide one", async () => {
  const arms = Object.fromEntries(
    ["without BN", "with BN"].map((arm, n) => [arm, activationsByLayer(n + 1)]),
  );
  const json = bundle(
    histogram(arms, { title: "Activations by layer, a title that is longer than a phone is wide" }),
  );
  const panels = () =>
    page
      .locator("#a .cartesianlayer .subplot .xlines-above, #a .cartesianlayer .subplot .plot")
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).filter(({ width }) => width > 0));
  const height = () =>
    page
      .locator("#a .main-svg")
      .first()
      .evaluate((svg) => svg.clientHeight);
  const narrow = (width: number) =>
    page.locator("#a").evaluate((element, width) => {
      element.style.width = `${width}px`;
    }, width);
  const at = (width: number) =>
    page.waitForFunction((width) => document.querySelector("#a .main-svg")?.clientWidth === width, width);
  await render("a", json, 1000);
  const before = { height: await height(), lefts: new Set((await panels()).map(({ left }) => left)).size };
  assert.ok(before.lefts > 1);
  await narrow(390);
  await at(390);
  await page.waitForFunction(
    (old) => document.querySelector("#a .main-svg")!.clientHeight > old,
    before.height,
  );
  await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
  assert.equal(new Set((await panels()).map(({ left }) => Math.round(left))).size, 1);
  assert.deepEqual(await crowded("a"), []);
  const legend = (await page.locator("#a .legend").boundingBox())!;
  assert.ok(legend.y > Math.max(...(await panels()).map(({ bottom }) => bottom)), "the legend is below");
  assert.ok((await page.locator("#a .gtitle tspan").count()) > 1, "the title has lines");
  await narrow(1000);
  await at(1000);
  await page.waitForFunction(
    (old) => document.querySelector("#a .main-svg")!.clientHeight === old,
    before.height,
  );
  assert.deepEqual(complaints, []);
});

/** What the pointer is told at a part of the chart's first panel, once it is what is waited for: on its way it is told of others. */
async function told(id: string, x: number, y: number, says: RegExp): Promise<string> {
  const box = (await page.locator(`#${id} .nsewdrag`).first().boundingBox())!;
  await page.mouse.move(0, 0);
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 3 });
  let text = "";
  for (const end = Date.now() + 10_000; Date.now() < end && !says.test(text); ) {
    text = (await page.locator(`#${id} .hoverlayer text`).allTextContents()).join(" ");
  }
  return text;
}

test("axes and hover texts of every kind write numbers as tables do", async () => {
  const large = 12345.678;
  const small = 0.0000123;
  const kinds: Record<string, [figure: Figure, at: [number, number], says: RegExp]> = {
    line: [line({ a: [1, large, 2 * large] }), [0.5, 0.5], /12346/],
    "line of runs": [
      line({
        a: [
          [0, large, 0],
          [0, 20000.4, 0],
        ],
      }),
      [0.5, 0.2],
      /16173 \(12346 to 20000\)/,
    ],
    small: [line({ a: [small, small, small] }), [0.5, 0.5], /1\.23e−5/],
    bars: [bars({ a: large, b: 2 }), [0.25, 0.5], /12346/],
    "bars of runs": [bars({ a: [large, 20000.4] }), [0.5, 0.5], /16173 \(12346 to 20000\)/],
    scatter: [
      scatter({ a: { x: [0, large, 2 * large], y: [0, -large, 1] } }),
      [0.5, 0.95],
      /\(12346, −12346\)/,
    ],
    heatmap: [heatmap([[large]], { values: false }), [0.5, 0.5], /12346/],
    "heatmap, log": [heatmap([[large, small]], { log: true, values: false }), [0.75, 0.5], /1\.23e−5/],
    surface: [
      surface([
        [large, large],
        [large, 2 * large],
      ]),
      [0.02, 0.98],
      /12346/,
    ],
    curve: [graph({ a: () => large }, { range: [0, 1] }), [0.5, 0.5], /12346/],
    quantiles: [quantiles({ a: [[large], [large], [large]] }), [0.5, 0.5], /12346/],
    histogram: [
      histogram({ a: [large, 0, 3 * large] }, { bins: 3, y: "density" }),
      [0.5, 0.9],
      /18519 ± 6173/,
    ],
  };
  for (const [kind, [figure, [x, y], says]] of Object.entries(kinds)) {
    await render("a", bundle(figure), 900);
    await page.waitForFunction(() => document.querySelector("#a .nsewdrag") !== null);
    const text = await told("a", x, y, says);
    assert.match(text, says, kind);
    assert.doesNotMatch(text, /\de[+-]/, kind);
    await page.evaluate(() => window.renderer.disposeOutputItem("a"));
  }
  await render("a", bundle(qq({ a: [large - 1e4, large, large + 1e4] })), 900);
  await page.locator("#a .scatterlayer .point").nth(1).hover({ force: true });
  await page.locator("#a .hoverlayer text", { hasText: "Gaussian 0, here 12346" }).waitFor();
  await page.evaluate(() => window.renderer.disposeOutputItem("a"));
  await render("a", bundle(line({ a: [1, 2 * large] })));
  assert.match((await page.locator("#a .ytick text").allTextContents()).join(" "), /\b20000\b/);
  await render("b", bundle(line({ a: [1e-8, 1] }, { logY: true })));
  const log = await page.locator("#b .ytick text").allTextContents();
  assert.match(log.join(" "), /\b1e−6\b.* 1$/);
  // A figure from elsewhere keeps Plotly's ways.
  await render("c", { data: [{ y: [1, 2 * large] }], layout: {} });
  assert.match((await page.locator("#c .ytick text").allTextContents()).join(" "), /\b20k\b/);
  assert.deepEqual(complaints, []);
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

const copied = async (id: string) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.locator(`#${id} .modebar-btn[data-title='Copy data as CSV']`).press("Enter");
  await page.locator(`#${id} [role=status]`, { hasText: /^Copied$/ }).waitFor();
  return (await page.evaluate(() => navigator.clipboard.readText())).split(/\r?\n/);
};

test("the numbers are copied as a table, by keyboard", async () => {
  await render("a", bundle(line({ a: [1, 2.5], 'b "c"': [3, Number.NaN] }, { xTitle: "step" })));
  assert.deepEqual(await copied("a"), ['step,a,"b ""c"""', "0,1,3", "1,2.5,"]);
  await render("b", bundle(line({ a: { x: [0], y: [1] }, b: { x: [5], y: [2] } }, { yTitle: "loss" })));
  assert.deepEqual(await copied("b"), ["series,x,loss", "a,0,1", "b,5,2"]);
  await render("c", bundle(heatmap([[1, 100]], { x: ["p", "q"], log: true, yTitle: "std" })));
  assert.deepEqual(await copied("c"), ["std \\ x,p,q", "0,1,100"]);
  await page.locator("#c [role=status]").waitFor({ state: "detached" });
});

test("in a Chinese window the buttons and the refusals are Chinese", async () => {
  await open("zh-CN");
  await render("a", bundle(lossFigure()));
  const buttons = await page
    .locator("#a .modebar-btn")
    .evaluateAll((all) => all.map((one) => one.getAttribute("data-title")));
  const said = [
    "另存为 PNG",
    "另存为 SVG",
    "将数据复制为 CSV",
    "框选缩放",
    "平移",
    "放大",
    "缩小",
    "重置坐标轴",
  ];
  assert.deepEqual(buttons, said);
  await page.evaluate(() => window.show("b", "[]"));
  assert.match((await page.locator("#b").textContent()) ?? "", /^此输出不是 Plotly 图表/);
  await page.screenshot({ path: path.join(shots, "chart-zh-cn.png") });
  assert.deepEqual(complaints, []);
});

test("the keyboard reaches the chart and each of its buttons, which say what they do", async () => {
  await render("a", bundle(lossFigure()));
  const names: (string | null)[] = [];
  for (let at = 0; at < 10; at++) {
    await page.keyboard.press("Tab");
    names.push(await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? null));
  }
  assert.match(names[0] ?? "", /^Training loss \(line chart/);
  for (const name of ["Save as PNG", "Save as SVG", "Copy data as CSV", "Zoom in", "Zoom out"]) {
    assert.ok(names.includes(name), `${name} in ${names.join(", ")}`);
  }
  const visible = () => page.locator("#a .modebar").evaluate((bar) => Number(getComputedStyle(bar).opacity));
  await page.locator("#a [role=figure]").focus();
  await page.waitForFunction(() => getComputedStyle(document.querySelector("#a .modebar")!).opacity === "1");
  assert.equal(await visible(), 1);
});

test("frames: arrows and the slider choose one, a new theme keeps it", async () => {
  const list = [0, 100, 200].map((step, n) => ({ label: step, figure: line({ run: [n, n + 1, n] }) }));
  await render("a", bundle(frames(list, { prefix: "step " })));
  const shown = () => page.locator("#a .scatterlayer path.js-line").first().getAttribute("d");
  const label = page.locator("#a .slider-label").first();
  assert.equal(await label.textContent(), "step 200");
  const last = await shown();
  await page.locator("#a [role=figure]").focus();
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => document.querySelector("#a .slider-label")?.textContent === "step 100");
  const middle = await shown();
  assert.notEqual(middle, last);
  await setTheme(page, "dark");
  await page.waitForFunction(
    () => getComputedStyle(document.querySelector("#a .slider-label")!).fill === "rgb(204, 204, 204)",
  );
  await page.waitForTimeout(200);
  assert.deepEqual([await shown(), await label.textContent()], [middle, "step 100"]);
  assert.deepEqual(complaints, []);
});

test("a page without VS Code draws the same chart in its own colors", async () => {
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
  assert.equal(await titleColor("a"), "rgb(10, 20, 30)");
});

// Pictures for a person to look at; what fails here is a chart that cannot be drawn at that width and theme.
const extremes = {
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
  "histogram, broken": histogram(
    {
      ...activationsByLayer(1.4),
      "broken layer": [Number.NaN, Number.NaN, 0.5, Number.POSITIVE_INFINITY],
      empty: [],
    },
    { title: "Activations by layer", xTitle: "activation" },
  ),
  "histogram, one": histogram(
    { "hidden units": normals(20_000, 3) },
    { xTitle: "pre-activation", y: "density" },
  ),
};
/** In the gate, the narrowest and one under the mouse; all of them where somebody looks at the pictures. */
const looks = [
  [390, "light"],
  [760, "dark"],
  ...(process.env[TestVariable.pictures] === undefined
    ? []
    : ([
        [390, "dark"],
        [600, "light"],
        [1000, "light"],
        [1000, "high contrast"],
      ] as const)),
] as const;
setMachine(thisMachine);
for (const [name, figure] of Object.entries({ ...gallery(), ...extremes })) {
  test(`picture: ${name}`, async () => {
    const { "application/vnd.plotly.v1+json": json, "image/svg+xml": svg } = figure.toBundle();
    const shoot = (what: string) =>
      page.locator("#a").screenshot({ path: path.join(shots, `${name} ${what}.png`.replace(/[ ,]+/g, "-")) });
    for (const [width, theme] of looks) {
      await setTheme(page, theme);
      await render("a", json, width);
      await page.waitForFunction(
        (width) => document.querySelector("#a .main-svg")?.clientWidth === width,
        width,
      );
      await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
      if (width === 760) await page.locator("#a .nsewdrag").first().hover();
      await shoot(`${width} ${theme}`);
      if (width === 390) assert.deepEqual(await crowded("a"), []);
      await page.mouse.move(0, 899);
    }
    assert.deepEqual(complaints, []);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setContent(
        `<img id="a" src="data:image/svg+xml;base64,${Buffer.from(svg ?? "").toString("base64")}">`,
      );
      const size = () => page.locator("#a").evaluate((image: HTMLImageElement) => image.naturalWidth);
      assert.equal(await size(), 760, "the browser reads the picture");
      await shoot(`picture ${colorScheme}`);
    }
  });
}
