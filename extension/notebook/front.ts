// Tells menus whether the notebook in front is one whose cells run here.
import * as vscode from "vscode";
import { runsHere } from "../ids";
import { notebookInFront, onDidChangeFront } from "./inFront";
import type { KernelController } from "./kernelController";

export function registerFront(controller: KernelController): vscode.Disposable {
  const tell = () => {
    const notebook = notebookInFront();
    // A page in front leaves the notebook beside it, and its buttons, as they were.
    if (notebook) void vscode.commands.executeCommand("setContext", runsHere, controller.uses(notebook));
  };
  tell();
  return vscode.Disposable.from(controller.onDidChangeUse(tell), onDidChangeFront(tell));
}
