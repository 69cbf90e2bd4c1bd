// The page's line to the extension: asks for boxes of elements, one answer each. Runs in a web page.
import { localized } from "../localize";
import { asBox } from "./box";
import type { Box, BoxRequest, FromViewer, ToViewer } from "./messages";

declare function acquireVsCodeApi(): { postMessage(message: FromViewer): void };

type Notice = Extract<ToViewer, { type: "tensor" | "gone" }>;

/** An answer that takes longer means that a cell keeps the kernel's thread. */
const patienceMs = 400;

export class Source {
  readonly #vscode = acquireVsCodeApi();
  readonly #asked = new Map<number, { resolve(box: Box): void; reject(error: Error): void }>();
  readonly #waiting: (waiting: boolean) => void;
  #ids = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(notice: (notice: Notice) => void, waiting: (waiting: boolean) => void) {
    this.#waiting = waiting;
    addEventListener("message", ({ data }: MessageEvent<ToViewer>) => {
      if (data.type === "box") this.#answered(data);
      else if (data.type === "refused") this.#settle(data.id)?.reject(new Error(data.message));
      else notice(data);
    });
    this.#vscode.postMessage({ type: "ready" });
  }

  /** Rejects where there is no such box any more. */
  ask(request: BoxRequest): Promise<Box> {
    const id = ++this.#ids;
    this.#timer ??= setTimeout(() => this.#waiting(true), patienceMs);
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#vscode.postMessage({ type: "ask", id, request });
    });
  }

  /** Says what has no answer here. */
  tell(message: FromViewer): void {
    this.#vscode.postMessage(message);
  }

  #answered({ id, box }: Extract<ToViewer, { type: "box" }>): void {
    const asked = this.#settle(id);
    const read = asBox(box);
    if (read) asked?.resolve(read);
    else asked?.reject(new Error(localized("The kernel's answer is not a box of numbers.")));
  }

  #settle(id: number) {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (this.#asked.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#waiting(false);
    }
    return asked;
  }
}
