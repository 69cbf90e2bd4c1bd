// Values as tables: lists of records and of lists, Maps, columns of one length, data sets that hand out rows, numbers in rows.
// Getters are the cells' code: they stay unread.
import { machine } from "../../machine/machine";
import { mostColumns, type Rows, tableSymbol } from "../../protocol";
import { numbersOf } from "../display/numbers";

/** Rows that are looked at for what columns there are. */
const sampled = 1_000;

export interface Table extends Rows {
  /** Columns there are; `columns` are the first of them. */
  width: number;
}

/** How many rows a value has as a table; undefined where it is none. Looks at no row. */
export function rowCount(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null || machine().isProxy(value)) return undefined;
  if (Array.isArray(value)) return value.length || undefined;
  if (value instanceof Map || value instanceof Set) return value.size || undefined;
  const own = ownRows(value);
  if (own) return own.length;
  const shape = numbersOf(value)?.shape;
  if (shape) return shape.length === 1 || shape.length === 2 ? shape[0] : undefined;
  return columnsOf(value)?.[0]?.[1].length;
}

/** Undefined where the value is no table. */
export function tableOf(value: unknown): Table | undefined {
  if (rowCount(value) === undefined) return undefined;
  if (Array.isArray(value)) return listTable(value);
  if (value instanceof Map) return listTable([...value].map(entryOf));
  if (value instanceof Set) return listTable([...value]);
  const own = ownRows(value as object) ?? numbersTable(value);
  if (own) return { ...cut(own.columns), length: own.length, cell: own.cell };
  const columns = columnsOf(value as object)!;
  return {
    ...cut(columns.map(([name]) => name)),
    length: columns[0]![1].length,
    cell: (row, column) => columns[column]![1][row],
  };
}

function ownRows(value: object): Rows | undefined {
  const give = (value as { [tableSymbol]?: () => Rows })[tableSymbol];
  return typeof give === "function" ? Reflect.apply(give, value, []) : undefined;
}

/** Numbers in a row, or in rows and columns. */
function numbersTable(value: unknown): Rows | undefined {
  const numbers = numbersOf(value);
  if (!numbers) return undefined;
  const [length = 0, width = 1] = numbers.shape;
  const isFlat = numbers.shape.length === 1;
  const values = numbers.read();
  const isBool = numbers.dtype === "bool";
  return {
    columns: isFlat ? ["value"] : Array.from({ length: width }, (_, i) => String(i)),
    length,
    cell: (row, column) => {
      const found = values[row * width + column];
      return isBool ? found !== 0 : found;
    },
  };
}

/** Lists of one length by name: an object of them, and of nothing else, is a table by columns. */
function columnsOf(value: object): [name: string, column: ArrayLike<unknown>][] | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const columns: [string, ArrayLike<unknown>][] = [];
  for (const [name, { value: column, enumerable }] of Object.entries(
    Object.getOwnPropertyDescriptors(value),
  )) {
    if (!enumerable) continue;
    const read = readColumn(column);
    if (!read || read.length === 0 || read.length !== (columns[0]?.[1].length ?? read.length))
      return undefined;
    columns.push([name, read]);
  }
  return columns.length > 0 ? columns : undefined;
}

function readColumn(column: unknown): ArrayLike<unknown> | undefined {
  if (Array.isArray(column) && !machine().isProxy(column)) return column;
  const numbers = numbersOf(column);
  return numbers?.shape.length === 1 ? numbers.read() : undefined;
}

/** Rows that are records or lists; every other value is a cell. */
function listTable(rows: readonly unknown[]): Table {
  const names = new Set<string>();
  let hasValues = false;
  for (const row of rows.slice(0, sampled)) {
    if (isRow(row)) for (const name of keysOf(row)) names.add(name);
    else hasValues = true;
  }
  if (hasValues && names.size > 0) names.add("value");
  const isBare = names.size === 0;
  const { columns, width } = cut(isBare ? ["value"] : [...names]);
  const valueAt = hasValues ? columns.indexOf("value") : -1;
  return {
    ...{ columns, width, length: rows.length },
    cell: (at, column) => {
      const row = rows[at];
      if (isRow(row)) return Object.getOwnPropertyDescriptor(row, columns[column]!)?.value as unknown;
      return isBare || column === valueAt ? row : undefined;
    },
  };
}

/** A Map's entry: the key, then the record's own members, or the value. */
function entryOf([key, value]: [unknown, unknown]): object {
  const members = isRow(value) && !Array.isArray(value) ? Object.getOwnPropertyDescriptors(value) : undefined;
  return members ? Object.create(Object.prototype, { key: shown(key), ...members }) : { key, value };
}

const shown = (value: unknown): PropertyDescriptor => ({ value, enumerable: true });

const keysOf = (row: object): string[] => Object.keys(row);

/** A list, or an object whose own properties say all: no date, no Map, no tensor. */
function isRow(value: unknown): value is object {
  if (typeof value !== "object" || value === null || machine().isProxy(value)) return false;
  if (Array.isArray(value)) return true;
  if (value instanceof Date || value instanceof Map || value instanceof Set || ArrayBuffer.isView(value))
    return false;
  return numbersOf(value) === undefined && Object.keys(value).length > 0;
}

const cut = (columns: readonly string[]) => ({
  columns: columns.slice(0, mostColumns),
  width: columns.length,
});
