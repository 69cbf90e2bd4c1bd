// Squiggles in cells: asked for anew when a cell has changed or moved, and when cells have run.
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
  /** Whose cells have changed since they were looked at. */
  const edited = new Set<vscode.NotebookDocument>();

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
    edited.delete(notebook);
  };
  /** A kernel that starts or runs cells has the processor to itself, unless somebody writes; it tells when it rests. */
  const isAtWork = (notebook: vscode.NotebookDocument) => {
    if (controller.state(notebook) === undefined) controller.client(notebook); // starts it
    return controller.state(notebook) === "starting" || controller.running(notebook) !== undefined;
  };
  const soon = (notebook: vscode.NotebookDocument) => {
    if (!controller.uses(notebook)) return;
    clearTimeout(timers.get(notebook));
    const timer = setTimeout(() => {
      if (edited.has(notebook) || !isAtWork(notebook)) check(notebook, timer).catch(failed);
    }, pauseMs);
    timers.set(notebook, timer);
  };
  const forget = (notebook: vscode.NotebookDocument) => {
    clearTimeout(timers.get(notebook));
    timers.delete(notebook);
    edited.delete(notebook);
    for (const { document } of notebook.getCells()) shown.delete(document.uri);
  };

  for (const notebook of vscode.workspace.notebookDocuments) soon(notebook);
  return vscode.Disposable.from(
    shown,
    { dispose: () => timers.forEach(clearTimeout) },
    controller.onDidChangeState(soon), // a restart has forgotten what cells declared
    controller.onDidRest(soon),
    controller.onDidChangeUse((notebook) => (controller.uses(notebook) ? soon(notebook) : forget(notebook))),
    vscode.workspace.onDidCloseNotebookDocument(forget),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => shown.delete(uri)), // a cell was removed
    vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges, cellChanges }) => {
      const isEdit = contentChanges.length > 0 || cellChanges.some(({ document }) => document !== undefined);
      if (!isEdit) return;
      edited.add(notebook);
      soon(notebook);
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
