// The notebook that the views show: the one in front, and the last one in front while something else is.
import * as vscode from "vscode";
import { notebookType } from "../ids";

export class ActiveNotebook implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.NotebookDocument | undefined>();
  readonly #disposables: vscode.Disposable[];
  #notebook: vscode.NotebookDocument | undefined;

  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#take(vscode.window.activeNotebookEditor);
    this.#disposables = [
      this.#changed,
      vscode.window.onDidChangeActiveNotebookEditor((editor) => this.#take(editor)),
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

  #take(editor: vscode.NotebookEditor | undefined): void {
    if (editor?.notebook.notebookType === notebookType) this.#set(editor.notebook);
  }

  #set(notebook: vscode.NotebookDocument | undefined): void {
    if (notebook === this.#notebook) return;
    this.#notebook = notebook;
    this.#changed.fire(notebook);
  }
}
