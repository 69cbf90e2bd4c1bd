// Runs cells one after another and says how each ended. Driven by messages alone: when an interrupt stops the code it
// unwinds every frame, so nothing here may count on its own promises going on.
import { machine } from "../../machine/machine";
import type {
  Comm,
  ErrorContent,
  MimeBundle,
  Publications,
  Questions,
  Variable,
  VariablesRequest,
} from "../../protocol";
import { setLanguage } from "../../words";
import { toBundle } from "../display/bundle";
import { DisplayHandle, type DisplaySession } from "../display/display";
import { numbersOf, tensorReply } from "../display/numbers";
import type { Output } from "../display/output";
import { attempt, plainText, shortened } from "../display/plainText";
import { Awaited } from "./awaited";
import { Boxes, boxName } from "./boxes";
import type { CellTimers } from "./cellTimers";
import { Debugging } from "./debugging";
import { knownValues } from "./knownValues";
import { bindImport, type Modules } from "./modules";
import type { Outbox } from "./outbox";
import type { Realm } from "./realm";
import type { CellReferences, ImportOrigin } from "./references";
import { RowLook } from "./rows";
import type { StackTraces } from "./stackTraces";
import { describeVariable, membersOf } from "./variables";
import { type Answer, type CellProgram, type Look, type Outcome, type Seen, Shared } from "./wire";

const promptCharacters = 10_000;
/** How long messages wait for a loop that lets them through. */
const turnMs = 20;
/** How long a loop that lets none through goes on before it asks whether to stop. */
const askMs = 250;
/** What unwinds such a loop: no error of the cell's. */
const stopped = Object.freeze(new Error("the cell was stopped"));

interface Failed {
  error: unknown;
}

/** One cell on its way. */
interface Run {
  program: CellProgram;
  interrupted: boolean;
  /** How often code had been stopped when the interrupt was last heard of. */
  terminations?: number;
  /** Displays that are still being made. */
  pending: Set<Promise<Failed | undefined>>;
  /** What no code of it caught, a promise's or a timer's error: shown when it came. */
  failure?: Publications["error"];
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
  /** Whether messages have waited for long, an interrupt among them: where nothing else stops code, loops ask, those also that may not wait. */
  due(mayWait: boolean): boolean;
  /** Lets them through; after an interrupt it never settles. */
  turn(): Promise<void>;
  /** Said of calls that are waited for, asked by an asynchronous function that begins. */
  call: Awaited["call"];
  called: Awaited["called"];
  begin: Awaited["begin"];
  import(specifier: string, options?: ImportOptions): Promise<unknown>;
  meta: object;
  /** The value of the last expression. */
  result: unknown;
}

export type CellFunction = (kernel: CellKernel, ...commonjs: Modules["commonjs"]) => Promise<void>;

/** What a runner stands on, in a process or in a worker. */
export interface CellRunnerParts {
  outbox: Outbox;
  modules: Modules;
  traces: StackTraces;
  timers: CellTimers;
  /** The numbers that `Shared` names. */
  shared: Int32Array;
  realm: Realm;
  /** Whether the cell is to stop, where nothing stops its code: asked now and then by loops that let no message through. */
  isToStop?(): boolean;
  /** The function that a cell's code is, its errors placed in a script of the cell's name; its text begins on the second line. */
  compile(program: CellProgram): CellFunction;
  /** Has `hear` called for what has come to controls, where a thread that is busy can look for it. */
  poll?(): void;
}

interface ImportOptions {
  with?: Record<string, string>;
}

