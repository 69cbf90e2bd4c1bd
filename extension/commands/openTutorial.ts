// Opens a copy of a tutorial that ships with the extension, unsaved: the original stays as it is.
import * as vscode from "vscode";
import type { RunCommand } from "./command";

const tongues = [
  { folder: "en", name: "English" },
  { folder: "zh-cn", name: "简体中文" },
];

interface Choice extends vscode.QuickPickItem {
  uri?: vscode.Uri;
}

export const openTutorial: RunCommand = async ({ extensionUri }) => {
  const choice = await vscode.window.showQuickPick(choices(extensionUri), {
    title: "BN Lab: Open Tutorial",
    placeHolder: "A copy opens; save it wherever you like",
  });
  if (choice?.uri) await openCopy(choice.uri);
};

/** The tutorials, those in the window's own language first. */
async function choices(extensionUri: vscode.Uri): Promise<Choice[]> {
  const chinese = vscode.env.language.startsWith("zh");
  const found: Choice[] = [];
  for (const { folder, name } of chinese ? tongues.toReversed() : tongues) {
    const uri = vscode.Uri.joinPath(extensionUri, "notebooks", folder);
    const files = (await vscode.workspace.fs.readDirectory(uri)).map(([file]) => file);
    const notebooks = files.filter((file) => file.endsWith(".ipynb")).sort();
    found.push({ label: name, kind: vscode.QuickPickItemKind.Separator });
    for (const file of notebooks) {
      const notebook = vscode.Uri.joinPath(uri, file);
      found.push({ label: await titleOf(notebook), description: file, uri: notebook });
    }
  }
  return found;
}

/** The notebook's first heading. */
async function titleOf(uri: vscode.Uri): Promise<string> {
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const { cells } = JSON.parse(text) as { cells: { source: string | string[] }[] };
  return /^#+ +(.+)$/m.exec([cells[0]?.source].flat().join(""))?.[1] ?? uri.path;
}

async function openCopy(uri: vscode.Uri): Promise<void> {
  const original = await vscode.workspace.openNotebookDocument(uri);
  const cells = original.getCells().map(({ kind, document, metadata }) => {
    const cell = new vscode.NotebookCellData(kind, document.getText(), document.languageId);
    cell.metadata = metadata;
    return cell;
  });
  const data = new vscode.NotebookData(cells);
  data.metadata = original.metadata;
  const copy = await vscode.workspace.openNotebookDocument(original.notebookType, data);
  await vscode.window.showNotebookDocument(copy);
}
