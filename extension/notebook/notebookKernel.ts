// One notebook's kernel: the queue of its cells, the process that runs them, and what they show.
import type * as vscode from "vscode";
import {
  type AnyPublication,
  type Comm,
  type Content,
  commIn,
  isMessage,
  KernelClient,
  KernelGone,
  type PastExecution,
  RunLog,
} from "../../kernel/protocol";
import { died, notStarted, restarted, taken } from "./kernelErrors";
import { OutputModel } from "./outputs";
import { OutputWriter } from "./outputWriter";
import { cellOf, restoringOf } from "./pastCells";
import type { RunningKernel, Wanted } from "./platform";
import { type Queued, requestOf, standingCells } from "./queuedCell";
import type { Surroundings } from "./surroundings";

export type KernelState = Content["status"]["execution_state"] | "off";

interface Kernel {
  client: KernelClient;
  process: RunningKernel;
  /** Set when we ended it: then its end is no accident. */
  stopped: boolean;
}

/** A control that has rested so long stands in its output, and the file, as it is. */
const restMs = 400;

export class NotebookKernel implements vscode.Disposable {
  readonly #controller: vscode.NotebookController;
  readonly #around: Surroundings;
  readonly #outputs = new OutputModel<vscode.NotebookCell>();
  readonly #writer: OutputWriter;
  readonly #queue: Queued[] = [];
  #kernel: Kernel | undefined;
  /** What is wanted when it starts next; "kept" as long as it has not. */
  #wanted: Wanted = "kept";
  #used = false;
  #state: KernelState | undefined;
  #current: Queued | undefined;
  #running: Promise<void> = Promise.resolve();
  #resting: unknown;
  /** What the cells of an earlier window have done, until the notebook is there to show it. */
  #past: readonly PastExecution[] | undefined;
  /** The latest execution of each cell. */
  readonly #executions = new WeakMap<vscode.NotebookCell, string>();
  /** What has run in the process that is there. */
  readonly runs = new RunLog<vscode.NotebookCell>();
  readonly #summaries = new WeakMap<vscode.NotebookCell, vscode.NotebookCellExecutionSummary>();

