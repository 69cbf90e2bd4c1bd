// One table, command → what it does; the compiler keeps it complete.
import * as vscode from "vscode";
import { Command } from "../ids";
import type { Context, RunCommand } from "./command";
import { newNotebook } from "./newNotebook";
import { openTutorial } from "./openTutorial";
import { restartKernel } from "./restartKernel";
import { showLog } from "./showLog";

const table: Record<Command, RunCommand> = {
  [Command.openTutorial]: openTutorial,
  [Command.newNotebook]: newNotebook,
  [Command.restartKernel]: restartKernel,
  [Command.showLog]: showLog,
};

export const registerCommands = (context: Context): vscode.Disposable[] =>
  Object.entries(table).map(([id, run]) =>
    vscode.commands.registerCommand(id, (...args: unknown[]) => run(context, ...args)),
  );
