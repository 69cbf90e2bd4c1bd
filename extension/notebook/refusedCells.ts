// Cells in another language: VS Code has taken this kernel for their notebook, as the only one there is.
import * as vscode from "vscode";
import { nameOf } from "./name";

export async function refuseCells(
  controller: vscode.NotebookController,
  cells: vscode.NotebookCell[],
  notebook: vscode.NotebookDocument,
): Promise<void> {
  const message = vscode.l10n.t(
    "BN Lab runs TypeScript and JavaScript; the cells of {0} are {1} and do not run in it.",
    ...[nameOf(notebook.uri), cells[0]!.document.languageId],
  );
  const error = { name: "LanguageError", message, stack: "" };
  for (const cell of cells) {
    const execution = controller.createNotebookCellExecution(cell);
    execution.start();
    const output = new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.error(error)]);
    await execution.replaceOutput(output);
    execution.end(false);
  }
  void offerOtherKernels(message);
}

async function offerOtherKernels(message: string): Promise<void> {
  const select = vscode.l10n.t("Select Another Kernel");
  const chosen = await vscode.window.showWarningMessage(message, select);
  if (chosen === select) await vscode.commands.executeCommand("notebook.selectKernel");
}
