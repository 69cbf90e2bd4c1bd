// Tells menus whether the notebook in front is one whose cells run here.
import * as vscode from "vscode";
import { runsHere } from "../ids";
import type { KernelController } from "./kernelController";

export function registerFront(controller: KernelController): vscode.Disposable {
  const tell = () => {
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    // A page in front leaves the notebook beside it, and its buttons, as they were.
    if (notebook) void vscode.commands.executeCommand("setContext", runsHere, controller.uses(notebook));
  };
  tell();
  return vscode.Disposable.from(
    controller.onDidChangeUse(tell),
    vscode.window.onDidChangeActiveNotebookEditor(tell),
  );
}
