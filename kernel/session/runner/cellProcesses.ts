// The processes that cells start, each with its cell: what an interrupt of the cell ends with it.
import { ChildProcess } from "node:child_process";
import type { Worker } from "node:worker_threads";
import type { Speaker } from "../cells/cellTimers";
import type { ChildNotice, Posted } from "../cells/wire";

interface Spawner {
  spawn(this: ChildProcess, options: { detached?: boolean }): unknown;
}

/** Tells the channel of every process that is not started detached: `spawn`, `exec` and `fork` all come by here. */
export function followProcesses(speaker: Speaker, channel: Pick<Worker, "postMessage">): void {
  const prototype = ChildProcess.prototype as unknown as Spawner;
  const { spawn } = prototype;
  const { apply } = Reflect;
  prototype.spawn = function (options) {
    const outcome = apply(spawn, this, [options]);
    const { pid } = this;
    if (pid !== undefined && !options.detached) {
      const { cell } = speaker;
      const tell = (ended: boolean) => {
        const message: ChildNotice = { type: "child", pid, cell, ended };
        channel.postMessage({ message, size: 0 } satisfies Posted);
      };
      tell(false);
      this.once("exit", () => tell(true));
    }
    return outcome;
  };
}
