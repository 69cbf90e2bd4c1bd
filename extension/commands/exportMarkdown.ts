// Writes the notebook, with what its cells show now, as Markdown with its pictures beside it.
import * as vscode from "vscode";
import type { RunCommand } from "./command";
import { exportAs } from "./exportAs";

export const exportMarkdown: RunCommand = (context, argument, target) =>
  exportAs(context, argument, target, {
    title: vscode.l10n.t("Export to Markdown"),
    ending: ".md",
    filter: ["Markdown", "md"],
    option: "--markdown",
    open: (page) => vscode.commands.executeCommand("markdown.showPreview", page),
  });
