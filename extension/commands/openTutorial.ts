// Opens a copy of a tutorial that ships with the extension, unsaved: the original stays as it is.
import * as vscode from "vscode";
import { Setting, settingSection } from "../ids";
import { dataOf } from "../notebook/notebookData";
import type { RunCommand } from "./command";

const tongues = [
  { folder: "en", name: "English" },
  { folder: "zh-cn", name: "简体中文" },
] as const;

/** The names of the tutorials' files, from the build. */
declare const tutorialFiles: Readonly<Record<(typeof tongues)[number]["folder"], readonly string[]>>;

interface Choice extends vscode.QuickPickItem {
  uri?: vscode.Uri;
}

export const openTutorial: RunCommand = async ({ extensionUri }) => {
  const choice = await vscode.window.showQuickPick(choices(extensionUri), {
    title: vscode.l10n.t("BN Lab: Open Tutorial"),
    placeHolder: vscode.l10n.t("A copy opens; save it wherever you like"),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (choice?.uri) await openCopy(choice.uri);
};

/** The tutorials, those in the reader's own language first. */
async function choices(extensionUri: vscode.Uri): Promise<Choice[]> {
  const own = ownTongue();
  const found: Choice[] = [];
  for (const { folder, name } of tongues.toSorted((a, b) => Number(b === own) - Number(a === own))) {
    const uri = vscode.Uri.joinPath(extensionUri, "notebooks", folder);
    found.push({ label: name, kind: vscode.QuickPickItemKind.Separator });
    for (const file of tutorialFiles[folder]) {
      const notebook = vscode.Uri.joinPath(uri, file);
      found.push({ ...(await headOf(notebook)), uri: notebook });
    }
  }
  return found;
}

function ownTongue(): (typeof tongues)[number] | undefined {
  const asked = vscode.workspace.getConfiguration(settingSection).get(Setting.tutorialLanguage, "auto");
  const folder = asked !== "auto" ? asked : vscode.env.language.startsWith("zh") ? "zh-cn" : "en";
  return tongues.find((tongue) => tongue.folder === folder);
}

/** A notebook's number, from its file's name, with its first heading and the sentence below that. */
async function headOf(uri: vscode.Uri): Promise<vscode.QuickPickItem> {
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const { cells } = JSON.parse(text) as { cells: { source: string | string[] }[] };
  const lines = [cells[0]?.source].flat().join("").split("\n");
  const heading = lines.find((line) => /^#+ /.test(line))?.replace(/^#+ +/, "");
  const file = uri.path.slice(uri.path.lastIndexOf("/") + 1);
  const number = /^\d+/.exec(file)?.[0];
  const sentence = lines.find((line) => line.trim() !== "" && !line.startsWith("#"));
  return {
    label: [number && String(Number(number)), heading ?? file].filter(Boolean).join("  "),
    description: file,
    detail: sentence?.replace(/[*_`]|\[([^\]]*)\]\([^)]*\)/g, "$1"),
  };
}

async function openCopy(uri: vscode.Uri): Promise<void> {
  const original = await vscode.workspace.openNotebookDocument(uri);
  const copy = await vscode.workspace.openNotebookDocument(
    original.notebookType,
    dataOf(original, { outputs: false }),
  );
  await vscode.window.showNotebookDocument(copy);
}
