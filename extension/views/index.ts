// The views beside the notebooks: variables, tensors, the training that runs, and the tutorials.
import type * as vscode from "vscode";
import type { KernelController } from "../notebook/kernelController";
import type { Tutorials } from "../notebook/tutorials";
import { ActiveNotebook } from "./activeNotebook";
import { TensorViewers } from "./tensorViewers";
import { TrainingView } from "./trainingView";
import { TutorialsTree } from "./tutorialsTree";
import { VariableStore } from "./variableStore";
import { VariablesTree } from "./variablesTree";

export class Views implements vscode.Disposable {
  readonly active = new ActiveNotebook();
  readonly store: VariableStore;
  readonly viewers: TensorViewers;
  readonly #others: vscode.Disposable[];

  constructor(
    extensionUri: vscode.Uri,
    controller: KernelController,
    tutorials: Tutorials,
    log: vscode.LogOutputChannel,
  ) {
    this.store = new VariableStore(controller, (error) =>
      log.error(error instanceof Error ? error : String(error)),
    );
    this.viewers = new TensorViewers(extensionUri, controller, this.store);
    this.#others = [
      new VariablesTree(this.store, this.active),
      new TrainingView(extensionUri, controller),
      new TutorialsTree(tutorials),
    ];
  }

  dispose(): void {
    for (const part of [...this.#others, this.viewers, this.store, this.active]) part.dispose();
  }
}
