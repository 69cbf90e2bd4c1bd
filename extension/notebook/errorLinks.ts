// Goes where the frames of an error below a cell point: into the cell that ran then, or into a file.
import * as vscode from "vscode";
import { outputsRenderer } from "../ids";
import type { Place } from "../renderer/outputs/errorView";

export function connectErrorLinks(): vscode.Disposable {
  const messaging = vscode.notebooks.createRendererMessaging(outputsRenderer);
  return messaging.onDidReceiveMessage(({ editor, message }) => {
    const { open } = message as { open?: Place };
    if (open) void go(editor.notebook, open);
  });
}

async function go(notebook: vscode.NotebookDocument, { cell, file, line, column }: Place): Promise<void> {
  const ran = notebook.getCells().find(({ executionSummary }) => executionSummary?.executionOrder === cell);
  const uri = file === undefined ? ran?.document.uri : notebook.uri.with({ path: pathOf(file) });
  if (uri === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("Cell {0} has run again since, or is gone.", cell ?? 0),
    );
    return;
  }
  const at = new vscode.Position(line - 1, column - 1);
  await vscode.commands.executeCommand("vscode.open", uri, { selection: new vscode.Range(at, at) });
}

/** Windows' own paths as addresses have them. */
const pathOf = (file: string) => (file.startsWith("/") ? file : `/${file.replaceAll("\\", "/")}`);
