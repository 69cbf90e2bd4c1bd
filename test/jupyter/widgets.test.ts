// Controls as the widgets that JupyterLab draws, in a browser: shown as they stand, moved by hand and by code, both ways.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import type { AnyPublication, Comm } from "../../kernel/protocol";
import { startKernel } from "../kernel/startKernel";
import { launchBrowser } from "../vscode/browser";

const root = path.join(import.meta.dirname, "../..");
const kernel = startKernel();
let browser: Browser;
let page: Page;

before(async () => {
  const { outputFiles } = await build({
    entryPoints: [
      path.join(import.meta.dirname, "widgetsPage.ts"),
      "@lumino/widgets/style/index.css",
      "@jupyter-widgets/controls/css/widgets-base.css",
    ],
    outdir: "out",
    bundle: true,
    write: false,
    loader: { ".svg": "dataurl" },
  });
  const texts = (ext: string) =>
    outputFiles.filter((file) => file.path.endsWith(ext)).map((file) => file.text);
  browser = await launchBrowser(console.log);
  page = await browser.newPage({ viewport: { width: 600, height: 420 } });
  await page.exposeFunction("say", (comm: Comm) => {
    kernel.client.tell(comm);
  });
  await page.addStyleTag({ content: texts(".css").join("\n") });
  await page.addScriptTag({ content: texts(".js").join() });
});
after(async () => {
  await browser?.close();
  await kernel.stop();
});

/** Runs a cell for the page's reader, and shows what is to be seen. */
async function run(code: string): Promise<string | undefined> {
  const publications: AnyPublication[] = [];
  const ran = await kernel.run(code, (publication) => publications.push(publication), { controls: true });
  assert.equal(ran.error, "");
  for (const publication of publications) {
    if (publication.header.msg_type.startsWith("comm_"))
      await page.evaluate((json) => window.hear(JSON.parse(json)), JSON.stringify(publication));
    const { data } = publication.content as { data?: Record<string, { model_id: string }> };
    const view = data?.["application/vnd.jupyter.widget-view+json"];
    if (view) await page.evaluate((id) => window.show(id), view.model_id);
  }
  return ran.result;
}

const values = () => run("Object.values(all).map((each) => each.value)");

test("JupyterLab's widgets show controls as they stand, and move them", async () => {
  await run(`import { display, ui } from "bnlab";
    const all = {
      rate: ui.slider(0.001, 1, { value: 0.1, scale: "log", label: "learning rate" }),
      size: ui.slider(1, 9, { value: 4, step: 2, label: "size" }),
      share: ui.slider(0, 1, { value: 0.123, label: "share" }),
      kind: ui.select(["ReLU", "Tanh"], { label: "activation" }),
      norm: ui.checkbox({ label: "BatchNorm" }),
      depth: ui.number({ value: 2, min: 0, max: 9, label: "depth" }),
      title: ui.text({ value: "a run", label: "title" }),
      go: ui.button("Go"),
    };
    for (const each of Object.values(all)) display(each);
    const moves: unknown[] = [];
    all.rate.onChange((value) => moves.push(value));`);
  await page.waitForSelector("button.jupyter-button");
  assert.equal(await values(), "[ 0.1, 4, 0.123, 'ReLU', false, 2, 'a run', 0 ]");
  assert.equal(await run("moves.length"), "0");
  const readouts = await page.locator(".widget-readout").allInnerTexts();
  assert.deepEqual(readouts, ["0.1000", "4", "0.12"]);

  const [rate, size] = await page.locator(".noUi-handle").all();
  await size!.press("ArrowRight");
  await page.locator("select").selectOption("Tanh");
  await page.locator("input[type=checkbox]").check();
  await page.locator("input[type=number]").fill("5");
  await page.locator("input[type=number]").press("Enter");
  await page.locator("input[type=text]").fill("another");
  await page.locator("input[type=text]").press("Enter");
  await page.locator("button.jupyter-button").click();
  await page.waitForFunction(() => document.querySelectorAll(".widget-readout")[1]!.textContent === "5");
  assert.equal(await values(), "[ 0.1, 5, 0.123, 'Tanh', true, 5, 'another', 1 ]");

  await run("all.rate.value = 0.05; all.size.value = 8; all.norm.value = false");
  assert.deepEqual((await page.locator(".widget-readout").allInnerTexts()).slice(0, 2), ["0.05000", "8"]);
  assert.equal(await page.locator("input[type=checkbox]").isChecked(), false);
  assert.equal(await run("[all.rate.value, all.size.value, moves.length]"), "[ 0.05, 8, 0 ]");
  await rate!.press("ArrowRight");
  await page.waitForFunction(() => document.querySelector(".widget-readout")!.textContent !== "0.05000");
  assert.equal(await run("[Number(all.rate.value.toPrecision(2)), moves.length]"), "[ 0.054, 1 ]");
  const shots = path.join(root, "out/screenshots");
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: path.join(shots, "jupyter-widgets.png") });
});

test("what is drawn from several of them is one of JupyterLab's boxes", async () => {
  await run(
    `ui.interact({ width: ui.slider(1, 10, { value: 3 }), bold: ui.checkbox() }, ({ width, bold }) => width * (bold ? 10 : 1));`,
  );
  const box = page.locator(".widget-vbox");
  const labels = await box.locator("label").allInnerTexts();
  assert.deepEqual(
    labels.filter((label) => /\w/.test(label)),
    ["width", "bold"],
  );
});
