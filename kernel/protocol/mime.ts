// MIME types and bundles: what an output is made of, on the wire and in a saved notebook.

/** Any value that survives JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One output in several forms, richest first for a reader to choose from: MIME type → its data. */
export type MimeBundle = Record<string, Json>;

export const Mime = {
  plain: "text/plain",
  html: "text/html",
  markdown: "text/markdown",
  latex: "text/latex",
  svg: "image/svg+xml",
  png: "image/png",
  json: "application/json",
  plotly: "application/vnd.plotly.v1+json",
  progress: "application/vnd.bnlab.progress+json",
  verdict: "application/vnd.bnlab.verdict+json",
  record: "application/vnd.bnlab.record+json",
  tensor: "application/vnd.bnlab.tensor+json",
  error: "application/vnd.bnlab.error+json",
  control: "application/vnd.bnlab.control+json",
  widgetView: "application/vnd.jupyter.widget-view+json",
  widgetState: "application/vnd.jupyter.widget-state+json",
} as const;

/**
 * Under `Mime.progress`: an output that is about time, not to be compared between runs. An object, for VS Code takes an
 * array in a saved notebook for the lines of a text.
 */
export type ProgressBars = { bars: ProgressBar[] };

export type ProgressBar = {
  label: string;
  done: number;
  /** Null where nobody knows. */
  total: number | null;
  seconds: number;
  ended: boolean;
  note: string;
  /** What stands behind it: steps, rate, time left, note. */
  text?: string;
};

/** Under `Mime.record`: what a cell has recorded. Infinities and NaN are texts in it. */
export type Recorded = { name: string; value: Json };

/** A value that knows how to show itself has a method under this symbol (the convention of Deno's kernel). */
export const displaySymbol: unique symbol = Symbol.for("Jupyter.display") as never;
