// Clears what all cells of the notebook in front show.
import * as vscode from "vscode";
import type { RunCommand } from "./command";

export const clearOutputs: RunCommand = async () => {
  await vscode.commands.executeCommand("notebook.clearAllCellsOutputs");
};
