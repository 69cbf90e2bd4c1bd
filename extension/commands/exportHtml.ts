// Writes the notebook, with what its cells show now, as one page that opens in any browser, offline too.
import * as vscode from "vscode";
import type { RunCommand } from "./command";
import { exportAs } from "./exportAs";

export const exportHtml: RunCommand = (context, argument, target) =>
  exportAs(context, argument, target, {
    title: vscode.l10n.t("Export to HTML"),
    ending: ".html",
    filter: [vscode.l10n.t("Web page"), "html"],
    option: "--html",
    open: (page) => vscode.env.openExternal(page),
  });
