// A page from a file, in Chromium or in Firefox, with a kernel made of the build inside it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { type BrowserName, launch } from "../live/browsers";
import type { Heard, Lab, Outcome } from "./page";

const dist = path.join(import.meta.dirname, "../../dist");

/** What came of one cell. */
export interface Ran {
  heard: Heard[];
  reply: { status: string; ename?: string; evalue?: string; traceback?: string[] };
  /** All that it printed to stdout, or to stderr. */
  text(name: "stdout" | "stderr"): string;
  /** The text form of its last expression. */
  result: string | undefined;
}

/** An open page. */
export interface LabPage {
  run(code: string): Promise<Ran>;
  /** Runs a cell, and interrupts it when it has printed something. */
  stop(code: string): Promise<Ran>;
  /** Calls a function in the page. */
  call<T, A>(inPage: (lab: Lab, argument: A) => T | Promise<T>, argument: A): Promise<T>;
  close(): Promise<void>;
}

/** Writes the page into a folder of its own, and opens it by its `file:` address, or by one that `serve` gives for the folder. */
export async function openLab(
  browser: BrowserName,
  serve?: (folder: string) => Promise<string>,
): Promise<LabPage> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-web-"));
  const file = path.join(folder, "page.html");
  writeFileSync(file, await pageText());
  const url = serve ? await serve(folder) : pathToFileURL(file).href;
  const opened = await launch(browser, folder);
  const page = await opened.newPage();
  await page.goto(url, { timeout: 0 });
  const call: LabPage["call"] = (inPage, argument) =>
    page.evaluate(`(${inPage})(lab, ${JSON.stringify(argument)})`) as Promise<never>;
  return {
    call,
    run: async (code) => ran(await call((lab, text) => lab.run(text), code)),
    stop: async (code) => ran(await call((lab, text) => lab.stop(text), code)),
    async close() {
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ran({ heard, reply }: Outcome): Ran {
  const contents = <C>(type: string) =>
    heard.filter((each) => each.type === type).map(({ content }) => content as C);
  return {
    heard,
    reply: reply as Ran["reply"],
    text: (name) =>
      contents<{ name: string; text: string }>("stream")
        .filter((stream) => stream.name === name)
        .map(({ text }) => text)
        .join(""),
    result: contents<{ data: Record<string, string> }>("execute_result")[0]?.data["text/plain"],
  };
}

async function pageText(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, "page.ts")],
    bundle: true,
    format: "iife",
    write: false,
  });
  const [kernel, runner, typescript, files] = await Promise.all(
    ["web/kernel.js", "web/runner.js", "typescript/typescript.js.gz", "typescript/declarations.json.gz"].map(
      (name) => readFile(path.join(dist, name)),
    ),
  );
  const held = (id: string, text: string) =>
    `<script type="application/json" id="${id}">${JSON.stringify(text).replaceAll("<", "\\u003c")}</script>`;
  return [
    '<!doctype html><meta charset="utf-8"><title>A kernel in a page</title>',
    held("kernel", String(kernel)),
    held("runner", String(runner)),
    held("typescript", typescript!.toString("base64")),
    held("files", files!.toString("base64")),
    `<script>${outputFiles[0]!.text.replaceAll("</script", "<\\/script")}</script>`,
  ].join("\n");
}
