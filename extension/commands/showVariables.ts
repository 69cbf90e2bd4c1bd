// Brings the view of variables to the front.
import * as vscode from "vscode";
import { hasNotebook, variablesView } from "../ids";
import type { RunCommand } from "./command";

export const showVariables: RunCommand = async () => {
  await vscode.commands.executeCommand("setContext", hasNotebook, true);
  await vscode.commands.executeCommand(`${variablesView}.focus`);
};
