// The extension's entry in a browser without a machine behind it, as vscode.dev: kernels are workers.
import * as vscode from "vscode";
import { start } from "../extension";
import { inBrowser } from "../ids";
import { KernelParts } from "./kernelParts";
import { KernelWorker } from "./kernelWorker";

export function activate(context: vscode.ExtensionContext): void {
  void vscode.commands.executeCommand("setContext", inBrowser, true);
  const parts = new KernelParts(context.extensionUri);
  start(context, (log) => ({ startKernel: (notebook) => new KernelWorker(notebook, parts, log) }));
}
