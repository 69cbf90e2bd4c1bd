// Writes the notebook, with what its cells show now, as one page that opens in any browser, offline too.
import * as vscode from "vscode";
import type { RunCommand } from "./command";
import { withNode } from "./needsNode";
import { targetOf } from "./target";

/** A second argument, a `Uri`, says where to. */
export const exportHtml: RunCommand = async (context, argument, target) => {
  const notebook = await targetOf(context, argument);
  if (!notebook) return;
  const title = vscode.l10n.t("Export to HTML");
  await withNode(context, title, (node) =>
    node.exportNotebook(
      notebook,
      {
        title,
        ending: ".html",
        filter: [vscode.l10n.t("Web page"), "html"],
        args: (file, to, folder) => ["export", file, "--html", to, "--folder", folder],
        open: (page) => vscode.env.openExternal(page),
      },
      target,
    ),
  );
};
