// Puts the curves of several runs into one chart: of cells that ran in this window, and of notebooks that were saved.
import * as vscode from "vscode";
import { Mime } from "../../kernel/protocol";
import { compare, type Figure, type Run, titleOf, withCurves } from "../notebook/comparison";
import { nameOf } from "../notebook/launch";
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
  const renderer = vscode.Uri.joinPath(extensionUri, "dist/renderer");
  const title = vscode.l10n.t("Compared Runs");
  const panel = vscode.window.createWebviewPanel("bnlab.comparison", title, vscode.ViewColumn.Active, {
    enableScripts: true,
    localResourceRoots: [renderer],
    retainContextWhenHidden: true, // zoom and hidden curves stay
  });
  const script = panel.webview.asWebviewUri(vscode.Uri.joinPath(renderer, "standalone.js"));
  panel.webview.html = pageOf(compare(runs), { title, script, source: panel.webview.cspSource });
}

function pageOf(
  figures: Figure[],
  { title, script, source }: { title: string; script: vscode.Uri; source: string },
): string {
  const nonce = crypto.randomUUID();
  const policy = `default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src ${source} 'nonce-${nonce}'`;
  return `<!doctype html>
<html lang="${vscode.env.language}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
<body>
<script nonce="${nonce}" src="${script}"></script>
<script nonce="${nonce}">
for (const figure of ${JSON.stringify(figures).replaceAll("<", "\\u003c")}) {
  const place = document.body.appendChild(document.createElement("div"));
  place.style.margin = "16px 0";
  bnlabPlotly.draw(place, figure);
}
</script>
</body>
</html>`;
}
