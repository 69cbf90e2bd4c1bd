// The extension's entry: builds the context, registers, nothing else.
import * as vscode from "vscode";
import { registerCommands } from "./commands";
import { registerLanguage } from "./language";
import { NotebookKernels } from "./notebook/controller";
import { registerStatusBar } from "./notebook/statusBar";

export function activate({ extensionUri, subscriptions }: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("BN Lab", { log: true });
  const kernels = new NotebookKernels(extensionUri, log);
  subscriptions.push(
    log,
    kernels,
    registerStatusBar(kernels),
    registerLanguage(kernels, log),
    ...registerCommands({ extensionUri, log, kernels }),
  );
}
