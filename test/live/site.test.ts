// The site as a reader finds it: served under a path of its own, in a real browser, with nothing from elsewhere.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createReadStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { hanging } from "../environment";
import { brokenRules } from "../tools/axe";
import { launchBrowser } from "../vscode/browser";

const repository = path.join(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "bnlab-site-"));
const kinds: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  svg: "image/svg+xml",
};

describe("the site", { timeout: hanging }, () => {
  let server: Server;
  let browser: Browser;
  let home: string;
  const foreign: string[] = [];
  const troubles: string[] = [];

  before(async () => {
    execFileSync(process.execPath, ["--import", "tsx", "site.ts", folder], {
      cwd: repository,
      stdio: "ignore",
    });
    server = createServer(({ url = "" }, response) => {
      const { pathname } = new URL(url, "http://localhost");
      const file = path.join(folder, decodeURIComponent(pathname).replace(/^\/lab\//, ""));
      const found = path.extname(file) === "" ? path.join(file, "index.html") : file;
      if (!pathname.startsWith("/lab/") || !existsSync(found)) return void response.writeHead(404).end();
      response.setHeader("content-type", kinds[path.extname(found).slice(1)] ?? "application/octet-stream");
      createReadStream(found).pipe(response);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    home = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lab/`;
    browser = await launchBrowser(console.log);
  });
  after(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(address: string, width = 1280): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    const page = await context.newPage();
    page.on("request", (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(home))
        foreign.push(request.url());
    });
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
    await page.goto(address);
    return page;
  }

  for (const [at, word, width] of [
    ["", "Pause", 1280],
    ["zh-cn/", "暂停", 390],
  ] as const) {
    test(`/${at}, ${width} pixels wide: two networks train as soon as they are seen, and stop when told`, async () => {
      const page = await open(home + at, width);
      const steps = async () => Number(await page.locator("#steps").textContent());
      await page.waitForFunction(() => Number(document.querySelector("#steps")?.textContent) >= 60);
      assert.equal(await page.locator("#pause").textContent(), word);
      const share = async (arm: string) =>
        Number.parseInt((await page.locator(`#${arm} b`).textContent()) ?? "", 10);
      assert.ok((await share("batchNorm")) > (await share("plain")));
      await page.locator("#pause").press("Enter");
      await page.waitForTimeout(300); // a step that is under way ends
      const paused = await steps();
      await page.waitForTimeout(300);
      assert.equal(await steps(), paused);
      assert.ok(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        "wider than the window",
      );
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await brokenRules(page), [], colorScheme);
      }
      await page.context().close();
    });
  }

  test("a notebook runs on the engine that all share, leads to its neighbors and its translation, and is marked once it has run", async () => {
    const page = await open(home);
    await page.evaluate(() =>
      localStorage.setItem("bnlab-finished", JSON.stringify(["en/02-why-normalize"])),
    );
    await page.reload();
    const marked = await page
      .locator(".cards .finished")
      .evaluateAll((cards) => cards.map((card) => (card as HTMLAnchorElement).pathname));
    assert.deepEqual(
      marked.map((each) => path.posix.basename(each)),
      ["02-why-normalize.html"],
    );
    await page.locator(".action").click();
    await page.locator("section.code button").first().click();
    await page.getByRole("status").filter({ hasText: "Cell 1 has ended" }).waitFor();
    await page.locator("nav.series .next").click();
    await page.waitForURL(/\/lab\/en\/01-inception\.html$/);
    await page.locator("nav.series a[hreflang]").click();
    await page.waitForURL(/\/lab\/zh-cn\/01-inception\.html$/);
    const links = await page.locator('main a[href$=".ipynb"]').count();
    assert.equal(links, 0, "links to notebooks that are no pages");
    await page.context().close();
  });

  test("nothing comes from elsewhere, and nothing goes wrong", () => {
    assert.deepEqual(foreign, []);
    assert.deepEqual(troubles, []);
  });
});
