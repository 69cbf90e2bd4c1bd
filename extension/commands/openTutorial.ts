// Opens the reader's copy of a tutorial: the one that the view names, else one that is picked, the reader's own language first.
import * as vscode from "vscode";
import {
  readersLanguage,
  type Tutorial,
  type TutorialLanguage,
  tutorialLanguages,
} from "../notebook/tutorials";
import type { Context, RunCommand } from "./command";

interface Choice extends vscode.QuickPickItem {
  tutorial?: Tutorial;
}

export const openTutorial: RunCommand = async ({ tutorials }, named) => {
  if (named) return tutorials.open(named as Tutorial);
  void tutorials.expectNext();
  const choice = await vscode.window.showQuickPick(choices(tutorials), {
    title: vscode.l10n.t("BN Lab: Open Tutorial"),
    placeHolder: vscode.l10n.t("A copy of your own opens, as you left it"),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (choice?.tutorial) await tutorials.open(choice.tutorial);
};

function choices(tutorials: Context["tutorials"]): Choice[] {
  const own = readersLanguage();
  const languages = (Object.keys(tutorialLanguages) as TutorialLanguage[]).toSorted(
    (a, b) => Number(b === own) - Number(a === own),
  );
  return languages.flatMap((language) => [
    { label: tutorialLanguages[language], kind: vscode.QuickPickItemKind.Separator },
    ...tutorials.in(language).map((tutorial) => ({
      label: `${tutorials.isDone(tutorial) ? "$(pass-filled)" : "$(circle-large-outline)"} ${tutorial.number}  ${tutorial.title}`,
      description: vscode.l10n.t("{0} min", tutorial.minutes),
      detail: tutorial.aim,
      tutorial,
    })),
  ]);
}
