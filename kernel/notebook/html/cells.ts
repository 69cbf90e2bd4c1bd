// A notebook's cells as the body of a page: text, code, outputs.
import { highlight } from "../../document/html/highlight";
import { markdownRenderer } from "../../document/html/markdown";
import { OutputHtml } from "../../document/html/outputHtml";
import { pictureAt } from "../../document/html/pictures";
import { sanitized } from "../../document/html/sanitize";
import {
  type Cell,
  type CodeCell,
  hidesSource,
  isOfKernel,
  type Notebook,
  proseOf,
} from "../../document/notebookFile";
import { escapeHtml, inLanguage, languageOf, localized } from "../../words";
import { folderPicture } from "./folderPictures";

export interface CellsOptions {
  /** Where the notebook's pictures are looked for. */
  folder: string;
  /** Whether the page's script makes the code cells run: it finds them by their ids, and has their figures itself. */
  isLive: boolean;
  /** Whether code is on the page. Default true. */
  showsCode?: boolean;
}

interface CellsHtml {
  html: string;
  hasCharts: boolean;
}

export const cellsHtml = (notebook: Notebook, options: CellsOptions): CellsHtml =>
  inLanguage(languageOf(proseOf(notebook)), () => inReadersWords(notebook, options));

function inReadersWords(notebook: Notebook, { folder, isLive, showsCode = true }: CellsOptions): CellsHtml {
  const filePicture = (source: string) => folderPicture(source, folder);
  const markdown = markdownRenderer(filePicture);
  const outputs = new OutputHtml(
    markdown,
    (html) => sanitized(html, (source) => pictureAt(source, undefined, filePicture)),
    { charts: isLive ? "placed" : "embedded" },
  );
  const [show, hide] = ["Show code", "Hide code"].map(localized);
  const codeOf = (cell: CodeCell) => (hidesSource(cell) ? foldedHtml(cell, show!, hide!) : preHtml(cell));
  const html = notebook.cells
    .map((cell) => {
      if (cell.cell_type !== "code") return textHtml(cell, markdown);
      const write = isLive && isOfKernel(cell) ? liveCodeHtml : codeHtml;
      return write(cell, showsCode ? codeOf(cell) : "", outputs);
    })
    .join("\n");
  return { html, hasCharts: outputs.hasCharts };
}

function textHtml(cell: Exclude<Cell, CodeCell>, markdown: ReturnType<typeof markdownRenderer>): string {
  const text =
    cell.cell_type === "markdown"
      ? markdown(cell.source, cell.attachments)
      : `<pre>${escapeHtml(cell.source)}</pre>`;
  return `<section class="text">\n${text}</section>`;
}

function codeHtml(cell: CodeCell, code: string, outputs: OutputHtml): string {
  if (cell.source.trim() === "" && cell.outputs.length === 0) return "";
  const shown = cell.outputs.map((output) => outputs.write(output)).join("\n");
  if (code === "" && shown === "") return "";
  return `<section class="code">
${code && `<div class="input">${labelHtml(cell)}${code}</div>`}
${shown ? `<div class="outputs">\n${shown}\n</div>` : ""}
</section>`;
}

/** Each output in an element of its own, and a head for the cell's button. */
function liveCodeHtml(cell: CodeCell, code: string, outputs: OutputHtml): string {
  const shown = cell.outputs.map((output) => `<div class="output">${outputs.write(output)}</div>`).join("");
  return `<section class="code" data-cell="${escapeHtml(cell.id)}">
<div class="input"><div class="head">${labelHtml(cell)}</div>${code}</div>
<div class="outputs">${shown}</div>
</section>`;
}

const labelHtml = (cell: CodeCell) => `<span class="label">In [${cell.execution_count ?? " "}]</span>`;
const preHtml = (cell: CodeCell) => `<pre><code>${highlight(cell.source)}</code></pre>`;
/** Code that opens by the mouse or a key. */
const foldedHtml = (cell: CodeCell, show: string, hide: string) =>
  `<details class="folded"><summary><span class="show">${show}</span><span class="hide">${hide}</span></summary>${preHtml(cell)}</details>`;
