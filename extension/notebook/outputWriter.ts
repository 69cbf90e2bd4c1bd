// Carries the changes of an OutputModel into the notebook, at screen rate: VS Code's time for unbatched output is quadratic.
import * as vscode from "vscode";
import type { Change, Item, Output, OutputModel } from "./outputs";

const frameMs = 60;

type Execution = vscode.NotebookCellExecution;

export class OutputWriter implements vscode.Disposable {
  readonly #model: OutputModel<vscode.NotebookCell>;
  readonly #controller: vscode.NotebookController;
  readonly #current: () => Execution | undefined;
  readonly #summaryOf: (cell: vscode.NotebookCell) => vscode.NotebookCellExecutionSummary | undefined;
  readonly #failed: (error: unknown) => void;
  readonly #shown = new WeakMap<Output<vscode.NotebookCell>, vscode.NotebookCellOutput>();
  #timer: unknown;
  #writing: Promise<void> = Promise.resolve();

  /**
   * `current` is the execution under way, through which every cell of the notebook can be written; `summaryOf` how a cell has ended,
   * which VS Code tells in the cell itself a little later.
   */
  constructor(
    model: OutputModel<vscode.NotebookCell>,
    controller: vscode.NotebookController,
    current: () => Execution | undefined,
    summaryOf: (cell: vscode.NotebookCell) => vscode.NotebookCellExecutionSummary | undefined,
    failed: (error: unknown) => void,
  ) {
    this.#model = model;
    this.#controller = controller;
    this.#current = current;
    this.#summaryOf = summaryOf;
    this.#failed = failed;
  }

  /** Writes what there is at the next frame. */
  wake(): void {
    this.#timer ??= setTimeout(async () => {
      // The next frame waits for this one to be taken in: a flood of output is merged here, not queued in the window.
      await this.flush();
      this.#timer = undefined;
      if (this.#model.changed) this.wake();
    }, frameMs);
  }

  /** Writes what there is, now. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write()).catch(this.#failed);
    return this.#writing;
  }

  /**
   * Writes what there is and calls `end`, which ends the execution under way, before anything else is written: what comes
   * meanwhile is written afterwards, and never to an execution that has ended.
   */
  close(end: () => void): Promise<void> {
    this.#writing = this.#writing
      .then(() => this.#write())
      .catch(this.#failed)
      .then(end);
    return this.#writing;
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  async #write(): Promise<void> {
    const changes = this.#model.drain().filter((change) => isThere(cellOf(change)));
    const first = changes[0];
    if (!first) return;
    const apply = (execution: Execution) =>
      Promise.all(changes.map((change) => this.#apply(execution, change)));
    const running = this.#current();
    if (running) await apply(running);
    else await this.#reopened(cellOf(first), apply);
  }

  /** Output after its cell has ended (a timer's) needs an execution; this one leaves the cell's summary as it was. */
  async #reopened(
    cell: vscode.NotebookCell,
    apply: (execution: Execution) => Promise<unknown>,
  ): Promise<void> {
    const { executionOrder, success, timing } = this.#summaryOf(cell) ?? {};
    const execution = this.#controller.createNotebookCellExecution(cell);
    execution.executionOrder = executionOrder;
    execution.start(timing?.startTime);
    await apply(execution);
    execution.end(success, timing?.endTime);
  }

  async #apply(execution: Execution, change: Change<vscode.NotebookCell>): Promise<void> {
    if (change.kind === "clear") return execution.clearOutput(change.cell);
    const { kind, output } = change;
    const items = change.items.map(toVSCode);
    const shown = this.#shown.get(output);
    if (kind === "add") {
      const made = new vscode.NotebookCellOutput(items, output.metadata);
      this.#shown.set(output, made);
      if (change.alone) return execution.replaceOutput(made, output.cell);
      return execution.appendOutput(made, output.cell);
    }
    if (!shown) return;
    if (kind === "extend") return execution.appendOutputItems(items, shown);
    return execution.replaceOutputItems(items, shown);
  }
}

const cellOf = (change: Change<vscode.NotebookCell>) =>
  change.kind === "clear" ? change.cell : change.output.cell;

const isThere = ({ index, notebook }: vscode.NotebookCell) => index >= 0 && !notebook.isClosed;

const toVSCode = ({ mime, data }: Item) =>
  new vscode.NotebookCellOutputItem(typeof data === "string" ? new TextEncoder().encode(data) : data, mime);
