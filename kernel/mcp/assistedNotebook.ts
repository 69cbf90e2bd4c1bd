// A notebook that an assistant works on: its document, as it is on disk now, and the kernel in which its cells run.
import path from "node:path";
import {
  type CodeCell,
  cellChecks,
  formatNotebook,
  hasTag,
  type Notebook,
  parseNotebook,
  proseOf,
} from "../document/notebookFile";
import { OutputCollector } from "../document/outputCollector";
import { readTextFile } from "../host/textFile";
import { type ForkedKernel, forkKernel } from "../notebook/forkKernel";
import { OutputFile } from "../notebook/outputFile";
import { isMessage, KernelGone, type Replies, type ReplyTo, type Requests } from "../protocol";
import { languageOf, secondsText } from "../words";

/** How long a kernel has to answer what is asked beside its cells, in milliseconds: code without a pause answers late. */
const answerMs = 10_000;

export interface RanCell {
  readonly cell: CodeCell;
  /** How it stands, in words. */
  state: string;
}

export class AssistedNotebook {
  readonly file: string;
  #text: string;
  #notebook: Notebook;
  #kernel: ForkedKernel | undefined;
  #collector = new OutputCollector();
  #running: Promise<void> | undefined;
  #stopped = false;
  /** Cells whose outputs are of our run, not of the file. */
  readonly #ours = new Set<CodeCell>();
  /** What has begun since it was last told, in that order. */
  readonly #news = new Map<CodeCell, RanCell>();
  #began = 0;

  private constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
    this.#notebook = parseNotebook(text);
  }

  /** @throws Error, or NotebookError, that says in one line why the file is of no use. */
  static async open(file: string): Promise<AssistedNotebook> {
    return new AssistedNotebook(file, await readTextFile(file));
  }

  get notebook(): Notebook {
    return this.#notebook;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** The cell that runs, with its number among all cells, from 1. */
  get running(): string | undefined {
    const cell = this.isRunning ? [...this.#news.keys()].at(-1) : undefined;
    return cell && `${this.nameOf(cell)} runs, since ${secondsText(performance.now() - this.#began)}`;
  }

  nameOf(cell: CodeCell): string {
    const at = this.#notebook.cells.indexOf(cell);
    return at < 0 ? "the code" : `cell ${at + 1}`;
  }

  /** Takes what somebody has changed in the file; cells that stand as they were keep what came of them here. */
  async refresh(): Promise<void> {
    if (this.isRunning) return;
    const text = await readTextFile(this.file);
    if (text === this.#text || this.isRunning) return; // another call may have begun one meanwhile
    const notebook = parseNotebook(text);
    const ours = new Map([...this.#ours].map((cell) => [cell.id, cell]));
    this.#ours.clear();
    notebook.cells = notebook.cells.map((cell) => {
      const mine = ours.get(cell.id);
      if (!mine || cell.source !== mine.source) return cell;
      this.#ours.add(mine);
      return mine;
    });
    this.#notebook = notebook;
    this.#text = text;
  }

  /** Begins to run them, one after the other up to the first that fails; `ended` tells when. */
  run(cells: readonly CodeCell[]): void {
    this.#stopped = false;
    this.#running = this.#runAll(cells).finally(() => {
      this.#running = undefined;
    });
  }

  /** Code that is no cell of the notebook. */
  runCode(source: string): void {
    this.run([{ cell_type: "code", id: "code", source, metadata: {}, outputs: [], execution_count: null }]);
  }

  /** Resolves when nothing runs any more, or when the time is up. */
  async ended(seconds: number): Promise<void> {
    await Promise.race([this.#running, pause(seconds * 1000)]);
  }

  /** What ran since it was last told; a cell that still runs comes again. */
  news(): RanCell[] {
    const news = [...this.#news.values()];
    this.#news.clear();
    const last = news.at(-1);
    if (this.isRunning && last) this.#news.set(last.cell, last);
    return news;
  }

  async interrupt(): Promise<void> {
    this.#stopped = true;
    await this.#kernel?.client.interrupt();
  }

  /** Ends the kernel: its variables go. The next cell starts another. */
  async restart(): Promise<void> {
    this.#stopped = true;
    this.#kernel?.end("it was restarted");
    this.#kernel = undefined;
    this.#collector = new OutputCollector();
    await this.#running;
  }

  /** Asks about variables and tensors; @throws Error where there is no kernel, or it does not answer. */
  async ask<T extends "variables_request" | "tensor_request">(
    type: T,
    content: Requests[T],
  ): Promise<Extract<Replies[ReplyTo<T>], { status: "ok" }>> {
    if (!this.#kernel) throw new Error("nothing has run here yet: there are no variables; run cells first");
    const request = this.#kernel.client.request(type, content);
    request.catch(() => {}); // it comes when nobody waits any more
    const answer = await Promise.race([request, pause(answerMs)]);
    if (!answer)
      throw new Error(`${this.running}, without a pause in which it could answer; wait, or interrupt it`);
    const reply = answer.content as Replies[ReplyTo<T>];
    if (reply.status === "ok") return reply as Extract<Replies[ReplyTo<T>], { status: "ok" }>;
    throw new Error(reply.status === "error" ? reply.evalue : `${type}: it was aborted`);
  }

  /** Writes the outputs into the file. @throws FileError when it cannot be written. */
  async save(): Promise<void> {
    await this.refresh();
    this.#collector.conclude(this.#notebook);
    const text = formatNotebook(this.#notebook);
    const output = await OutputFile.probe(this.file, text);
    await output.write(text);
    this.#text = text;
    this.#ours.clear();
  }

  end(): void {
    this.#kernel?.end("the assistant has gone");
  }

  async #runAll(cells: readonly CodeCell[]): Promise<void> {
    for (const cell of cells) {
      const ran: RanCell = { cell, state: "runs" };
      this.#news.set(cell, ran);
      this.#began = performance.now();
      const ended = await this.#runCell(cell);
      ran.state = `${ended} after ${secondsText(performance.now() - this.#began)}`;
      if (this.#stopped || (ended !== "done" && !hasTag(cell, "raises-exception"))) break;
    }
  }

  async #runCell(cell: CodeCell): Promise<string> {
    Object.assign(cell, { outputs: [], execution_count: null });
    if (this.#notebook.cells.includes(cell)) this.#ours.add(cell);
    this.#kernel ??= forkKernel(path.dirname(this.file), this.file);
    try {
      const { content } = await this.#kernel.client.execute(
        cell.source,
        (publication) => {
          this.#collector.collect(cell, publication);
          if (isMessage(publication, "execute_input"))
            cell.execution_count = publication.content.execution_count;
        },
        {
          checks: cellChecks(cell, this.#notebook),
          controls: false,
          language: languageOf(proseOf(this.#notebook)),
        },
      );
      return content.status === "ok" ? "done" : this.#stopped ? "interrupted" : "failed";
    } catch (error) {
      if (!(error instanceof KernelGone)) throw error;
      this.#kernel = undefined;
      return `${error.message}; its variables are lost, the next cell starts a new kernel`;
    }
  }
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref();
  });
}
