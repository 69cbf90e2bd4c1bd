// Folds the code of cells for which a notebook asks that, as Jupyter does: once, when its first editor opens.
import * as vscode from "vscode";

export function foldCells(): vscode.Disposable {
  const folded = new WeakSet<vscode.NotebookDocument>();
  const fold = ({ notebook }: vscode.NotebookEditor) => {
    if (folded.has(notebook)) return;
    folded.add(notebook);
    const ranges = notebook.getCells().flatMap((cell) => {
      return hidesSource(cell) ? [{ start: cell.index, end: cell.index + 1 }] : [];
    });
    if (ranges.length === 0) return;
    void vscode.commands.executeCommand("notebook.cell.collapseCellInput", {
      ranges,
      document: notebook.uri,
    });
  };
  for (const editor of vscode.window.visibleNotebookEditors) fold(editor);
  return vscode.window.onDidChangeVisibleNotebookEditors((editors) => editors.forEach(fold));
}

function hidesSource({ kind, metadata }: vscode.NotebookCell): boolean {
  const { metadata: own } = metadata as { metadata?: { jupyter?: { source_hidden?: unknown } } };
  return kind === vscode.NotebookCellKind.Code && own?.jupyter?.source_hidden === true;
}
