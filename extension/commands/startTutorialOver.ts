// Makes the reader's copy of a tutorial what it was at first.
import * as vscode from "vscode";
import type { Tutorial } from "../notebook/tutorials";
import type { RunCommand } from "./command";

export const startTutorialOver: RunCommand = async ({ tutorials }, named) => {
  const tutorial = named as Tutorial | undefined;
  if (tutorial === undefined) return;
  const startOver = vscode.l10n.t("Start Over");
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t("Start “{0}” over?", tutorial.title),
    { modal: true, detail: vscode.l10n.t("What you have changed in it, and what its cells show, is lost.") },
    startOver,
  );
  if (chosen === startOver) await tutorials.startOver(tutorial);
};
