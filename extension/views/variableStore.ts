// What is in each notebook's variables: asked after every cell, and kept while cells run.
import * as vscode from "vscode";
import { KernelGone, type Requests, type Variable } from "../../kernel/protocol";
import type { KernelController } from "../notebook/kernelController";

/** The short cells of Run All are one question. */
const pauseMs = 80;

interface Known {
  variables: Variable[];
  /** A question is on its way; `stale` when a cell has ended since. */
  asking: boolean;
  stale: boolean;
}

export class VariableStore implements vscode.Disposable {
  readonly #controller: KernelController;
  readonly #failed: (error: unknown) => void;
  readonly #known = new Map<vscode.NotebookDocument, Known>();
  readonly #changed = new vscode.EventEmitter<vscode.NotebookDocument>();
  readonly #disposables: vscode.Disposable[];

  /** A notebook's variables have been looked at anew, or are gone. */
  readonly onDidChange = this.#changed.event;

  constructor(controller: KernelController, failed: (error: unknown) => void) {
    this.#controller = controller;
    this.#failed = failed;
    this.#disposables = [
      this.#changed,
      controller.onDidChangeState((notebook) => this.#follow(notebook)),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#forget(notebook)),
    ];
  }

  /** As they were when last looked at; undefined before the first look. */
  get(notebook: vscode.NotebookDocument): Variable[] | undefined {
    return this.#known.get(notebook)?.variables;
  }

  /** As they are; as they were when last looked at, where a cell computes and would keep the answer waiting. */
  async latest(notebook: vscode.NotebookDocument): Promise<Variable[]> {
    const known = this.get(notebook) ?? [];
    const waits = this.#controller.state(notebook) === "busy" && known.length > 0;
    return (waits ? undefined : await this.look(notebook, {})) ?? known;
  }

  /** Looks at all variables; while a cell computes the answer is late, and the last one stands. */
  refresh(notebook: vscode.NotebookDocument): void {
    const known = this.#known.get(notebook) ?? { variables: [], asking: false, stale: false };
    this.#known.set(notebook, known);
    known.stale = true;
    if (!known.asking) void this.#ask(notebook, known).catch(this.#failed);
  }

  /** What the kernel says to a question of the caller's own; undefined where there is no kernel to ask. */
  async look(
    notebook: vscode.NotebookDocument,
    request: Requests["variables_request"],
  ): Promise<Variable[] | undefined> {
    if (!this.isAlive(notebook)) return undefined;
    try {
      const reply = await this.#controller.client(notebook)?.request("variables_request", request);
      return reply?.content.status === "ok" ? reply.content.variables : undefined;
    } catch (error) {
      if (error instanceof KernelGone) return undefined;
      throw error;
    }
  }

  /** Whether there is a kernel that has variables; asking one that is not there would start it. */
  isAlive(notebook: vscode.NotebookDocument): boolean {
    const state = this.#controller.state(notebook);
    return state === "idle" || state === "busy";
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #follow(notebook: vscode.NotebookDocument): void {
    const state = this.#controller.state(notebook);
    if (state === "idle") this.refresh(notebook);
    else if (state !== "busy") this.#forget(notebook);
  }

  #forget(notebook: vscode.NotebookDocument): void {
    if (this.#known.delete(notebook)) this.#changed.fire(notebook);
  }

  async #ask(notebook: vscode.NotebookDocument, known: Known): Promise<void> {
    known.asking = true;
    try {
      while (known.stale) {
        await new Promise<void>((resolve) => setTimeout(resolve, pauseMs));
        known.stale = false;
        const variables = await this.look(notebook, {});
        if (this.#known.get(notebook) !== known) return;
        if (!variables) continue;
        known.variables = variables;
        this.#changed.fire(notebook);
      }
    } finally {
      known.asking = false;
    }
  }
}