  constructor(controller: vscode.NotebookController, around: Surroundings) {
    this.#controller = controller;
    this.#around = around;
    this.#writer = new OutputWriter(
      this.#outputs,
      controller,
      () => this.#execution(),
      (cell) => this.#summaries.get(cell) ?? cell.executionSummary,
      around.failed,
    );
  }

  /** Undefined until the process has been started once. */
  get state(): KernelState | undefined {
    return this.#state;
  }

  /** Whether a cell has run in its process: what it holds would be lost. */
  get used(): boolean {
    return this.#used;
  }

  /** The cell that runs. */
  get running(): vscode.NotebookCell | undefined {
    return this.#current?.cell;
  }

  /** Queues cells; they run one after another, and a failure cancels those behind it. */
  async run(cells: vscode.NotebookCell[]): Promise<void> {
    const idle = this.#queue.length === 0 && this.#current === undefined;
    this.#queue.push(
      ...cells.map((cell) => ({
        cell,
        execution: this.#controller.createNotebookCellExecution(cell),
        source: cell.document.getText(),
        index: cell.index,
        id: crypto.randomUUID(),
      })),
    );
    this.#tellQueue();
    if (idle) this.#running = this.#runQueue();
    await this.#running;
  }

  async #runQueue(): Promise<void> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      this.#current = next;
      const succeeded = await this.#runCell(next);
      if (!succeeded && !next.past?.end) this.#cancelQueue();
    }
    this.#around.rested();
  }

  /** Stops the running cell, keeping its variables, and forgets the queued ones. */
  async interrupt(): Promise<void> {
    this.#cancelQueue();
    if (!this.#current && this.#state !== "busy") return; // a cell that is not in the notebook any more
    await this.#kernel?.client.interrupt().catch(ignoreGone);
  }

  /** Starts the process the first time; one that has died is for the next cell to start again. */
  client(): KernelClient | undefined {
    if (!this.#kernel && this.#wanted === "kept") this.#startIdle();
    return this.#kernel?.client;
  }

  /** Says something to a control; a kernel that is not there hears nothing. */
  tell(comm: Comm): void {
    this.#kernel?.client.tell(comm);
  }

  /** Ends the process and starts a new one, with no variables; resolves when the cell that ran is done with. */
  async restart(): Promise<void> {
    this.#end();
    this.#startIdle();
    await this.#running;
  }

  /** Ends the process, and takes the notebook's kernel from the window that has it. */
  async takeOver(): Promise<void> {
    this.#end();
    this.#wanted = "taken";
    await this.restart();
  }

  /** The notebook is closed: what waits in the queue goes with it; the process stays, and the cell that it runs. */
  leave(): void {
    this.#queue.length = 0;
    this.#tellQueue();
    this.#outputs.forget();
    // The cell will have the same address when it is open again, and VS Code allows one execution for each.
    this.#current?.execution.end(undefined);
  }

  /** The notebook is open again, as other objects, perhaps under another name: a cell that still runs is shown there. */
  enter(notebook: vscode.NotebookDocument): void {
    this.#takeUp(notebook);
    const left = this.#current?.cell;
    if (!this.#current || !left?.notebook.isClosed) return;
    const cell = notebook.getCells().find(({ index, document }) => {
      return index === this.#current?.index && document.getText() === this.#current.source;
    });
    if (!cell) return;
    const execution = this.#controller.createNotebookCellExecution(cell);
    execution.executionOrder = this.#current.order;
    execution.start(this.#current.startTime);
    this.#outputs.forget();
    Object.assign(this.#current, { cell, execution });
  }

  /** The notebook has another address. */
  move(notebook: vscode.Uri): void {
    this.#kernel?.process.lasting?.move(notebook);
  }

  /** Outputs of a cell have been cleared: who comes back is not to see them again. */
  clear(cell: vscode.NotebookCell): void {
    const id = this.#executions.get(cell);
    if (id !== undefined && this.#current?.cell !== cell) this.#kernel?.process.lasting?.forget(id);
  }

  /** The window goes: a process that outlives it goes on. */
  letGo(): void {
    const lasting = this.#kernel?.process.lasting;
    if (!lasting) this.#end();
    lasting?.leave();
    clearTimeout(this.#resting);
    this.#writer.dispose();
  }

  dispose(): void {
    this.#end();
    clearTimeout(this.#resting);
    this.#writer.dispose();
  }

  #startIdle(): void {
    const { client } = this.#start();
    // Any request does: its `idle` says that the new process is up.
    client
      .request(
        "kernel_info_request",
        {},
        { onPublication: (publication) => this.#publish(undefined, publication) },
      )
      .catch(ignoreGone);
  }

  async #runCell(queued: Queued): Promise<boolean> {
    if (queued.cell.index < 0) {
      this.#tellQueue();
      await this.#writer.close(() => this.#endCurrent(undefined)); // deleted while it waited
      return true;
    }
    const { past } = queued;
    queued.startTime = past?.startTime ?? Date.now();
    queued.execution.start(queued.startTime);
    this.#outputs.begin(queued.cell);
    this.#writer.wake();
    const kernel = this.#kernel ?? this.#start();
    this.#used = true;
    this.#executions.set(queued.cell, queued.id);
    let succeeded: boolean | undefined = false;
    const source = past?.code ?? queued.cell.document.getText();
    try {
      const onPublication = (publication: AnyPublication) => this.#publish(queued, publication);
      const heard = { onPublication, onInput: this.#around.ask };
      const answered = past
        ? kernel.client.resume<"execute_request">(past.id, heard)
        : kernel.client.ask(requestOf(queued, this.#around.pauses(queued.cell)), heard);
      if (past) kernel.process.lasting?.recall(past.id, true);
      const reply = await answered;
      const { execution_count: order, flow } = reply.content;
      this.#count(queued, order);
      if (flow && this.#kernel === kernel) this.runs.add(queued.cell, source, order, flow);
      succeeded = reply.content.status === "aborted" ? undefined : reply.content.status === "ok";
    } catch (error) {
      if (!(error instanceof KernelGone)) throw error;
      if (this.#kernel === kernel) this.#forget();
      const { process } = kernel;
      const isTaken = process.lasting?.wasTaken === true;
      const isLost = process.wasUp ? died : notStarted;
      this.#outputs.fail(queued.cell, isTaken ? taken() : kernel.stopped ? restarted() : isLost(process));
      if (!kernel.stopped && !process.wasUp) this.#around.notStarted(process);
    }
    await this.#writer.close(() => this.#endCurrent(succeeded));
    this.#around.aged();
    return succeeded === true;
  }

  #endCurrent(succeeded: boolean | undefined): void {
    const { cell, order, startTime, past } = this.#current!;
    const endTime = past?.end?.time ?? Date.now();
    this.#execution()?.end(succeeded, endTime);
    const timing = startTime === undefined ? undefined : { startTime, endTime };
    this.#summaries.set(cell, { executionOrder: order, success: succeeded, timing });
    this.#current = undefined;
  }

  /** The execution under way, unless its notebook is closed. */
  #execution(): vscode.NotebookCellExecution | undefined {
    return this.#current?.cell.notebook.isClosed ? undefined : this.#current?.execution;
  }

  #count(queued: Queued, order: number): void {
    queued.order = order;
    if (!queued.cell.notebook.isClosed) queued.execution.executionOrder = order;
  }

  #publish(queued: Queued | undefined, publication: AnyPublication): void {
    if (isMessage(publication, "status")) this.#setState(publication.content.execution_state);
    if (queued && isMessage(publication, "execute_input") && this.#current === queued) {
      this.#count(queued, publication.content.execution_count);
    }
    this.#show(queued?.cell, publication);
  }

  #show(cell: vscode.NotebookCell | undefined, publication: AnyPublication): void {
    this.#comm(publication);
    if (!cell) return;
    this.#outputs.receive(cell, publication);
    this.#around.published(cell, publication);
    if (this.#outputs.changed) this.#writer.wake();
  }

  #comm(publication: AnyPublication): void {
    const comm = commIn(publication);
    if (!comm) return;
    this.#outputs.comm(comm);
    this.#around.commed(comm);
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.#outputs.refreshControls();
      if (this.#outputs.changed) this.#writer.wake();
    }, restMs);
  }

  #setState(state: KernelState): void {
    this.#state = state;
    this.#around.stateChanged();
  }

  #start(): Kernel {
    const process = this.#around.start(this.#wanted);
    const kernel: Kernel = {
      process,
      client: new KernelClient(process, (publication) => this.#comm(publication)),
      stopped: false,
    };
    this.#kernel = kernel;
    this.#wanted = "new";
    this.#setState("starting");
    this.#tellQueue();
    void process.lasting?.past.then((past) => {
      if (this.#kernel !== kernel || !past) return;
      if (past === "held") {
        this.#around.held();
        return;
      }
      this.#past = past;
      this.#used ||= past.length > 0;
      this.#around.cameBack();
    });
    void process.ended.then(() => {
      if (this.#kernel !== kernel) return;
      this.#forget();
      if (this.#current || process.lasting?.wasTaken) return; // a cell that runs says so itself
      if (process.wasUp) this.#around.died(process.end);
      else this.#around.notStarted(process);
    });
    return kernel;
  }

  #end(): void {
    this.#cancelQueue();
    const kernel = this.#kernel;
    if (!kernel) return;
    this.#forget();
    kernel.stopped = true;
    kernel.client.close("the kernel was stopped");
    kernel.process.close();
  }

  #forget(): void {
    this.#kernel = undefined;
    this.#past = undefined;
    this.#used = false;
    this.runs.reset();
    this.#around.aged();
    for (const comm of this.#outputs.closeControls()) this.#around.commed(comm);
    this.#setState("off");
  }

  #cancelQueue(): void {
    for (const { execution } of this.#queue.splice(0)) execution.end(undefined);
    this.#tellQueue();
  }

  /** Should the window go, the kernel is to go on with what waits. */
  #tellQueue(): void {
    const waiting = this.#queue.filter(({ past, cell }) => !past && cell.index >= 0);
    this.#kernel?.process.lasting?.queue(waiting.map((queued) => requestOf(queued)));
  }

  /** Shows what the cells of an earlier window have done and the notebook does not show, and goes on with what is under way. */
  #takeUp(notebook: vscode.NotebookDocument): void {
    const [past, kernel] = [this.#past, this.#kernel];
    if (!past || !kernel) return;
    this.#past = undefined;
    const cells = standingCells(notebook);
    const busy = new Set([this.#current?.cell, ...this.#queue.map(({ cell }) => cell)]);
    const resumed: Queued[] = [];
    for (const each of past) {
      const { id, code, end } = each;
      const found = cellOf(each, cells);
      if (end?.flow) this.runs.add(found?.cell, code, end.order, end.flow);
      if (!found || busy.has(found.cell)) continue;
      const { cell, index } = found;
      const restoring = restoringOf(each, found);
      if (restoring === "leave") continue;
      this.#executions.set(cell, id);
      if (restoring === "hear") {
        kernel.client.listen(id, (publication) => this.#show(cell, publication));
        kernel.process.lasting?.recall(id, false);
        continue;
      }
      busy.add(cell);
      const execution = this.#controller.createNotebookCellExecution(cell);
      resumed.push({ cell, execution, source: code, index, id, past: each });
    }
    this.#around.aged();
    this.#queue.unshift(...resumed);
    if (!this.#current && resumed.length > 0) this.#running = this.#runQueue();
    this.#around.resumed(resumed.find((each) => !each.past?.end)?.cell);
  }
}

/** A kernel that is gone is interrupted, and not to be asked. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof KernelGone)) throw error;
}
