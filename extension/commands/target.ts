// The notebook that a command is about.
import * as vscode from "vscode";

/** What VS Code hands to a command in a notebook's toolbar. */
interface ToolbarArgument {
  notebookEditor?: { notebookUri?: vscode.Uri };
}

/** The notebook in whose toolbar the command was called, else the one in front. */
export function targetOf(argument: unknown): vscode.NotebookDocument | undefined {
  const uri = (argument as ToolbarArgument | undefined)?.notebookEditor?.notebookUri?.toString();
  const named = vscode.workspace.notebookDocuments.find((notebook) => notebook.uri.toString() === uri);
  return named ?? vscode.window.activeNotebookEditor?.notebook;
}
