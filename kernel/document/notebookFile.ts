// .ipynb files, nbformat 4: read with a clear word where one is not usable, written as Jupyter writes them.
import { type Checks, checksOf, type Json, type MimeBundle } from "../protocol";

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

/** What nbformat 4.5 takes as a cell's id. */
const cellId = /^[\w-]{1,64}$/;

/**
 * What of it is not as nbformat has it and can be understood is put right: ids that are missing, doubled or no ids; outputs.
 *
 * @throws NotebookError when the text is no nbformat 4 notebook in TypeScript.
 */
export function parseNotebook(text: string): Notebook {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new NotebookError(`it is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(json)) throw new NotebookError("expected a notebook, a JSON object with cells");
  if (json.nbformat !== 4) throw new NotebookError(otherFormat(json.nbformat));
  if (!Array.isArray(json.cells))
    throw new NotebookError(`expected a list of cells, got ${brief(json.cells)}`);
  const metadata = metadataOf(json.metadata, "metadata");
  const language = languageOf(metadata);
  if (language && !languages.includes(language)) {
    throw new NotebookError(`its cells are ${brief(language, "")}; BN Lab runs notebooks in TypeScript`);
  }
  const minor = Number.isSafeInteger(json.nbformat_minor) ? Number(json.nbformat_minor) : 0;
  return {
    ...json,
    cells: withIds(json.cells.map(parseCell)),
    metadata,
    nbformat: 4,
    nbformat_minor: Math.max(5, minor),
  };
}

function otherFormat(nbformat: unknown): string {
  const expected = `expected a notebook of nbformat 4, got ${nbformat === undefined ? "no nbformat" : `nbformat ${brief(nbformat)}`}`;
  if (typeof nbformat !== "number") return expected;
  return nbformat < 4
    ? `${expected}; \`jupyter nbconvert --to notebook --nbformat 4\` converts it`
    : `${expected}, which is newer than this BN Lab; save it as nbformat 4, or update BN Lab`;
}

/** Gives every cell an id of its own: of those with the same the first keeps it. */
function withIds(cells: Cell[]): Cell[] {
  const taken = new Set<string>();
  return cells.map((cell) => {
    let { id } = cell;
    while (!cellId.test(id) || taken.has(id)) id = crypto.randomUUID().slice(0, 8);
    taken.add(id);
    return { ...cell, id };
  });
}

/** What a notebook in TypeScript gets where it names no kernel, or no language. */
const ours = {
  kernelspec: { name: "bnlab", display_name: "BN Lab (TypeScript)", language: "typescript" },
  language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/typescript" },
};

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
  const own = Object.entries(notebook.metadata).filter(([, value]) => value !== null);
  const metadata = {
    ...(languageOf(notebook.metadata) === "javascript" ? {} : ours),
    ...Object.fromEntries(own),
  };
  const onOneLine: string[] = [];
  const place = crypto.randomUUID();
  const replacer = (key: string, value: unknown) =>
    isJson(key) && value !== undefined ? `${place} ${onOneLine.push(JSON.stringify(value)) - 1}` : value;
  const text = JSON.stringify({ ...notebook, cells, metadata }, replacer, 1);
  return `${text.replace(new RegExp(`"${place} (\\d+)"`, "g"), (_, index: string) => onOneLine[Number(index)]!)}\n`;
}

/** The language of one cell, where an editor has noted that it is not the notebook's. */
function cellLanguage(cell: Cell): string {
  const { vscode } = cell.metadata;
  return isObject(vscode) && typeof vscode.languageId === "string" ? vscode.languageId : "typescript";
}

/** How strictly the cell's types are checked. */
export function cellChecks(cell: Cell, { metadata }: Notebook): Checks {
  const { vscode } = cell.metadata;
  const own = isObject(vscode) && typeof vscode.languageId === "string" ? vscode.languageId : undefined;
  const { kernelspec } = metadata;
  return checksOf(own ?? languageOf(metadata), isObject(kernelspec) ? kernelspec.name : undefined);
}

/** The text of the notebook's Markdown cells, by which its language is known. */
export const proseOf = ({ cells }: Notebook): string =>
  cells.flatMap((cell) => (cell.cell_type === "markdown" ? cell.source : [])).join("");

/** Whether it is code in a language that this kernel runs. */
export function isOfKernel(cell: Cell): cell is CodeCell {
  return cell.cell_type === "code" && languages.includes(cellLanguage(cell));
}

export function isRunnable(cell: Cell): cell is CodeCell {
  return isOfKernel(cell) && cell.source.trim() !== "";
}

