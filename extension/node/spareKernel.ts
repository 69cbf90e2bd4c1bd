// A kernel that starts while its reader still chooses: for the notebook that is likely to be opened next.
import type * as vscode from "vscode";
import { type KernelLaunch, KernelProcess } from "./kernelProcess";

/** How long it waits for its notebook: it takes some hundred megabytes. */
const patienceMs = 60_000;

export class SpareKernel implements vscode.Disposable {
  #spare: { launch: KernelLaunch; process: KernelProcess } | undefined;
  #patience: NodeJS.Timeout | undefined;

  prepare(launch: KernelLaunch): void {
    if (!this.#isFor(launch)) {
      this.dispose();
      this.#spare = { launch, process: new KernelProcess(launch) };
    }
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.dispose(), patienceMs);
  }

  /** A kernel's process that is launched so: the spare one where it is, a new one else. */
  start(launch: KernelLaunch): KernelProcess {
    const spare = this.#isFor(launch) ? this.#spare?.process : undefined;
    if (spare) this.#spare = undefined;
    this.dispose();
    return spare ?? new KernelProcess(launch);
  }

  dispose(): void {
    clearTimeout(this.#patience);
    this.#spare?.process.close();
    this.#spare = undefined;
  }

  #isFor(launch: KernelLaunch): boolean {
    return this.#spare?.process.end === "" && textOf(this.#spare.launch) === textOf(launch);
  }
}

const textOf = (launch: KernelLaunch) => JSON.stringify(launch); // without its function
