// An open notebook as data: to open a copy of it, or to write it to a file as VS Code would.
import * as vscode from "vscode";

/** What a notebook holds now, saved or not. */
export function dataOf(
  notebook: vscode.NotebookDocument,
  { outputs }: { outputs: boolean },
): vscode.NotebookData {
  const cells = notebook.getCells().map((cell) => {
    const data = new vscode.NotebookCellData(cell.kind, cell.document.getText(), cell.document.languageId);
    data.metadata = cell.metadata;
    if (outputs) {
      data.outputs = [...cell.outputs];
      data.executionSummary = cell.executionSummary;
    }
    return data;
  });
  const data = new vscode.NotebookData(cells);
  data.metadata = notebook.metadata;
  return data;
}

interface NotebookFiles {
  exportNotebook(data: vscode.NotebookData): Promise<string>;
}

/** The text of an .ipynb file, written by VS Code's own extension for them. */
export async function fileTextOf(notebook: vscode.NotebookDocument): Promise<string> {
  const files = await vscode.extensions.getExtension<NotebookFiles>("vscode.ipynb")?.activate();
  if (!files)
    throw new Error(vscode.l10n.t("VS Code's extension for .ipynb files (vscode.ipynb) is switched off"));
  return files.exportNotebook(dataOf(notebook, { outputs: true }));
}
