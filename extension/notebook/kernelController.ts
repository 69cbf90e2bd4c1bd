// Registers BN Lab as a kernel for Jupyter notebooks, and keeps one NotebookKernel a notebook.
import * as vscode from "vscode";
import type { AnyPublication, Comm, KernelClient, RunLog } from "../../kernel/protocol";
import { controllerId, controllerLabel, kernelspec, languages, notebookType } from "../ids";
import { askUser } from "./askUser";
import { autosave } from "./autosave";
import { offerTaking, tellBack, tellDeath, tellGoingOn, tellNotStarted } from "./kernelNotices";
import { nameOf } from "./name";
import { type KernelState, NotebookKernel } from "./notebookKernel";
import type { Platform } from "./platform";
import { refuseCells } from "./refusedCells";

/** Idle kernels of closed notebooks that are kept: each takes some hundred megabytes. */
const maxOrphans = 4;
/** Languages of Jupyter's notebooks whose cells are told that they do not run here: others VS Code leaves alone in silence. */
const refusedLanguages = ["python", "julia", "r"];
/** How long after an untitled notebook's end the file that it was saved to may be opened. */
const savingMs = 3000;

/** What a kernel told because of a cell. */
export interface CellPublication {
  cell: vscode.NotebookCell;
  publication: AnyPublication;
}

export class KernelController implements vscode.Disposable {
  readonly #log: vscode.LogOutputChannel;
  readonly #platform: Platform;
  readonly #controller: vscode.NotebookController;
  /** By the notebook's address: a kernel outlives the tab, and each opening makes another document. */
  readonly #kernels = new Map<string, NotebookKernel>();
  /** Kernels of notebooks that are closed, the longest closed first. */
  readonly #orphans = new Set<string>();
  readonly #stateChanged = new vscode.EventEmitter<vscode.NotebookDocument>();
  readonly #disposables: vscode.Disposable[];

  /** What the user, or the first run, has chosen; where nothing is, VS Code takes the kernel that the notebook prefers. */
  readonly #chosen = new Map<vscode.NotebookDocument, boolean>();
  readonly #useChanged = new vscode.EventEmitter<vscode.NotebookDocument>();

  readonly #aged = new vscode.EventEmitter<vscode.NotebookDocument>();
  readonly #published = new vscode.EventEmitter<CellPublication>();
  readonly #commed = new vscode.EventEmitter<{ notebook: vscode.NotebookDocument; comm: Comm }>();

  readonly #rested = new vscode.EventEmitter<vscode.NotebookDocument>();
  /** Cells that a debugger stops at the first line of, when they run next. */
  readonly #pausing = new WeakSet<vscode.NotebookCell>();

  /** All cells that a notebook's kernel was given have ended. */
  readonly onDidRest = this.#rested.event;
  readonly onDidChangeState = this.#stateChanged.event;
  /** Cells of a notebook may have become stale, or fresh. */
  readonly onDidAge = this.#aged.event;
  /** What cells show, as it comes. */
  readonly onDidPublish = this.#published.event;
  /** What controls of a notebook's cells say. */
  readonly onDidComm = this.#commed.event;
  /** A notebook has come to use this kernel, or does no longer. */
  readonly onDidChangeUse = this.#useChanged.event;

