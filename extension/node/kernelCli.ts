// The kernel's command line, run for a command of the extension. No vscode here.
import { fork } from "node:child_process";

export interface CliRun {
  /** dist/kernel/cli.js. */
  entry: string;
  args: string[];
  /** The Node to run it with, and its variables. */
  execPath: string;
  env: NodeJS.ProcessEnv;
  /** Called for each line it prints. */
  onLine?(line: string): void;
  /** Stops it as Ctrl+C does. */
  signal?: AbortSignal;
}

/** Resolves when it has ended: with its exit code and all that it printed. */
export function runCli({
  entry,
  args,
  execPath,
  env,
  onLine,
  signal,
}: CliRun): Promise<{ code: number; said: string }> {
  const child = fork(entry, args, { execPath, env, execArgv: [], stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const stop = () => child.kill("SIGINT");
  signal?.addEventListener("abort", stop);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      said += chunk;
      for (const line of String(chunk).split("\n")) if (line.trim()) onLine?.(line.trim());
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      signal?.removeEventListener("abort", stop);
      resolve({ code: code ?? 1, said: said.trim() });
    });
  });
}
