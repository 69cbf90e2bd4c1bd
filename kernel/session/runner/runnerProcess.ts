// The supervisor's side of the runner: starts it, hands it cells, stops it, and says in words how it died.
import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { setting } from "../../host/settings";
import type { Publications, Questions } from "../../protocol";
import { LineReader } from "./lines";
import { PrintBudget } from "./printBudget";
import { endGroup } from "./processTree";
import type { Answer, CellProgram, Ended, FromRunner, Look, Looks, Output, Seen, ToRunner } from "./wire";

const entry = fileURLToPath(new URL("./runner.js", import.meta.url));
/**
 * Node's experimental warnings are about how the kernel works, not about what a cell does; a cell's `import.meta.resolve` needs a
 * parent. An interrupt that stops a timer's callback
 * leaves the identifiers of asynchronous contexts unbalanced, which is harmless, but ends a process that checks them.
 */
const nodeOptions = [
  "--disable-warning=ExperimentalWarning",
  "--experimental-import-meta-resolve",
  "--no-force-async-hooks-checks",
];
/** The bound of JavaScript's objects; the runner itself bounds tensors by the same number. */
function memoryOptions(): string[] {
  const memory = setting("memory");
  return memory === undefined ? [] : [`--max-old-space-size=${memory}`];
}

/** How long an interrupted cell may take before its user is told what it is in, and how to end it by force. */
const patienceMs = 3000;
const stillThere =
  "\nInterrupt: the cell is still in a native call, which cannot be stopped half-way. The kernel waits for it and keeps all " +
  "variables; interrupt again to end the kernel, and lose them.\n";
/** How much longer than asked a settling runner may take to answer. */
const loopMs = 500;
/** How long what is written past the channel waits for company. */
const gatherMs = 20;
/** How long a runner whose line is closed may take to end. */
const disconnectedMs = 500;

/** How a cell ended, from the supervisor's view: the runner may have died of it. */
export type RunOutcome = Ended | { status: "died"; cause: string };

/** Windows has no signals: a crash is an exit code. */
const windowsCrashes: ReadonlyMap<number, string> = new Map([
  [0xc0000005, "it crashed (access violation, 0xC0000005)"],
  [0xc00000fd, "it crashed (stack overflow, 0xC00000FD)"],
  [0xc0000409, "it aborted (0xC0000409): a fatal error such as an exhausted heap"],
]);

interface Current {
  cell: number;
  end: (outcome: RunOutcome) => void;
  interrupted: boolean;
  /** Whether its user knows that it has not stopped. */
  told: boolean;
}

export class RunnerProcess {
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  #current: Current | undefined;
  /** Bounds what is written past the channel. */
  readonly #budget = new PrintBudget();
  readonly #gathered: Publications["stream"][] = [];
  #gathering: NodeJS.Timeout | undefined;
  readonly #looks = new Map<number, (seen: Seen) => void>();
  #looked = 0;
  #settling: ((left: string[]) => void)[] = [];
  #measuring: ((bytes: number) => void)[] = [];
  #dead: string | undefined;
  #disobedient = false;
  #isDisconnected = false;

  /** `cell` says whose it is, where that is known. */
  readonly #onOutput: (output: Output, cell?: number) => void;
  readonly #onQuestion: (question: Questions["input_request"]) => Promise<string>;
  /** Called when the runner died while no cell was running. */
  readonly #onIdleDeath: (cause: string) => void;

