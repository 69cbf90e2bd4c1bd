// A notebook as one web page that needs nothing else: text, code, outputs, live charts; light or dark as the reader has it.
import { readFile } from "node:fs/promises";
import { highlight } from "../../document/html/highlight";
import { markdownRenderer } from "../../document/html/markdown";
import { OutputHtml } from "../../document/html/outputHtml";
import { pictureAt } from "../../document/html/pictures";
import { sanitized } from "../../document/html/sanitize";
import { type Cell, type Notebook, proseOf } from "../../document/notebookFile";
import { escapeHtml, languageOf } from "../../words";
import { folderPicture } from "./folderPictures";
import { contentPolicy, scriptText } from "./policy";
import { style } from "./style";

export interface PageOptions {
  title: string;
  /** Where the notebook's pictures are looked for. */
  folder: string;
}

export async function renderPage(notebook: Notebook, { title, folder }: PageOptions): Promise<string> {
  const filePicture = (source: string) => folderPicture(source, folder);
  const markdown = markdownRenderer(filePicture);
  const outputs = new OutputHtml(markdown, (html) =>
    sanitized(html, (source) => pictureAt(source, undefined, filePicture)),
  );
  const body = notebook.cells.map((cell) => renderCell(cell, markdown, outputs)).join("\n");
  const scripts = outputs.hasCharts ? (await chartScripts()).map(scriptText) : [];
  return `<!doctype html>
<html lang="${languageOf(proseOf(notebook))}">
<head>
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(scripts, [style])}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="x-dns-prefetch-control" content="off">
<meta name="generator" content="BN Lab">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
${scripts.map((script) => `<script>${script}</script>`).join("\n")}
</body>
</html>
`;
}

type Markdown = ReturnType<typeof markdownRenderer>;

function renderCell(cell: Cell, markdown: Markdown, outputs: OutputHtml): string {
  if (cell.cell_type !== "code") {
    const text =
      cell.cell_type === "markdown"
        ? markdown(cell.source, cell.attachments)
        : `<pre>${escapeHtml(cell.source)}</pre>`;
    return `<section class="text">\n${text}</section>`;
  }
  if (cell.source.trim() === "" && cell.outputs.length === 0) return "";
  const label = `In [${cell.execution_count ?? " "}]`;
  const shown = cell.outputs.map((output) => outputs.write(output)).join("\n");
  return `<section class="code">
<div class="input"><span class="label">${label}</span><pre><code>${highlight(cell.source)}</code></pre></div>
${shown ? `<div class="outputs">\n${shown}\n</div>` : ""}
</section>`;
}

/** The renderer that VS Code uses too, and what has it draw every figure of the page. */
async function chartScripts(): Promise<string[]> {
  const renderer = await readFile(new URL("../renderer/standalone.js", import.meta.url), "utf8");
  return [renderer, "bnlabPlotly.drawAll();"];
}
