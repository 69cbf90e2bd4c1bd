// Node lends the language service a worker thread.
import { Worker } from "node:worker_threads";
import type { StartLanguage } from "../language/languageThread";
import type { ToLanguage } from "../language/wire";

/**
 * @param folder the notebook's.
 * @param after what the thread leaves the processor to: it loads TypeScript once more, and takes as long as that.
 */
export function languageThreadIn(folder: string, after: Promise<unknown>): StartLanguage {
  return ({ answered, gone }) => {
    let thread: Worker | undefined;
    let isClosed = false;
    const waiting: ToLanguage[] = [];
    const start = () => {
      if (isClosed) return;
      thread = new Worker(new URL("./language.js", import.meta.url), { workerData: { folder } });
      thread.on("message", answered);
      thread.on("error", gone);
      for (const message of waiting.splice(0)) thread.postMessage(message);
    };
    after.then(start, start);
    return {
      post: (message) => (thread ? thread.postMessage(message) : void waiting.push(message)),
      close() {
        isClosed = true;
        void thread?.terminate();
      },
    };
  };
}
