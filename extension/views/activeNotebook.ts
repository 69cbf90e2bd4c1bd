// The notebook that the views show: the one in front, and the last one in front while something else is.
import * as vscode from "vscode";
import { notebookType } from "../ids";
import { notebookInFront, onDidChangeFront } from "../notebook/inFront";

export class ActiveNotebook implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.NotebookDocument | undefined>();
  readonly #disposables: vscode.Disposable[];
  #notebook: vscode.NotebookDocument | undefined;

  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#look();
    this.#disposables = [
      this.#changed,
      onDidChangeFront(() => this.#look()),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => {
        if (notebook === this.#notebook) this.#set(undefined);
      }),
    ];
  }

  get notebook(): vscode.NotebookDocument | undefined {
    return this.#notebook;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #look(): void {
    const notebook = notebookInFront();
    if (notebook?.notebookType === notebookType) this.#set(notebook);
  }

  #set(notebook: vscode.NotebookDocument | undefined): void {
    if (notebook === this.#notebook) return;
    this.#notebook = notebook;
    this.#changed.fire(notebook);
  }
}
