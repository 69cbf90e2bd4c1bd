// What the data viewer's page and the extension say to each other: types only.
import type { RowsReply, RowsRequest } from "../../../kernel/protocol/rows";

export interface TableInfo {
  /** What stands in the cells: `people`, `splits train`. */
  name: string;
  /** `Array`, `TableDataset`. */
  type: string;
}

/** Which rows, in which order. */
export type Choice = Pick<RowsRequest, "sort" | "descending" | "filter">;
export type Part = Choice & Required<Pick<RowsRequest, "start" | "count">>;

export type ToDataViewer =
  /** The table as it is now: after the page is up, and after every cell. */
  | { type: "table"; table: TableInfo }
  /** There is no such table any more; what is shown stays. */
  | { type: "gone"; message: string }
  | { type: "rows"; id: number; reply: RowsReply }
  | { type: "refused"; id: number; message: string };

export type FromDataViewer =
  | { type: "ready" }
  | { type: "ask"; id: number; part: Part }
  | { type: "copy" | "export"; choice: Choice }
  | { type: "copyText"; text: string };

/** All that the page says, in the window's language; `{0}` stands for what is filled in. */
export interface DataViewerWords {
  filter: string;
  filterHelp: string;
  copy: string;
  export: string;
  waiting: string;
  rows: string;
  matched: string;
  columns: string;
  shownColumns: string;
  noMatch: string;
  row: string;
  cell: string;
}
