// Puts the curves of several runs into one chart: of cells that ran in this window, and of notebooks that were saved.
import * as vscode from "vscode";
import { Mime } from "../../kernel/protocol";
import { compare, type Figure, type Run, titleOf, withCurves } from "../notebook/comparison";
import { nameOf } from "../notebook/name";
import { htmlOf, webRoot } from "../views/webPage";
import type { Context, RunCommand } from "./command";

interface Choice extends vscode.QuickPickItem {
  run?: Run;
}

/** More notebooks than one wants to look through, and few enough to be read at once. */
const maxFiles = 200;

export const compareRuns: RunCommand = async (context) => {
  // Listed first: a list that fills later could be accepted with nothing chosen.
  const chosen = await vscode.window.showQuickPick(await choices(context), {
    title: vscode.l10n.t("BN Lab: Compare Runs"),
    placeHolder: vscode.l10n.t("Choose two runs or more"),
    canPickMany: true,
    matchOnDescription: true,
  });
  const runs = (chosen ?? []).flatMap(({ run }) => run ?? []).reverse(); // the earliest first
  if (runs.length > 1) show(context, runs);
  else if (chosen) {
    const hint = vscode.l10n.t(
      "Two runs or more are needed. A run is a cell that has drawn curves in this window, or a saved notebook with some.",
    );
    void vscode.window.showInformationMessage(hint);
  }
};

async function choices({ history }: Context): Promise<Choice[]> {
  const { Separator } = vscode.QuickPickItemKind;
  const choiceOf = (run: Run, picked: boolean): Choice => ({
    label: `${run.notebook} ${run.name}`,
    description: run.figures.map(({ layout }) => titleOf(layout)).join(", "),
    picked,
    run,
  });
  return [
    { label: vscode.l10n.t("Runs in this window"), kind: Separator },
    ...history.runs.map((run, i) => choiceOf(run, i < 2)),
    { label: vscode.l10n.t("Saved notebooks"), kind: Separator },
    ...(await savedRuns()).map((run) => choiceOf(run, false)),
  ];
}

async function savedRuns(): Promise<Run[]> {
  const files = await vscode.workspace.findFiles("**/*.ipynb", "**/node_modules/**", maxFiles);
  const names = files.map(nameOf);
  const runs = await Promise.all(
    files.map(async (file, i) => {
      const isAlone = names.indexOf(names[i]!) === names.lastIndexOf(names[i]!);
      const notebook = isAlone ? names[i]! : vscode.workspace.asRelativePath(file);
      return { notebook, name: "", figures: await figuresIn(file) };
    }),
  );
  return runs
    .filter(({ figures }) => figures.length > 0)
    .sort((a, b) => a.notebook.localeCompare(b.notebook));
}

interface SavedNotebook {
  cells?: { outputs?: { data?: Record<string, unknown> }[] }[];
}

/** A file that is no notebook has none. */
async function figuresIn(file: vscode.Uri): Promise<Figure[]> {
  try {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    if (!text.includes(Mime.plotly)) return [];
    const outputs = (JSON.parse(text) as SavedNotebook).cells?.flatMap((cell) => cell.outputs ?? []) ?? [];
    return outputs.flatMap(({ data }) => withCurves(data?.[Mime.plotly]) ?? []);
  } catch {
    return [];
  }
}

function show({ extensionUri }: Context, runs: Run[]): void {
  const title = vscode.l10n.t("Compared Runs");
  const panel = vscode.window.createWebviewPanel("bnlab.comparison", title, vscode.ViewColumn.Active, {
    enableScripts: true,
    localResourceRoots: [webRoot(extensionUri)],
    retainContextWhenHidden: true, // zoom and hidden curves stay
  });
  const page = { name: "comparison", title, words: compare(runs), draws: true };
  panel.webview.html = htmlOf(panel.webview, extensionUri, page);
}
