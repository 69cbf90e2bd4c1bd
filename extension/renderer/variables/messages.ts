// What the page of the variables and the extension say to each other: types only.

/** A variable, or a member of one. */
export interface VariableRow {
  name: string;
  /** The variable that this is a member of. */
  owner?: string;
  type: string;
  /** `[64, 100]`, `120 rows`; empty where it has neither. */
  shape: string;
  /** To sort by: elements, rows, entries. */
  elements: number;
  /** `25.6 KB`; empty where nobody knows. */
  size: string;
  bytes: number;
  value: string;
  /** Functions and classes stand last: they are in the cells anyway. */
  isCode: boolean;
  /** Which viewer shows it. */
  viewer: "tensor" | "table" | "";
  /** Whether it has members. */
  expands: boolean;
}

export type ToVariables =
  | { type: "variables"; rows: VariableRow[] }
  /** No notebook is there to have some, or no cell has run. */
  | { type: "none"; hasNotebook: boolean }
  | { type: "members"; owner: string; rows: VariableRow[] }
  | { type: "details"; name: string; owner?: string; facts: string; text: string };

/** Which variable or member. */
export interface VariableName {
  name: string;
  owner?: string;
}

export type FromVariables =
  | { type: "ready" }
  | { type: "members"; owner: string }
  | ({ type: "details" | "open" | "copy" } & VariableName)
  /** A button of the empty view. */
  | { type: "start"; what: "notebook" | "tutorial" };

/** All that the page says, in the window's language. */
export interface VariablesWords {
  none: string;
  newNotebook: string;
  openTutorial: string;
  filter: string;
  table: string;
  name: string;
  type: string;
  shape: string;
  size: string;
  value: string;
  open: string;
  details: string;
  noMatch: string;
  more: string;
}
