// A notebook as one web page that needs nothing else: text, code, outputs, live charts; light or dark as the reader has it.
import { readFile } from "node:fs/promises";
import { type Notebook, proseOf } from "../../document/notebookFile";
import { languageOf } from "../../words";
import { cellsHtml } from "./cells";
import { contentPolicy, scriptText } from "./policy";
import { shellHtml } from "./shell";
import { style } from "./style";

export interface PageOptions {
  title: string;
  /** Where the notebook's pictures are looked for. */
  folder: string;
  /** Whether code is on the page. Default true. */
  code?: boolean | undefined;
}

export async function renderPage(
  notebook: Notebook,
  { title, folder, code = true }: PageOptions,
): Promise<string> {
  const { html, hasCharts } = cellsHtml(notebook, { folder, isLive: false, showsCode: code });
  const scripts = hasCharts ? (await chartScripts()).map(scriptText) : [];
  const body = `<main>
${html}
</main>
${scripts.map((script) => `<script>${script}</script>`).join("\n")}`;
  return shellHtml({
    lang: languageOf(proseOf(notebook)),
    title,
    policy: contentPolicy({ scripts, styles: [style] }),
    styles: [style],
    body,
  });
}

/** The renderer that VS Code uses too, and what has it draw every figure of the page. */
async function chartScripts(): Promise<string[]> {
  const renderer = await readFile(new URL("../renderer/standalone.js", import.meta.url), "utf8");
  return [renderer, "bnlabPlotly.drawAll();"];
}
