// One kernel process: started, spoken to over IPC, ended. No vscode here.
import { type ChildProcess, fork } from "node:child_process";
import { type AnyMessage, isNote, type Keeping, type Note, type Said } from "../../kernel/protocol";
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
  /** How it outlives its window; undefined where it does not. */
  keeping: Keeping | undefined;
  log(line: string): void;
}

/** A kernel's end of the line, however it was come by. */
export interface KernelEnd extends Omit<RunningKernel, "send" | "lasting"> {
  send(said: Said): void;
  onNote(heed: (note: Note) => void): void;
  /** Whether another window has taken it. */
  readonly wasTaken: boolean;
  /** Goes without ending it, where it is kept. */
  leave(): void;
}

/** How long a kernel may take to end by itself. */
export const graceMs = 2000;

export class KernelProcess implements KernelEnd {
  readonly #child: ChildProcess;
  readonly #keeping: Keeping | undefined;
  #end: string | undefined;
  #errors = "";
  #wasUp = false;
  #wasTaken = false;
  /** By us. */
  #isLeft = false;

  readonly namedNode: string;
  readonly ended: Promise<void>;

  constructor({ entry, execPath, namedNode, env, cwd, keeping, log }: KernelLaunch) {
    this.namedNode = namedNode;
    this.#keeping = keeping;
    this.#child = fork(entry, [], {
      cwd,
      execPath,
      env,
      execArgv: [],
      serialization: "json",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // Else what ends the window's processes, on Windows the window's own end, ends this one too.
      ...(keeping && { detached: true, windowsHide: true }),
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
      this.#child.on("message", (said: Said) => {
        if (!isNote(said) || said.note !== "taken") return;
        this.#wasTaken = true;
        end("another window has taken it");
      });
      // "close" comes after the last output has been read, so the last words are complete. It never comes once we have disconnected.
      const over = (code: number | null, signal: NodeJS.Signals | null) => end(signal ?? `exit code ${code}`);
      this.#child.once("close", over);
      this.#child.once("exit", (...how) => this.#isLeft && over(...how));
    });
    log(`process ${this.#child.pid} started in ${cwd}`);
  }

  send(said: Said): void {
    // What is said to a process that has just died is lost; `onClose` tells of the death.
    if (this.#child.connected) this.#child.send(said, () => {});
  }

  onMessage(receive: (message: AnyMessage) => void): void {
    this.#child.on("message", (said: Said) => {
      if (!isNote(said)) receive(said);
    });
  }

  onNote(heed: (note: Note) => void): void {
    this.#child.on("message", (said: Said) => {
      if (isNote(said)) heed(said);
    });
  }

  onClose(closed: () => void): void {
    void this.ended.then(closed);
  }

  get wasUp(): boolean {
    return this.#wasUp;
  }

  get wasTaken(): boolean {
    return this.#wasTaken;
  }

  /** What ended the process: a signal, an exit code, or why it could not be started. */
  get end(): string {
    return this.#end ?? "";
  }

  /** What the process wrote to stderr last: where Node says why it ended. */
  get lastWords(): string {
    return this.#errors.trim();
  }

  leave(): void {
    if (this.#keeping) {
      this.send({ note: "leave" });
      this.#disconnect();
    } else {
      this.close();
    }
  }

  /** Ends the process: a closed channel asks it to, and force follows. */
  close(): void {
    this.send({ note: "end" });
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), graceMs);
    this.#child.once("exit", () => clearTimeout(kill));
    this.#disconnect();
  }

  #disconnect(): void {
    this.#isLeft = true;
    if (this.#child.connected) this.#child.disconnect();
  }
}
