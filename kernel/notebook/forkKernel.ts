// A kernel for a program in Node: its process, and a client that speaks to it.
import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { wordsOf } from "../host/fileTrouble";
import { environmentOf } from "../host/settings";
import { type AnyMessage, type AnyPublication, ipcTransport, KernelClient } from "../protocol";

/** How long a kernel that nobody speaks to any more has to end, in milliseconds. */
const endMs = 2000;

export interface ForkedKernel {
  client: KernelClient;
  /** Lets go of it: what it is still asked fails with KernelGone, and it ends. */
  end(reason: string): void;
}

/**
 * @param folder where the cells' imports and files are looked for: the notebook's.
 * @param notebook its file, as whose code cells see themselves.
 * @param onUnclaimed told what the kernel publishes because of no request that is known.
 */
export function forkKernel(
  folder: string,
  notebook: string,
  onUnclaimed?: (publication: AnyPublication) => void,
): ForkedKernel {
  const child = fork(fileURLToPath(new URL("./main.js", import.meta.url)), {
    cwd: folder,
    env: { ...process.env, ...environmentOf({ notebook: path.resolve(notebook) }) },
    execArgv: [],
    stdio: ["ignore", 2, 2, "ipc"], // what is printed past the cells' outputs is no output of the command's either
  });
  const client = new KernelClient(ipcTransport<AnyMessage>(child), onUnclaimed);
  child.on("error", (error) => client.close(`the kernel could not be started: ${wordsOf(error)}`));
  return {
    client,
    end(reason) {
      client.close(reason);
      if (child.connected) child.disconnect();
      endFor(child);
    },
  };
}

/** A kernel that hears its line close ends at once; one that was stopped or hangs is killed. */
function endFor(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill("SIGKILL"), endMs);
  child.once("exit", () => clearTimeout(timer));
}
