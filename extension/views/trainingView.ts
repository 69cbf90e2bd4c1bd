// The view of the training that runs, or ran last: steps, rate, time left, the loss, and a button that stops it.
import * as vscode from "vscode";
import { hasTrained, trainingView } from "../ids";
import type { CellPublication, KernelController } from "../notebook/kernelController";
import { nameOf } from "../notebook/name";
import type { FromTraining, ToTraining, TrainingWords } from "../renderer/training/messages";
import { TrainingRun } from "./trainingRun";
import { htmlOf, webRoot } from "./webPage";

/** Between two pictures. */
const frameMs = 100;

export class TrainingView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #controller: KernelController;
  readonly #disposables: vscode.Disposable[];
  #view: vscode.WebviewView | undefined;
  #current: { cell: vscode.NotebookCell; run: TrainingRun } | undefined;
  #timer: unknown;

  constructor(extensionUri: vscode.Uri, controller: KernelController) {
    this.#extensionUri = extensionUri;
    this.#controller = controller;
    this.#disposables = [
      vscode.window.registerWebviewViewProvider(trainingView, this),
      controller.onDidPublish((told) => this.#receive(told)),
      controller.onDidChangeState((notebook) => {
        const state = controller.state(notebook);
        if (notebook !== this.#current?.cell.notebook || state === "busy" || state === "idle") return;
        this.#current.run.lose();
        this.#wake();
      }),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    view.webview.options = { enableScripts: true, localResourceRoots: [webRoot(this.#extensionUri)] };
    view.webview.onDidReceiveMessage((message: FromTraining) => {
      if (message.type === "ready") this.#show();
      else if (this.#current) void this.#controller.interrupt(this.#current.cell.notebook);
    });
    view.onDidDispose(() => {
      this.#view = undefined;
    });
    const page = { name: "training", title: vscode.l10n.t("Training"), words: words() };
    view.webview.html = htmlOf(view.webview, this.#extensionUri, page);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** How a notebook's training stands, or ended, in words and last values; undefined where none has been. */
  stateOf(notebook: vscode.NotebookDocument): object | undefined {
    if (this.#current?.cell.notebook !== notebook) return undefined;
    const { curves, ...state } = this.#current.run.state;
    return {
      ...state,
      curves: curves.map(({ name, last, points }) => ({ name, last, points: points.length })),
    };
  }

  #receive({ cell, publication }: CellPublication): void {
    const isNews = this.#current?.cell !== cell || !this.#current.run.isRunning;
    if (isNews && TrainingRun.tells(publication)) {
      this.#current = { cell, run: new TrainingRun() };
      void vscode.commands.executeCommand("setContext", hasTrained, true);
    }
    if (this.#current?.cell === cell && this.#current.run.receive(publication)) this.#wake();
  }

  #wake(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#show();
    }, frameMs);
  }

  #show(): void {
    const view = this.#view;
    if (!view?.visible) return;
    view.description = this.#current && nameOf(this.#current.cell.notebook.uri);
    const message: ToTraining = { type: "state", state: this.#current?.run.state ?? null };
    void view.webview.postMessage(message);
  }
}

function words(): TrainingWords {
  return {
    none: vscode.l10n.t("Nothing is training."),
    hint: vscode.l10n.t(
      "A loop over progress(…), or a chart by plot.live(…), shows here while its cell runs.",
    ),
    running: vscode.l10n.t("Running"),
    done: vscode.l10n.t("Finished"),
    stopped: vscode.l10n.t("Stopped"),
    failed: vscode.l10n.t("Failed"),
    stop: vscode.l10n.t("Stop"),
    step: vscode.l10n.t("Step"),
    rate: vscode.l10n.t("Rate"),
    left: vscode.l10n.t("Left"),
    elapsed: vscode.l10n.t("Elapsed"),
    curve: vscode.l10n.t("{0}: last {1}"),
  };
}
