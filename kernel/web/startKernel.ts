// How a web page, or an extension in a browser, has a kernel: workers on the other end of a transport.
import type { AnyMessage, Transport } from "../protocol";
import type { FromKernel, LanguageParts, PageFile, Source, ToKernel } from "./wire";
import { workerOf } from "./worker";

export type { LanguageParts, PageFile, Source } from "./wire";

/** The parts of the build that a kernel is made of. */
export interface WebKernelParts {
  /** `dist/web/kernel.js`. */
  kernel: Source;
  /** `dist/web/runner.js`. */
  runner: Source;
  /**
   * TypeScript and the declarations that cells are checked with: called once, at once. Cells wait for it; where it rejects, they
   * say why.
   */
  language(): Promise<LanguageParts>;
}

export interface WebKernelFiles {
  /** Files that cells find. */
  files?: readonly PageFile[];
  /** Hears of each file that a cell writes. */
  onFile?(file: PageFile): void;
}

/** The line to a kernel in a page. */
export interface WebKernel extends Transport {
  /** Gives cells one more file, or another in its place. */
  give(file: PageFile): void;
}

/**
 * Starts a kernel: one worker that answers and converts, one more inside it that cells run in. Works from `file://` as well; a
 * content security policy has to allow `worker-src blob:` and `script-src blob: 'unsafe-eval'`; with `connect-src blob:` a cell that
 * loops inside a function can be stopped without losing its variables (not from `file://` in Chromium).
 *
 * @example
 * const client = new KernelClient(startWebKernel(parts));
 * await client.execute("1 + 1", (publication) => show(publication));
 *
 * @returns the line to it, for a `KernelClient`; closing it ends the workers.
 */
export function startWebKernel(
  { kernel, runner, language }: WebKernelParts,
  { files = [], onFile = () => {} }: WebKernelFiles = {},
): WebKernel {
  const worker = workerOf(kernel, "bnlab kernel");
  const post = (message: ToKernel) => worker.postMessage(message);
  let receive = (_: AnyMessage) => {};
  const closedListeners: (() => void)[] = [];
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    worker.terminate();
    for (const closed of closedListeners) closed();
  };
  worker.onmessage = ({ data }: MessageEvent<FromKernel>) => {
    if (data.type === "message") receive(data.message);
    else if (data.type === "file") onFile(data.file);
    else close();
  };
  worker.onerror = close;
  post({ type: "start", runner, files });
  language().then(
    (parts) => post({ type: "language", parts }),
    (error) => post({ type: "noLanguage", reason: error instanceof Error ? error.message : String(error) }),
  );
  return {
    send: (message) => post({ type: "message", message }),
    give: (file) => post({ type: "file", file }),
    onMessage: (receiver) => {
      receive = receiver;
    },
    onClose: (closed) => void closedListeners.push(closed),
    close,
  };
}
