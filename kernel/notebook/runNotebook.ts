// Runs a notebook's cells through a kernel, in order, and writes what came of them into the notebook.
import type { AnyPublication, KernelClient, Replies, RequestOptions } from "../protocol";
import { type CodeCell, isRunnable, type Metadata, type Notebook } from "./notebookFile";
import { OutputCollector } from "./outputCollector";
import { hasTag } from "./parameters";

export interface RunOptions {
  /** Go on after a cell that fails. */
  allowErrors?: boolean;
  /** Milliseconds a cell may take before it is interrupted. */
  timeout?: number;
  /** Stops the run: the cell that runs is interrupted, those after it are left. */
  signal?: AbortSignal;
  /** Answers what cells ask; without it they are told that nobody can be asked. */
  onInput?: RequestOptions["onInput"];
  onStart?(cell: CodeCell, place: { number: number; of: number }): void;
  onPublication?(publication: AnyPublication, cell: CodeCell): void;
  onEnd?(cell: CodeCell, end: CellEnd): void;
}

export interface CellEnd {
  reply: Replies["execute_reply"];
  milliseconds: number;
  timedOut: boolean;
}

/** nbclient's tag for a cell that is to fail: its error is its output, and the run goes on. */
const mayFailTag = "raises-exception";

/** @returns whether every cell ran without an error, but for those tagged `raises-exception`. */
export async function runNotebook(
  notebook: Notebook,
  client: KernelClient,
  { allowErrors = false, timeout, signal, onInput, ...observer }: RunOptions = {},
): Promise<boolean> {
  const collector = new OutputCollector();
  const cells = notebook.cells.filter(isRunnable);
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "code") continue;
    cell.outputs = [];
    cell.execution_count = null;
    delete cell.metadata.execution;
  }
  signal?.addEventListener("abort", () => void client.interrupt());
  // The kernel's own start is no cell's time.
  if (timeout) await client.execute("", () => {}, { silent: true });
  let allWell = true;
  for (const [index, cell] of cells.entries()) {
    observer.onStart?.(cell, { number: index + 1, of: cells.length });
    const started = performance.now();
    const timing: Metadata = {};
    let timedOut = false;
    const clock = timeout
      ? setTimeout(() => {
          timedOut = true;
          void client.interrupt();
        }, timeout)
      : undefined;
    const onPublication = (publication: AnyPublication) => {
      noteTime(timing, publication);
      collector.collect(cell, publication);
      observer.onPublication?.(publication, cell);
    };
    const { content, header } = await client
      .execute(cell.source, onPublication, { stop_on_error: !allowErrors, onInput })
      .finally(() => clearTimeout(clock));
    timing["shell.execute_reply"] = header.date;
    cell.metadata.execution = timing;
    if (content.status !== "aborted") cell.execution_count = content.execution_count;
    observer.onEnd?.(cell, { reply: content, milliseconds: performance.now() - started, timedOut });
    if (content.status === "ok" || (hasTag(cell, mayFailTag) && !timedOut && !signal?.aborted)) continue;
    allWell = false;
    if (!allowErrors || signal?.aborted) break;
  }
  return allWell;
}

/** Jupyter's own record of a cell's timing: message and its date. */
function noteTime(timing: Metadata, { header, content }: AnyPublication): void {
  if (header.msg_type === "execute_input") timing["iopub.execute_input"] = header.date;
  if ("execution_state" in content) timing[`iopub.status.${content.execution_state}`] = header.date;
}
