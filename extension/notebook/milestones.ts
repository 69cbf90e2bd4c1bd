// Ticks off the walkthrough's steps: a cell has run, one has drawn a chart, one was changed and run again, a notebook exported.
import * as vscode from "vscode";
import { Mime } from "../../kernel/protocol";
import { Milestone } from "../ids";
import type { KernelController } from "./kernelController";

const reached = new Set<Milestone>();

export function reach(milestone: Milestone): void {
  if (reached.has(milestone)) return;
  reached.add(milestone);
  void vscode.commands.executeCommand("setContext", milestone, true);
}

export function registerMilestones(controller: KernelController): vscode.Disposable {
  const sources = new WeakMap<vscode.NotebookCell, string>();
  return vscode.workspace.onDidChangeNotebookDocument(({ notebook, cellChanges }) => {
    if (!controller.uses(notebook)) return;
    for (const { cell, executionSummary } of cellChanges) {
      if (!executionSummary?.success) continue;
      reach(Milestone.ranCell);
      const items = cell.outputs.flatMap((output) => output.items);
      if (items.some(({ mime }) => mime === Mime.plotly)) reach(Milestone.sawChart);
      const source = cell.document.getText();
      if ((sources.get(cell) ?? source) !== source) reach(Milestone.ranChangedCell);
      sources.set(cell, source);
    }
  });
}