  constructor(
    folder: string,
    onOutput: (output: Output, cell?: number) => void,
    onQuestion: (question: Questions["input_request"]) => Promise<string>,
    onIdleDeath: (cause: string) => void,
  ) {
    this.#onOutput = onOutput;
    this.#onQuestion = onQuestion;
    this.#onIdleDeath = onIdleDeath;

    this.#child = spawn(process.execPath, [...nodeOptions, ...memoryOptions(), entry], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe", "overlapped"],
      windowsHide: true,
      // A group of its own, so that what its cells start ends with it, whoever of them has gone first.
      detached: process.platform !== "win32",
    });
    this.#channel = this.#child.stdio[3] as Duplex;
    this.#channel.on("data", new LineReader((line) => this.#receive(JSON.parse(line) as FromRunner)).push);
    this.#channel.on("error", () => {}); // the exit says it better
    this.#channel.on("close", () => setTimeout(() => this.#disconnected(), disconnectedMs).unref());
    for (const name of ["stdout", "stderr"] as const) {
      // Cells' own prints come by the channel; this is what was written past it, by child processes above all.
      const decoder = new TextDecoder();
      this.#child[name]!.on("data", (chunk: Uint8Array) => {
        const text = this.#budget.take({ name, text: decoder.decode(chunk, { stream: true }) });
        if (text === "") return;
        this.#gathered.push({ name, text });
        this.#gathering ??= setTimeout(() => this.#flush(), gatherMs);
      });
    }
    this.#child.on("error", (error) => this.#died(`it could not be started: ${error.message}`));
    this.#child.on("exit", (code, signal) => this.#died(this.#causeOf(code, signal)));
  }

  run(cell: CellProgram): Promise<RunOutcome> {
    if (this.#dead) return Promise.resolve({ status: "died", cause: this.#dead });
    this.#budget.reset();
    return new Promise((resolve) => {
      this.#current = { cell: cell.id, end: resolve, interrupted: false, told: false };
      this.#send({ type: "run", cell });
    });
  }

  /** Looks at the values of cells: now, or when the running cell lets go of the thread. */
  look<L extends keyof Looks>(what: L, about: Looks[L]["about"]): Promise<Seen<L>> {
    if (this.#dead) return Promise.resolve(gone(this.#dead));
    const id = ++this.#looked;
    return new Promise((resolve) => {
      this.#looks.set(id, resolve as (seen: Seen) => void);
      this.#send({ type: "look", id, look: { what, about } as Look });
    });
  }

  /** What the runner takes; its second thread answers, whatever the first is at. */
  usage(): Promise<{ pid: number; kernel_memory: number }> {
    const pid = this.#child.pid ?? 0;
    if (this.#dead) return Promise.resolve({ pid, kernel_memory: 0 });
    return new Promise((resolve) => {
      this.#measuring.push((bytes) => resolve({ pid, kernel_memory: bytes }));
      this.#send({ type: "measure" });
    });
  }

  /** Stops the running cell. One that a native call holds is waited for, and told of; asked once more after that, its process ends. */
  interrupt(): void {
    for (const resolve of this.#settling.splice(0)) resolve([]);
    const current = this.#current;
    if (!current) return;
    if (current.told) {
      this.#disobedient = true;
      this.kill();
      return;
    }
    this.#send({ type: "interrupt", cell: current.cell });
    if (current.interrupted) return;
    current.interrupted = true;
    setTimeout(() => {
      if (this.#current !== current) return;
      current.told = true;
      this.#onOutput({ type: "stream", content: { name: "stderr", text: stillThere } }, current.cell);
    }, patienceMs).unref();
  }

  /**
   * Waits until nothing that cells have begun is under way any more: timers, requests, processes.
   * @returns what still is when the time is up.
   */
  settle(milliseconds: number): Promise<string[]> {
    if (this.#dead) return Promise.resolve([]);
    return new Promise((resolve) => {
      this.#settling.push(resolve);
      this.#send({ type: "settle", milliseconds });
      setTimeout(() => resolve(["a loop"]), milliseconds + loopMs).unref(); // it does not even answer
    });
  }

  /** With all that its cells have started. */
  kill(): void {
    if (this.#child.pid !== undefined) endGroup(this.#child.pid);
  }

  #send(message: ToRunner): void {
    this.#channel.write(`${JSON.stringify(message)}\n`);
  }

  #receive(message: FromRunner): void {
    if (message.type === "output") this.#onOutput(message.output, message.cell);
    else if (message.type === "measured") this.#measured(message.bytes);
    else if (message.type === "settled")
      for (const resolve of this.#settling.splice(0)) resolve(message.left);
    else if (message.type === "ask") void this.#ask(message);
    else if (message.type === "seen") {
      this.#looks.get(message.id)?.(message.seen);
      this.#looks.delete(message.id);
    } else if (message.type === "done" && message.cell === this.#current?.cell)
      void this.#end(message.outcome);
  }

  async #ask({ id, question }: FromRunner & { type: "ask" }): Promise<void> {
    const answer: Answer = await this.#onQuestion(question).then(
      (value) => ({ value }),
      (error: Error) => ({ error: error.message }),
    );
    this.#send({ type: "answer", id, answer });
  }

  async #end(outcome: RunOutcome): Promise<void> {
    const ending = this.#current;
    this.#current = undefined;
    // What was written past the channel before the end may still be in its own pipe: let those be read first.
    await setImmediate();
    await setImmediate();
    this.#flush();
    for (const content of this.#budget.rest()) this.#onOutput({ type: "stream", content });
    ending?.end(outcome);
  }

  /** A process that prints line by line may write in thousands of pieces. */
  #flush(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const texts: Publications["stream"][] = [];
    for (const { name, text } of this.#gathered.splice(0)) {
      const last = texts.at(-1);
      if (last?.name === name) last.text += text;
      else texts.push({ name, text });
    }
    for (const content of texts) this.#onOutput({ type: "stream", content });
  }

  #measured(bytes: number): void {
    for (const resolve of this.#measuring.splice(0)) resolve(bytes);
  }

  #died(cause: string): void {
    if (this.#dead) return;
    this.#dead = cause;
    this.kill(); // what its cells have started is still there
    for (const resolve of this.#looks.values()) resolve(gone(cause));
    this.#looks.clear();
    this.#measured(0);
    for (const resolve of this.#settling.splice(0)) resolve([]);
    if (this.#current) void this.#end({ status: "died", cause });
    else this.#onIdleDeath(cause);
  }

  /** A cell has closed the line, by its descriptor: nothing can be heard of that runner any more. */
  #disconnected(): void {
    if (this.#dead) return;
    this.#isDisconnected = true;
    this.kill();
  }

  #causeOf(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#disobedient)
      return "it was in a native call that cannot be stopped, and was killed by the second interrupt";
    if (this.#isDisconnected)
      return "it closed the line to its supervisor (file descriptor 3) and was killed";
    if (signal === "SIGKILL")
      return "it was killed (SIGKILL): by a cell, by somebody, or by the system for want of memory";
    if (signal === "SIGABRT" || code === 134)
      return "it aborted (SIGABRT): a fatal error such as an exhausted heap";
    if (signal === "SIGTRAP" || signal === "SIGILL" || code === 133)
      return `it aborted (${signal ?? "SIGTRAP"}): a fatal error of the engine, such as an array too long for it`;
    if (signal) return `it ended by signal ${signal}`;
    const crash = code === null ? undefined : windowsCrashes.get(code);
    if (crash) return crash;
    return code === 0 ? "process.exit() was called (exit code 0)" : `it exited with code ${code}`;
  }
}

function gone(cause: string): { error: Publications["error"] } {
  const evalue = `the process that cells run in has ended: ${cause}`;
  return { error: { ename: "KernelDied", evalue, traceback: [evalue] } };
}
