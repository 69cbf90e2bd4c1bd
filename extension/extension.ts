// The extension's entry: builds the context, registers, nothing else.
import * as vscode from "vscode";
import { registerCommands } from "./commands";
import { registerLanguage } from "./language";
import { tellChartTheme } from "./notebook/chartTheme";
import { NotebookKernels } from "./notebook/controller";
import { registerMilestones } from "./notebook/milestones";
import { RunHistory } from "./notebook/runHistory";
import { registerStatusBar } from "./notebook/statusBar";
import { Views } from "./views";

export function activate({ extensionUri, globalStorageUri, subscriptions }: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("BN Lab", { log: true });
  const kernels = new NotebookKernels(extensionUri, log);
  const history = new RunHistory();
  const views = new Views(extensionUri, kernels, log);
  subscriptions.push(
    log,
    kernels,
    history,
    views,
    registerMilestones(kernels),
    tellChartTheme(),
    registerStatusBar(kernels),
    registerLanguage(kernels, views.store, log),
    ...registerCommands({ extensionUri, globalStorageUri, log, kernels, history, views }),
  );
}
