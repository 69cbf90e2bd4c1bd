// What a command is, and what it may use.
import type * as vscode from "vscode";
import type { CellDebugger } from "../debug/cellDebugger";
import type { KernelController } from "../notebook/kernelController";
import type { Platform } from "../notebook/platform";
import type { Tutorials } from "../notebook/tutorials";
import type { Views } from "../views";

export interface Context {
  extensionUri: vscode.Uri;
  tutorials: Tutorials;
  platform: Platform;
  log: vscode.LogOutputChannel;
  controller: KernelController;
  debugger: CellDebugger;
  views: Views;
}

/** `args` is what the place it was called from hands over: nothing in the palette, an object in a notebook's toolbar. */
export type RunCommand = (context: Context, ...args: unknown[]) => void | Promise<void>;
