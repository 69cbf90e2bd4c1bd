// Texts, into a file that is asked for; rows as CSV to the clipboard, too.
import * as vscode from "vscode";

interface Place {
  /** What the file is called before its ending. */
  name: string;
  ending: string;
  /** What the file is. */
  kind: string;
  /** A file whose folder is offered; by default that of the window. */
  beside?: vscode.Uri;
  /** Where to; asked for unless it is given. */
  given?: vscode.Uri | undefined;
}

export async function saveText({ name, ending, kind, beside, given }: Place, text: string): Promise<void> {
  const own = beside && beside.scheme !== "untitled" ? vscode.Uri.joinPath(beside, "..") : undefined;
  const folder = own ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = `${name.replace(/[^\p{L}\p{N}._ -]+/gu, " ").trim() || "data"}.${ending}`;
  const target =
    given ??
    (await vscode.window.showSaveDialog({
      ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, file) } : {}),
      filters: { [kind]: [ending] },
    }));
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
