// One notebook's session: converts its cells, has them run where nothing that they do harms it, and tells what came of each.
import {
  type CellFlow,
  type Checks,
  type Comm,
  Comms,
  type ExpressionResult,
  type LanguageAnswer,
  type LanguageQuestion,
  type LanguageQuestions,
  type LanguageRequest,
  type Publications,
  type Questions,
} from "../protocol";
import type { CellConverter, CodeMessage, Completeness, Converted } from "./cells/conversion";
import type { Runner, RunnerEvents, RunOutcome } from "./cells/runner";
import type { Ended, Looks, Seen } from "./cells/wire";
import { excerptOf } from "./display/excerpt";
import type { Output } from "./display/output";

type ErrorOutput = Publications["error"];

/** `shown`: the error has been published already. */
export type CellOutcome = (
  | { status: "ok" }
  | { status: "error" | "interrupted"; error: ErrorOutput; shown?: boolean }
) & { flow?: CellFlow };

export type Question = Questions["input_request"];

/** How a cell is taken. */
export interface CellSettings {
  /** Default strict. */
  checks?: Checks;
  /** What its charts and tables are shown in, a BCP 47 tag. Default English. */
  language?: string;
  /** The path under which a debugger knows the cell. */
  file?: string;
  /** Whether a debugger stops at its first line. */
  pauses?: boolean;
}

/** Who a cell runs for: where its outputs go, and who answers what it asks. */
export interface Frontend {
  publish(output: Output): void;
  /** Tells all clients what a control says. */
  comm(comm: Comm): void;
  /** Whether somebody can move the controls that it shows. */
  readonly isAttended: boolean;
  /** Rejects where nobody can be asked. */
  ask(question: Question): Promise<string>;
}

/** Output of timers of cells before these goes to the latest cell. */
const lateCells = 200;

const nobody: Frontend = {
  publish() {},
  comm() {},
  isAttended: false,
  ask: async () => {
    throw new Error("input: no cell is running");
  },
};

/** The language service, beside the cells. */
export interface CellLanguage {
  ask<Q extends LanguageQuestion>(
    question: Q,
    cells: LanguageRequest["cells"],
    about: LanguageQuestions[Q]["about"],
  ): Promise<LanguageQuestions[Q]["answer"]>;
  answer(request: LanguageRequest): Promise<LanguageAnswer>;
  /** A cell runs: from now on its names are there. */
  cellRan(text: string): void;
  /** The cell that ran last ended before it came to declare these. */
  cellMissed(names: string[]): void;
  cellsKnow(values: Ended["known"]): void;
  /** The runner has gone, and with it what cells declared. */
  forget(): void;
  close(): void;
}

/** What a session is made of, in a process of its own or in a web page. */
export interface SessionParts {
  startRunner(events: RunnerEvents): Runner;
  /** Loading TypeScript takes most of the start: it happens beside the runner's own. */
  converter: Promise<CellConverter>;
  language: CellLanguage;
}

