// Opens the walkthrough of VS Code's Welcome page.
import * as vscode from "vscode";
import { extensionId, walkthroughId } from "../ids";
import type { RunCommand } from "./command";

export const openWalkthrough: RunCommand = async () => {
  await vscode.commands.executeCommand("workbench.action.openWalkthrough", `${extensionId}#${walkthroughId}`);
};
