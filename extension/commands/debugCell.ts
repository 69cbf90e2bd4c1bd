// Runs a cell under VS Code's JavaScript debugger: it stops at breakpoints, wherever the notebook's code has some.
import * as vscode from "vscode";
import type { Context, RunCommand } from "./command";
import { withNode } from "./needsNode";
import { targetOf } from "./target";

export const debugCell: RunCommand = async (context, argument) => {
  await debug(context, argument, vscode.l10n.t("Debug Cell"), { byLine: false });
};

/** The same, with a stop at its first line, and at each that follows. */
export const runByLine: RunCommand = async (context, argument) => {
  await debug(context, argument, vscode.l10n.t("Run by Line"), { byLine: true });
};

async function debug(
  context: Context,
  argument: unknown,
  title: string,
  how: { byLine: boolean },
): Promise<void> {
  const cell = await cellOf(context, argument);
  if (cell) await withNode(context, title, () => context.debugger.debug(cell, how));
}

/** The cell in whose toolbar the command was called, else the selected one of the notebook in front. */
async function cellOf(context: Context, argument: unknown): Promise<vscode.NotebookCell | undefined> {
  const { cell = argument } = (argument ?? {}) as { cell?: unknown };
  const named = vscode.workspace.notebookDocuments
    .flatMap((notebook) => notebook.getCells())
    .find((each) => each === cell);
  const notebook = named?.notebook ?? (await targetOf(context, argument));
  const editor = vscode.window.visibleNotebookEditors.find((each) => each.notebook === notebook);
  const found = named ?? (editor && notebook?.cellAt(editor.selection.start));
  return found?.kind === vscode.NotebookCellKind.Code ? found : undefined;
}
