// Runs a notebook's cells through a kernel, in order, and writes what came of them into the notebook.

import {
  type CodeCell,
  cellChecks,
  hasTag,
  isRunnable,
  type Metadata,
  type Notebook,
  proseOf,
} from "../document/notebookFile";
import { OutputCollector } from "../document/outputCollector";
import type { AnyPublication, KernelClient, Message, Replies, RequestOptions } from "../protocol";
import { isMessage, KernelGone } from "../protocol";
import { languageOf } from "../words";
import { TimeLimit } from "./timeLimit";

export interface RunOptions {
  /** Go on after a cell that fails. */
  allowErrors?: boolean;
  /** Cells keep when they began and ended; without it a notebook that has not changed is the same text after each run. */
  timing?: boolean;
  /** Milliseconds a cell may take before it is interrupted. */
  timeout?: number;
  /** Stops the run: the cell that runs is interrupted, those after it are left. */
  signal?: AbortSignal;
  /** Answers what cells ask; without it they are told that nobody can be asked. */
  onInput?: RequestOptions["onInput"];
  onStart?(cell: CodeCell, place: { number: number; of: number }): void;
  onPublication?(publication: AnyPublication, cell: CodeCell): void;
  onEnd?(cell: CodeCell, end: CellEnd): void;
  /** What cells have left under way goes on: the run does not wait for it any longer. */
  onLeft?(kinds: readonly string[]): void;
}

export interface CellEnd {
  reply: Replies["execute_reply"];
  milliseconds: number;
  timedOut: boolean;
}

/** nbclient's tag for a cell that is to fail: its error is its output, and the run goes on. */
const mayFailTag = "raises-exception";
/** How long the run waits for what its cells have left under way, in seconds, where no cell may take less. */
const settleSeconds = 10;

export class NotebookRun {
  /** Cells that failed and were not meant to. */
  readonly failed = new Set<CodeCell>();
  /** Those of them that had ended when their error came. */
  readonly late = new Set<CodeCell>();
  /** The cells that were begun, the one that runs last. */
  readonly begun: CodeCell[] = [];
  readonly #notebook: Notebook;
  readonly #client: KernelClient;
  readonly #options: RunOptions;
  readonly #language: string;
  readonly #collector = new OutputCollector();
  #running: CodeCell | undefined;

  constructor(notebook: Notebook, client: KernelClient, options: RunOptions = {}) {
    this.#notebook = notebook;
    this.#client = client;
    this.#options = options;
    this.#language = languageOf(proseOf(notebook));
  }

  /**
   * Resolves when every cell has run, or those up to the first that failed, or up to the signal.
   *
   * @throws KernelGone
   */
  async run(): Promise<void> {
    const { allowErrors = false, timeout, signal } = this.#options;
    const cells = this.#notebook.cells.filter(isRunnable);
    signal?.addEventListener("abort", () => this.#interrupt());
    // The kernel's own start is no cell's time.
    if (timeout) await this.#client.execute("", () => {}, { silent: true });
    for (const [index, cell] of cells.entries()) {
      if (signal?.aborted || (this.failed.size > 0 && !allowErrors)) break;
      if (index === 0) for (const each of this.#notebook.cells) if (each.cell_type === "code") clear(each);
      await this.#runCell(cell, { number: index + 1, of: cells.length });
    }
    if (!signal?.aborted && (this.failed.size === 0 || allowErrors)) await this.#settle();
  }

  /** As a program's end waits for its timers and requests: what they print, and how they fail, is the notebook's. */
  async #settle(): Promise<void> {
    const { timeout = Number.POSITIVE_INFINITY, onLeft } = this.#options;
    const seconds = Math.min(settleSeconds, timeout / 1000);
    const { content } = await this.#client.request("settle_request", { timeout: seconds });
    if (content.status === "ok" && content.left.length > 0) onLeft?.(content.left);
  }

  /** What comes because of no cell that is known is the last one's. */
  publish(publication: AnyPublication, cell = this.begun.at(-1)): void {
    if (!cell) return;
    this.#collector.collect(cell, publication);
    if (isMessage(publication, "error") && !hasTag(cell, mayFailTag)) {
      this.failed.add(cell);
      if (cell !== this.#running) this.late.add(cell);
    }
    this.#options.onPublication?.(publication, cell);
  }

  /** Puts what is known only at the end into the notebook, whatever has ended the run. */
  conclude(): void {
    if (this.begun.length > 0) this.#collector.conclude(this.#notebook);
  }

  async #runCell(cell: CodeCell, place: { number: number; of: number }): Promise<void> {
    const { allowErrors = false, timeout, signal, onInput, onStart, onEnd } = this.#options;
    this.begun.push(cell);
    this.#running = cell;
    onStart?.(cell, place);
    const started = performance.now();
    const timing: Metadata = {};
    if (this.#options.timing) cell.metadata.execution = timing;
    const limit = timeout === undefined ? undefined : new TimeLimit(timeout, () => this.#interrupt());
    const onPublication = (publication: AnyPublication) => {
      noteTime(timing, publication);
      if (isMessage(publication, "execute_input")) cell.execution_count = publication.content.execution_count;
      this.publish(publication, cell);
    };
    let reply: Message<"execute_reply">;
    try {
      reply = await this.#client.execute(cell.source, onPublication, {
        stop_on_error: !allowErrors,
        checks: cellChecks(cell, this.#notebook),
        controls: false,
        language: this.#language,
        onInput,
      });
    } catch (error) {
      if (error instanceof KernelGone) cell.outputs.push(goneOutput(error));
      throw error;
    } finally {
      limit?.clear();
      this.#running = undefined;
    }
    timing["shell.execute_reply"] = reply.header.date;
    const timedOut = limit?.isOver ?? false;
    onEnd?.(cell, { reply: reply.content, milliseconds: performance.now() - started, timedOut });
    const mayFail = hasTag(cell, mayFailTag) && !timedOut && !signal?.aborted;
    if (reply.content.status !== "ok" && !mayFail) this.failed.add(cell);
  }

  #interrupt(): void {
    this.#client.interrupt().catch(() => {}); // a kernel that has gone needs none
  }
}

function clear(cell: CodeCell): void {
  cell.outputs = [];
  cell.execution_count = null;
  delete cell.metadata.execution;
}

/** So that a cell whose kernel went does not look as if it had ended well. */
function goneOutput({ name, message }: KernelGone): CodeCell["outputs"][number] {
  return { output_type: "error", ename: name, evalue: message, traceback: [`${name}: ${message}`] };
}

/** Jupyter's own record of a cell's timing: message and its date. */
function noteTime(timing: Metadata, { header, content }: AnyPublication): void {
  if (header.msg_type === "execute_input") timing["iopub.execute_input"] = header.date;
  if ("execution_state" in content) timing[`iopub.status.${content.execution_state}`] = header.date;
}
