// A notebook run in a kernel of its own; what `bnlab run` and `bnlab check` have in common.
import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import {
  type CodeCell,
  isRunnable,
  type Notebook,
  NotebookError,
  parseNotebook,
} from "../document/notebookFile";
import { parseScript } from "../document/script";
import { wordsOf } from "../host/fileTrouble";
import { readTextFile } from "../host/textFile";
import { type AnyPublication, KernelGone, type Questions } from "../protocol";
import { askTerminal } from "./askTerminal";
import { forkKernel } from "./forkKernel";
import { NotebookRun, type RunOptions } from "./notebookRun";
import { FileError } from "./outputFile";
import type { StopSignals } from "./stopSignals";

/** Whether a file's name is that of a program, whose cells stand behind `// %%`. */
export const isScript = (file: string): boolean => /\.[cm]?[jt]s$/i.test(file);

/** @throws Error that says in one line why the file is of no use. */
export async function readNotebook(file: string): Promise<Notebook> {
  const text = await readTextFile(file);
  return isScript(file) ? parseScript(text) : parseNotebook(text);
}

/** @throws NotebookError for a notebook without anything to run. */
export function runnableCells({ cells }: Notebook): CodeCell[] {
  const runnable = cells.filter(isRunnable);
  if (runnable.length > 0) return runnable;
  const hasCode = cells.some(({ cell_type, source }) => cell_type === "code" && source.trim() !== "");
  throw new NotebookError(
    `there is nothing to run in it: ${hasCode ? "no code cell is in TypeScript or JavaScript" : "it has no code"}`,
  );
}

/** @throws FileError when it is no folder that cells could start from. */
export async function checkFolder(folder: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    throw new FileError(folder, wordsOf(error).replace("no such file", "no such folder"));
  }
  throw new FileError(folder, "it is no folder; cells start from one");
}

export interface KernelRunOptions extends Omit<RunOptions, "signal" | "timeout" | "onInput"> {
  /** Seconds a cell may take. */
  timeout?: number;
  signals: StopSignals;
  /** The notebook's. */
  file: string;
  /** Called before the terminal shows a cell's question. */
  onQuestion?(): void;
}

export interface Ran {
  /** The cells that were begun. */
  begun: readonly CodeCell[];
  failed: ReadonlySet<CodeCell>;
  /** Those of them that had ended when their error came. */
  late: ReadonlySet<CodeCell>;
  /** What ended the run before its end, but for a signal: the kernel has gone, or a fault of our own. */
  fault?: Error;
}

/** How far apart two processes hear a signal that was sent to both, in milliseconds. */
const signalMs = 100;

type Question = Questions["input_request"];

/** Never rejects: whatever happens, what ran is in the notebook and can be saved. */
export async function runInKernel(
  notebook: Notebook,
  folder: string,
  { file, timeout, signals, onQuestion, ...options }: KernelRunOptions,
): Promise<Ran> {
  if (signals.stop.aborted) return { begun: [], failed: new Set(), late: new Set() };
  const onInput = (question: Question, ended: AbortSignal) => {
    onQuestion?.();
    return askTerminal(question, ended, () => signals.interrupt());
  };
  const onUnclaimed = (publication: AnyPublication) => {
    if (publication.header.msg_type === "error") run.publish(publication);
  };
  const kernel = forkKernel(folder, file, onUnclaimed);
  const run: NotebookRun = new NotebookRun(notebook, kernel.client, {
    ...options,
    signal: signals.stop,
    timeout: timeout && timeout * 1000,
    onInput: process.stdin.isTTY ? onInput : undefined,
  });
  signals.abandon.addEventListener("abort", () => kernel.end(`it was stopped by ${signals.word}`));
  const faults = new Faults();
  let fault: Error | undefined;
  try {
    await Promise.race([run.run().then(() => kernel.client.shutdown()), faults.first]);
  } catch (error) {
    // A signal to the whole group may reach the kernel a moment before it reaches us.
    if (error instanceof KernelGone) await setTimeout(signalMs);
    if (!signals.stop.aborted || !(error instanceof KernelGone)) fault = error as Error;
  } finally {
    faults.ignore();
    run.conclude();
    kernel.end("the run has ended");
  }
  return { begun: run.begun, failed: run.failed, late: run.late, fault };
}

/** A fault of the program's own, which would end the process before what ran is saved. */
class Faults {
  #tell: (error: Error) => void = () => {};
  /** Rejects with it. */
  readonly first = new Promise<never>((_, reject) => {
    this.#tell = reject;
  });

  constructor() {
    process.on("uncaughtException", this.#tell);
  }

  ignore(): void {
    process.off("uncaughtException", this.#tell);
  }
}
