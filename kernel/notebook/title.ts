// What a notebook is called on a page of its own.
import path from "node:path";
import type { Notebook } from "../document/notebookFile";

/** The notebook's first heading, else its file's name. */
export function titleOf(notebook: Notebook, file: string): string {
  const heading = notebook.cells
    .filter((cell) => cell.cell_type === "markdown")
    .map((cell) => /^#\s+(.+)$/m.exec(cell.source)?.[1])
    .find((found) => found !== undefined);
  return heading ?? path.basename(file, ".ipynb");
}
