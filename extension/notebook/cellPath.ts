// What debuggers call a cell: they take paths alone, so each has one, of a file that does not exist.
import { createHash } from "node:crypto";
import type * as vscode from "vscode";

const folder = process.platform === "win32" ? "c:\\bnlab-cells\\" : "/bnlab-cells/";

export function cellPath(cell: vscode.NotebookCell): string {
  const { uri, languageId } = cell.document;
  const notebook = createHash("sha1").update(cell.notebook.uri.toString()).digest("hex").slice(0, 8);
  const name = `${notebook}-${uri.fragment.replace(/[^\w-]/g, "")}`;
  return `${folder}${name}.${languageId === "javascript" ? "js" : "ts"}`;
}
