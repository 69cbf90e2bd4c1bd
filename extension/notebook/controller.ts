// Registers BN Lab as a kernel for Jupyter notebooks, and keeps one NotebookKernel a notebook.
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import type { AnyPublication, KernelClient } from "../../kernel/protocol";
import {
  controllerId,
  controllerLabel,
  kernelspec,
  languages,
  notebookType,
  Setting,
  settingSection,
} from "../ids";
import { askUser } from "./askUser";
import type { KernelLaunch } from "./kernelProcess";
import { type KernelState, NotebookKernel } from "./notebookKernel";

/** What a kernel told because of a cell. */
export interface CellPublication {
  cell: vscode.NotebookCell;
  publication: AnyPublication;
}

export class NotebookKernels implements vscode.Disposable {
  readonly #log: vscode.LogOutputChannel;
  readonly #entry: string;
  readonly #controller: vscode.NotebookController;
  readonly #kernels = new Map<vscode.NotebookDocument, NotebookKernel>();
  readonly #states = new Map<vscode.NotebookDocument, KernelState>();
  readonly #stateChanged = new vscode.EventEmitter<vscode.NotebookDocument>();
  readonly #disposables: vscode.Disposable[];

  /** What the user, or the first run, has chosen; where nothing is, VS Code takes the kernel that the notebook prefers. */
  readonly #chosen = new Map<vscode.NotebookDocument, boolean>();
  readonly #useChanged = new vscode.EventEmitter<vscode.NotebookDocument>();

  readonly #published = new vscode.EventEmitter<CellPublication>();

  readonly onDidChangeState = this.#stateChanged.event;
  /** What cells show, as it comes. */
  readonly onDidPublish = this.#published.event;
  /** A notebook has come to use this kernel, or does no longer. */
  readonly onDidChangeUse = this.#useChanged.event;

  constructor(extensionUri: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#log = log;
    this.#entry = vscode.Uri.joinPath(extensionUri, "dist/kernel/main.js").fsPath;
    this.#controller = vscode.notebooks.createNotebookController(controllerId, notebookType, controllerLabel);
    this.#controller.supportedLanguages = languages;
    this.#controller.supportsExecutionOrder = true;
    this.#controller.description = "Deep learning in TypeScript; nothing else to install";
    this.#controller.executeHandler = (cells, notebook) => this.#execute(cells, notebook);
    this.#controller.interruptHandler = (notebook) => this.#kernels.get(notebook)?.interrupt();
    this.#disposables = [
      this.#controller,
      this.#stateChanged,
      this.#useChanged,
      this.#published,
      vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#prefer(notebook)),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#close(notebook)),
      this.#controller.onDidChangeSelectedNotebooks(({ notebook, selected }) => {
        if (!selected) this.#close(notebook);
        this.#chosen.set(notebook, selected);
        this.#useChanged.fire(notebook);
      }),
    ];
    for (const notebook of vscode.workspace.notebookDocuments) this.#prefer(notebook);
  }

  /** The state of a notebook's kernel; undefined where the notebook has had none. */
  state(notebook: vscode.NotebookDocument): KernelState | undefined {
    return this.#states.get(notebook);
  }

  /** Whether this kernel is the one that a notebook's cells run in. */
  uses(notebook: vscode.NotebookDocument): boolean {
    return this.#chosen.get(notebook) ?? isPreferredBy(notebook);
  }

  /** The line to a notebook's kernel, which starts if the notebook has had none; undefined where it has none to have. */
  client(notebook: vscode.NotebookDocument): KernelClient | undefined {
    if (!vscode.workspace.isTrusted || notebook.isClosed || !this.uses(notebook)) return undefined;
    return this.#kernel(notebook).client();
  }

  /** Stops the running cell, keeping its variables. */
  async interrupt(notebook: vscode.NotebookDocument): Promise<void> {
    await this.#kernels.get(notebook)?.interrupt();
  }

  restart(notebook: vscode.NotebookDocument): void {
    this.#kernel(notebook).restart();
  }

  dispose(): void {
    for (const notebook of [...this.#kernels.keys()]) this.#close(notebook);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #execute(cells: vscode.NotebookCell[], notebook: vscode.NotebookDocument): Promise<void> {
    // VS Code asks for trust before it calls us; cells are programs, so we do not rely on that alone.
    if (!vscode.workspace.isTrusted) return;
    await this.#kernel(notebook).run(cells);
  }

  #kernel(notebook: vscode.NotebookDocument): NotebookKernel {
    let kernel = this.#kernels.get(notebook);
    if (!kernel) {
      kernel = new NotebookKernel(
        this.#controller,
        () => this.#launch(notebook),
        (state) => {
          this.#states.set(notebook, state);
          this.#stateChanged.fire(notebook);
        },
        (error) => this.#log.error(error instanceof Error ? error : String(error)),
        askUser,
        (cell, publication) => this.#published.fire({ cell, publication }),
      );
      this.#kernels.set(notebook, kernel);
    }
    return kernel;
  }

  #launch(notebook: vscode.NotebookDocument): KernelLaunch {
    const nodePath = vscode.workspace.getConfiguration(settingSection).get<string>(Setting.nodePath);
    const name = path.posix.basename(notebook.uri.path);
    return {
      entry: this.#entry,
      nodePath: nodePath || undefined,
      cwd: folderOf(notebook),
      log: (line) => this.#log.info(`${name}: ${line.trimEnd()}`),
    };
  }

  #close(notebook: vscode.NotebookDocument): void {
    this.#kernels.get(notebook)?.dispose();
    this.#kernels.delete(notebook);
    this.#states.delete(notebook);
    this.#chosen.delete(notebook);
  }

  /** A TypeScript notebook gets this kernel without being asked. */
  #prefer(notebook: vscode.NotebookDocument): void {
    if (!isPreferredBy(notebook)) return;
    this.#controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred);
    this.#useChanged.fire(notebook);
  }
}

interface JupyterMetadata {
  metadata?: { kernelspec?: { name?: string; language?: string }; language_info?: { name?: string } };
}

function isPreferredBy(notebook: vscode.NotebookDocument): boolean {
  if (notebook.notebookType !== notebookType) return false;
  const { kernelspec: spec, language_info: info } = (notebook.metadata as JupyterMetadata).metadata ?? {};
  return spec?.name === kernelspec.name || (spec?.language ?? info?.name) === kernelspec.language;
}

/** Where relative paths in cells start: beside the notebook, else in the workspace. */
function folderOf(notebook: vscode.NotebookDocument): string {
  if (notebook.uri.scheme === "file") return path.dirname(notebook.uri.fsPath);
  return (
    vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file")?.uri.fsPath ?? os.homedir()
  );
}
