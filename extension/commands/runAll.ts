// Runs a notebook from top to bottom, as the button of its toolbar does.
import * as vscode from "vscode";
import type { RunCommand } from "./command";
import { targetOf } from "./target";

export const runAll: RunCommand = async (context, argument) => {
  const notebook = await targetOf(context, argument);
  if (notebook) await runCells(notebook);
};

/** Resolves when VS Code has handed the cells to the kernel. */
export async function runCells(notebook: vscode.NotebookDocument): Promise<void> {
  const ranges = [{ start: 0, end: notebook.cellCount }];
  await vscode.commands.executeCommand("notebook.cell.execute", { ranges, document: notebook.uri });
}
