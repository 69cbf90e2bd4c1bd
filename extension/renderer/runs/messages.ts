// What the page of the runs and the extension say to each other: types only.

export interface RunRow {
  id: string;
  notebook: string;
  name: string;
  /** When it ended, in the window's language; empty of a saved notebook. */
  time: string;
  /** How long it took. */
  took: string;
  /** What it has of the code that not all others of its cell have: `lr 0.5`. */
  differs: string;
  metrics: [name: string, value: number][];
  isSaved: boolean;
}

export type ToRuns =
  | { type: "runs"; rows: RunRow[] }
  /** Charts of the runs that are compared, as Plotly takes them. */
  | { type: "figures"; figures: unknown[] };

export type FromRuns =
  | { type: "ready" }
  | { type: "compare" | "remove" | "export" | "copy"; ids: string[] }
  | { type: "rename"; id: string; name: string };

/** All that the page says, in the window's language. */
export interface RunsWords {
  heading: string;
  none: string;
  chosen: string;
  name: string;
  notebook: string;
  time: string;
  took: string;
  differs: string;
  saved: string;
  compare: string;
  rename: string;
  copy: string;
  export: string;
  remove: string;
  hint: string;
}
