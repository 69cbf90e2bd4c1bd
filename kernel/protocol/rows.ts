// What a client asks about a value as a table: some of its rows, sorted and filtered where the value is.

/** Rows of a value that is a table; the reply has fewer than asked for where they would be more than a message should hold. */
export interface RowsRequest {
  name: string;
  /** One of its members: `train` of an object. */
  member?: string;
  /** The first row of the reply, counted among those that the filter lets through. Default 0. */
  start?: number;
  /** Default and most `mostRows`. */
  count?: number;
  /** The column to sort by, counted from 0; what is empty comes last. Default the order of the value. */
  sort?: number;
  descending?: boolean;
  /** `text`, which stands in any cell; `column > 3 && other = text`. */
  filter?: string;
  /** Whether texts come whole, as for a file, and not in the few characters that a table shows. */
  whole?: boolean;
}

export const mostRows = 1_000;
export const mostColumns = 200;

export interface TableColumn {
  name: string;
  /** Whether it holds numbers, which stand to the right. */
  numeric: boolean;
}

/** As JSON has it: what is undefined, null or not there is null; what is not finite, too long or no plain value is a text. */
export type TableCell = string | number | boolean | null;

export interface RowsReply {
  columns: TableColumn[];
  /** Columns there are, told of or not. */
  width: number;
  /** Rows there are. */
  total: number;
  /** Rows that the filter lets through. */
  matched: number;
  start: number;
  rows: TableCell[][];
  /** The number of each row in the value. */
  numbers: number[];
}

/** Under this symbol a value hands out its rows, to look at. */
export const tableSymbol: unique symbol = Symbol.for("bnlab.table") as never;

/** What it hands out. */
export interface Rows {
  columns: readonly string[];
  length: number;
  cell(row: number, column: number): unknown;
}
