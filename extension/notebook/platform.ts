// What the extension has of where it runs: a machine with Node, or a browser alone. Types only.
import type * as vscode from "vscode";
import type { Transport } from "../../kernel/protocol";

export interface Platform {
  /** A kernel for a notebook; it may still be starting, and what is said to it then waits. */
  startKernel(notebook: vscode.Uri): RunningKernel;
  /** What Node does for commands; undefined in a browser. */
  readonly node?: NodeWork;
}

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
