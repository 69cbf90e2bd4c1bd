// One kernel in workers of the browser: started, spoken to, ended.
import * as vscode from "vscode";
import { type AnyMessage, isMessage } from "../../kernel/protocol";
import { startWebKernel, type WebKernel } from "../../kernel/web/startKernel";
import { nameOf } from "../notebook/name";
import type { RunningKernel } from "../notebook/platform";
import type { KernelParts } from "./kernelParts";
import { NotebookFiles } from "./notebookFiles";

export class KernelWorker implements RunningKernel {
  readonly namedNode = "";
  readonly lastWords = "";
  readonly ended: Promise<void>;
  readonly #log: (line: string) => void;
  readonly #files: NotebookFiles;
  /** The cells that have been handed over, one after another. */
  #handing: Promise<void> = Promise.resolve();
  #finish = () => {};
  #receive = (_: AnyMessage) => {};
  /** Undefined until the workers are there. */
  #line: WebKernel | undefined;
  /** What was said until then. */
  #waiting: AnyMessage[] = [];
  #end: string | undefined;
  #wasUp = false;

  constructor(notebook: vscode.Uri, parts: KernelParts, log: vscode.LogOutputChannel) {
    this.#log = (line) => log.info(`${nameOf(notebook)}: ${line}`);
    this.#files = new NotebookFiles(notebook, this.#log);
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#start(parts).catch((error: Error) => this.#endWith(error.message));
  }

  send(message: AnyMessage): void {
    if (this.#line) this.#hand(this.#line, message);
    else this.#waiting.push(message);
  }

  onMessage(receive: (message: AnyMessage) => void): void {
    this.#receive = receive;
  }

  onClose(closed: () => void): void {
    void this.ended.then(closed);
  }

  get wasUp(): boolean {
    return this.#wasUp;
  }

  get end(): string {
    return this.#end ?? "";
  }

  close(): void {
    this.#endWith("closed");
    this.#line?.close();
  }

  async #start(parts: KernelParts): Promise<void> {
    const read = await parts.read();
    if (this.#end !== undefined) return;
    const line = startWebKernel(read, { onFile: (file) => this.#files.write(file) });
    this.#line = line;
    line.onMessage((message) => {
      this.#wasUp = true;
      this.#receive(message);
    });
    line.onClose(() => this.#endWith(vscode.l10n.t("the browser has ended its worker")));
    this.#log("workers started");
    for (const message of this.#waiting.splice(0)) this.#hand(line, message);
  }

  /** A cell waits for the files that it names; nothing else waits. */
  #hand(line: WebKernel, message: AnyMessage): void {
    if (!isMessage(message, "execute_request")) {
      line.send(message);
      return;
    }
    const { code } = message.content;
    this.#handing = this.#handing.then(async () => {
      for (const file of await this.#files.namedIn(code)) line.give(file);
      line.send(message);
    });
  }

  #endWith(how: string): void {
    if (this.#end !== undefined) return;
    this.#end = how;
    this.#log(`kernel ended (${how})`);
    this.#finish();
  }
}
