// Some rows of a table: sorted, filtered, in a message of bounded size.
import { mostRows, type RowsReply, type RowsRequest, type TableCell } from "../../protocol";
import { plainText } from "../display/plainText";
import { type Table, tableOf } from "./tables";

/** What a table shows of a text, and what a file gets of it. */
const characters = { shown: 200, whole: 32_767 };
/** Beyond it a reply ends, after one row at least. */
const replyCharacters = 4_000_000;
/** Rows that are looked at for whether a column holds numbers. */
const sampled = 100;

type Order = readonly number[] | undefined;

/** Answers for rows of values, and keeps the last order until cells run: one scrolls through it. */
export class RowLook {
  #kept: { value: WeakRef<object>; key: string; order: Order } | undefined;

  /** Cells run: what was sorted may be in another order. */
  forget(): void {
    this.#kept = undefined;
  }

  /** @throws TypeError where the value is no table. */
  reply(value: unknown, request: RowsRequest): RowsReply {
    const table = tableOf(value);
    if (!table) {
      const expected = "a list, a Map, a data set, or an object of columns of one length";
      throw new TypeError(
        `rows_request: expected ${expected}, got ${request.member ?? request.name}: ${plainText(value, { depth: 0 }, 200)}`,
      );
    }
    const order = this.#orderOf(value, table, request);
    const matched = order?.length ?? table.length;
    const start = Math.min(Math.max(0, request.start ?? 0), matched);
    const end = Math.min(matched, start + Math.min(mostRows, Math.max(0, request.count ?? mostRows)));
    const limit = request.whole ? characters.whole : characters.shown;
    const [rows, numbers]: [TableCell[][], number[]] = [[], []];
    let taken = 0;
    for (let at = start; at < end && taken < replyCharacters; at++) {
      const row = order?.[at] ?? at;
      const cells = table.columns.map((_, column) => cellOf(table.cell(row, column), limit));
      taken += cells.reduce<number>((sum, cell) => sum + (typeof cell === "string" ? cell.length : 8), 0);
      rows.push(cells);
      numbers.push(row);
    }
    const columns = table.columns.map((name, column) => ({ name, numeric: isNumeric(table, column) }));
    return { columns, width: table.width, total: table.length, matched, start, rows, numbers };
  }

  #orderOf(value: unknown, table: Table, { sort, descending, filter = "" }: RowsRequest): Order {
    if (sort === undefined && filter.trim() === "") return undefined;
    const key = JSON.stringify([table.length, table.columns, sort, descending, filter]);
    const kept = this.#kept;
    if (kept && kept.key === key && kept.value.deref() === value) return kept.order;
    const passes = filterOf(filter, table);
    const order: number[] = [];
    for (let row = 0; row < table.length; row++) if (passes(row)) order.push(row);
    if (sort !== undefined && sort >= 0 && sort < table.columns.length) {
      const keys = new Map(order.map((row) => [row, table.cell(row, sort)]));
      const turn = descending ? -1 : 1;
      order.sort((a, b) => compare(keys.get(a), keys.get(b), turn));
    }
    this.#kept = { value: new WeakRef(value as object), key, order };
    return order;
  }
}

/** Whether a column's first values are numbers, those at least that there are. */
function isNumeric(table: Table, column: number): boolean {
  let numbers = 0;
  for (let row = 0; row < Math.min(sampled, table.length); row++) {
    const value = table.cell(row, column);
    if (typeof value === "number" || typeof value === "bigint") numbers++;
    else if (value !== undefined && value !== null) return false;
  }
  return numbers > 0;
}

function cellOf(value: unknown, limit: number): TableCell {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return Object.is(value, -0) ? "-0" : value;
  const text = textOf(value, limit);
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

function textOf(value: unknown, limit: number = characters.shown): string {
  if (typeof value === "string") return value;
  if (value instanceof Date) {
    const time = Number(value);
    return Number.isNaN(time) ? "Invalid Date" : new Date(time).toISOString();
  }
  if (typeof value !== "object" || value === null) return String(value);
  return plainText(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, compact: true }, limit);
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Numbers, then texts, then what is empty, which stays last in the other direction. */
function compare(a: unknown, b: unknown, turn: number): number {
  const [left, right] = [rankOf(a), rankOf(b)];
  if (left === 2 || right === 2) return left - right;
  if (left !== right) return (left - right) * turn;
  if (left === 0) return (Number(a) - Number(b)) * turn;
  return collator.compare(textOf(a), textOf(b)) * turn;
}

function rankOf(value: unknown): number {
  if (value === undefined || value === null || value === "" || Number.isNaN(value)) return 2;
  return typeof value === "number" || typeof value === "bigint" || value instanceof Date ? 0 : 1;
}

type Passes = (row: number) => boolean;

/** Parts between `&&`: a comparison where a column's name stands before the sign, else a text that some cell has. */
function filterOf(filter: string, table: Table): Passes {
  const parts = filter
    .split("&&")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => comparisonOf(part, table) ?? containing(part, table));
  return (row) => parts.every((passes) => passes(row));
}

const signs: Record<string, (order: number) => boolean> = {
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function comparisonOf(part: string, { columns, cell }: Table): Passes | undefined {
  const [, name = "", written = "", bare = ""] = /^(.+?)\s*(!==?|<=|>=|===?|=|<|>)\s*(.*)$/.exec(part) ?? [];
  const same = (column: string) => column.toLowerCase() === name.toLowerCase();
  const column = columns.includes(name) ? columns.indexOf(name) : columns.findIndex(same);
  const holds = signs[written.replace(/={2,}$/, "=")];
  if (column < 0 || !holds) return undefined;
  const text = bare.replace(/^(["'])(.*)\1$/, "$2");
  const number = text === "" ? Number.NaN : Number(text);
  return (row) => {
    const value = cell(row, column);
    const rank = rankOf(value);
    if (rank === 2) return text === "" ? holds(0) : written.startsWith("!");
    if (rank === 0 && !Number.isNaN(number)) return holds(Math.sign(Number(value) - number));
    return holds(collator.compare(textOf(value), text));
  };
}

function containing(part: string, { columns, cell }: Table): Passes {
  const sought = part.toLowerCase();
  return (row) => columns.some((_, column) => contains(cell(row, column), sought));
}

const contains = (value: unknown, sought: string) =>
  value !== undefined && value !== null && textOf(value).toLowerCase().includes(sought);
