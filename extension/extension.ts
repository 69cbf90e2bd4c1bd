// The extension's entry: builds the context, registers, nothing else.
import * as vscode from "vscode";
import { registerCommands } from "./commands";
import { CellDebugger } from "./debug/cellDebugger";
import { registerLanguage } from "./language";
import { tellChartTheme } from "./notebook/chartTheme";
import { connectControls } from "./notebook/controls";
import { foldCells } from "./notebook/foldedCells";
import { KernelController } from "./notebook/kernelController";
import { registerMilestones } from "./notebook/milestones";
import { RunHistory } from "./notebook/runHistory";
import { registerStaleCells } from "./notebook/staleCells";
import { registerStatusBar } from "./notebook/statusBar";
import { Views } from "./views";

export function activate({ extensionUri, globalStorageUri, subscriptions }: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("BN Lab", { log: true });
  const controller = new KernelController(extensionUri, log);
  const cellDebugger = new CellDebugger(extensionUri, controller, log);
  const history = new RunHistory();
  const views = new Views(extensionUri, controller, log);
  subscriptions.push(
    log,
    controller,
    cellDebugger,
    history,
    views,
    registerMilestones(controller),
    tellChartTheme(),
    connectControls(controller),
    foldCells(),
    registerStatusBar(controller),
    registerStaleCells(controller),
    registerLanguage(controller, views.store, log),
    ...registerCommands({
      extensionUri,
      globalStorageUri,
      log,
      controller,
      debugger: cellDebugger,
      history,
      views,
    }),
  );
}
