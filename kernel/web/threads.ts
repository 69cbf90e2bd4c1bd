// The kernels' threads in a browser: workers of the runner's own script, where the page is isolated so that memory can be shared.
import {
  type Assignment,
  type Seat,
  serveBetween,
  type ThreadHost,
  threadsFor,
} from "../tensor/wasm/call/team";
import type { Source } from "./wire";
import { workerOf } from "./worker";

const threadName = "bnlab thread";

export const isThread = (): boolean => self.name === threadName;

let script: Source | undefined;

/** Hands over the script that threads run, before the runtime is loaded. */
export function lendThreads(runner: Source): void {
  script = runner;
}

/** Has the runtime compute with as many threads as in Node. */
export function useThreads(setThreads: (host: ThreadHost, count: number) => void): void {
  if (script === undefined || !self.crossOriginIsolated) return;
  const source = script;
  const host: ThreadHost = {
    start(seat) {
      const worker = workerOf(source, threadName);
      worker.postMessage(seat);
      return { post: (assignment) => worker.postMessage(assignment) };
    },
  };
  setThreads(host, threadsFor(self.navigator.hardwareConcurrency));
}

/** A thread's life: the first message is its seat, all others are assignments. The runtime itself is not loaded here. */
export async function serveRuntime(): Promise<void> {
  const arrived: (Seat | Assignment)[] = [];
  let wake = () => {};
  self.onmessage = ({ data }: MessageEvent<Seat | Assignment>) => {
    arrived.push(data);
    wake();
  };
  const next = async (): Promise<Seat | Assignment> => {
    while (arrived.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return arrived.shift()!;
  };
  await serveBetween((await next()) as Seat, next as () => Promise<Assignment>);
}
