// Records as a table, in HTML and in text.
import { Mime, type MimeBundle } from "../../protocol";
import { alignedLines, escapeHtml, localized, plural, shortNumber } from "../../words";
import { plainText } from "./plainText";

type Row = Readonly<Record<string, unknown>>;

/** Records, lists of values, or columns by name. */
export type TableRows = Iterable<Row | readonly unknown[]> | Readonly<Record<string, ArrayLike<unknown>>>;

export interface TableOptions {
  /** Which columns, in which order. Default all. */
  columns?: readonly string[];
  /** How many rows are shown. Default 50. */
  limit?: number;
}

interface Table {
  columns: readonly string[];
  /** Whether a column holds numbers, which stand to the right. */
  numeric: boolean[];
  rows: unknown[][];
  /** Rows there are, shown or not. */
  count: number;
}

const defaultRows = 50;
/** A value that shows itself as a table has at most so many columns. */
const plainColumns = 20;
/** Digits of a number that is not whole. */
const shownDigits = 6;
const cellCharacters = 200;

export function tableOf(source: TableRows, { columns, limit = defaultRows }: TableOptions = {}): MimeBundle {
  const table = read(source, columns, limit);
  return { [Mime.html]: html(table), [Mime.plain]: text(table) };
}

/** The table of a list of plain records, or of a Map to those or to plain values; of anything else nothing. */
export function plainTableHtml(value: unknown): string | undefined {
  const records = value instanceof Map ? [...value].map(recordOf) : value;
  if (!Array.isArray(records) || records.length === 0 || !records.every(isPlainRecord)) return undefined;
  const table = read(records as Row[], undefined, defaultRows);
  return table.columns.length > 0 && table.columns.length <= plainColumns ? html(table) : undefined;
}

/** The key stands in a column without a name. */
function recordOf([key, value]: [unknown, unknown]): Row {
  return isPlainRecord(value) ? { "": key, ...(value as Row) } : { "": key, value };
}

function isPlainRecord(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isPlainValue);
}

function isPlainValue(value: unknown): boolean {
  return value === null || value instanceof Date || !["object", "function", "symbol"].includes(typeof value);
}

function read(source: TableRows, chosen: readonly string[] | undefined, limit: number): Table {
  const all = Symbol.iterator in source ? [...(source as Iterable<Row>)] : rowsOf(source);
  const shown = all.slice(0, limit);
  const columns = chosen ?? [...new Set(shown.flatMap((row) => Object.keys(row)))];
  const rows = shown.map((row) => columns.map((column) => row[column]));
  const numeric = columns.map((_, i) => rows.some((row) => isNumeric(row[i])));
  return { columns, numeric, rows, count: all.length };
}

function rowsOf(columns: Readonly<Record<string, ArrayLike<unknown>>>): Row[] {
  const entries = Object.entries(columns);
  const length = Math.max(0, ...entries.map(([, values]) => values.length));
  return Array.from({ length }, (_, row) =>
    Object.fromEntries(entries.map(([name, values]) => [name, values[row]])),
  );
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
}

function cellText(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "number") return shortNumber(value, shownDigits, 1e-6);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  const whole =
    typeof value === "object" ? plainText(value, { depth: 1, breakLength: Infinity }) : String(value);
  return whole.length > cellCharacters ? `${whole.slice(0, cellCharacters)}…` : whole;
}

function html({ columns, numeric, rows, count }: Table): string {
  const cell = (tag: string, text: string, i: number) =>
    `<${tag} style="text-align: ${numeric[i] ? "right" : "left"}">${escapeHtml(localized(text))}</${tag}>`;
  const head = columns.map((name, i) => cell("th", name, i)).join("");
  const body = rows.map(
    (row, number) =>
      `<tr><th>${number}</th>${row.map((value, i) => cell("td", cellText(value), i)).join("")}</tr>`,
  );
  const left = count - rows.length;
  const more = left > 0 ? `\n<p>${moreRows(left)}</p>` : "";
  return `<table>\n<thead><tr><th></th>${head}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody>\n</table>${more}`;
}

function text({ columns, numeric, rows, count }: Table): string {
  const lines = [columns, ...rows.map((row) => row.map(cellText))];
  const aligned = alignedLines(lines, (column) => numeric[column]!);
  const left = count - rows.length;
  return [...aligned, ...(left > 0 ? [`… ${moreRows(left)}`] : [])].join("\n");
}

const moreRows = (count: number) => localized(plural(count, "more row"));
