// The extension, wherever it runs: builds the context, registers, nothing else.
import * as vscode from "vscode";
import { registerTools } from "./assistant";
import { registerCommands } from "./commands";
import { CellDebugger } from "./debug/cellDebugger";
import { registerLanguage } from "./language";
import { showTags } from "./notebook/cellTags";
import { tellChartTheme } from "./notebook/chartTheme";
import { connectControls } from "./notebook/controls";
import { connectErrorLinks } from "./notebook/errorLinks";
import { foldCells } from "./notebook/foldedCells";
import { registerFront } from "./notebook/front";
import { KernelController } from "./notebook/kernelController";
import { registerMilestones } from "./notebook/milestones";
import type { Platform } from "./notebook/platform";
import { RunHistory } from "./notebook/runHistory";
import { registerStaleCells } from "./notebook/staleCells";
import { registerStatusBar } from "./notebook/statusBar";
import { Tutorials } from "./notebook/tutorials";
import { Views } from "./views";

export function start(
  context: vscode.ExtensionContext,
  platformWith: (log: vscode.LogOutputChannel) => Platform,
): void {
  const { extensionUri, subscriptions } = context;
  const log = vscode.window.createOutputChannel("BN Lab", { log: true });
  const platform = platformWith(log);
  const controller = new KernelController(platform, log);
  const cellDebugger = new CellDebugger(extensionUri, controller, log);
  const history = new RunHistory(controller);
  const tutorials = new Tutorials(context, controller);
  const views = new Views(extensionUri, controller, tutorials, history, log);
  subscriptions.push(
    log,
    controller,
    cellDebugger,
    history,
    tutorials,
    views,
    registerFront(controller),
    registerMilestones(controller),
    tellChartTheme(),
    connectControls(controller),
    connectErrorLinks(),
    foldCells(),
    showTags(),
    registerStatusBar(controller),
    registerStaleCells(controller),
    registerLanguage(controller, views.store, log),
    registerTools({ controller, views }),
    ...registerCommands({
      extensionUri,
      platform,
      log,
      controller,
      debugger: cellDebugger,
      tutorials,
      views,
    }),
  );
}
