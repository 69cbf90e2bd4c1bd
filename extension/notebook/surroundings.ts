// What a notebook's kernel needs of the house it lives in, and what it tells it. Types only.
import type * as vscode from "vscode";
import type { AnyPublication, Comm, RequestOptions } from "../../kernel/protocol";
import type { RunningKernel, Wanted } from "./platform";

export interface Surroundings {
  start(wanted: Wanted): RunningKernel;
  stateChanged(): void;
  published(cell: vscode.NotebookCell, publication: AnyPublication): void;
  /** A control has said something. */
  commed(comm: Comm): void;
  /** Whether a debugger is to stop at the first line of a cell that is about to run. */
  pauses(cell: vscode.NotebookCell): boolean;
  ask: RequestOptions["onInput"];
  /** All queued cells have ended. */
  rested(): void;
  /** What cells show may have come to be, or no longer be, what they would show now. */
  aged(): void;
  /** The process ended by itself while no cell was running. */
  died(how: string): void;
  /** The kernel is one that has outlived its window: `enter` shows what its cells have done. */
  cameBack(): void;
  /** Another window has the notebook's kernel, in which cells have run: this window has a new one. */
  held(): void;
  /** They are shown; `running` goes on. */
  resumed(running: vscode.NotebookCell | undefined): void;
  /** The process ended before it said anything. */
  notStarted(process: RunningKernel): void;
  failed(error: unknown): void;
}