export class CellRunner implements DisplaySession {
  /** The cells' names and values, for all cells. */
  readonly #boxes = new Boxes();
  /** What imports brought, which is nobody's variable. */
  readonly #imported = new Map<string, { value: unknown; origin: ImportOrigin }>();
  readonly #kernels = new WeakSet<object>();
  /** What a debugger asks the notebook for; it finds it behind `sessionSymbol`. */
  readonly debugging = new Debugging(this.#boxes, (name) => this.#isImport(name));
  /** Who may wait, where loops let messages through. */
  readonly awaited = new Awaited();
  #running: Run | undefined;
  /** The cell that runs, or ran last. */
  latest = 0;
  /** What libraries do to be whole again after an interrupt: it unwinds their frames without running any `finally`. */
  readonly #recoveries: (() => void)[] = [];
  /** What cells have asked and nobody has answered. */
  readonly #questions = new Map<number, (answer: Answer) => void>();
  #asked = 0;
  /** Whether somebody can move the controls of the cell that runs, or ran last. */
  #attended = false;
  #hearComm: (comm: Comm) => void = () => {};

  /** When the event loop has last been seen to turn. */
  #turned = 0;

  readonly #outbox: Outbox;
  readonly #modules: Modules;
  readonly #traces: StackTraces;
  readonly #timers: CellTimers;
  readonly #shared: Int32Array;
  readonly #realm: Realm;
  readonly #isToStop: (() => boolean) | undefined;
  readonly #compile: (program: CellProgram) => CellFunction;
  readonly #poll: () => void;
  readonly #rows = new RowLook();

  constructor({
    outbox,
    modules,
    traces,
    timers,
    shared,
    realm,
    isToStop,
    compile,
    poll = () => {},
  }: CellRunnerParts) {
    this.#outbox = outbox;
    this.#modules = modules;
    this.#traces = traces;
    this.#timers = timers;
    this.#shared = shared;
    this.#realm = realm;
    this.#isToStop = isToStop;
    this.#compile = compile;
    this.#poll = poll;
  }

  run(program: CellProgram): void {
    Atomics.store(this.#shared, Shared.begun, program.id);
    const run: Run = { program, interrupted: false, pending: new Set(), flushes: [] };
    this.#running = run;
    this.#turned = performance.now();
    this.latest = program.id;
    this.#rows.forget();
    this.#attended = program.isAttended;
    setLanguage(program.language);
    this.#outbox.begin(program.id);
    this.#timers.begin();
    this.#boxes.begin(program.declares, program.assigns);
    this.#traces.add(program);
    void this.#conduct(run);
  }

  /** A cell ends when the event loop has turned once more: what it left without a handler is then known, and is its own. */
  async #conduct(run: Run): Promise<void> {
    let outcome: Outcome = { status: "ok" };
    try {
      await this.#execute(run);
    } catch (error) {
      this.#realm.guard(() => {
        outcome = { status: "error", error: this.#traces.describe(error) };
      });
    }
    // After an interrupt it is for `interrupt` to say when the cell is over.
    this.#timers.own.afterTurn(() => run.interrupted || this.#realm.guard(() => this.#finish(run, outcome)));
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
  reportUncaught(error: unknown, cell = this.#outbox.cell): void {
    if (error === stopped) return;
    const content = this.#traces.describe(error);
    if (this.#running?.program.id === cell) this.#running.failure ??= content;
    this.#outbox.speakFor(cell);
    this.#outbox.output({ type: "error", content });
    this.#outbox.speakFor(this.latest);
  }

  /** Nothing that cells have begun is under way any more, but for what is left. */
  settled(left: string[]): void {
    this.#outbox.end();
    this.#outbox.post({ type: "settled", left });
  }

  publish(output: Output): void {
    this.#outbox.output(output);
  }

  hold(pending: Promise<unknown>): void {
    this.#running?.pending.add(failureOf(pending));
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
      const prompt = shortened(question.prompt, promptCharacters);
      this.#outbox.post({ type: "ask", id, question: { ...question, prompt } });
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
      if (look.what === "rows") return { answer: this.#rows.reply(value, look.about) };
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
      .filter((name) => !this.#isImport(name))
      .map((name) => describeVariable(name, this.#boxes.value(name), request));
  }

  /** Whether a name is still what an import has brought. */
  #isImport(name: string): boolean {
    return this.#originOf(name) !== undefined;
  }

  #originOf(name: string): ImportOrigin | undefined {
    const imported = this.#imported.get(name);
    return imported && imported.value === this.#boxes.value(name) ? imported.origin : undefined;
  }

  /** What functions of cells refer to, for whoever takes them to another process. */
  get references(): CellReferences {
    return {
      boxes: this.#boxes,
      boxName,
      commonjs: this.#modules.commonjs,
      originOf: (name) => this.#originOf(name),
      imported: () => [...this.#imported.values()],
      load: (specifier, attributes) => this.#modules.load(specifier, attributes),
      isKernel: (value) => this.#kernels.has(value),
      kernel: () => this.#kernelOf(this.#running!),
      addedGlobals: () => this.#realm.added(),
      changedBuiltin: () => this.#realm.changed(),
      isDebugged: () => Atomics.load(this.#shared, Shared.debugged) === 1,
    };
  }

  /** Takes in what a client says to a control. */
  hear(comm: Comm): void {
    this.#hearComm(comm);
  }

  comm(comm: Comm): void {
    this.#outbox.comm(comm);
  }

  onComm(hear: (comm: Comm) => void): void {
    this.#hearComm = hear;
  }

  pollComms(): void {
    this.#poll();
  }

  get isAttended(): boolean {
    return this.#attended;
  }

  speaking<Args extends unknown[], Result>(work: (...args: Args) => Result): (...args: Args) => Result {
    const { cell } = this.#outbox;
    return (...args) => {
      const { cell: latest } = this.#outbox;
      if (cell !== latest) this.#outbox.speakFor(cell);
      try {
        return work(...args);
      } finally {
        if (cell !== latest) this.#outbox.speakFor(latest);
      }
    };
  }

  describe(error: unknown): ErrorContent {
    return this.#traces.describe(error);
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
        await bindImport(this.#modules, declaration, (name, value) => {
          this.#boxes.declare(name, value);
          const { specifier, attributes, bindings } = declaration;
          const { imported } = bindings.find(({ local }) => local === name)!;
          this.#imported.set(name, { value, origin: { in: "module", specifier, attributes, imported } });
        });
      } catch (error) {
        throw this.#traces.placedAtImport(error, program, declaration.specifier);
      }
    }
    if (run.interrupted) return;
    const start = this.#compile(program);
    const kernel = this.#kernelOf(run);
    await start(kernel, ...this.#modules.commonjs);
    if (program.showsResult && kernel.result !== undefined && !isHandle(kernel.result)) {
      const bundle = toBundle(kernel.result);
      const data: MimeBundle = machine().isPromise(bundle) ? await bundle : bundle;
      if (run.interrupted) return;
      this.#realm.guard(() =>
        this.#outbox.output({ type: "execute_result", content: { data, metadata: {} } }),
      );
    }
    while (run.pending.size > 0) {
      const pending = [...run.pending];
      run.pending.clear();
      for (const one of pending) {
        const failed = await one;
        if (failed) throw failed.error;
      }
    }
  }

  #kernelOf(run: Run): CellKernel {
    const on = (value?: unknown) => (run.interrupted ? new Promise(() => {}) : value);
    const { call, called, begin } = this.awaited;
    const kernel = Object.assign((name: string) => this.#realm.guard(() => this.#boxes.open(name)), {
      var: (name: string) => this.#realm.guard(() => this.#boxes.openVar(name)),
      scope: this.#boxes.scope,
      on: this.#isToStop === undefined ? on : this.#stoppable(on),
      due: (mayWait: boolean) => {
        if (mayWait) return this.#running?.interrupted === true || performance.now() - this.#turned > turnMs;
        this.#stopIfAsked();
        return false;
      },
      turn: () => this.#turn(),
      call,
      called,
      begin,
      import: (specifier: string, options?: ImportOptions) => this.#modules.load(specifier, options?.with),
      meta: this.#modules.meta,
      result: undefined as unknown,
    });
    this.#kernels.add(kernel);
    return kernel;
  }

  /** The code may be an earlier cell's, which the one that runs has called. */
  #turn(): Promise<void> {
    const run = this.#running;
    return new Promise((resolve) => {
      this.#timers.own.afterTurn(() => {
        this.#turned = performance.now();
        if (!run?.interrupted) resolve();
      });
    });
  }

  /** Calls without a value are those of loops: they throw in a cell that is to stop. */
  #stoppable(on: CellKernel["on"]): CellKernel["on"] {
    const stopIfAsked = () => this.#stopIfAsked();
    return function onward(value?: unknown) {
      if (arguments.length === 0) stopIfAsked();
      return on(value);
    };
  }

  #stopIfAsked(): void {
    const run = this.#running;
    const now = performance.now();
    if (run && !run.interrupted && now - this.#turned > askMs) {
      this.#turned = now;
      run.interrupted = this.#isToStop?.() === true;
    }
    if (run?.interrupted) throw stopped;
  }

  #finish(run: Run, outcome: Outcome): void {
    if (this.#running !== run) return;
    this.#realm.mend();
    this.#rows.forget();
    for (let flush = run.flushes.shift(); flush; flush = run.flushes.shift()) {
      try {
        flush();
      } catch (error) {
        this.reportUncaught(error);
      }
    }
    this.#timers.end();
    this.#outbox.end();
    const names = this.#boxes.end();
    const failed = outcome.status === "ok" ? run.failure : undefined;
    const ended: Outcome = failed ? { status: "error", error: failed, shown: true } : outcome;
    const known = knownValues(this.#boxes.names().map((name) => [name, this.#boxes.value(name)] as const));
    this.#outbox.post({ type: "done", cell: run.program.id, outcome: { ...ended, ...names, known } });
    this.#running = undefined;
  }
}

function isHandle(value: unknown): boolean {
  return attempt(
    () => value instanceof DisplayHandle,
    () => false, // a proxy whose traps throw
  );
}

/** Settles when the promise does, and leaves no rejection without a handler. */
async function failureOf(pending: Promise<unknown>): Promise<Failed | undefined> {
  try {
    await pending;
    return undefined;
  } catch (error) {
    return { error };
  }
}
