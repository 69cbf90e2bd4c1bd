// Runs a copy of the notebook from top to bottom in a kernel of its own and writes it; the open one stays as it is.
import * as vscode from "vscode";
import { notebookType } from "../ids";
import type { RunCommand } from "./command";
import { exportNotebook } from "./exports";
import { targetOf } from "./target";

/** A second argument, a `Uri`, says where to. */
export const exportExecuted: RunCommand = async (context, argument, target) => {
  const notebook = await targetOf(context, argument);
  if (!notebook || !vscode.workspace.isTrusted) return;
  await exportNotebook(
    context,
    notebook,
    {
      title: vscode.l10n.t("Export Executed Copy"),
      ending: ".executed.ipynb",
      filter: [vscode.l10n.t("Notebook"), "ipynb"],
      args: (file, to, folder) => ["run", file, "--output", to, "--folder", folder],
      open: (copy) => vscode.commands.executeCommand("vscode.openWith", copy, notebookType),
    },
    target,
  );
};
