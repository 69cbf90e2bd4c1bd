// The notebook in front. VS Code tells it by its editor; extensions that start anew after a crash are told of no editor in front
// until the reader goes elsewhere: there its tab says which.
import * as vscode from "vscode";

export function notebookInFront(): vscode.NotebookDocument | undefined {
  const editor = vscode.window.activeNotebookEditor;
  if (editor) return editor.notebook;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (!(input instanceof vscode.TabInputNotebook)) return undefined;
  return vscode.workspace.notebookDocuments.find(({ uri }) => uri.toString() === input.uri.toString());
}

/** Calls when another notebook is in front, or none is any more. */
export function onDidChangeFront(changed: () => void): vscode.Disposable {
  let before = notebookInFront();
  const look = () => {
    const now = notebookInFront();
    if (now === before) return;
    before = now;
    changed();
  };
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveNotebookEditor(look),
    vscode.window.tabGroups.onDidChangeTabs(look),
    vscode.window.tabGroups.onDidChangeTabGroups(look),
    vscode.workspace.onDidOpenNotebookDocument(look),
  );
}
