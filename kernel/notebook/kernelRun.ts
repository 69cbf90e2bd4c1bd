// A notebook from a file, run in a kernel of its own; what `bnlab run` and `bnlab check` have in common.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { KernelGone, type Questions } from "../protocol";
import { forkKernel } from "./forkKernel";
import { type Notebook, NotebookError, parseNotebook } from "./notebookFile";
import { type RunOptions, runNotebook } from "./runNotebook";

export const ExitCode = { ok: 0, failed: 1, unusable: 2, interrupted: 130 } as const;

/** @throws Error that says in one line why the file is of no use. */
export async function readNotebook(file: string): Promise<Notebook> {
  try {
    return parseNotebook(await readFile(file, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new NotebookError("there is no such file");
    if (code === "EISDIR") throw new NotebookError("it is a folder; name the .ipynb file");
    throw error;
  }
}

export interface KernelRunOptions extends Omit<RunOptions, "signal" | "timeout" | "onInput"> {
  /** Seconds a cell may take. */
  timeout?: number;
  /** Called before the terminal shows a cell's question. */
  onQuestion?(): void;
  onKernelGone(error: KernelGone): void;
}

type Question = Questions["input_request"];

/** Ctrl+C stops the cell that runs and those after it; a second one, the program. */
export async function runInKernel(
  notebook: Notebook,
  folder: string,
  { timeout, onQuestion, onKernelGone, ...options }: KernelRunOptions,
): Promise<"succeeded" | "failed" | "interrupted"> {
  const kernel = forkKernel(folder);
  const stop = new AbortController();
  const onSigint = () => {
    if (stop.signal.aborted) process.exit(ExitCode.interrupted);
    stop.abort();
  };
  process.on("SIGINT", onSigint);
  const onInput = (question: Question, ended: AbortSignal) => {
    onQuestion?.();
    return askTerminal(question, ended, () => stop.abort());
  };
  let succeeded = false;
  try {
    succeeded = await runNotebook(notebook, kernel.client, {
      ...options,
      signal: stop.signal,
      timeout: timeout && timeout * 1000,
      onInput: process.stdin.isTTY ? onInput : undefined,
    });
    await kernel.client.shutdown();
  } catch (error) {
    if (!(error instanceof KernelGone)) throw error;
    onKernelGone(error);
  } finally {
    process.off("SIGINT", onSigint);
  }
  if (stop.signal.aborted) return "interrupted";
  return succeeded ? "succeeded" : "failed";
}

/** An end of input (Ctrl+D) is an empty answer. While it asks, the terminal gives Ctrl+C to it and to nobody else. */
async function askTerminal(
  { prompt, password }: Question,
  ended: AbortSignal,
  interrupt: () => void,
): Promise<string> {
  if (password) process.stdout.write(prompt);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = password ? nowhere : process.stdout;
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  terminal.on("SIGINT", interrupt);
  ended.addEventListener("abort", () => terminal.close());
  const closed = new Promise<string>((resolve) => {
    terminal.once("close", () => resolve(""));
  });
  const answer = await Promise.race([terminal.question(password ? "" : prompt), closed]);
  terminal.close();
  if (password) process.stdout.write("\n");
  return answer;
}
