// A word in the status bar on the state of the kernel of the notebook in front.
import * as vscode from "vscode";
import { Command } from "../ids";
import type { NotebookKernels } from "./controller";
import type { KernelState } from "./notebookKernel";

const pictures: Record<KernelState, string> = {
  starting: "$(loading~spin)",
  busy: "$(sync~spin)",
  idle: "$(circle-outline)",
  off: "$(circle-slash)",
};

export function registerStatusBar(kernels: NotebookKernels): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("bnlab.kernel", vscode.StatusBarAlignment.Right, 100);
  item.name = "BN Lab kernel";
  item.command = Command.showLog;
  const show = () => {
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    const state = notebook && kernels.state(notebook);
    if (!state) return item.hide();
    item.text = `${pictures[state]} BN Lab: ${state}`;
    item.tooltip = "Show the log";
    item.show();
  };
  return vscode.Disposable.from(
    item,
    kernels.onDidChangeState(show),
    vscode.window.onDidChangeActiveNotebookEditor(show),
  );
}
