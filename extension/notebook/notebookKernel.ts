// One notebook's kernel: the queue of its cells, the process that runs them, and what they show.
import * as vscode from "vscode";
import {
  type AnyPublication,
  type Comm,
  type Content,
  commIn,
  isMessage,
  KernelClient,
  KernelGone,
  type RequestOptions,
  RunLog,
} from "../../kernel/protocol";
import { languageOf } from "../../kernel/words";
import { cellPath } from "./cellPath";
import { checksIn } from "./checks";
import { OutputModel } from "./outputs";
import { OutputWriter } from "./outputWriter";
import type { RunningKernel } from "./platform";
import { proseOf } from "./prose";

export type KernelState = Content["status"]["execution_state"] | "off";

interface Queued {
  cell: vscode.NotebookCell;
  execution: vscode.NotebookCellExecution;
  /** What is needed to find the cell again in a notebook that was closed meanwhile. */
  readonly source: string;
  readonly index: number;
  startTime?: number;
  order?: number;
}

interface Kernel {
  client: KernelClient;
  process: RunningKernel;
  /** Set when we ended it: then its end is no accident. */
  stopped: boolean;
}

/** A control that has rested so long stands in its output, and the file, as it is. */
const restMs = 400;

/** What a kernel needs of the house it lives in, and what it tells it. */
export interface Surroundings {
  start(): RunningKernel;
  stateChanged(): void;
  published(cell: vscode.NotebookCell, publication: AnyPublication): void;
  /** A control has said something. */
  commed(comm: Comm): void;
  /** Whether a debugger is to stop at the first line of a cell that is about to run. */
  pauses(cell: vscode.NotebookCell): boolean;
  ask: RequestOptions["onInput"];
  /** All queued cells have ended. */
  rested(): void;
  /** What cells show may have come to be, or no longer be, what they would show now. */
  aged(): void;
  /** The process ended by itself while no cell was running. */
  died(how: string): void;
  /** The process ended before it said anything. */
  notStarted(process: RunningKernel): void;
  failed(error: unknown): void;
}

export class NotebookKernel implements vscode.Disposable {
  readonly #controller: vscode.NotebookController;
  readonly #around: Surroundings;
  readonly #outputs = new OutputModel<vscode.NotebookCell>();
  readonly #writer: OutputWriter;
  readonly #queue: Queued[] = [];
  #kernel: Kernel | undefined;
  #started = false;
  #used = false;
  #state: KernelState | undefined;
  #current: Queued | undefined;
  #running: Promise<void> = Promise.resolve();
  #resting: unknown;
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
      })),
    );
    if (idle) this.#running = this.#runQueue();
    await this.#running;
  }

  async #runQueue(): Promise<void> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      this.#current = next;
      const succeeded = await this.#runCell(next);
      if (!succeeded) this.#cancelQueue();
    }
    this.#around.rested();
  }

  /** Stops the running cell, keeping its variables, and forgets the queued ones. */
  async interrupt(): Promise<void> {
    this.#cancelQueue();
    if (!this.#current) return;
    await this.#kernel?.client.interrupt().catch(ignoreGone);
  }

  /** Starts the process the first time; one that has died is for the next cell to start again. */
  client(): KernelClient | undefined {
    if (!this.#kernel && !this.#started) this.#startIdle();
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

  /** The notebook is closed: what waits in the queue goes with it; the process stays, and the cell that it runs. */
  leave(): void {
    this.#queue.length = 0;
    this.#outputs.forget();
    // The cell will have the same address when it is open again, and VS Code allows one execution for each.
    this.#current?.execution.end(undefined);
  }

  /** The notebook is open again, as other objects, perhaps under another name: a cell that still runs is shown there. */
  enter(notebook: vscode.NotebookDocument): void {
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
      await this.#writer.close(() => this.#endCurrent(undefined)); // deleted while it waited
      return true;
    }
    queued.startTime = Date.now();
    queued.execution.start(queued.startTime);
    this.#outputs.begin(queued.cell);
    this.#writer.wake();
    const kernel = this.#kernel ?? this.#start();
    this.#used = true;
    let succeeded = false;
    const source = queued.cell.document.getText();
    try {
      const onPublication = (publication: AnyPublication) => this.#publish(queued, publication);
      const reply = await kernel.client.execute(source, onPublication, {
        onInput: this.#around.ask,
        controls: true,
        checks: checksIn(queued.cell.notebook, queued.cell.document),
        language: languageOf(proseOf(queued.cell.notebook)),
        file: cellPath(queued.cell),
        pauses: this.#around.pauses(queued.cell),
      });
      const { execution_count: order, flow } = reply.content;
      this.#count(queued, order);
      if (flow && this.#kernel === kernel) this.runs.add(queued.cell, source, order, flow);
      succeeded = reply.content.status === "ok";
    } catch (error) {
      if (!(error instanceof KernelGone)) throw error;
      if (this.#kernel === kernel) this.#forget();
      const { process } = kernel;
      const why = kernel.stopped ? restarted() : process.wasUp ? died(process) : notStarted(process);
      this.#outputs.fail(queued.cell, why);
      if (!kernel.stopped && !process.wasUp) this.#around.notStarted(process);
    }
    await this.#writer.close(() => this.#endCurrent(succeeded));
    this.#around.aged();
    return succeeded;
  }

  #endCurrent(succeeded: boolean | undefined): void {
    const { cell, order, startTime } = this.#current!;
    const endTime = Date.now();
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
    this.#comm(publication);
    if (isMessage(publication, "status")) this.#setState(publication.content.execution_state);
    if (!queued) return;
    if (isMessage(publication, "execute_input") && this.#current === queued) {
      this.#count(queued, publication.content.execution_count);
    }
    this.#outputs.receive(queued.cell, publication);
    this.#around.published(queued.cell, publication);
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
    const process = this.#around.start();
    const kernel: Kernel = {
      process,
      client: new KernelClient(process, (publication) => this.#comm(publication)),
      stopped: false,
    };
    this.#kernel = kernel;
    this.#started = true;
    this.#setState("starting");
    void process.ended.then(() => {
      if (this.#kernel !== kernel) return;
      this.#forget();
      if (this.#current) return; // a cell that runs says so itself
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
    this.#used = false;
    this.runs.reset();
    this.#around.aged();
    for (const comm of this.#outputs.closeControls()) this.#around.commed(comm);
    this.#setState("off");
  }

  #cancelQueue(): void {
    for (const { execution } of this.#queue.splice(0)) execution.end(undefined);
  }
}

/** A kernel that is gone is interrupted, and not to be asked. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof KernelGone)) throw error;
}

const restarted = () => ({
  ename: "KernelRestarted",
  evalue: vscode.l10n.t("the kernel was restarted while this cell ran"),
  traceback: [],
});

const notStarted = (process: RunningKernel) => ({
  ename: "KernelNotStarted",
  evalue: whyNotStarted(process),
  traceback: process.lastWords.split("\n"),
});

/** What is to be done about it stands first: lines are long. */
export const whyNotStarted = ({ end, namedNode }: RunningKernel) =>
  namedNode === ""
    ? vscode.l10n.t("the kernel process could not be started: {0}", end)
    : vscode.l10n.t(
        "correct the setting bnlab.nodePath, or leave it empty: no kernel could be started with {0} ({1})",
        ...[namedNode, end],
      );

const died = ({ end, lastWords }: RunningKernel) => ({
  ename: "KernelDied",
  evalue: vscode.l10n.t(
    "the kernel process ended ({0}); its variables are lost. The next cell that runs starts a new kernel.",
    end,
  ),
  traceback: lastWords.split("\n"),
});
