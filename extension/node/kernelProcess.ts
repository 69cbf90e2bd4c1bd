// One kernel process: started, spoken to over IPC, ended. No vscode here.
import { type ChildProcess, fork } from "node:child_process";
import type { AnyMessage } from "../../kernel/protocol";
import type { RunningKernel } from "../notebook/platform";

export interface KernelLaunch {
  /** The kernel's entry, dist/kernel/main.js. */
  entry: string;
  /** The Node to run it with, and its variables. */
  execPath: string;
  env: NodeJS.ProcessEnv;
  /** `execPath` where the settings name it, else empty. */
  namedNode: string;
  /** Where relative paths in cells start. */
  cwd: string;
  log(line: string): void;
}

/** How long a kernel may take to end by itself. */
const graceMs = 2000;

export class KernelProcess implements RunningKernel {
  readonly #child: ChildProcess;
  #end: string | undefined;
  #errors = "";
  #wasUp = false;

  readonly namedNode: string;
  readonly ended: Promise<void>;

  constructor({ entry, execPath, namedNode, env, cwd, log }: KernelLaunch) {
    this.namedNode = namedNode;
    this.#child = fork(entry, [], {
      cwd,
      execPath,
      env,
      execArgv: [],
      serialization: "json",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child.stdout?.on("data", (chunk: Buffer) => log(`stdout: ${chunk}`));
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk).slice(-2000);
      log(`stderr: ${chunk}`);
    });
    this.#child.once("message", () => {
      this.#wasUp = true;
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.#end ??= how;
        log(`process ${this.#child.pid} ended (${this.#end})`);
        resolve();
      };
      this.#child.once("error", (error) => end(error.message));
      // "close" comes after the last output has been read, so the last words are complete.
      this.#child.once("close", (code, signal) => end(signal ?? `exit code ${code}`));
    });
    log(`process ${this.#child.pid} started in ${cwd}`);
  }

  send(message: AnyMessage): void {
    // A message to a process that has just died is lost; `onClose` tells of the death.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  onMessage(receive: (message: AnyMessage) => void): void {
    this.#child.on("message", (message) => receive(message as AnyMessage));
  }

  onClose(closed: () => void): void {
    void this.ended.then(closed);
  }

  get wasUp(): boolean {
    return this.#wasUp;
  }

  /** What ended the process: a signal, an exit code, or why it could not be started. */
  get end(): string {
    return this.#end ?? "";
  }

  /** What the process wrote to stderr last: where Node says why it ended. */
  get lastWords(): string {
    return this.#errors.trim();
  }

  /** Ends the process: a closed channel asks it to, and force follows. */
  close(): void {
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), graceMs);
    this.#child.once("exit", () => clearTimeout(kill));
    if (this.#child.connected) this.#child.disconnect();
  }
}
