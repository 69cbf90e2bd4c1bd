// One notebook's kernel: the queue of its cells, the process that runs them, and what they show.
import type * as vscode from "vscode";
import {
  type AnyPublication,
  type Content,
  isMessage,
  KernelClient,
  KernelGone,
  type RequestOptions,
} from "../../kernel/protocol";
import { type KernelLaunch, KernelProcess } from "./kernelProcess";
import { OutputModel } from "./outputs";
import { OutputWriter } from "./outputWriter";

export type KernelState = Content["status"]["execution_state"] | "off";

interface Queued {
  cell: vscode.NotebookCell;
  execution: vscode.NotebookCellExecution;
}

interface Kernel {
  client: KernelClient;
  process: KernelProcess;
  /** Set when we ended it: then its end is no accident. */
  stopped: boolean;
}

export class NotebookKernel implements vscode.Disposable {
  readonly #controller: vscode.NotebookController;
  readonly #launch: () => KernelLaunch;
  readonly #stateChanged: (state: KernelState) => void;
  readonly #ask: RequestOptions["onInput"];
  readonly #published: (cell: vscode.NotebookCell, publication: AnyPublication) => void;
  readonly #outputs = new OutputModel<vscode.NotebookCell>();
  readonly #writer: OutputWriter;
  readonly #queue: Queued[] = [];
  #kernel: Kernel | undefined;
  #started = false;
  #current: Queued | undefined;

  constructor(
    controller: vscode.NotebookController,
    launch: () => KernelLaunch,
    stateChanged: (state: KernelState) => void,
    failed: (error: unknown) => void,
    ask: RequestOptions["onInput"],
    published: (cell: vscode.NotebookCell, publication: AnyPublication) => void,
  ) {
    this.#controller = controller;
    this.#launch = launch;
    this.#stateChanged = stateChanged;
    this.#ask = ask;
    this.#published = published;
    this.#writer = new OutputWriter(this.#outputs, controller, () => this.#current?.execution, failed);
  }

  /** Queues cells; they run one after another, and a failure cancels those behind it. */
  async run(cells: vscode.NotebookCell[]): Promise<void> {
    const idle = this.#queue.length === 0 && this.#current === undefined;
    this.#queue.push(
      ...cells.map((cell) => ({ cell, execution: this.#controller.createNotebookCellExecution(cell) })),
    );
    if (!idle) return;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      this.#current = next;
      const succeeded = await this.#runCell(next);
      this.#current = undefined;
      if (!succeeded) this.#cancelQueue();
    }
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

  /** Ends the process and starts a new one, with no variables. */
  restart(): void {
    this.#end();
    this.#startIdle();
  }

  dispose(): void {
    this.#end();
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

  async #runCell({ cell, execution }: Queued): Promise<boolean> {
    if (cell.index < 0) {
      execution.end(undefined); // deleted while it waited
      return true;
    }
    execution.start(Date.now());
    this.#outputs.begin(cell);
    this.#writer.wake();
    const kernel = this.#kernel ?? this.#start();
    let succeeded = false;
    try {
      const onPublication = (publication: AnyPublication) => this.#publish(cell, publication);
      const reply = await kernel.client.execute(cell.document.getText(), onPublication, {
        onInput: this.#ask,
      });
      execution.executionOrder = reply.content.execution_count;
      succeeded = reply.content.status === "ok";
    } catch (error) {
      if (!(error instanceof KernelGone)) throw error;
      if (this.#kernel === kernel) this.#forget();
      this.#outputs.fail(cell, kernel.stopped ? restarted : died(kernel.process));
    }
    await this.#writer.flush();
    execution.end(succeeded, Date.now());
    return succeeded;
  }

  #publish(cell: vscode.NotebookCell | undefined, publication: AnyPublication): void {
    if (isMessage(publication, "status")) this.#stateChanged(publication.content.execution_state);
    if (!cell) return;
    if (isMessage(publication, "execute_input") && this.#current?.cell === cell) {
      this.#current.execution.executionOrder = publication.content.execution_count;
    }
    this.#outputs.receive(cell, publication);
    this.#published(cell, publication);
    if (this.#outputs.changed) this.#writer.wake();
  }

  #start(): Kernel {
    const process = new KernelProcess(this.#launch());
    const kernel: Kernel = { process, client: new KernelClient(process), stopped: false };
    this.#kernel = kernel;
    this.#started = true;
    this.#stateChanged("starting");
    void process.ended.then(() => {
      if (this.#kernel === kernel) this.#forget();
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
    this.#stateChanged("off");
  }

  #cancelQueue(): void {
    for (const { execution } of this.#queue.splice(0)) execution.end(undefined);
  }
}

/** A kernel that is gone is interrupted, and not to be asked. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof KernelGone)) throw error;
}

const restarted = {
  ename: "KernelRestarted",
  evalue: "the kernel was restarted while this cell ran",
  traceback: [],
};

const died = ({ end, lastWords }: KernelProcess) => ({
  ename: "KernelDied",
  evalue: `the kernel process ${end}; its variables are lost. The next cell that runs starts a new kernel.`,
  traceback: lastWords.split("\n"),
});
