// The session's side of whatever runs its cells: hands cells over, passes on what comes back, and knows what is waited for. Node's
// is a process, a browser's a worker.
import type { Comm, Publications, Questions } from "../../protocol";
import type { Output } from "../display/output";
import type { Answer, CellProgram, Ended, FromRunner, Look, Looks, Seen, ToRunner } from "./wire";

/** How a cell ended, from the session's view: the runner may have died of it. */
export type RunOutcome = Ended | { status: "died"; cause: string };

/** What a session wants to hear of its runner. */
export interface RunnerEvents {
  /** `cell` says whose it is, where that is known. */
  output(output: Output, cell?: number): void;
  /** What a control of a cell says to clients. */
  comm(comm: Comm, cell: number): void;
  question(question: Questions["input_request"]): Promise<string>;
  /** The runner died while no cell was running. */
  idleDeath(cause: string): void;
}

/** The cell that is running. */
interface Current {
  readonly cell: number;
  readonly end: (outcome: RunOutcome) => void;
  interrupted: boolean;
}

/** How much longer than asked a settling runner may take to answer. */
const loopMs = 500;

export abstract class Runner {
  #current: Current | undefined;
  readonly #looks = new Map<number, (seen: Seen) => void>();
  #looked = 0;
  #settling: ((left: string[]) => void)[] = [];
  #dead: string | undefined;

  protected readonly events: RunnerEvents;

  constructor(events: RunnerEvents) {
    this.events = events;
  }

  /** Ends it, with all that its cells have started. */
  abstract kill(): void;

  /** What it takes, in bytes; answered while a cell computes, too. */
  abstract usage(): Promise<{ pid: number; kernel_memory: number }>;

  /** Opens a line for a debugger. @returns the address of a socket that speaks the engine's protocol. */
  abstract inspector(): Promise<string>;

  protected abstract send(message: ToRunner): void;

  /** The cell has been interrupted for the first time, and has been told so. */
  protected abstract interrupted(cell: number): void;

  /** The cell had been interrupted before. @returns whether it is to be told again. */
  protected abstract interruptedAgain(cell: number): boolean;

  protected get dead(): string | undefined {
    return this.#dead;
  }

  /** The cell that runs. */
  protected get running(): number | undefined {
    return this.#current?.cell;
  }

  run(cell: CellProgram): Promise<RunOutcome> {
    if (this.#dead) return Promise.resolve({ status: "died", cause: this.#dead });
    return new Promise((resolve) => {
      this.#current = { cell: cell.id, end: resolve, interrupted: false };
      this.send({ type: "run", cell });
    });
  }

  /** Looks at the values of cells: now, or when the running cell lets go of the thread. */
  look<L extends keyof Looks>(what: L, about: Looks[L]["about"]): Promise<Seen<L>> {
    if (this.#dead) return Promise.resolve(gone(this.#dead));
    const id = ++this.#looked;
    return new Promise((resolve) => {
      this.#looks.set(id, resolve as (seen: Seen) => void);
      this.send({ type: "look", id, look: { what, about } as Look });
    });
  }

  /** Hands over what a client says to a control; a cell that computes can look for it. */
  hear(comm: Comm): void {
    if (!this.#dead) this.send({ type: "comm", comm });
  }

  /** Stops the running cell. */
  interrupt(): void {
    this.#settle([]);
    const current = this.#current;
    if (!current) return;
    if (current.interrupted && !this.interruptedAgain(current.cell)) return;
    this.send({ type: "interrupt", cell: current.cell });
    if (current.interrupted) return;
    current.interrupted = true;
    this.interrupted(current.cell);
  }

  /**
   * Waits until nothing that cells have begun is under way any more: timers, requests, processes.
   * @returns what still is when the time is up.
   */
  settle(milliseconds: number): Promise<string[]> {
    if (this.#dead) return Promise.resolve([]);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(["a loop"]), milliseconds + loopMs); // it does not even answer
      this.#settling.push((left) => {
        clearTimeout(timer);
        resolve(left);
      });
      this.send({ type: "settle", milliseconds });
    });
  }

  protected receive(message: FromRunner): void {
    if (message.type === "output") this.events.output(message.output, message.cell);
    else if (message.type === "comm") this.events.comm(message.comm, message.cell);
    else if (message.type === "settled") this.#settle(message.left);
    else if (message.type === "ask") void this.#ask(message);
    else if (message.type === "seen") {
      this.#looks.get(message.id)?.(message.seen);
      this.#looks.delete(message.id);
    } else if (message.type === "done" && message.cell === this.running) void this.#end(message.outcome);
  }

  /** What is on its way by another line than the messages is shown before the cell ends. */
  protected async lastOutputs(): Promise<void> {}

  protected died(cause: string): void {
    if (this.#dead) return;
    this.#dead = cause;
    for (const resolve of this.#looks.values()) resolve(gone(cause));
    this.#looks.clear();
    this.#settle([]);
    if (this.#current) void this.#end({ status: "died", cause });
    else this.events.idleDeath(cause);
  }

  #settle(left: string[]): void {
    for (const resolve of this.#settling.splice(0)) resolve(left);
  }

  async #ask({ id, question }: FromRunner & { type: "ask" }): Promise<void> {
    const answer: Answer = await this.events.question(question).then(
      (value) => ({ value }),
      (error: Error) => ({ error: error.message }),
    );
    this.send({ type: "answer", id, answer });
  }

  async #end(outcome: RunOutcome): Promise<void> {
    const ending = this.#current;
    this.#current = undefined;
    await this.lastOutputs();
    ending?.end(outcome);
  }
}

function gone(cause: string): { error: Publications["error"] } {
  const evalue = `the process that cells run in has ended: ${cause}`;
  return { error: { ename: "KernelDied", evalue, traceback: [evalue] } };
}