  constructor(platform: Platform, log: vscode.LogOutputChannel) {
    this.#platform = platform;
    this.#log = log;
    this.#controller = vscode.notebooks.createNotebookController(controllerId, notebookType, controllerLabel);
    this.#controller.supportedLanguages = [...languages, ...refusedLanguages];
    this.#controller.supportsExecutionOrder = true;
    this.#controller.description = vscode.l10n.t("Deep learning in TypeScript; nothing else to install");
    this.#controller.executeHandler = (cells, notebook) => this.#execute(cells, notebook);
    this.#controller.interruptHandler = (notebook) => this.interrupt(notebook);
    this.#disposables = [
      this.#controller,
      this.#stateChanged,
      this.#useChanged,
      this.#aged,
      this.#published,
      this.#commed,
      this.#rested,
      vscode.workspace.onDidOpenNotebookDocument((notebook) => {
        this.#prefer(notebook);
        this.#enter(notebook);
      }),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#leave(notebook)),
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, cellChanges }) => {
        for (const { cell, outputs } of cellChanges)
          if (outputs && isCleared(cell)) this.#clear(notebook, cell);
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#comeBack()),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) this.#move(oldUri, newUri);
      }),
      this.#controller.onDidChangeSelectedNotebooks(({ notebook, selected }) => {
        const kernel = this.#kernels.get(keyOf(notebook));
        if (!selected && !notebook.isClosed && kernel) {
          // Saving a new notebook takes the kernel from it first.
          if (notebook.isUntitled) this.#endUnlessSaved(notebook, kernel);
          else this.#end(keyOf(notebook));
        }
        this.#chosen.set(notebook, selected);
        if (selected) this.#enter(notebook);
        this.#useChanged.fire(notebook);
      }),
    ];
    for (const notebook of vscode.workspace.notebookDocuments) this.#prefer(notebook);
    this.#comeBack();
  }

  /** The state of a notebook's kernel; undefined where the notebook has had none. */
  state(notebook: vscode.NotebookDocument): KernelState | undefined {
    return this.#kernels.get(keyOf(notebook))?.state;
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

  /** A notebook is likely to be opened: the first kernel of a window may start before. The notebook's folder is there. */
  expect(notebook: vscode.Uri): void {
    if (vscode.workspace.isTrusted && this.#kernels.size === 0) this.#platform.expect?.(notebook);
  }

  /** Says something to a control of a notebook's cells; where no kernel runs nobody hears it. */
  tell(notebook: vscode.NotebookDocument, comm: Comm): void {
    this.#kernels.get(keyOf(notebook))?.tell(comm);
  }

  /** The cell that a notebook's kernel is at. */
  running(notebook: vscode.NotebookDocument): vscode.NotebookCell | undefined {
    return this.#kernels.get(keyOf(notebook))?.running;
  }

  /** Whether cells have run in a notebook's kernel: a restart would lose what they made. */
  holds(notebook: vscode.NotebookDocument): boolean {
    return this.#kernels.get(keyOf(notebook))?.used ?? false;
  }

  /** What has run in a notebook's kernel; undefined where the notebook has had none. */
  runs(notebook: vscode.NotebookDocument): RunLog<vscode.NotebookCell> | undefined {
    return this.#kernels.get(keyOf(notebook))?.runs;
  }

  /** Has a debugger that is there stop at the cell's first line when it runs next. */
  pauseIn(cell: vscode.NotebookCell): void {
    this.#pausing.add(cell);
  }

  /** Stops the running cell, keeping its variables. */
  async interrupt(notebook: vscode.NotebookDocument): Promise<void> {
    await this.#kernels.get(keyOf(notebook))?.interrupt();
  }

  /** Resolves when the new kernel takes cells. */
  async restart(notebook: vscode.NotebookDocument): Promise<void> {
    if (vscode.workspace.isTrusted) await this.#kernel(notebook).restart();
  }

  dispose(): void {
    for (const kernel of this.#kernels.values()) kernel.letGo();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #execute(cells: vscode.NotebookCell[], notebook: vscode.NotebookDocument): Promise<void> {
    // VS Code asks for trust before it calls us; cells are programs, so we do not rely on that alone.
    if (!vscode.workspace.isTrusted) return;
    const refused = cells.filter(({ document }) => !languages.includes(document.languageId));
    if (refused.length > 0) await refuseCells(this.#controller, refused, notebook);
    if (refused.length < cells.length)
      await this.#kernel(notebook).run(cells.filter((cell) => !refused.includes(cell)));
  }

  #kernel(notebook: vscode.NotebookDocument): NotebookKernel {
    return this.#kernelOf(keyOf(notebook));
  }

  #kernelOf(key: string): NotebookKernel {
    const existing = this.#kernels.get(key);
    if (existing) return existing;
    const kernel: NotebookKernel = new NotebookKernel(this.#controller, {
      start: (wanted) => this.#platform.startKernel(this.#uriOf(kernel), wanted),
      stateChanged: () => {
        const open = this.#documentOf(kernel);
        if (open) this.#stateChanged.fire(open);
      },
      published: (cell, publication) => this.#published.fire({ cell, publication }),
      commed: (comm) => {
        const notebook = this.#documentOf(kernel);
        if (notebook) this.#commed.fire({ notebook, comm });
      },
      pauses: (cell) => this.#pausing.delete(cell),
      ask: askUser,
      rested: () => {
        const open = this.#documentOf(kernel);
        if (!open) return;
        this.#rested.fire(open);
        void autosave(open);
      },
      aged: () => {
        const open = this.#documentOf(kernel);
        if (open) this.#aged.fire(open);
      },
      cameBack: () => {
        const open = this.#documentOf(kernel);
        if (open) this.#enter(open);
      },
      held: () => {
        const open = this.#documentOf(kernel);
        if (open) void offerTaking(open, () => kernel.takeOver());
      },
      resumed: (running) => {
        this.#log.info(`${nameOf(this.#uriOf(kernel))}: its kernel is there again`);
        tellBack(running);
      },
      died: (how) => {
        const open = this.#documentOf(kernel);
        if (open) void tellDeath(open, how, this.#log, () => kernel.restart());
      },
      notStarted: (started) => void tellNotStarted(started, this.#log),
      failed: (error) => this.#log.error(error instanceof Error ? error : String(error)),
    });
    this.#kernels.set(key, kernel);
    return kernel;
  }

  /** Kernels that have outlived this window wait for it: also those of tabs that nobody has looked at yet. */
  #comeBack(): void {
    if (!vscode.workspace.isTrusted) return;
    for (const { input } of vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs)) {
      const isNotebook = input instanceof vscode.TabInputNotebook && input.notebookType === notebookType;
      if (isNotebook && this.#platform.isKept?.(input.uri)) this.#kernelOf(input.uri.toString()).client();
    }
  }

  #clear(notebook: vscode.NotebookDocument, cell: vscode.NotebookCell): void {
    this.#kernels.get(keyOf(notebook))?.clear(cell);
  }

  #uriOf(kernel: NotebookKernel): vscode.Uri {
    const [key] = [...this.#kernels].find(([, each]) => each === kernel)!;
    return vscode.Uri.parse(key);
  }

  #documentOf(kernel: NotebookKernel): vscode.NotebookDocument | undefined {
    return vscode.workspace.notebookDocuments.find((open) => this.#kernels.get(keyOf(open)) === kernel);
  }

  /** A closed notebook's kernel stays, for it may be opened again; one without a file cannot be. */
  #leave(notebook: vscode.NotebookDocument): void {
    this.#chosen.delete(notebook);
    const key = keyOf(notebook);
    const kernel = this.#kernels.get(key);
    if (!kernel) return;
    kernel.leave();
    if (notebook.isUntitled) {
      this.#endUnlessSaved(notebook, kernel);
      return;
    }
    this.#orphans.add(key);
    const end = () => {
      if (this.#orphans.has(key)) this.#end(key);
    };
    if (kernel.running) void tellGoingOn(notebook.uri, end);
    const [oldest] = [...this.#orphans].filter((orphan) => !this.#kernels.get(orphan)?.running);
    if (oldest !== undefined && this.#orphans.size > maxOrphans) {
      this.#log.info(`the kernel of ${nameOf(vscode.Uri.parse(oldest))}, closed long ago, is ended`);
      this.#end(oldest);
    }
  }

  /**
   * Saving a notebook for the first time closes it and opens the file, in either order: the kernel goes along. Without a file
   * there is no way back to it: it ends.
   */
  #endUnlessSaved(untitled: vscode.NotebookDocument, kernel: NotebookKernel): void {
    const key = keyOf(untitled);
    const text = textOf(untitled);
    const inherit = (heir: vscode.NotebookDocument) => {
      const own = this.#kernels.get(keyOf(heir)); // questions about its code may have started one
      if (this.#kernels.get(key) !== kernel || heir.isUntitled || own?.used || textOf(heir) !== text)
        return false;
      own?.dispose();
      this.#kernels.delete(key);
      this.#kernels.set(keyOf(heir), kernel);
      kernel.move(heir.uri);
      this.#enter(heir);
      return true;
    };
    if (vscode.workspace.notebookDocuments.some(inherit)) return;
    const opened = vscode.workspace.onDidOpenNotebookDocument((notebook) => inherit(notebook) && settle());
    const late = setTimeout(() => {
      settle();
      this.#end(key);
    }, savingMs);
    const settle = () => {
      opened.dispose();
      clearTimeout(late);
    };
  }

  #enter(notebook: vscode.NotebookDocument): void {
    const key = keyOf(notebook);
    this.#orphans.delete(key);
    if (vscode.workspace.isTrusted && this.uses(notebook) && this.#platform.isKept?.(notebook.uri))
      this.#kernelOf(key).client();
    const kernel = this.#kernels.get(key);
    if (!kernel) return;
    if (this.#chosen.get(notebook)) kernel.enter(notebook); // before, VS Code lets us write nothing into it
    this.#stateChanged.fire(notebook);
    this.#aged.fire(notebook);
  }

  /** A file or a folder has another name: the kernels of its notebooks go along. */
  #move(from: vscode.Uri, to: vscode.Uri): void {
    for (const [key, kernel] of [...this.#kernels]) {
      const { path: old } = vscode.Uri.parse(key);
      if (old !== from.path && !old.startsWith(`${from.path}/`)) continue;
      const moved = to.with({ path: to.path + old.slice(from.path.length) }).toString();
      this.#kernels.delete(key);
      this.#kernels.set(moved, kernel);
      kernel.move(vscode.Uri.parse(moved));
      if (this.#orphans.delete(key)) this.#orphans.add(moved);
      const open = vscode.workspace.notebookDocuments.find((notebook) => keyOf(notebook) === moved);
      if (open) this.#enter(open); // it was opened under its new name before we heard of that
    }
  }

  #end(key: string): void {
    this.#kernels.get(key)?.dispose();
    this.#kernels.delete(key);
    this.#orphans.delete(key);
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

/** VS Code takes the execution count with the outputs. */
const isCleared = ({ outputs, executionSummary }: vscode.NotebookCell) =>
  outputs.length === 0 && executionSummary?.executionOrder === undefined;

const keyOf = ({ uri }: vscode.NotebookDocument) => uri.toString();

const textOf = (notebook: vscode.NotebookDocument) =>
  JSON.stringify(notebook.getCells().map(({ document }) => document.getText()));
