// The views beside the notebooks: variables, tensors, the training that runs, and the tutorials.
import type * as vscode from "vscode";
import type { KernelController } from "../notebook/kernelController";
import type { RunHistory } from "../notebook/runHistory";
import type { Tutorials } from "../notebook/tutorials";
import { ActiveNotebook } from "./activeNotebook";
import { RunsPanel } from "./runsPanel";
import { TableViewers } from "./tableViewers";
import { TensorViewers } from "./tensorViewers";
import { TrainingView } from "./trainingView";
import { TutorialsTree } from "./tutorialsTree";
import { VariableStore } from "./variableStore";
import { VariablesView } from "./variablesView";

export class Views implements vscode.Disposable {
  readonly active = new ActiveNotebook();
  readonly store: VariableStore;
  readonly tensors: TensorViewers;
  readonly tables: TableViewers;
  readonly runs: RunsPanel;
  readonly training: TrainingView;
  readonly #others: vscode.Disposable[];

  constructor(
    extensionUri: vscode.Uri,
    controller: KernelController,
    tutorials: Tutorials,
    history: RunHistory,
    log: vscode.LogOutputChannel,
  ) {
    this.store = new VariableStore(controller, (error) =>
      log.error(error instanceof Error ? error : String(error)),
    );
    this.tensors = new TensorViewers(extensionUri, controller, this.store);
    this.tables = new TableViewers(extensionUri, controller, this.store);
    this.runs = new RunsPanel(extensionUri, history);
    this.training = new TrainingView(extensionUri, controller);
    this.#others = [
      new VariablesView(extensionUri, this.store, this.active),
      this.training,
      new TutorialsTree(tutorials),
    ];
  }

  dispose(): void {
    for (const part of [...this.#others, this.tensors, this.tables, this.runs, this.store, this.active])
      part.dispose();
  }
}
