// One table, command → what it does; the compiler keeps it complete.
import * as vscode from "vscode";
import { Command } from "../ids";
import { clearOutputs } from "./clearOutputs";
import type { Context, RunCommand } from "./command";
import { compareRuns } from "./compareRuns";
import { copyVariableName } from "./copyVariableName";
import { copyVariableValue } from "./copyVariableValue";
import { debugCell, runByLine } from "./debugCell";
import { editCellTags } from "./editCellTags";
import { exportExecuted } from "./exportExecuted";
import { exportHtml } from "./exportHtml";
import { exportLive } from "./exportLive";
import { exportMarkdown } from "./exportMarkdown";
import { exportPdf } from "./exportPdf";
import { exportScript } from "./exportScript";
import { installJupyterKernel } from "./installJupyterKernel";
import { interruptKernel } from "./interruptKernel";
import { newNotebook } from "./newNotebook";
import { openScript } from "./openScript";
import { openTable } from "./openTable";
import { openTensor } from "./openTensor";
import { openTutorial } from "./openTutorial";
import { openWalkthrough } from "./openWalkthrough";
import { refreshVariables } from "./refreshVariables";
import { restartAndRunAll } from "./restartAndRunAll";
import { restartKernel } from "./restartKernel";
import { runAll } from "./runAll";
import { runStale } from "./runStale";
import { showLog } from "./showLog";
import { showVariables } from "./showVariables";
import { startTutorialOver } from "./startTutorialOver";

const table: Record<Command, RunCommand> = {
  [Command.openTutorial]: openTutorial,
  [Command.startTutorialOver]: startTutorialOver,
  [Command.newNotebook]: newNotebook,
  [Command.runAll]: runAll,
  [Command.runStale]: runStale,
  [Command.restartKernel]: restartKernel,
  [Command.restartAndRunAll]: restartAndRunAll,
  [Command.interruptKernel]: interruptKernel,
  [Command.debugCell]: debugCell,
  [Command.runByLine]: runByLine,
  [Command.clearOutputs]: clearOutputs,
  [Command.exportHtml]: exportHtml,
  [Command.exportLive]: exportLive,
  [Command.exportExecuted]: exportExecuted,
  [Command.exportScript]: exportScript,
  [Command.exportMarkdown]: exportMarkdown,
  [Command.exportPdf]: exportPdf,
  [Command.openScript]: openScript,
  [Command.editCellTags]: editCellTags,
  [Command.showVariables]: showVariables,
  [Command.compareRuns]: compareRuns,
  [Command.installJupyterKernel]: installJupyterKernel,
  [Command.openWalkthrough]: openWalkthrough,
  [Command.openTensor]: openTensor,
  [Command.openTable]: openTable,
  [Command.copyVariableName]: copyVariableName,
  [Command.copyVariableValue]: copyVariableValue,
  [Command.refreshVariables]: refreshVariables,
  [Command.showLog]: showLog,
};

export const registerCommands = (context: Context): vscode.Disposable[] =>
  Object.entries(table).map(([id, run]) =>
    vscode.commands.registerCommand(id, (...args: unknown[]) => run(context, ...args)),
  );
