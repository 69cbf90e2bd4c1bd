// The supervisor's side of the runner: starts it, hands it cells, stops it, and says in words how it died.
import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LineReader } from "../../host/lines";
import { setting } from "../../host/settings";
import type { Publications } from "../../protocol";
import { PrintBudget } from "../cells/printBudget";
import { Runner, type RunnerEvents, type RunOutcome } from "../cells/runner";
import type { CellProgram, FromRunner, ToRunner } from "../cells/wire";
import type { InspectorLine } from "../debugger/inspectorLine";
import { deathOf } from "./deaths";
import { HeapReport } from "./heapReport";
import { endGroup } from "./processTree";

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
/** How long what is written past the channel waits for company. */
const gatherMs = 20;
/** How long a runner whose line is closed may take to end. */
const disconnectedMs = 500;

export class RunnerProcess extends Runner {
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  /** Bounds what is written past the channel. */
  readonly #budget = new PrintBudget();
  readonly #heapReport: HeapReport;
  readonly #gathered: Publications["stream"][] = [];
  #gathering: NodeJS.Timeout | undefined;
  #measuring: ((bytes: number) => void)[] = [];
  /** What it was handed, by name: a debugger asks for their maps. */
  readonly #programs = new Map<string, CellProgram>();
  #inspector: Promise<InspectorLine> | undefined;
  /** The cell whose user knows that it has not stopped. */
  #told: number | undefined;
  #disobedient = false;
  #isDisconnected = false;

  /** @param environment variables that it has beside those of this process. */
  constructor(folder: string, events: RunnerEvents, environment: Readonly<Record<string, string>> = {}) {
    super(events);
    this.#child = spawn(process.execPath, [...nodeOptions, ...memoryOptions(), entry], {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe", "overlapped"],
      windowsHide: true,
      // A group of its own, so that what its cells start ends with it, whoever of them has gone first.
      detached: process.platform !== "win32",
    });
    this.#channel = this.#child.stdio[3] as Duplex;
    this.#heapReport = new HeapReport(this.#child.pid);
    this.#channel.on("data", new LineReader((line) => this.receive(JSON.parse(line) as FromRunner)).push);
    this.#channel.on("error", () => {}); // the exit says it better
    this.#channel.on("close", () => setTimeout(() => this.#disconnected(), disconnectedMs).unref());
    for (const name of ["stdout", "stderr"] as const) {
      // Cells' own prints come by the channel; this is what was written past it, by child processes above all.
      const decoder = new TextDecoder();
      this.#child[name]!.on("data", (chunk: Uint8Array) => {
        const text = decoder.decode(chunk, { stream: true });
        this.#gather(name, name === "stderr" ? this.#heapReport.take(text) : text);
      });
    }
    this.#child.on("error", (error) => this.died(`it could not be started: ${error.message}`));
    this.#child.on("exit", (code, signal) => this.died(this.#causeOf(code, signal)));
  }

  override run(cell: CellProgram): Promise<RunOutcome> {
    this.#budget.reset();
    if (cell.file !== undefined) this.#programs.set(cell.name, cell);
    return super.run(cell);
  }

  async inspector(): Promise<string> {
    if (this.dead)
      throw new Error(`inspector_request: the process that cells run in has ended: ${this.dead}`);
    (await this.#inspector)?.close(); // one debugger at a time
    this.#inspector = import("../debugger/inspectorLine").then(({ openInspectorLine }) =>
      openInspectorLine(this.#programs, (message) => this.send({ type: "inspect", message })),
    );
    return (await this.#inspector).address;
  }

  /** The second thread answers, whatever the first is at. */
  usage(): Promise<{ pid: number; kernel_memory: number }> {
    const pid = this.#child.pid ?? 0;
    if (this.dead) return Promise.resolve({ pid, kernel_memory: 0 });
    return new Promise((resolve) => {
      this.#measuring.push((bytes) => resolve({ pid, kernel_memory: bytes }));
      this.send({ type: "measure" });
    });
  }

  /** A cell that a native call holds is waited for, and told of. */
  protected interrupted(cell: number): void {
    setTimeout(() => {
      if (this.running !== cell) return;
      this.#told = cell;
      this.events.output({ type: "stream", content: { name: "stderr", text: stillThere } }, cell);
    }, patienceMs).unref();
  }

  /** Asked once more after it was told, the process ends. */
  protected interruptedAgain(cell: number): boolean {
    if (this.#told !== cell) return true;
    this.#disobedient = true;
    this.kill();
    return false;
  }

  kill(): void {
    if (this.#child.pid !== undefined) endGroup(this.#child.pid);
  }

  protected send(message: ToRunner): void {
    this.#channel.write(`${JSON.stringify(message)}\n`);
  }

  protected override receive(message: FromRunner): void {
    if (message.type === "measured") this.#measured(message.bytes);
    else if (message.type === "inspected") void this.#inspector?.then((line) => line.hear(message.message));
    else super.receive(message);
  }

  /** What was written past the channel before the end may still be in its own pipe: let those be read first. */
  protected override async lastOutputs(): Promise<void> {
    await setImmediate();
    await setImmediate();
    this.#gather("stderr", this.#heapReport.rest());
    this.#flush();
    for (const content of this.#budget.rest()) this.events.output({ type: "stream", content });
  }

  #gather(name: "stdout" | "stderr", written: string): void {
    const text = this.#budget.take({ name, text: written });
    if (text === "") return;
    this.#gathered.push({ name, text });
    this.#gathering ??= setTimeout(() => this.#flush(), gatherMs);
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
    for (const content of texts) this.events.output({ type: "stream", content });
  }

  #measured(bytes: number): void {
    for (const resolve of this.#measuring.splice(0)) resolve(bytes);
  }

  protected override died(cause: string): void {
    if (this.dead) return;
    this.kill(); // what its cells have started is still there
    super.died(cause);
    this.#measured(0);
    void this.#inspector?.then((line) => line.close());
  }

  /** A cell has closed the line, by its descriptor: nothing can be heard of that runner any more. */
  #disconnected(): void {
    if (this.dead) return;
    this.#isDisconnected = true;
    this.kill();
  }

  #causeOf(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#disobedient)
      return "it was in a native call that cannot be stopped, and was killed by the second interrupt";
    if (this.#isDisconnected)
      return "it closed the line to its supervisor (file descriptor 3) and was killed";
    return deathOf(code, signal);
  }
}