export class Session {
  readonly #parts: SessionParts;
  #runner: Runner;
  #cells = 0;
  #canceled = false;
  /** Who hears the cell that runs; what comes late goes to the last. */
  #frontend: Frontend = nobody;
  /** Who hears cells that have run not long ago: their timers may still have something to say. */
  readonly #frontends = new Map<number, Frontend>();
  readonly #comms = new Comms();
  #closed = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#runner = this.#startRunner();
    parts.converter.catch(() => {}); // told to whoever runs a cell
  }

  /** @param count the execution count, by which messages name the cell; none of what is not counted. */
  async execute(
    source: string,
    count: number | undefined,
    { checks = "strict", language, file, pauses }: CellSettings,
    frontend: Frontend,
  ): Promise<CellOutcome> {
    this.#frontend = frontend;
    this.#canceled = false;
    const converter = await this.#parts.converter;
    const id = ++this.#cells;
    const name = count === undefined ? `Uncounted cell ${id}` : `Cell ${count}`;
    const converted = converter.convert(source, checks);
    if (!converted.ok) return { status: "error", error: refused(name, source, converted) };
    for (const warning of converted.warnings) {
      frontend.publish({ type: "stream", content: { name: "stderr", text: `${describe(name, warning)}\n` } });
    }
    if (this.#canceled) return interrupted();
    converter.accept(converted.declarations);
    this.#parts.language.cellRan(source);
    const { code, imports, map, shifts, declares, reads, assigns } = converted.cell;
    this.#frontends.set(id, frontend).delete(id - lateCells);
    const { showsResult } = converted;
    const outcome = await this.#runner.run({
      id,
      name,
      file,
      pauses,
      source,
      language,
      code,
      imports,
      map,
      shifts,
      showsResult,
      declares,
      assigns,
      isAttended: frontend.isAttended,
    });
    if (outcome.status !== "died" && outcome.missed.length > 0) {
      converter.retract(outcome.missed);
      this.#parts.language.cellMissed(outcome.missed);
    }
    const concluded = this.#conclude(outcome, converter);
    if (outcome.status === "died") return concluded;
    const { missed, changed: changes, known } = outcome;
    this.#parts.language.cellsKnow(known);
    const makes = new Set([...declares, ...assigns, ...changes].filter((name) => !missed.includes(name)));
    return { ...concluded, flow: { reads, makes: [...makes], changes } };
  }

  /** The value of an expression, as a client shows it; what it prints is dropped. */
  async evaluate(expression: string): Promise<ExpressionResult> {
    const frontend = this.#frontend;
    let result: ExpressionResult = { status: "ok", data: { "text/plain": "undefined" }, metadata: {} };
    const outcome = await this.execute(
      expression,
      undefined,
      {},
      {
        ...nobody,
        publish({ type, content }) {
          if (type === "execute_result")
            result = { status: "ok", data: content.data, metadata: content.metadata };
        },
      },
    );
    this.#frontend = frontend;
    return outcome.status === "ok" ? result : { status: "error", ...outcome.error };
  }

  /** Stops the running cell, whatever it is doing; variables are kept. */
  interrupt(): void {
    this.#canceled = true;
    this.#runner.interrupt();
  }

  /** Waits for what cells have left to come, `milliseconds` at most. @returns what is left then. */
  settle(milliseconds: number): Promise<string[]> {
    return this.#runner.settle(milliseconds);
  }

  /** What a client asks of the notebook's code; answered while a cell is running. */
  get language(): Pick<CellLanguage, "ask" | "answer"> {
    return this.#parts.language;
  }

  /** What is in the variables; late while a cell computes without a pause. */
  look<L extends keyof Looks>(what: L, about: Looks[L]["about"]): Promise<Seen<L>> {
    return this.#runner.look(what, about);
  }

  /** Takes in what a client says to a control. @returns what all clients are to hear because of it. */
  hear(comm: Comm): Comm[] {
    const { answers, forward } = this.#comms.heard(comm);
    if (forward) this.#runner.hear(forward);
    return answers;
  }

  /** The controls that there are, by their ids. */
  comms(target?: string): Record<string, { target_name: string }> {
    return this.#comms.info(target);
  }

  /** What the process of the cells takes, in bytes; answered while a cell computes, too. */
  usage(): Promise<{ pid: number; kernel_memory: number }> {
    return this.#runner.usage();
  }

  /** Opens a line for a debugger. @returns the address of a socket that speaks the engine's protocol. */
  inspector(): Promise<string> {
    return this.#runner.inspector();
  }

  async isComplete(code: string): Promise<Completeness> {
    return (await this.#parts.converter).isComplete(code);
  }

  close(): void {
    this.#closed = true;
    this.#runner.kill();
    this.#parts.language.close();
  }

  #startRunner(): Runner {
    return this.#parts.startRunner({
      output: (output, cell = 0) => (this.#frontends.get(cell) ?? this.#frontend).publish(output),
      comm: (comm, cell) => {
        const frontend = this.#frontends.get(cell) ?? this.#frontend;
        for (const each of this.#comms.said(comm)) frontend.comm(each);
      },
      question: (question) => this.#frontend.ask(question),
      idleDeath: (cause) => void this.#replaceRunner(cause),
    });
  }

  #conclude(outcome: RunOutcome, converter: CellConverter): CellOutcome {
    if (outcome.status === "ok") return { status: "ok" };
    if (outcome.status === "error") return { status: "error", error: outcome.error, shown: outcome.shown };
    if (outcome.status === "interrupted") return interrupted();
    this.#forget(converter);
    if (!this.#closed) this.#runner = this.#startRunner();
    return { status: "error", error: runnerDied(outcome.cause) };
  }

  /** The runner went while no cell ran, by something that an earlier cell had left behind. */
  async #replaceRunner(cause: string): Promise<void> {
    if (this.#closed) return;
    this.#runner = this.#startRunner();
    this.#frontend.publish({ type: "error", content: runnerDied(cause) });
    this.#forget(await this.#parts.converter);
  }

  #forget(converter: CellConverter): void {
    for (const comm of this.#comms.closeAll()) this.#frontend.comm(comm);
    converter.reset();
    this.#parts.language.forget();
  }
}

function describe(cell: string, { line, code, text }: CodeMessage): string {
  return code ? `${cell}, line ${line}: warning ${code}: ${text}` : `warning: ${text}`;
}

/** A cell that cannot run as it stands. */
function refused(
  cell: string,
  source: string,
  { name: ename = "SyntaxError", errors }: Extract<Converted, { ok: false }>,
): ErrorOutput {
  const first = errors[0]!;
  const traceback = errors.flatMap(({ line, column, code, text }) => [
    `${ename}: ${text}${code ? ` (${code})` : ""}`,
    "",
    ...excerptOf(source, line, column),
    "",
    `    at ${cell}, line ${line}, column ${column}`,
  ]);
  return { ename, evalue: first.text, traceback };
}

function interrupted(): CellOutcome {
  const error = { ename: "Interrupted", evalue: "the cell was stopped; all variables are kept" };
  return { status: "interrupted", error: { ...error, traceback: [`${error.ename}: ${error.evalue}`] } };
}

function runnerDied(cause: string): ErrorOutput {
  const evalue = `the process that cells run in has ended: ${cause}. A fresh one has started: variables are gone, run the cells again.`;
  return { ename: "KernelDied", evalue, traceback: [`KernelDied: ${evalue}`] };
}
