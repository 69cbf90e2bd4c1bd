// What debuggers call a cell: they take paths alone, so each has one, of a file that does not exist.
import * as vscode from "vscode";

const folder = vscode.Uri.file("/").fsPath === "\\" ? "c:\\bnlab-cells\\" : "/bnlab-cells/";

export function cellPath(cell: vscode.NotebookCell): string {
  const { uri, languageId } = cell.document;
  const name = `${hash(cell.notebook.uri.toString())}-${uri.fragment.replace(/[^\w-]/g, "")}`;
  return `${folder}${name}.${languageId === "javascript" ? "js" : "ts"}`;
}

/** FNV-1a, 32 bits: enough to tell open notebooks apart. */
function hash(text: string): string {
  let bits = 0x811c9dc5;
  for (const unit of text) bits = Math.imul(bits ^ unit.codePointAt(0)!, 0x01000193);
  return (bits >>> 0).toString(16).padStart(8, "0");
}
