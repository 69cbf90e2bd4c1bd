// .ipynb files, nbformat 4: read with a clear word where one is not usable, written as Jupyter writes them.
import type { Json, MimeBundle } from "../protocol";

export interface Notebook {
  cells: Cell[];
  metadata: Metadata;
  nbformat: number;
  nbformat_minor: number;
}

/** Whatever stands there is kept; what we read of it is checked where we read it. */
export type Metadata = Record<string, Json>;

export type Cell = CodeCell | TextCell;

interface CellFields {
  id: string;
  source: string;
  metadata: Metadata;
}

export interface CodeCell extends CellFields {
  cell_type: "code";
  execution_count: number | null;
  outputs: CellOutput[];
}

export interface TextCell extends CellFields {
  cell_type: "markdown" | "raw";
  attachments?: Record<string, MimeBundle>;
}

export type CellOutput =
  | { output_type: "stream"; name: string; text: string }
  | { output_type: "display_data"; data: MimeBundle; metadata: Metadata }
  | { output_type: "execute_result"; data: MimeBundle; metadata: Metadata; execution_count: number | null }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

/** A notebook that cannot be used; the message is one line for its reader. */
export class NotebookError extends Error {
  override name = "NotebookError";
}

/** Languages whose cells this kernel runs: TypeScript's cells may be plain JavaScript. */
const languages = ["typescript", "javascript"];

/** @throws NotebookError when the text is no nbformat 4 notebook in TypeScript. */
export function parseNotebook(text: string): Notebook {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new NotebookError(`it is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(json)) throw new NotebookError("expected a notebook, a JSON object with cells");
  if (json.nbformat !== 4) {
    const found = json.nbformat === undefined ? "no nbformat" : `nbformat ${JSON.stringify(json.nbformat)}`;
    throw new NotebookError(
      `expected a notebook of nbformat 4, got ${found}; Jupyter's \`nbconvert\` converts older ones`,
    );
  }
  if (!Array.isArray(json.cells)) throw new NotebookError("expected a list of cells, got none");
  const metadata = isObject(json.metadata) ? (json.metadata as Metadata) : {};
  const language = languageOf(metadata);
  if (language && !languages.includes(language)) {
    throw new NotebookError(`its cells are ${language}; BN Lab runs notebooks in TypeScript`);
  }
  const minor = typeof json.nbformat_minor === "number" ? json.nbformat_minor : 0;
  return {
    ...json,
    cells: json.cells.map(parseCell),
    metadata,
    nbformat: 4,
    nbformat_minor: Math.max(5, minor),
  };
}

/**
 * The notebook as Jupyter writes it: texts as lists of lines, one space of indent; but the JSON of a chart stands on one line,
 * since with a line for each number it would be half as long again.
 */
export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: linesOf(cell.source),
    ...(cell.cell_type === "code" ? { outputs: cell.outputs.map(formatOutput) } : {}),
  }));
  const metadata = {
    ...notebook.metadata,
    kernelspec: { name: "bnlab", display_name: "BN Lab (TypeScript)", language: "typescript" },
    language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/typescript" },
  };
  const onOneLine: string[] = [];
  const place = crypto.randomUUID();
  const replacer = (key: string, value: unknown) =>
    isJson(key) && value !== undefined ? `${place} ${onOneLine.push(JSON.stringify(value)) - 1}` : value;
  const text = JSON.stringify({ ...notebook, cells, metadata }, replacer, 1);
  return `${text.replace(new RegExp(`"${place} (\\d+)"`, "g"), (_, index: string) => onOneLine[Number(index)]!)}\n`;
}

/** The language of one cell, where an editor has noted that it is not the notebook's. */
export function cellLanguage(cell: Cell): string {
  const { vscode } = cell.metadata;
  return isObject(vscode) && typeof vscode.languageId === "string" ? vscode.languageId : "typescript";
}

export function isRunnable(cell: Cell): cell is CodeCell {
  return cell.cell_type === "code" && cell.source.trim() !== "" && languages.includes(cellLanguage(cell));
}

function languageOf({ kernelspec, language_info }: Metadata): string | undefined {
  const named = [isObject(kernelspec) && kernelspec.language, isObject(language_info) && language_info.name];
  const found = named.find((name) => typeof name === "string" && name !== "");
  return typeof found === "string" ? found.toLowerCase() : undefined;
}

function parseCell(json: unknown, index: number): Cell {
  const where = `cell ${index + 1}`;
  if (!isObject(json)) throw new NotebookError(`${where}: expected an object`);
  const { cell_type } = json;
  if (cell_type !== "code" && cell_type !== "markdown" && cell_type !== "raw") {
    throw new NotebookError(
      `${where}: expected cell_type code, markdown or raw, got ${JSON.stringify(cell_type)}`,
    );
  }
  const fields = {
    ...json,
    id: typeof json.id === "string" ? json.id : crypto.randomUUID().slice(0, 8),
    source: joined(json.source, `${where}: source`),
    metadata: isObject(json.metadata) ? (json.metadata as Metadata) : {},
  };
  if (cell_type !== "code") return { ...fields, cell_type };
  const outputs = Array.isArray(json.outputs) ? json.outputs.filter(isObject).map(parseOutput) : [];
  const count = typeof json.execution_count === "number" ? json.execution_count : null;
  return { ...fields, cell_type, execution_count: count, outputs };
}

function parseOutput(json: Record<string, unknown>): CellOutput {
  if (json.output_type === "stream") return { ...json, text: joined(json.text, "output text") } as CellOutput;
  if (!isObject(json.data)) return json as CellOutput;
  const data = Object.fromEntries(
    Object.entries(json.data).map(([mime, value]) => [
      mime,
      Array.isArray(value) && !isJson(mime) ? value.join("") : value,
    ]),
  );
  return { ...json, data } as CellOutput;
}

function formatOutput(output: CellOutput): object {
  if (output.output_type === "stream") return { ...output, text: linesOf(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.fromEntries(
    Object.entries(output.data).map(([mime, value]) => [
      mime,
      typeof value === "string" && !isJson(mime) && isText(mime) ? linesOf(value) : value,
    ]),
  );
  return { ...output, data };
}

function isJson(mime: string): boolean {
  return /[/+]json$/.test(mime);
}

function isText(mime: string): boolean {
  return mime.startsWith("text/") || mime === "image/svg+xml";
}

function joined(text: unknown, what: string): string {
  if (typeof text === "string") return text;
  if (text === undefined) return "";
  if (Array.isArray(text) && text.every((line) => typeof line === "string")) return text.join("");
  throw new NotebookError(`${what}: expected a text or a list of lines`);
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A bundle's entry as text, whether it stands there as one or as lines. */
export function asText(value: Json | undefined): string {
  if (Array.isArray(value)) return value.join("");
  return value === undefined || value === null ? "" : String(value);
}
