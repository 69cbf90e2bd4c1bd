// The session's end of the line to its language service: starts it at the first question, and matches answers to questions.
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

export class LanguageThread {
  #thread: ReturnType<StartLanguage> | undefined;
  readonly #pending = new Map<number, Pending>();
  #asked = 0;
  /** What happened before the thread was there. */
  #backlog: ToLanguage[] = [];

  readonly #begin: StartLanguage;

  constructor(begin: StartLanguage) {
    this.#begin = begin;
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
    if (this.#thread) this.#post({ type: "forget" });
    this.#backlog = [];
  }

  close(): void {
    this.#thread?.close();
  }

  /** No reason to start the thread. */
  #tell(message: ToLanguage): void {
    if (this.#thread) this.#post(message);
    else this.#backlog.push(message);
  }

  #post(message: ToLanguage): void {
    this.#thread ??= this.#start();
    this.#thread.post(message);
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
