// What the extension has of where it runs: a machine with Node, or a browser alone. Types only.
import type * as vscode from "vscode";
import type { Message, PastExecution, Transport } from "../../kernel/protocol";

export interface Platform {
  /** A kernel for a notebook; it may still be starting, and what is said to it then waits. */
  startKernel(notebook: vscode.Uri, wanted: Wanted): RunningKernel;
  /** The notebook is likely to be opened: its kernel may start before it is. Its folder is there. */
  expect?(notebook: vscode.Uri): void;
  /** Whether a kernel of the notebook's may be there that has outlived its window. */
  isKept?(notebook: vscode.Uri): boolean;
  /** What Node does for commands; undefined in a browser. */
  readonly node?: NodeWork;
}

/** A new one; one that has outlived its window, where there is one; or such a one also where another window has it. */
export type Wanted = "new" | "kept" | "taken";

/** A kernel, and how it ended. */
export interface RunningKernel extends Transport {
  /** Resolves when it has ended, or could not be started. */
  readonly ended: Promise<void>;
  /** Whether it has said anything: one that has not was no kernel, or never got so far. */
  readonly wasUp: boolean;
  /** What ended it: a signal, an exit code, a reason. */
  readonly end: string;
  /** What it wrote last, where it wrote. */
  readonly lastWords: string;
  /** The Node that the settings name for it, else empty. */
  readonly namedNode: string;
  /** Undefined of one that ends with its window, whatever happens. */
  readonly lasting?: Lasting;
}

/** What a kernel has besides that outlives its window. */
export interface Lasting {
  /** What its cells have done before it was this window's; of a new one undefined, or that another window has the notebook's. */
  readonly past: Promise<readonly PastExecution[] | "held" | undefined>;
  /** Whether another window has taken it. */
  readonly wasTaken: boolean;
  /** Asks for what one of them has published, or only for what it publishes from now on. */
  recall(id: string, outputs: boolean): void;
  /** What is still to run, should this window go. */
  queue(requests: Message<"execute_request">[]): void;
  /** The outputs of an execution have been cleared. */
  forget(id: string): void;
  /** The notebook has another address. */
  move(notebook: vscode.Uri): void;
  /** The window goes, and may come back. */
  leave(): void;
}

export interface NodeWork {
  /** Writes the notebook as it stands now to a file, which is asked for unless it is given. */
  exportNotebook(notebook: vscode.NotebookDocument, what: Export, given: unknown): Promise<void>;
  /** Makes the kernel known to this user's Jupyter. */
  installJupyterKernel(): Promise<void>;
}

/** A file that the kernel's command line makes of a notebook. */
export interface Export {
  /** What is done, for the notification. */
  title: string;
  /** Behind the notebook's own name. */
  ending: string;
  filter: [name: string, extension: string];
  /** The command line: from a notebook file to the target; relative paths in it start in `folder`. */
  args(file: string, target: string, folder: string): string[];
  /** Opens what was made. */
  open(target: vscode.Uri): Thenable<unknown>;
}
