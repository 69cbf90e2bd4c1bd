// One notebook's session: converts its cells, has them run in a process of their own, and tells what came of each.
import type { Checks, ExpressionResult, Publications, Questions } from "../protocol";
import type { CodeMessage, Completeness, Converter } from "./converter/converter";
import { excerptOf } from "./display/excerpt";
import { LanguageThread } from "./language/languageThread";
import { RunnerProcess, type RunOutcome } from "./runner/runnerProcess";
import type { Looks, Output, Seen } from "./runner/wire";

type ErrorOutput = Publications["error"];

/** `shown`: the error has been published already. */
export type CellOutcome =
  | { status: "ok" }
  | { status: "error" | "interrupted"; error: ErrorOutput; shown?: boolean };

export type Question = Questions["input_request"];

/** Who a cell runs for: where its outputs go, and who answers what it asks. */
export interface Frontend {
  publish(output: Output): void;
  /** Rejects where nobody can be asked. */
  ask(question: Question): Promise<string>;
}

/** Output of timers of cells before these goes to the latest cell. */
const lateCells = 200;

const nobody: Frontend = {
  publish() {},
  ask: async () => {
    throw new Error("input: no cell is running");
  },
};

export class Session {
  #runner: RunnerProcess;
  /** Loading TypeScript takes most of the start: it happens beside the runner's own. */
  readonly #converter: Promise<Converter>;
  readonly #languageThread: LanguageThread;
  #cells = 0;
  #canceled = false;
  /** Who hears the cell that runs; what comes late goes to the last. */
  #frontend: Frontend = nobody;
  /** Who hears cells that have run not long ago: their timers may still have something to say. */
  readonly #frontends = new Map<number, Frontend>();
  #closed = false;

  readonly #folder: string;

  /** @param folder the notebook's: the process's working folder, where imports and files are looked for. */
  constructor(folder: string) {
    this.#folder = folder;

    this.#runner = this.#startRunner();
    this.#converter = startConverter();
    this.#languageThread = new LanguageThread(folder);
  }

  /** @param count the execution count, by which messages name the cell; none of what is not counted. */
  async execute(
    source: string,
    count: number | undefined,
    checks: Checks | undefined,
    frontend: Frontend,
  ): Promise<CellOutcome> {
    this.#frontend = frontend;
    this.#canceled = false;
    const converter = await this.#converter;
    const id = ++this.#cells;
    const name = count === undefined ? `Uncounted cell ${id}` : `Cell ${count}`;
    const converted = converter.convert(source, checks ?? "strict");
    if (!converted.ok) return { status: "error", error: syntaxError(name, source, converted.errors) };
    for (const warning of converted.warnings) {
      frontend.publish({ type: "stream", content: { name: "stderr", text: `${describe(name, warning)}\n` } });
    }
    if (this.#canceled) return interrupted();
    converter.accept(converted.declarations);
    this.#languageThread.cellRan(source);
    const { code, imports, map, shifts, declares } = converted.cell;
    this.#frontends.set(id, frontend).delete(id - lateCells);
    const { showsResult } = converted;
    const outcome = await this.#runner.run({
      id,
      name,
      source,
      code,
      imports,
      map,
      shifts,
      showsResult,
      declares,
    });
    if (outcome.status !== "died" && outcome.missed.length > 0) {
      converter.retract(outcome.missed);
      this.#languageThread.cellMissed(outcome.missed);
    }
    return this.#conclude(outcome, converter);
  }

  /** The value of an expression, as a client shows it; what it prints is dropped. */
  async evaluate(expression: string): Promise<ExpressionResult> {
    const frontend = this.#frontend;
    let result: ExpressionResult = { status: "ok", data: { "text/plain": "undefined" }, metadata: {} };
    const outcome = await this.execute(expression, undefined, undefined, {
      ...nobody,
      publish({ type, content }) {
        if (type === "execute_result")
          result = { status: "ok", data: content.data, metadata: content.metadata };
      },
    });
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
  get language(): Pick<LanguageThread, "ask" | "answer"> {
    return this.#languageThread;
  }

  /** What is in the variables; late while a cell computes without a pause. */
  look<L extends keyof Looks>(what: L, about: Looks[L]["about"]): Promise<Seen<L>> {
    return this.#runner.look(what, about);
  }

  /** What the process of the cells takes, in bytes; answered while a cell computes, too. */
  usage(): Promise<{ pid: number; kernel_memory: number }> {
    return this.#runner.usage();
  }

  async isComplete(code: string): Promise<Completeness> {
    return (await this.#converter).isComplete(code);
  }

  close(): void {
    this.#closed = true;
    this.#runner.kill();
    this.#languageThread.close();
  }

  #startRunner(): RunnerProcess {
    return new RunnerProcess(
      this.#folder,
      (output, cell = 0) => (this.#frontends.get(cell) ?? this.#frontend).publish(output),
      (question) => this.#frontend.ask(question),
      (cause) => void this.#replaceRunner(cause),
    );
  }

  #conclude(outcome: RunOutcome, converter: Converter): CellOutcome {
    if (outcome.status === "ok") return { status: "ok" };
    if (outcome.status === "error") return outcome;
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
    this.#forget(await this.#converter);
  }

  #forget(converter: Converter): void {
    converter.reset();
    this.#languageThread.forget();
  }
}

async function startConverter(): Promise<Converter> {
  const { Converter } = await import("./converter/converter");
  const converter = new Converter();
  converter.convert("0"); // the first check reads all declarations: not at the first cell's expense
  return converter;
}

function describe(cell: string, { line, code, text }: CodeMessage): string {
  return code ? `${cell}, line ${line}: warning ${code}: ${text}` : `warning: ${text}`;
}

function syntaxError(cell: string, source: string, errors: CodeMessage[]): ErrorOutput {
  const first = errors[0]!;
  const traceback = errors.flatMap(({ line, column, code, text }) => [
    `SyntaxError: ${text}${code ? ` (${code})` : ""}`,
    "",
    ...excerptOf(source, line, column),
    "",
    `    at ${cell}, line ${line}, column ${column}`,
  ]);
  return { ename: "SyntaxError", evalue: first.text, traceback };
}

function interrupted(): CellOutcome {
  const error = { ename: "Interrupted", evalue: "the cell was stopped; all variables are kept" };
  return { status: "interrupted", error: { ...error, traceback: [`${error.ename}: ${error.evalue}`] } };
}

function runnerDied(cause: string): ErrorOutput {
  const evalue = `the process that cells run in has ended: ${cause}. A fresh one has started: variables are gone, run the cells again.`;
  return { ename: "KernelDied", evalue, traceback: [`KernelDied: ${evalue}`] };
}
