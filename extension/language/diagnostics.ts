// Squiggles in cells: asked for anew when a cell has changed, moved or run.
import * as vscode from "vscode";
import type { CodeDiagnostic } from "../../kernel/protocol";
import type { KernelController } from "../notebook/kernelController";
import { CellSnapshot, codeCells, idOf, rangeOf } from "./cells";

/** While one writes, most of what is there is wrong. */
const pauseMs = 250;

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  hint: vscode.DiagnosticSeverity.Hint,
};

export function registerDiagnostics(
  controller: KernelController,
  failed: (error: unknown) => void,
): vscode.Disposable {
  const shown = vscode.languages.createDiagnosticCollection("bnlab");
  const timers = new Map<vscode.NotebookDocument, unknown>();

  const check = async (notebook: vscode.NotebookDocument, mine: unknown) => {
    const snapshot = CellSnapshot.ofNotebook(controller, notebook);
    for (const { document } of codeCells(notebook)) {
      const found = await snapshot?.ask("diagnostics", { cell: idOf(document) });
      if (timers.get(notebook) !== mine) return; // something has changed meanwhile
      shown.set(
        document.uri,
        found?.map((diagnostic) => toVSCode(document, diagnostic)),
      );
    }
  };
  const soon = (notebook: vscode.NotebookDocument) => {
    if (!controller.uses(notebook)) return;
    clearTimeout(timers.get(notebook));
    const timer = setTimeout(() => check(notebook, timer).catch(failed), pauseMs);
    timers.set(notebook, timer);
  };
  const forget = (notebook: vscode.NotebookDocument) => {
    clearTimeout(timers.get(notebook));
    timers.delete(notebook);
    for (const { document } of notebook.getCells()) shown.delete(document.uri);
  };

  for (const notebook of vscode.workspace.notebookDocuments) soon(notebook);
  return vscode.Disposable.from(
    shown,
    { dispose: () => timers.forEach(clearTimeout) },
    controller.onDidChangeState(soon), // a cell has run, or a restart has forgotten what cells declared
    controller.onDidChangeUse((notebook) => (controller.uses(notebook) ? soon(notebook) : forget(notebook))),
    vscode.workspace.onDidCloseNotebookDocument(forget),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => shown.delete(uri)), // a cell was removed
    vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges, cellChanges }) => {
      const isEdit = contentChanges.length > 0 || cellChanges.some(({ document }) => document !== undefined);
      if (isEdit) soon(notebook);
    }),
  );
}

function toVSCode(document: vscode.TextDocument, found: CodeDiagnostic): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    rangeOf(document, found),
    found.message,
    severities[found.severity],
  );
  diagnostic.source = "BN Lab";
  diagnostic.code = `TS${found.code}`;
  const { Unnecessary, Deprecated } = vscode.DiagnosticTag;
  diagnostic.tags = [...(found.unused ? [Unnecessary] : []), ...(found.deprecated ? [Deprecated] : [])];
  return diagnostic;
}
