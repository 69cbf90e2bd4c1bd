// A live page as the built command line writes it, opened from its file; what its reader does and sees.
import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Browser, Page } from "puppeteer-core";
import { type CodeCell, isRunnable, type Notebook, parseNotebook } from "../../kernel/document/notebookFile";
import { patience } from "../environment";

const cli = path.join(import.meta.dirname, "../../dist/kernel/cli.js");

export interface TestCell {
  source: string;
  outputs?: unknown[];
  type?: "code" | "markdown";
}

/** Writes a notebook of these cells; the code cells' ids are `c1`, `c2` … */
export function writeNotebook(file: string, cells: readonly TestCell[], metadata: object = {}): string {
  let count = 0;
  const all = cells.map(({ source, outputs = [], type = "code" }) =>
    type === "code"
      ? { cell_type: type, id: `c${++count}`, metadata: {}, execution_count: null, source, outputs }
      : { cell_type: type, id: `t${count}`, metadata: {}, source },
  );
  writeFileSync(file, JSON.stringify({ cells: all, metadata, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

/** @returns the page's file. */
export async function exportLive(notebook: string, page: string, ...more: string[]): Promise<string> {
  const args = [cli, "export", notebook, "--live", page, ...more];
  const { stderr } = await promisify(execFile)(process.execPath, args);
  if (stderr) throw new Error(stderr);
  return page;
}

export class OpenPage {
  readonly page: Page;
  /** What the browser's console says, and errors that nobody caught. */
  readonly complaints: string[] = [];
  /** Addresses that were asked for, but for the page itself and what it has made. */
  readonly requests: string[] = [];
  readonly #downloads: string;

  private constructor(page: Page, file: string, downloads: string) {
    this.page = page;
    this.#downloads = downloads;
    page.on("console", (message) => {
      if (/error|warn/.test(message.type())) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    const own = pathToFileURL(file).href;
    page.on("request", (request) => {
      const address = request.url();
      if (!/^(?:data|blob|about):/.test(address) && address.split("#")[0] !== own)
        this.requests.push(address);
    });
  }

  /** @param first runs in the page before its own script. */
  static async open(
    browser: Browser,
    file: string,
    downloads: string,
    first?: () => void,
  ): Promise<OpenPage> {
    const page = await browser.newPage();
    if (first) await page.evaluateOnNewDocument(first);
    await page.setViewport({ width: 1100, height: 900 });
    const opened = new OpenPage(page, file, downloads);
    await page.goto(pathToFileURL(file).href, { timeout: patience });
    await opened.ready();
    return opened;
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** The page's own script has run. */
  async ready(): Promise<void> {
    await this.page.waitForSelector(".page-bar button", { timeout: patience });
  }

  /** Clicks on one of the bar's buttons. */
  async press(button: "runAll" | "stop" | "reset" | "download" | "files"): Promise<void> {
    await this.page.$eval(`.page-bar button.${button}`, (found) => (found as HTMLElement).click());
  }

  /** @param cell the number of a code cell, from 1 on. */
  async run(cell: number, timeout = patience): Promise<string> {
    await this.page.$$eval(
      "section.code .head button.run",
      (buttons, at) => (buttons[at - 1] as HTMLElement).click(),
      cell,
    );
    return this.ended(cell, timeout);
  }

  /** Waits until it runs no more. @returns `done`, `failed`, `stopped`. */
  async ended(cell: number, timeout = patience): Promise<string> {
    const end = (at: number) => {
      const { state = "" } = document.querySelectorAll<HTMLElement>("section.code")[at - 1]!.dataset;
      return /done|failed|stopped/.test(state) && state;
    };
    try {
      return await this.until(end, cell, timeout);
    } catch (error) {
      const [states, shown] = [await this.states(), await this.shown(cell)];
      throw new Error(`cell ${cell} of cells ${states} shows ${JSON.stringify(shown)}`, { cause: error });
    }
  }

  /** Resolves once the function gives something, in the page. */
  async until<T>(
    found: (argument: number) => T | false | undefined | "",
    argument = 0,
    timeout = patience,
  ): Promise<T> {
    const handle = await this.page.waitForFunction(found, { timeout, polling: 100 }, argument);
    return (await handle.jsonValue()) as T;
  }

  /** Every code cell's state. */
  states(): Promise<(string | undefined)[]> {
    return this.page.$$eval("section.code", (cells) =>
      cells.map((cell) => (cell as HTMLElement).dataset.state),
    );
  }

  /** What can be read under a cell. */
  shown(cell: number): Promise<string> {
    return this.page.$$eval(
      "section.code .outputs",
      (places, at) => (places[at - 1] as HTMLElement).innerText,
      cell,
    );
  }

  /** Puts a text in the place of a cell's code, by the keyboard. */
  async type(cell: number, text: string): Promise<void> {
    const editors = await this.page.$$("section.code .cm-content");
    await editors[cell - 1]!.click();
    await this.page.keyboard.down("Control");
    await this.page.keyboard.press("a");
    await this.page.keyboard.up("Control");
    await this.page.keyboard.press("Backspace");
    await this.page.keyboard.type(text);
  }

  code(cell: number): Promise<string> {
    return this.page.$$eval(
      "section.code .cm-content",
      (editors, at) => (editors[at - 1] as HTMLElement).innerText,
      cell,
    );
  }

  /** The notebook that the page's button gives. */
  async download(name: string): Promise<Notebook> {
    return parseNotebook(new TextDecoder().decode(await this.save(".page-bar button.download", name)));
  }

  /** What a click on an element downloads under this name. */
  async save(selector: string, name: string): Promise<Uint8Array> {
    const file = path.join(this.#downloads, name);
    rmSync(file, { force: true });
    await this.page.$eval(selector, (found) => (found as HTMLElement).click());
    for (const end = Date.now() + patience; !existsSync(file); ) {
      if (Date.now() > end) throw new Error(`expected the download ${file}`);
      await sleep(100);
    }
    let length = 0;
    for (let before = -1; length === 0 || length !== before; await sleep(100)) {
      before = length;
      length = statSync(file).size;
    }
    return readFileSync(file);
  }

  close(): Promise<void> {
    return this.page.close();
  }
}

export const codeCells = ({ cells }: Notebook): CodeCell[] => cells.filter(isRunnable);
