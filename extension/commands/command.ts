// What a command is, and what it may use.
import type * as vscode from "vscode";
import type { NotebookKernels } from "../notebook/controller";

export interface Context {
  extensionUri: vscode.Uri;
  log: vscode.LogOutputChannel;
  kernels: NotebookKernels;
}

/** `args` is what the place it was called from hands over: nothing in the palette, an object in a notebook's toolbar. */
export type RunCommand = (context: Context, ...args: unknown[]) => void | Promise<void>;
