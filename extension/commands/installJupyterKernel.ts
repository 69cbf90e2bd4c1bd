// Makes the kernel known to this user's Jupyter, and tells how that went.
import * as vscode from "vscode";
import type { RunCommand } from "./command";
import { withNode } from "./needsNode";

export const installJupyterKernel: RunCommand = async (context) => {
  if (!vscode.workspace.isTrusted) return;
  await withNode(context, vscode.l10n.t("Install Jupyter Kernel"), async (node) => {
    const title = vscode.l10n.t("Installing the kernel for Jupyter");
    const location = vscode.ProgressLocation.Notification;
    const failure = await vscode.window.withProgress({ location, title }, () =>
      node.installJupyterKernel().then(
        () => undefined,
        (error: Error) => error,
      ),
    );
    if (!failure) {
      const done = vscode.l10n.t("Jupyter of this user now offers the kernel BN Lab (TypeScript).");
      void vscode.window.showInformationMessage(done);
      return;
    }
    context.log.error(failure);
    const showLog = vscode.l10n.t("Show Log");
    const message = vscode.l10n.t("The kernel could not be installed for Jupyter: {0}", failure.message);
    void vscode.window.showErrorMessage(message, showLog).then((chosen) => chosen && context.log.show());
  });
};
