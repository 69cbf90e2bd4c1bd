// Marks cells that show what they would not show now: edited since they ran, run before a restart, made of what has changed.
import * as vscode from "vscode";
import type { LoggedCell, Staleness } from "../../kernel/protocol";
import { Command, hasStaleCells, languages, notebookType } from "../ids";
import { notebookInFront, onDidChangeFront } from "./inFront";
import type { KernelController } from "./kernelController";

/** While one writes, every key would ask. */
const pauseMs = 300;

export function registerStaleCells(controller: KernelController): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let told = false;
  const tell = () => {
    const notebook = notebookInFront();
    const some = notebook !== undefined && staleIn(controller, notebook).size > 0;
    if (some !== told) void vscode.commands.executeCommand("setContext", hasStaleCells, some);
    told = some;
    changed.fire();
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(tell, pauseMs);
  };
  const provider: vscode.NotebookCellStatusBarItemProvider = {
    onDidChangeCellStatusBarItems: changed.event,
    provideCellStatusBarItems(cell) {
      const reason = staleIn(controller, cell.notebook).get(cell);
      return reason && itemOf(reason);
    },
  };
  return vscode.Disposable.from(
    changed,
    { dispose: () => clearTimeout(timer) },
    vscode.notebooks.registerNotebookCellStatusBarItemProvider(notebookType, provider),
    controller.onDidAge(soon),
    controller.onDidChangeUse(soon),
    onDidChangeFront(tell),
    vscode.workspace.onDidChangeNotebookDocument(soon),
  );
}

/** The stale cells to run, with those that hang on them, in their order. */
export const staleToRun = (
  controller: KernelController,
  notebook: vscode.NotebookDocument,
): vscode.NotebookCell[] => controller.runs(notebook)?.toRun(loggedCells(notebook)) ?? [];

function staleIn(
  controller: KernelController,
  notebook: vscode.NotebookDocument,
): Map<vscode.NotebookCell, Staleness<vscode.NotebookCell>> {
  const runs = controller.uses(notebook) ? controller.runs(notebook) : undefined;
  return runs?.stale(loggedCells(notebook)) ?? new Map();
}

/** VS Code takes the count from a cell that waits or runs. */
const loggedCells = (notebook: vscode.NotebookDocument): LoggedCell<vscode.NotebookCell>[] =>
  notebook
    .getCells()
    .filter(
      ({ kind, document }) =>
        kind === vscode.NotebookCellKind.Code && languages.includes(document.languageId),
    )
    .map((cell) => ({
      cell,
      source: cell.document.getText(),
      order: cell.executionSummary?.success === undefined ? undefined : cell.executionSummary.executionOrder,
    }));

function itemOf(reason: Staleness<vscode.NotebookCell>): vscode.NotebookCellStatusBarItem {
  const { l10n } = vscode;
  const word =
    reason.why === "edited"
      ? l10n.t("Edited since it ran")
      : reason.why === "restarted"
        ? l10n.t("Ran before the restart")
        : l10n.t("Out of date");
  const why = reasonText(reason);
  const item = new vscode.NotebookCellStatusBarItem(
    `$(history) ${word}`,
    vscode.NotebookCellStatusBarAlignment.Left,
  );
  item.tooltip = `${why} ${l10n.t("A click runs all cells that are out of date.")}`;
  item.accessibilityInformation = { label: `${word}. ${item.tooltip}`, role: "button" };
  item.command = Command.runStale;
  return item;
}

function reasonText(reason: Staleness<vscode.NotebookCell>): string {
  const { l10n } = vscode;
  if (reason.why === "edited") return l10n.t("What the cell shows is of the text that it had before.");
  if (reason.why === "restarted")
    return l10n.t("The cell ran in an earlier kernel: what it made is not there any more.");
  const names = reason.names.join(", ");
  if (reason.why === "gone") return l10n.t("The cell reads {0}, which no cell makes any more.", names);
  const number = reason.by.index + 1;
  return reason.why === "changed"
    ? l10n.t("The cell reads {0}, which cell {1} has changed since.", names, number)
    : l10n.t("The cell reads {0} of cell {1}, which is out of date itself.", names, number);
}
