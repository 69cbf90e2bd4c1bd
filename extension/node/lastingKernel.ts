// A notebook's kernel that outlives its window: one that is there already is come back to, else one is started.
import * as vscode from "vscode";
import { type Attached, attach } from "../../kernel/attach/attach";
import { type Found, removeEntry } from "../../kernel/attach/registry";
import {
  type AnyMessage,
  isNote,
  type Message,
  type Note,
  type PastExecution,
  type Said,
} from "../../kernel/protocol";
import { version } from "../../kernel/version";
import { nameOf } from "../notebook/name";
import type { Lasting, RunningKernel } from "../notebook/platform";
import { graceMs, type KernelEnd, type KernelLaunch } from "./kernelProcess";
import type { SpareKernel } from "./spareKernel";

export class LastingKernel implements RunningKernel, Lasting {
  readonly #launch: KernelLaunch;
  readonly #spare: SpareKernel;
  /** Undefined while one is still looked for. */
  #end: KernelEnd | undefined;
  readonly #waiting: Said[] = [];
  #receive = (_: AnyMessage) => {};
  #finish = () => {};
  #isClosed = false;

  readonly past: Promise<readonly PastExecution[] | "held" | undefined>;
  readonly ended: Promise<void>;

  /** @param takes whether one is taken from another window. */
  constructor(launch: KernelLaunch, spare: SpareKernel, found: readonly Found[], takes: boolean) {
    this.#launch = launch;
    this.#spare = spare;
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    if (found.length === 0) this.#use(spare.start(launch));
    this.past = found.length === 0 ? Promise.resolve(undefined) : this.#comeBack(found, takes);
  }

  get lasting(): Lasting {
    return this;
  }

  get namedNode(): string {
    return this.#end?.namedNode ?? "";
  }

  get wasUp(): boolean {
    return this.#end?.wasUp ?? false;
  }

  get end(): string {
    return this.#end?.end ?? "";
  }

  get lastWords(): string {
    return this.#end?.lastWords ?? "";
  }

  get wasTaken(): boolean {
    return this.#end?.wasTaken ?? false;
  }

  send(message: AnyMessage): void {
    this.#say(message);
  }

  onMessage(receive: (message: AnyMessage) => void): void {
    this.#receive = receive;
  }

  onClose(closed: () => void): void {
    void this.ended.then(closed);
  }

  close(): void {
    this.#isClosed = true;
    this.#end?.close();
  }

  recall(id: string, outputs: boolean): void {
    this.#say({ note: "recall", id, outputs });
  }

  queue(requests: Message<"execute_request">[]): void {
    if (this.#launch.keeping) this.#say({ note: "queue", requests });
  }

  forget(id: string): void {
    this.#say({ note: "forget", id });
  }

  move(notebook: vscode.Uri): void {
    const { keeping } = this.#launch;
    if (!keeping) return;
    keeping.notebook = notebook.toString();
    this.#say({ note: "keep", keeping });
  }

  leave(): void {
    this.#isClosed = true;
    this.#end?.leave();
  }

  #say(said: Message | Note): void {
    if (this.#end) this.#end.send(said as Said);
    else this.#waiting.push(said as Said);
  }

  #use(end: KernelEnd): void {
    this.#end = end;
    const { keeping } = this.#launch;
    if (keeping) end.send({ note: "keep", keeping });
    end.onNote((note) => note.note === "wanted" && void this.#tellHere());
    end.onMessage((message) => this.#receive(message));
    void end.ended.then(this.#finish);
    for (const said of this.#waiting.splice(0)) end.send(said);
  }

  async #comeBack(
    found: readonly Found[],
    takes: boolean,
  ): Promise<readonly PastExecution[] | "held" | undefined> {
    const { log, keeping } = this.#launch;
    let isHeld = false;
    for (const { file, kernel } of found) {
      const attached = await attach(kernel, version, takes);
      if (typeof attached !== "string") {
        const end = new AttachedKernel(attached, keeping !== undefined, log);
        if (this.#isClosed) end.leave();
        this.#use(end);
        return attached.executions;
      }
      if (attached === "gone") removeEntry(file);
      if (attached === "silent") log(`the kernel of ${kernel.socket} does not answer`);
      isHeld ||= attached === "held";
      if (attached === "version") this.#tellVersion(kernel.version);
    }
    if (this.#isClosed) this.#finish();
    else this.#use(this.#spare.start(this.#launch));
    return isHeld ? "held" : undefined;
  }

  /** A window that is not there, though its extensions are, never answers. */
  async #tellHere(): Promise<void> {
    await vscode.commands.getCommands(true);
    this.#say({ note: "here" });
  }

  #tellVersion(other: string): void {
    const { log, keeping } = this.#launch;
    log(`its kernel is of BN Lab ${other}, this is ${version}: ended`);
    const message = vscode.l10n.t(
      "The kernel of {0} was started by BN Lab {1}, which has been updated: it has ended, and its variables are lost.",
      ...[nameOf(vscode.Uri.parse(keeping?.notebook ?? "")), other],
    );
    void vscode.window.showWarningMessage(message);
  }
}

/** A kernel that another window has started, by its socket. */
class AttachedKernel implements KernelEnd {
  readonly #attached: Attached;
  readonly #isKept: boolean;
  readonly namedNode = "";
  readonly lastWords = "";
  readonly wasUp = true;
  readonly ended: Promise<void>;
  #hasEnded = false;
  #wasTaken = false;
  #heed = (_: Note) => {};

  constructor(attached: Attached, isKept: boolean, log: (line: string) => void) {
    this.#attached = attached;
    this.#isKept = isKept;
    this.ended = new Promise((resolve) => {
      attached.line.onClose(() => {
        this.#hasEnded = true;
        log(`process ${attached.pid} ended, or its line`);
        resolve();
      });
    });
    log(`process ${attached.pid} found again: cells have run in it ${attached.executions.length} times`);
  }

  get end(): string {
    return vscode.l10n.t("its line was closed");
  }

  get wasTaken(): boolean {
    return this.#wasTaken;
  }

  send(said: Said): void {
    this.#attached.line.send(said);
  }

  onMessage(receive: (message: AnyMessage) => void): void {
    this.#attached.line.onMessage((said) => {
      if (!isNote(said)) receive(said);
      else if (said.note === "taken")
        this.#wasTaken = true; // its line closes
      else this.#heed(said);
    });
  }

  onNote(heed: (note: Note) => void): void {
    this.#heed = heed;
  }

  onClose(closed: () => void): void {
    void this.ended.then(closed);
  }

  leave(): void {
    if (this.#isKept) {
      this.send({ note: "leave" });
      this.#attached.line.close();
    } else {
      this.close();
    }
  }

  close(): void {
    this.send({ note: "end" });
    // Its line is open still: the process of that number is the kernel.
    setTimeout(() => {
      if (!this.#hasEnded) killed(this.#attached.pid);
    }, graceMs);
  }
}

function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
