// The supervisor's side of the language thread: starts it at the first question, and matches answers to questions.
import { Worker } from "node:worker_threads";
import type { LanguageAnswer, LanguageQuestion, LanguageQuestions, LanguageRequest } from "../../protocol";
import type { FromLanguage, LanguageData, ToLanguage } from "./wire";

interface Pending {
  resolve(answer: LanguageAnswer): void;
  reject(error: Error): void;
}

export class LanguageThread {
  #thread: Worker | undefined;
  readonly #pending = new Map<number, Pending>();
  #asked = 0;
  /** What happened before the thread was there. */
  #backlog: ToLanguage[] = [];

  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
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

  forget(): void {
    if (this.#thread) this.#post({ type: "forget" });
    this.#backlog = [];
  }

  close(): void {
    void this.#thread?.terminate();
  }

  /** No reason to start the thread. */
  #tell(message: ToLanguage): void {
    if (this.#thread) this.#post(message);
    else this.#backlog.push(message);
  }

  #post(message: ToLanguage): void {
    this.#thread ??= this.#start();
    this.#thread.postMessage(message);
  }

  #start(): Worker {
    const thread = new Worker(new URL("./language.js", import.meta.url), {
      workerData: { folder: this.#folder } satisfies LanguageData,
    });
    thread.on("message", ({ id, ...result }: FromLanguage) => {
      const waiting = this.#pending.get(id);
      this.#pending.delete(id);
      if ("answer" in result) waiting?.resolve(result.answer);
      else waiting?.reject(new Error(result.error));
    });
    thread.on("error", (error) => this.#gone(error));
    for (const message of this.#backlog) thread.postMessage(message);
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
