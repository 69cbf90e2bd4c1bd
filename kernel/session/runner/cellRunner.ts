// Runs cells one after another and says how each ended. Driven by messages alone: when an interrupt stops the code it
// unwinds every frame, so nothing here may count on its own promises going on.
import vm from "node:vm";
import type { MimeBundle, Questions, Variable, VariablesRequest } from "../../protocol";
import { plainText, toBundle } from "../display/bundle";
import { DisplayHandle, type DisplaySession } from "../display/display";
import { numbersOf, tensorReply } from "../display/numbers";
import { Boxes } from "./boxes";
import { cellOf } from "./cellPromises";
import type { CellTimers } from "./cellTimers";
import type { Modules } from "./modules";
import type { Outbox } from "./outbox";
import type { StackTraces } from "./stackTraces";
import { describeVariable, membersOf } from "./variables";
import {
  type Answer,
  type CellProgram,
  type Look,
  type Outcome,
  type Output,
  type Seen,
  Shared,
} from "./wire";

/** One cell on its way. */
interface Run {
  program: CellProgram;
  interrupted: boolean;
  /** How often code had been stopped when the interrupt was last heard of. */
  terminations?: number;
  /** Displays that are still being made. */
  pending: Set<Promise<unknown>>;
  /** What live figures do before the cell ends. */
  flushes: (() => void)[];
}

/** What a cell's code has of the kernel, under a name that the cell does not know; called, it gives a variable's box. */
interface CellKernel {
  (name: string): object;
  var(name: string): object;
  /** The boxes by name, for code that is given to `eval`. */
  scope: object;
  /** The value as it is, for the cell to go on with; after an interrupt, a promise that never settles. */
  on(value?: unknown): unknown;
  import(specifier: string, options?: ImportOptions): Promise<unknown>;
  meta: object;
  /** The value of the last expression. */
  result: unknown;
}

type CellFunction = (kernel: CellKernel, ...commonjs: Modules["commonjs"]) => Promise<void>;

interface ImportOptions {
  with?: Record<string, string>;
}

export class CellRunner implements DisplaySession {
  /** The cells' names and values, for all cells. */
  readonly #boxes = new Boxes();
  /** What imports brought, which is nobody's variable. */
  readonly #imported = new Map<string, unknown>();
  #running: Run | undefined;
  /** The cell that runs, or ran last. */
  latest = 0;
  /** What libraries do to be whole again after an interrupt: it unwinds their frames without running any `finally`. */
  readonly #recoveries: (() => void)[] = [];
  /** What cells have asked and nobody has answered. */
  readonly #questions = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  readonly #outbox: Outbox;
  readonly #modules: Modules;
  readonly #traces: StackTraces;
  readonly #timers: CellTimers;
  readonly #shared: Int32Array;

  constructor(outbox: Outbox, modules: Modules, traces: StackTraces, timers: CellTimers, shared: Int32Array) {
    this.#outbox = outbox;
    this.#modules = modules;
    this.#traces = traces;
    this.#timers = timers;
    this.#shared = shared;
  }

  run(program: CellProgram): void {
    Atomics.store(this.#shared, Shared.begun, program.id);
    const run: Run = { program, interrupted: false, pending: new Set(), flushes: [] };
    this.#running = run;
    this.latest = program.id;
    this.#outbox.begin(program.id);
    this.#timers.begin();
    this.#boxes.begin(program.declares);
    this.#traces.add(program);
    this.#execute(run).then(
      () => this.#finish(run, { status: "ok" }),
      (error: unknown) => this.#finish(run, { status: "error", error: this.#traces.describe(error) }),
    );
  }

