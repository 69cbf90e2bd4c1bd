// Exports: the notebook as it stands now goes through the kernel's command line to a file that is asked for.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import { Milestone } from "../ids";
import { reach } from "../notebook/milestones";
import { nameOf } from "../notebook/name";
import { fileTextOf } from "../notebook/notebookData";
import type { Export } from "../notebook/platform";
import type { House } from "./house";
import { runCli } from "./kernelCli";
import { folderOf, nodeOf } from "./launch";

/** Where to is asked for unless it is given. */
export async function exportNotebook(
  { extensionUri, log }: House,
  notebook: vscode.NotebookDocument,
  { title, ending, filter, args, open }: Export,
  given: unknown,
): Promise<void> {
  const folder = folderOf(notebook.uri);
  const name = nameOf(notebook.uri).replace(/\.ipynb$/, "");
  const target =
    given instanceof vscode.Uri
      ? given
      : await vscode.window.showSaveDialog({
          title,
          defaultUri: vscode.Uri.file(path.join(folder, `${name}${ending}`)),
          filters: { [filter[0]]: [filter[1]] },
        });
  if (!target) return;
  const scratch = await mkdtemp(path.join(os.tmpdir(), "bnlab-export-"));
  const stop = new AbortController();
  try {
    const file = path.join(scratch, `${name}.ipynb`);
    await writeFile(file, await fileTextOf(notebook));
    const location = vscode.ProgressLocation.Notification;
    const { code, said } = await vscode.window.withProgress(
      { location, title, cancellable: true },
      (progress, token) => {
        token.onCancellationRequested(() => stop.abort());
        return runCli({
          ...nodeOf(notebook.uri),
          entry: vscode.Uri.joinPath(extensionUri, "dist/kernel/cli.js").fsPath,
          args: args(file, target.fsPath, folder),
          signal: stop.signal,
          onLine: (message) => progress.report({ message }),
        });
      },
    );
    if (stop.signal.aborted) return;
    log.info(`${name}: ${said}`);
    const written = await vscode.workspace.fs.stat(target).then(
      () => true,
      () => false,
    );
    if (!written) throw new Error(said);
    reach(Milestone.exported);
    void offer(target, code, open);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function offer(target: vscode.Uri, code: number, open: Export["open"]): Promise<void> {
  const button = vscode.l10n.t("Open");
  const chosen =
    code === 0
      ? await vscode.window.showInformationMessage(vscode.l10n.t("Written: {0}", target.fsPath), button)
      : await vscode.window.showWarningMessage(
          vscode.l10n.t("A cell failed; what came before it is in {0}", target.fsPath),
          button,
        );
  if (chosen === button) await open(target);
}
