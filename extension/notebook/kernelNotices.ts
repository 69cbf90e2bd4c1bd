// What people are told of kernels, and what they choose then.
import * as vscode from "vscode";
import { notebookType, Setting, settingSection } from "../ids";
import { whyNotStarted } from "./kernelErrors";
import { nameOf } from "./name";
import type { RunningKernel } from "./platform";

/** How long the status bar says that a kernel is there again. */
const backMs = 10_000;

/** A kernel has outlived its window; `running` goes on. */
export function tellBack(running: vscode.NotebookCell | undefined): void {
  const message = running
    ? vscode.l10n.t("BN Lab: reconnected; cell {0} is still running", running.index + 1)
    : vscode.l10n.t("BN Lab: reconnected; all variables are there");
  vscode.window.setStatusBarMessage(message, backMs);
}

/** Another window has the notebook's kernel. */
export async function offerTaking(
  notebook: vscode.NotebookDocument,
  take: () => Promise<void>,
): Promise<void> {
  const use = vscode.l10n.t("Use It Here");
  const message = vscode.l10n.t(
    "Another window has a kernel of {0} in which cells have run; this window has one of its own.",
    nameOf(notebook.uri),
  );
  const chosen = await vscode.window.showInformationMessage(message, use);
  if (chosen === use && !notebook.isClosed) await take();
}

export async function tellGoingOn(uri: vscode.Uri, endKernel: () => void): Promise<void> {
  const reopen = vscode.l10n.t("Open");
  const end = vscode.l10n.t("End the Kernel");
  const message = vscode.l10n.t("A cell of {0} goes on running, though the notebook is closed.", nameOf(uri));
  const chosen = await vscode.window.showInformationMessage(message, reopen, end);
  if (chosen === reopen) await vscode.commands.executeCommand("vscode.openWith", uri, notebookType);
  if (chosen === end) endKernel();
}

export async function tellDeath(
  notebook: vscode.NotebookDocument,
  how: string,
  log: vscode.LogOutputChannel,
  restartKernel: () => Promise<void>,
): Promise<void> {
  const restart = vscode.l10n.t("Restart");
  const showLog = vscode.l10n.t("Show Log");
  const message = vscode.l10n.t(
    "The kernel of {0} ended ({1}); its variables are lost. The next cell that runs starts a new one.",
    ...[nameOf(notebook.uri), how],
  );
  const chosen = await vscode.window.showWarningMessage(message, restart, showLog);
  if (chosen === restart && !notebook.isClosed) await restartKernel();
  if (chosen === showLog) log.show();
}

export async function tellNotStarted(kernel: RunningKernel, log: vscode.LogOutputChannel): Promise<void> {
  const openSettings = vscode.l10n.t("Open Settings");
  const showLog = vscode.l10n.t("Show Log");
  const buttons = kernel.namedNode === "" ? [showLog] : [openSettings, showLog];
  const chosen = await vscode.window.showErrorMessage(`BN Lab: ${whyNotStarted(kernel)}`, ...buttons);
  if (chosen === showLog) log.show();
  if (chosen === openSettings) {
    const query = `@id:${settingSection}.${Setting.nodePath}`;
    const where = vscode.env.remoteName === undefined ? "openSettings" : "openRemoteSettings"; // it is a machine's own
    await vscode.commands.executeCommand(`workbench.action.${where}`, { query });
  }
}
