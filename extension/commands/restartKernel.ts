// Ends the kernel of a notebook and starts a new one, without variables.
import * as vscode from "vscode";
import type { RunCommand } from "./command";

/** What VS Code hands to a command in a notebook's toolbar. */
interface ToolbarArgument {
  notebookEditor?: { notebookUri?: vscode.Uri };
}

export const restartKernel: RunCommand = ({ kernels }, argument) => {
  const uri = (argument as ToolbarArgument | undefined)?.notebookEditor?.notebookUri?.toString();
  const named = vscode.workspace.notebookDocuments.find((notebook) => notebook.uri.toString() === uri);
  const notebook = named ?? vscode.window.activeNotebookEditor?.notebook;
  if (notebook) kernels.restart(notebook);
};
