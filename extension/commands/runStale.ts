// Runs the cells that show what they would not show now, and those that hang on them, in their order.
import * as vscode from "vscode";
import { staleToRun } from "../notebook/staleCells";
import type { RunCommand } from "./command";
import { targetOf } from "./target";

export const runStale: RunCommand = async ({ controller, ...context }, argument) => {
  const notebook = await targetOf({ controller, ...context }, argument);
  if (!notebook) return;
  const ranges = staleToRun(controller, notebook).map(({ index }) => ({ start: index, end: index + 1 }));
  if (ranges.length > 0)
    await vscode.commands.executeCommand("notebook.cell.execute", { ranges, document: notebook.uri });
  else void vscode.window.showInformationMessage(vscode.l10n.t("No cell is out of date."));
};
