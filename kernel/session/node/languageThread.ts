// Node lends the language service a worker thread.
import { Worker } from "node:worker_threads";
import type { StartLanguage } from "../language/languageThread";

/** @param folder the notebook's. */
export function languageThreadIn(folder: string): StartLanguage {
  return ({ answered, gone }) => {
    const thread = new Worker(new URL("./language.js", import.meta.url), { workerData: { folder } });
    thread.on("message", answered);
    thread.on("error", gone);
    return {
      post: (message) => thread.postMessage(message),
      close: () => void thread.terminate(),
    };
  };
}
