// A kernel for a program in Node: its process, and a client that speaks to it.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ipcTransport, KernelClient } from "../protocol";

export interface ForkedKernel {
  client: KernelClient;
  process: ChildProcess;
}

/** @param folder where the cells' imports and files are looked for: the notebook's. */
export function forkKernel(folder: string): ForkedKernel {
  const child = fork(fileURLToPath(new URL("./main.js", import.meta.url)), {
    cwd: folder,
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return { client: new KernelClient(ipcTransport(child)), process: child };
}
