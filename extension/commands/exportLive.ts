// Writes the notebook, with what its cells show now, as one page in which the cells run: in any browser, offline too.
import * as vscode from "vscode";
import type { RunCommand } from "./command";
import { exportAs } from "./exportAs";

export const exportLive: RunCommand = (context, argument, target) =>
  exportAs(context, argument, target, {
    title: vscode.l10n.t("Export Live Page"),
    ending: ".live.html",
    filter: [vscode.l10n.t("Web page"), "html"],
    option: "--live",
    open: (page) => vscode.env.openExternal(page),
  });
