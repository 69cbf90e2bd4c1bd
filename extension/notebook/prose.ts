// The text of a notebook's Markdown cells, by which its language is known.
import type * as vscode from "vscode";

/** A code cell has a language that runs; all others are prose. */
export const proseOf = (notebook: vscode.NotebookDocument): string =>
  notebook
    .getCells()
    .flatMap(({ document }) => (document.languageId === "markdown" ? document.getText() : []))
    .join("");
