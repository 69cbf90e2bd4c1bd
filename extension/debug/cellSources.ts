// The debugger knows cells by paths, VS Code by addresses: each hears its own.
import * as vscode from "vscode";
import { cellPath } from "../notebook/cellPath";
import { nameOf } from "../notebook/name";

const cellScheme = "vscode-notebook-cell:";

interface Source {
  path?: string;
  name?: string;
  sourceReference?: number;
}

/** Has a message of the debug protocol name cells by the paths that the debugger knows. */
export function toPaths(message: unknown): void {
  for (const source of sourcesIn(message)) {
    if (!source.path?.startsWith(cellScheme)) continue;
    const cell = cells().find(({ document }) => sameAddress(document.uri, source.path!));
    if (cell) source.path = cellPath(cell);
  }
}

/** Has it name cells by their addresses, in the notebooks that are open. */
export function toCells(message: unknown): void {
  for (const source of sourcesIn(message)) {
    const cell =
      source.path === undefined ? undefined : cells().find((each) => cellPath(each) === source.path);
    if (!cell) continue;
    source.path = cell.document.uri.toString();
    source.name = vscode.l10n.t("{0}, cell {1}", nameOf(cell.notebook.uri), cell.index + 1);
    delete source.sourceReference; // what stands in the notebook, not what the debugger was told
  }
}

function cells(): vscode.NotebookCell[] {
  return vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells());
}

function sameAddress(uri: vscode.Uri, text: string): boolean {
  return uri.toString() === text || uri.toString() === vscode.Uri.parse(text).toString();
}

/** What stands under `source` in a message, at any depth; and under `sources`. */
function* sourcesIn(value: unknown): Generator<Source> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name === "source" && typeof inner === "object" && inner !== null) yield inner as Source;
    if (name === "sources" && Array.isArray(inner)) yield* inner as Source[];
    yield* sourcesIn(inner);
  }
}