  /**
   * Called at least twice for a cell. Only where no code was stopped between two calls has the event loop turned by itself,
   * and nothing that feeds itself (`process.nextTick`) holds the thread; until then the channel goes on stopping what runs.
   */
  interrupt(cell: number): void {
    const run = this.#running;
    if (run?.program.id === cell) {
      const terminations = Atomics.load(this.#shared, Shared.terminations);
      const hasTurned = run.terminations === terminations;
      run.terminations = terminations;
      run.interrupted = true;
      for (const recover of this.#recoveries) recover();
      this.#timers.cancel();
      if (!hasTurned) {
        this.#outbox.echoInterrupt(cell);
        return;
      }
      this.#finish(run, { status: "interrupted" });
    }
    Atomics.store(this.#shared, Shared.interrupted, cell);
  }

  /** An error that no cell could catch, a timer's or a promise's that nobody awaits: shown with the cell that started it. */
  reportUncaught(error: unknown, promise?: Promise<unknown>): void {
    const cell = promise && cellOf(promise);
    if (cell !== undefined) this.#outbox.speakFor(cell);
    this.#outbox.output({ type: "error", content: this.#traces.describe(error) });
    this.#outbox.speakFor(this.latest);
  }

  publish(output: Output): void {
    this.#outbox.output(output);
  }

  hold(pending: Promise<unknown>): void {
    this.#running?.pending.add(pending);
  }

  ask(question: Questions["input_request"]): Promise<string> {
    const id = ++this.#asked;
    const failure = Object.assign(new Error(), { name: "InputError" }); // here, where the stack is the cell's
    return new Promise((resolve, reject) => {
      this.#questions.set(id, (answer) => {
        if ("value" in answer) resolve(answer.value);
        else reject(Object.assign(failure, { message: answer.error }));
      });
      this.#outbox.flush();
      this.#outbox.post({ type: "ask", id, question });
    });
  }

  answer(id: number, answer: Answer): void {
    this.#questions.get(id)?.(answer);
    this.#questions.delete(id);
  }

  look(id: number, look: Look): void {
    this.#outbox.post({ type: "seen", id, seen: this.#see(look) });
  }

  #see(look: Look): Seen {
    try {
      if (look.what === "variables") return { answer: this.#variables(look.about) };
      const { name, member } = look.about;
      const value =
        member === undefined
          ? this.#boxes.value(name)
          : new Map(membersOf(this.#boxes.value(name))).get(member);
      const numbers = numbersOf(value);
      if (numbers) return { answer: tensorReply(numbers, look.about) };
      const what = member === undefined ? name : `${name}, ${member}`;
      throw new TypeError(
        `tensor_request: expected a tensor or a typed array, got ${what}: ${plainText(value)}`,
      );
    } catch (error) {
      return { error: this.#traces.describe(error) };
    }
  }

  #variables(request: VariablesRequest): Variable[] {
    if (request.of !== undefined) {
      return membersOf(this.#boxes.value(request.of)).map(([name, value]) =>
        describeVariable(name, value, request),
      );
    }
    return (request.names ?? this.#boxes.names())
      .filter((name) => this.#boxes.has(name))
      .filter((name) => !this.#imported.has(name) || this.#imported.get(name) !== this.#boxes.value(name))
      .map((name) => describeVariable(name, this.#boxes.value(name), request));
  }

  onCellEnd(flush: () => void): void {
    this.#running?.flushes.push(flush);
  }

  onInterrupt(recover: () => void): void {
    this.#recoveries.push(recover);
  }

  async #execute(run: Run): Promise<void> {
    const { program } = run;
    for (const declaration of program.imports) {
      try {
        await this.#modules.bind(declaration, (name, value) => {
          this.#boxes.declare(name, value);
          this.#imported.set(name, value);
        });
      } catch (error) {
        throw this.#traces.placedAtImport(error, program, declaration.specifier);
      }
    }
    if (run.interrupted) return;
    const start: CellFunction = new vm.Script(program.code, {
      filename: program.name,
      lineOffset: -1, // the cell's text begins on the second line
    }).runInThisContext();
    const kernel = this.#kernelOf(run);
    await start(kernel, ...this.#modules.commonjs);
    const isShown = kernel.result === undefined || kernel.result instanceof DisplayHandle;
    if (program.showsResult && !isShown) {
      const data: MimeBundle = await toBundle(kernel.result);
      if (run.interrupted) return;
      this.#outbox.output({ type: "execute_result", content: { data, metadata: {} } });
    }
    while (run.pending.size > 0) {
      const pending = [...run.pending];
      run.pending.clear();
      await Promise.all(pending);
    }
  }

  #kernelOf(run: Run): CellKernel {
    return Object.assign((name: string) => this.#boxes.open(name), {
      var: (name: string) => this.#boxes.openVar(name),
      scope: this.#boxes.scope,
      on: (value?: unknown) => (run.interrupted ? new Promise(() => {}) : value),
      import: (specifier: string, options?: ImportOptions) => this.#modules.load(specifier, options?.with),
      meta: this.#modules.meta,
      result: undefined as unknown,
    });
  }

  #finish(run: Run, outcome: Outcome): void {
    if (this.#running !== run) return;
    for (let flush = run.flushes.shift(); flush; flush = run.flushes.shift()) {
      try {
        flush();
      } catch (error) {
        this.reportUncaught(error);
      }
    }
    this.#timers.end();
    this.#outbox.end();
    const missed = this.#boxes.end();
    this.#outbox.post({ type: "done", cell: run.program.id, outcome: { ...outcome, missed } });
    this.#running = undefined;
  }
}
