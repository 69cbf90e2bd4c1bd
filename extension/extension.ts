// The extension's entry: builds the context, registers, nothing else.
import * as vscode from "vscode";
import { registerCommands } from "./commands";
import { registerLanguage } from "./language";
import { NotebookKernels } from "./notebook/controller";
import { registerMilestones } from "./notebook/milestones";
import { RunHistory } from "./notebook/runHistory";
import { registerStatusBar } from "./notebook/statusBar";

export function activate({ extensionUri, globalStorageUri, subscriptions }: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("BN Lab", { log: true });
  const kernels = new NotebookKernels(extensionUri, log);
  const history = new RunHistory();
  subscriptions.push(
    log,
    kernels,
    history,
    registerMilestones(kernels),
    registerStatusBar(kernels),
    registerLanguage(kernels, log),
    ...registerCommands({ extensionUri, globalStorageUri, log, kernels, history }),
  );
}
