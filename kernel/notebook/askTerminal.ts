// What a cell asks of whoever sits at the terminal.
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Questions } from "../protocol";

interface Terminal {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
}

/**
 * An end of input (Ctrl+D) is an empty answer. While it asks, the terminal gives Ctrl+C to it and to nobody else.
 *
 * @param ended aborted when no answer is needed any more.
 */
export async function askTerminal(
  { prompt, password }: Questions["input_request"],
  ended: AbortSignal,
  interrupt: () => void,
  { stdin, stdout }: Terminal = process,
): Promise<string> {
  if (password) stdout.write(prompt);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: stdin, output: password ? nowhere : stdout, terminal: true });
  terminal.on("SIGINT", interrupt);
  ended.addEventListener("abort", () => terminal.close());
  const closed = new Promise<undefined>((resolve) => {
    terminal.once("close", () => resolve(undefined));
  });
  const answer = await Promise.race([terminal.question(password ? "" : prompt), closed]);
  terminal.close();
  if (password || answer === undefined) stdout.write("\n"); // a line that was typed has ended itself
  return answer ?? "";
}
