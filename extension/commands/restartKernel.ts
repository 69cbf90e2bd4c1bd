// Ends the kernel of a notebook and starts a new one, without variables; asks first where there are some.
import * as vscode from "vscode";
import { Setting, settingSection } from "../ids";
import { nameOf } from "../notebook/name";
import type { Context, RunCommand } from "./command";
import { targetOf } from "./target";

export const restartKernel: RunCommand = async (context, argument) => {
  const notebook = await targetOf(context, argument);
  if (notebook && (await mayRestart(context, notebook))) await context.controller.restart(notebook);
};

/** Whether nothing would be lost, or the user agrees to that. */
export async function mayRestart(
  { controller }: Context,
  notebook: vscode.NotebookDocument,
): Promise<boolean> {
  const settings = vscode.workspace.getConfiguration(settingSection, notebook.uri);
  if (!controller.holds(notebook) || !settings.get(Setting.askForKernelRestart)) return true;
  const restart = vscode.l10n.t("Restart");
  const never = vscode.l10n.t("Don't Ask Again");
  const question = vscode.l10n.t("Restart the kernel of {0}?", nameOf(notebook.uri));
  const detail = vscode.l10n.t("All variables will be lost.");
  const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, restart, never);
  if (chosen === never)
    await settings.update(Setting.askForKernelRestart, false, vscode.ConfigurationTarget.Global);
  return chosen !== undefined;
}
