// The session's side of the worker that cells run in: starts it, stops what does not let go, and says in words how it ended.
import { Runner, type RunnerEvents, type RunOutcome } from "../session/cells/runner";
import type { CellProgram, FromRunner, ToRunner } from "../session/cells/wire";
import type { FromRunnerWorker, PageFile, Source, ToRunnerWorker } from "./wire";
import { workerOf } from "./worker";

/** How long an interrupted cell may take to reach a place where it lets go. */
const patienceMs = 2000;

export class RunnerWorker extends Runner {
  readonly #worker: Worker;
  /** The address by which the running cell hears that it is to stop. */
  #sign = "";

  /** @param onFile hears of each file that a cell writes. */
  constructor(source: Source, events: RunnerEvents, onFile: (file: PageFile) => void) {
    super(events);
    this.#worker = workerOf(source, "bnlab cells");
    // Threads share memory, which a page has to be isolated for.
    if (self.crossOriginIsolated)
      this.#worker.postMessage({ type: "start", runner: source } satisfies ToRunnerWorker);
    this.#worker.onmessage = ({ data }: MessageEvent<FromRunnerWorker>) => {
      if ("file" in data) onFile(data.file);
      else this.receive((data.json === undefined ? data.message : JSON.parse(data.json)) as FromRunner);
    };
    this.#worker.onmessageerror = () => this.#end("it sent what cannot be read");
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end(event.message || "the browser stopped it, as it does where memory runs out");
    };
  }

  give(file: PageFile): void {
    this.#worker.postMessage({ type: "file", file } satisfies ToRunnerWorker);
  }

  override run(cell: CellProgram): Promise<RunOutcome> {
    this.#putUp();
    this.#sign = URL.createObjectURL(new Blob(["go"]));
    this.#worker.postMessage({ type: "sign", address: this.#sign } satisfies ToRunnerWorker);
    return super.run(cell);
  }

  async usage(): Promise<{ pid: number; kernel_memory: number }> {
    return { pid: 0, kernel_memory: 0 };
  }

  async inspector(): Promise<string> {
    throw new Error("inspector_request: cells in a web page are debugged with the browser's own tools");
  }

  kill(): void {
    this.#worker.terminate();
  }

  protected send(message: ToRunner): void {
    this.#worker.postMessage(message satisfies ToRunnerWorker);
  }

  protected interrupted(cell: number): void {
    this.#putUp();
    setTimeout(() => {
      if (this.running !== cell) return;
      this.#end(
        `the cell did not let go within ${patienceMs / 1000} s of the interrupt, and was stopped with it`,
      );
    }, patienceMs);
  }

  protected interruptedAgain(): boolean {
    return false;
  }

  #putUp(): void {
    URL.revokeObjectURL(this.#sign);
  }

  #end(cause: string): void {
    this.kill();
    this.died(cause);
  }
}
