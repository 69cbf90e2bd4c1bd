// Runs a copy of the notebook from top to bottom in a kernel of its own and writes it; the open one stays as it is.
import * as vscode from "vscode";
import { notebookType } from "../ids";
import type { RunCommand } from "./command";
import { withNode } from "./needsNode";
import { targetOf } from "./target";

/** A second argument, a `Uri`, says where to. */
export const exportExecuted: RunCommand = async (context, argument, target) => {
  const notebook = await targetOf(context, argument);
  if (!notebook || !vscode.workspace.isTrusted) return;
  const title = vscode.l10n.t("Export Executed Copy");
  await withNode(context, title, (node) =>
    node.exportNotebook(
      notebook,
      {
        title,
        ending: ".executed.ipynb",
        filter: [vscode.l10n.t("Notebook"), "ipynb"],
        args: (file, to, folder) => ["run", file, "--output", to, "--folder", folder],
        open: (copy) => vscode.commands.executeCommand("vscode.openWith", copy, notebookType),
      },
      target,
    ),
  );
};