/** Whether its code is to be folded away until a reader asks for it, as Jupyter does. */
export function hidesSource({ metadata }: Cell): boolean {
  return isObject(metadata.jupyter) && metadata.jupyter.source_hidden === true;
}

export function hasTag({ metadata }: Cell, tag: string): boolean {
  return Array.isArray(metadata.tags) && metadata.tags.includes(tag);
}

function languageOf({ kernelspec, language_info }: Metadata): string | undefined {
  const named = [isObject(kernelspec) && kernelspec.language, isObject(language_info) && language_info.name];
  const found = named.find((name) => typeof name === "string" && name !== "");
  return typeof found === "string" ? found.toLowerCase() : undefined;
}

function parseCell(json: unknown, index: number): Cell {
  const where = `cell ${index + 1}`;
  if (!isObject(json)) throw new NotebookError(`${where}: expected an object, got ${brief(json)}`);
  const { cell_type } = json;
  if (cell_type !== "code" && cell_type !== "markdown" && cell_type !== "raw") {
    throw new NotebookError(`${where}: expected cell_type code, markdown or raw, got ${brief(cell_type)}`);
  }
  const fields = {
    ...json,
    id: typeof json.id === "string" ? json.id : "",
    source: joined(json.source, `${where}: source`),
    metadata: metadataOf(json.metadata, `${where}: metadata`),
  };
  if (cell_type !== "code") return { ...fields, cell_type };
  const outputs = Array.isArray(json.outputs) ? json.outputs.map(parseOutput) : [];
  return { ...fields, cell_type, execution_count: countOf(json.execution_count), outputs };
}

/** Others' outputs are not worth refusing a notebook for: whatever stands there becomes one that can be shown. */
function parseOutput(json: unknown): CellOutput {
  const { output_type, ...fields } = isObject(json) ? json : { output_type: json };
  switch (output_type) {
    case "stream":
      return { ...fields, output_type, name: textOf(fields.name, "stdout"), text: textOf(fields.text) };
    case "error": {
      const [ename, evalue] = [textOf(fields.ename, "Error"), textOf(fields.evalue)];
      const { traceback } = fields;
      const lines = Array.isArray(traceback)
        ? traceback.map((line) => textOf(line))
        : textOf(traceback).split("\n");
      const said = lines.some((line) => line !== "");
      return { ...fields, output_type, ename, evalue, traceback: said ? lines : [`${ename}: ${evalue}`] };
    }
    case "display_data":
      return { ...fields, output_type, data: bundleOf(fields.data), metadata: objectOf(fields.metadata) };
    case "execute_result": {
      const [data, metadata] = [bundleOf(fields.data), objectOf(fields.metadata)];
      return { ...fields, output_type, execution_count: countOf(fields.execution_count), data, metadata };
    }
    default: {
      const known = fields.data ?? fields.text; // other versions of nbformat have other types, but the same fields
      const data = known === undefined ? `[an output of the unknown type ${brief(output_type)}]` : known;
      return { output_type: "display_data", data: bundleOf(data), metadata: {} };
    }
  }
}

function bundleOf(data: unknown): MimeBundle {
  if (!isObject(data)) return data === undefined || data === null ? {} : { "text/plain": textOf(data) };
  return Object.fromEntries(
    Object.entries(data)
      .filter(([, value]) => value !== null)
      .map(([mime, value]) => [mime, isJson(mime) ? (value as Json) : textOf(value)]),
  );
}

/** A text, whether it stands there as one or as lines; anything else as its JSON. */
function textOf(value: unknown, otherwise = ""): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return otherwise;
  try {
    return Array.isArray(value) ? value.map((line) => textOf(line)).join("") : JSON.stringify(value);
  } catch {
    return "[nested too deeply]"; // for the stack
  }
}

function countOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function objectOf(value: unknown): Metadata {
  return isObject(value) ? (value as Metadata) : {};
}

function metadataOf(value: unknown, what: string): Metadata {
  if (value === undefined || value === null || isObject(value)) return objectOf(value);
  throw new NotebookError(`${what}: expected an object, got ${brief(value)}`);
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
  throw new NotebookError(`${what}: expected a text or a list of lines, got ${brief(text)}`);
}

/** What was found in the place of what was expected, as much as fits into a line. */
function brief(value: unknown, quote = '"'): string {
  if (value === undefined) return "none";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? value : String(value);
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  return typeof value === "string" ? `${quote}${short}${quote}` : short;
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
