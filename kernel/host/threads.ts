// The kernels' threads in Node.
import { availableParallelism } from "node:os";
import { MessageChannel, Worker } from "node:worker_threads";
import type { ThreadHost } from "../tensor/doors/host";
import { threadsFor } from "../tensor/wasm/call/team";
import { setting } from "./settings";

/** Starts threads whose code is `entry`, a file or the text of one; they end with the process and never keep it alive. */
export function threadHost(entry: string | URL = new URL("./thread.js", import.meta.url)): ThreadHost {
  return {
    start(seat) {
      const { port1, port2 } = new MessageChannel();
      const worker = new Worker(entry, {
        workerData: { seat, port: port2 },
        transferList: [port2],
        execArgv: [],
        eval: typeof entry === "string",
      });
      worker.on("error", () => {}); // one that could not start never helps; whoever calls does all the work then
      worker.unref();
      port1.unref();
      return { post: (assignment) => port1.postMessage(assignment) };
    },
  };
}

/** How many threads compute: as asked, or as many as suit the machine. */
export const threadCount = (asked = setting("threads")): number =>
  asked ?? threadsFor(availableParallelism());
