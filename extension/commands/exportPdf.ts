// Prints the notebook, with what its cells show now, to a PDF, by a browser of the machine.
import * as vscode from "vscode";
import type { RunCommand } from "./command";
import { exportAs } from "./exportAs";

export const exportPdf: RunCommand = (context, argument, target) =>
  exportAs(context, argument, target, {
    title: vscode.l10n.t("Export to PDF"),
    ending: ".pdf",
    filter: ["PDF", "pdf"],
    option: "--pdf",
    open: (page) => vscode.env.openExternal(page),
  });
