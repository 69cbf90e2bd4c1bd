// One notebook's kernel: the queue of its cells, the process that runs them, and what they show.
import type * as vscode from "vscode";
import type { Message } from "../../kernel/protocol";
import { KernelClient, KernelGone, type KernelState } from "./kernelClient";
import { type KernelLaunch, KernelProcess } from "./kernelProcess";
import { OutputModel } from "./outputs";
import { OutputWriter } from "./outputWriter";

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
  readonly #outputs = new OutputModel<vscode.NotebookCell>();
  readonly #writer: OutputWriter;
  readonly #queue: Queued[] = [];
  #kernel: Kernel | undefined;
  #current: Queued | undefined;

  constructor(
    controller: vscode.NotebookController,
    launch: () => KernelLaunch,
    stateChanged: (state: KernelState) => void,
    failed: (error: unknown) => void,
  ) {
    this.#controller = controller;
    this.#launch = launch;
    this.#stateChanged = stateChanged;
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
    await this.#kernel?.client.interrupt().catch((error: unknown) => {
      if (!(error instanceof KernelGone)) throw error; // gone is stopped, too
    });
  }

  /** Ends the process and starts a new one, with no variables. */
  restart(): void {
    this.#end();
    this.#start();
  }

  dispose(): void {
    this.#end();
    this.#writer.dispose();
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
      const reply = await kernel.client.execute(cell.document.getText(), (message) =>
        this.#publish(cell, message),
      );
      execution.executionOrder = reply.execution_count;
      succeeded = reply.status === "ok";
    } catch (error) {
      if (!(error instanceof KernelGone)) throw error;
      this.#outputs.fail(cell, kernel.stopped ? restarted : died(kernel.process.lastWords));
    }
    await this.#writer.flush();
    execution.end(succeeded, Date.now());
    return succeeded;
  }

  #publish(cell: vscode.NotebookCell, message: Message): void {
    this.#outputs.receive(cell, message);
    this.#writer.wake();
  }

  #start(): Kernel {
    const process = new KernelProcess(this.#launch());
    const client = new KernelClient(process, (state) => {
      if (state === "off" && this.#kernel === kernel) this.#kernel = undefined;
      this.#stateChanged(state);
    });
    const kernel: Kernel = { client, process, stopped: false };
    this.#kernel = kernel;
    this.#stateChanged("starting");
    return kernel;
  }

  #end(): void {
    this.#cancelQueue();
    const kernel = this.#kernel;
    this.#kernel = undefined;
    if (!kernel) return;
    kernel.stopped = true;
    kernel.client.close();
    this.#stateChanged("off");
  }

  #cancelQueue(): void {
    for (const { execution } of this.#queue.splice(0)) execution.end(undefined);
  }
}

const restarted = {
  ename: "KernelRestarted",
  evalue: "the kernel was restarted while this cell ran",
  traceback: [],
};

const died = (lastWords: string) => ({
  ename: "KernelDied",
  evalue: `the kernel process ${lastWords}\nIts variables are lost. The next cell that runs starts a new kernel.`,
  traceback: [],
});
