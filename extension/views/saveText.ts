// Rows as CSV: to the clipboard, or into a file that is asked for.
import * as vscode from "vscode";

/** @param name what the file is called before its ending */
export async function saveText(name: string, ending: string, kind: string, text: string): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = `${name.replace(/[^\p{L}\p{N}._ -]+/gu, " ").trim() || "data"}.${ending}`;
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, file) } : {}),
    filters: { [kind]: [ending] },
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  const open = vscode.l10n.t("Open");
  const where = target.scheme === "file" ? target.fsPath : target.toString(true);
  void vscode.window
    .showInformationMessage(vscode.l10n.t("Written: {0}", where), open)
    .then((chosen) => chosen === open && vscode.commands.executeCommand("vscode.open", target));
}

/** The most that goes to a clipboard; a file takes all. */
const mostCopied = 20_000_000;

export async function copyText(text: string, rows: number): Promise<void> {
  if (text.length > mostCopied) {
    const advice = vscode.l10n.t("These rows are more than a clipboard should hold: export them as a file.");
    void vscode.window.showWarningMessage(advice);
    return;
  }
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t("Copied as CSV, rows: {0}", rows), 5_000);
}
