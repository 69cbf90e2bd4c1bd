// A browser's page that tells whether what was opened in it did anything of its own: ran, loaded, asked, opened, went away.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";

/** Long enough for what begins by itself; whoever waits for something to happen waits for that. */
const settled = 50;
const patience = 60_000;

export class Probe {
  readonly #browser: Browser;
  #page!: Page;
  #server!: Server;
  readonly #requests: string[] = [];
  #did = new Set<string>();

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      this.#requests.push(request.url ?? "");
      response.end();
    });
    await new Promise<void>((listening) => this.#server.listen(0, "127.0.0.1", listening));
    this.#page = await this.#browser.newPage();
    this.#page.on("dialog", (dialog) => {
      this.#did.add("asked");
      void dialog.dismiss();
    });
    this.#page.on("popup", (popup) => {
      this.#did.add("opened a window");
      void popup.close().catch(() => undefined);
    });
    this.#page.on("pageerror", (error) => this.#did.add(`failed: ${error.message}`));
  }

  async stop(): Promise<void> {
    await this.#page.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** An address of a server that counts who comes; of a control another one, for browsers ask late. */
  url(of: "page" | "control"): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${of}`;
  }

  /**
   * Opens a file, clicks on all that can be clicked, and tells what it did, and what of it can be read.
   * @param expected waits until it has done something.
   * @param act what its reader does before anything is clicked.
   */
  async open(
    file: string,
    { expected = false, act }: { expected?: boolean; act?: (page: Page) => Promise<unknown> } = {},
  ): Promise<{ did: string[]; text: string }> {
    const page = this.#page;
    await page.goto("about:blank");
    this.#requests.length = 0;
    this.#did = new Set();
    // However long it takes: only a page that went elsewhere meanwhile fails here.
    await page.goto(file, { waitUntil: "load", timeout: 0 }).catch(() => this.#did.add("went away"));
    await page.waitForTimeout(settled);
    await act?.(page);
    const text = await page.evaluate(() => document.body.innerText).catch(() => "");
    await page.evaluate(clickAll).catch(() => undefined); // a page that goes away while clicked
    await page.waitForTimeout(settled);
    const end = Date.now() + patience;
    while (!(await this.#acted(file, expected)) && expected && Date.now() < end)
      await page.waitForTimeout(settled);
    return { did: [...this.#did], text };
  }

  async #acted(file: string, expected: boolean): Promise<boolean> {
    for (const frame of this.#page.frames()) {
      // A frame whose document was refused never answers.
      const ran = frame.evaluate(() => "pwned" in window).catch(() => false);
      const silence = new Promise<false>((resolve) => setTimeout(resolve, 1000, false));
      if (await Promise.race([ran, silence])) this.#did.add("ran a script");
    }
    const asked = this.#requests.some((request) => request.startsWith(expected ? "/control" : "/page"));
    if (asked) this.#did.add("loaded from elsewhere");
    const at = this.#page.url();
    if (at !== file && !at.startsWith(`${file}#`)) this.#did.add("went away");
    return this.#did.size > 0;
  }
}

function clickAll(): void {
  for (const one of document.querySelectorAll("a, area, button, input, summary, label, [onclick]")) {
    if (/^https?:/.test(one.getAttribute("href") ?? "")) continue; // goes where it says
    if (one.closest(".page-bar, .head")) continue; // the page's own
    one.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  }
}
