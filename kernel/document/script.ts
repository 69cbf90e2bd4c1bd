// A notebook as a script with `// %%` before each cell, as editors and jupytext read it, and back. Code stays as it is, byte for byte;
// outputs are not in it. https://jupytext.readthedocs.io/en/latest/formats-scripts.html
import type { Json } from "../protocol";
import { type Cell, type Metadata, type Notebook, parseNotebook } from "./notebookFile";

const marker = /^\/\/ ?%%(?!\S)(.*?)\r?$/;
export const hasMarkers = (text: string): boolean => text.split("\n").some((line) => marker.test(line));

/** What would be taken for a marker has one more backslash in a script. */
const like = /^(\/\/ ?)(\\*)%%/gm;

/** Keys of a cell's metadata that are of a run, or stand elsewhere. */
const unwritten = new Set(["execution", "title"]);
const key = /^[\w.-]+$/;

export function formatScript({ cells }: Notebook): string {
  return `${cells.map(formatCell).join("\n\n")}\n`;
}

function formatCell({ cell_type, source, metadata }: Cell): string {
  const title =
    typeof metadata.title === "string" && /^[^[\]=\r\n]+$/.test(metadata.title) ? metadata.title : "";
  const options = Object.entries(metadata).flatMap(([name, value]) =>
    unwritten.has(name) || !key.test(name) ? [] : `${name}=${JSON.stringify(value)}`,
  );
  const type = cell_type === "code" ? "" : `[${cell_type}]`;
  const head = ["// %%", title.trim(), type, ...options].filter((part) => part !== "").join(" ");
  const text =
    cell_type === "code" ? source : source.replace(/^.*$/gm, (line) => (line === "" ? "//" : `// ${line}`));
  return `${head}\n${text.replace(like, "$1\\$2%%")}`;
}

/** @param text also one without a marker: a program, which is one cell. */
export function parseScript(text: string): Notebook {
  const unix = /(?<!\r)\n/.test(text) ? text : text.replaceAll("\r\n", "\n");
  const cells: { head: string | null; lines: string[] }[] = [{ head: null, lines: [] }];
  for (const line of withoutHeader(unix.replace(/\n$/, "")).split("\n")) {
    const found = marker.exec(line);
    if (found) cells.push({ head: found[1]!, lines: [] });
    else cells.at(-1)!.lines.push(line);
  }
  const last = cells.length - 1;
  const parsed = cells.flatMap(({ head, lines }, at) => {
    if (at < last && lines.at(-1) === "") lines.pop(); // the line between two cells
    if (head === null && lines.every((line) => line.trim() === "")) return [];
    return cellOf(head ?? "", lines);
  });
  return parseNotebook(JSON.stringify({ cells: parsed, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
}

/** What jupytext notes of the whole notebook is its own. */
function withoutHeader(text: string): string {
  return text.replace(/^\/\/ ---\n(?:\/\/.*\n)*?\/\/ ---\n+/, "");
}

function cellOf(head: string, lines: readonly string[]): object {
  const { title, type, metadata } = headOf(head);
  if (title !== "") metadata.title = title;
  const text = lines
    .join("\n")
    .replace(like, (whole, slashes: string, escapes: string) =>
      escapes === "" ? whole : `${slashes}${escapes.slice(1)}%%`,
    );
  if (type !== "code") return { cell_type: type, source: text.replace(/^\/\/ ?/gm, ""), metadata };
  return { cell_type: type, source: text, metadata, execution_count: null, outputs: [] };
}

const types: Record<string, Cell["cell_type"]> = { markdown: "markdown", md: "markdown", raw: "raw" };

/** `title [markdown] tags=["a"] name=…`: what is no option is the title. */
function headOf(head: string): { title: string; type: Cell["cell_type"]; metadata: Metadata } {
  const metadata: Metadata = {};
  let type: Cell["cell_type"] = "code";
  let rest = head;
  for (let option = optionIn(rest); option; option = optionIn(rest)) {
    metadata[option.name] = option.value;
    rest = rest.slice(0, option.from) + rest.slice(option.to);
  }
  rest = rest.replace(/\[(\w+)\]/, (whole, name: string) => {
    if (!Object.hasOwn(types, name)) return whole;
    type = types[name]!;
    return "";
  });
  return { title: rest.replace(/\s+/g, " ").trim(), type, metadata };
}

/** The first `name=JSON`; a value ends where it is whole and a blank or the line's end follows. */
function optionIn(text: string): { name: string; value: Json; from: number; to: number } | undefined {
  for (const found of text.matchAll(/(?<=^|\s)([\w.-]+)=/g)) {
    const start = found.index + found[0].length;
    for (const end of [...text.matchAll(/\s|$/g)].map(({ index }) => index).filter((at) => at > start)) {
      try {
        const value = JSON.parse(text.slice(start, end)) as Json;
        return { name: found[1]!, value, from: found.index, to: end };
      } catch {} // not whole yet
    }
  }
  return undefined;
}

/**
 * The notebook with what another has of the same cells beyond their text: ids, outputs, metadata of runs. Cells are the same that follow each other
 * in the same order with the same text.
 */
export function updated(notebook: Notebook, before: Notebook): Notebook {
  let from = 0;
  const cells = notebook.cells.map((cell): Cell => {
    const at = before.cells.findIndex(
      ({ source, cell_type }, index) =>
        index >= from && cell_type === cell.cell_type && source === cell.source,
    );
    if (at < 0) return cell;
    from = at + 1;
    const same = before.cells[at]!;
    const { execution } = same.metadata;
    const metadata = execution === undefined ? cell.metadata : { ...cell.metadata, execution };
    return { ...same, metadata } as Cell;
  });
  return { ...before, cells };
}

/** The notebook without what runs leave in it: outputs, counts, times. */
export function stripped({ cells, metadata: { widgets: _, ...metadata }, ...notebook }: Notebook): Notebook {
  const bare = cells.map((cell): Cell => {
    const { execution: _, ...own } = cell.metadata;
    return cell.cell_type === "code"
      ? { ...cell, metadata: own, outputs: [], execution_count: null }
      : { ...cell, metadata: own };
  });
  return { ...notebook, cells: bare, metadata };
}
