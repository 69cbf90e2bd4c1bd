// The session's end of the line to its language service: starts it at the first question, or once it is calm, and matches answers to
// questions.
import type { LanguageAnswer, LanguageQuestion, LanguageQuestions, LanguageRequest } from "../../protocol";
import type { Value } from "../shapes";
import type { FromLanguage, ToLanguage } from "./wire";

interface Pending {
  resolve(answer: LanguageAnswer): void;
  reject(error: Error): void;
}

/** Starts the service beside the session: in a thread of Node's, in a page's worker. */
export type StartLanguage = (listener: {
  answered(message: FromLanguage): void;
  /** The service is no more. */
  gone(error: Error): void;
}) => { post(message: ToLanguage): void; close(): void };

/** What an editor asks by itself as a notebook opens; for an answer to anything else somebody waits. */
const unasked: ReadonlySet<LanguageQuestion> = new Set<LanguageQuestion>(["diagnostics", "semanticTokens"]);

export class LanguageThread {
  #thread: ReturnType<StartLanguage> | undefined;
  #isClosed = false;
  #calming = false;
  readonly #pending = new Map<number, Pending>();
  #asked = 0;
  /** What happened before the thread was there. */
  #backlog: ToLanguage[] = [];

  readonly #begin: StartLanguage;
  readonly #calm: (() => Promise<unknown>) | undefined;

  /**
   * @param calm resolves when the processor is free. The service loads TypeScript once more, and takes as long as that: questions that
   * nobody has asked wait.
   */
  constructor(begin: StartLanguage, calm?: () => Promise<unknown>) {
    this.#begin = begin;
    this.#calm = calm;
  }

  ask<Q extends LanguageQuestion>(
    question: Q,
    cells: LanguageRequest["cells"],
    about: LanguageQuestions[Q]["about"],
  ): Promise<LanguageQuestions[Q]["answer"]> {
    return this.answer({ question, cells, about } as LanguageRequest) as Promise<
      LanguageQuestions[Q]["answer"]
    >;
  }

  answer(request: LanguageRequest): Promise<LanguageAnswer> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#post({ type: "ask", id, request });
    });
  }

  cellRan(text: string): void {
    this.#tell({ type: "ran", text });
  }

  /** The cell that ran last ended before it came to declare these. */
  cellMissed(names: string[]): void {
    this.#tell({ type: "missed", names });
  }

  /** A cell has ended: what is known of the values that there are now. */
  cellsKnow(values: Record<string, Value>): void {
    this.#tell({ type: "known", values });
  }

  forget(): void {
    this.#backlog = this.#backlog.filter(({ type }) => type === "ask");
    this.#thread?.post({ type: "forget" });
  }

  close(): void {
    this.#isClosed = true;
    this.#thread?.close();
  }

  /** No reason to start the thread. */
  #tell(message: ToLanguage): void {
    if (this.#thread) this.#thread.post(message);
    else this.#backlog.push(message);
  }

  #post(message: ToLanguage & { type: "ask" }): void {
    this.#tell(message);
    if (this.#calm === undefined || !unasked.has(message.request.question)) this.#thread ??= this.#start();
    else if (!this.#thread && !this.#calming) void this.#startCalmly(this.#calm);
  }

  async #startCalmly(calm: () => Promise<unknown>): Promise<void> {
    this.#calming = true;
    await calm().catch(() => {}); // what keeps it from being calm is told elsewhere
    this.#calming = false;
    if (!this.#isClosed) this.#thread ??= this.#start();
  }

  #start(): ReturnType<StartLanguage> {
    const thread = this.#begin({
      answered: ({ id, ...result }) => {
        const waiting = this.#pending.get(id);
        this.#pending.delete(id);
        if ("answer" in result) waiting?.resolve(result.answer);
        else waiting?.reject(new Error(result.error));
      },
      gone: (error) => this.#gone(error),
    });
    for (const message of this.#backlog) thread.post(message);
    this.#backlog = [];
    return thread;
  }

  /** The next question starts another. */
  #gone(error: Error): void {
    this.#thread = undefined;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
