// Opens an empty TypeScript notebook, unsaved.
import * as vscode from "vscode";
import { kernelspec, notebookMetadata, notebookType } from "../ids";
import type { RunCommand } from "./command";

export const newNotebook: RunCommand = async () => {
  const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, "", kernelspec.language);
  const data = new vscode.NotebookData([cell]);
  data.metadata = { metadata: notebookMetadata, nbformat: 4, nbformat_minor: 5 };
  const notebook = await vscode.workspace.openNotebookDocument(notebookType, data);
  await vscode.window.showNotebookDocument(notebook);
};
