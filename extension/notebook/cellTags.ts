// Tags of cells, as Jupyter keeps them: shown at the cell's foot. `parameters` is the cell whose values a run may set.
import * as vscode from "vscode";
import { Command, notebookType } from "../ids";

interface CellMetadata {
  metadata?: { tags?: unknown; [key: string]: unknown };
}

export function tagsOf({ metadata }: vscode.NotebookCell): string[] {
  const tags = (metadata as CellMetadata).metadata?.tags;
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
}

export async function setTags(cell: vscode.NotebookCell, tags: readonly string[]): Promise<void> {
  const { metadata: { tags: _, ...own } = {}, ...rest } = cell.metadata as CellMetadata;
  const metadata = { ...rest, metadata: tags.length > 0 ? { ...own, tags: [...tags] } : own };
  const edit = new vscode.WorkspaceEdit();
  edit.set(cell.notebook.uri, [vscode.NotebookEdit.updateCellMetadata(cell.index, metadata)]);
  await vscode.workspace.applyEdit(edit);
}

export function showTags(): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changed,
    vscode.workspace.onDidChangeNotebookDocument(({ cellChanges }) => {
      if (cellChanges.some(({ metadata }) => metadata)) changed.fire();
    }),
    vscode.notebooks.registerNotebookCellStatusBarItemProvider(notebookType, {
      onDidChangeCellStatusBarItems: changed.event,
      provideCellStatusBarItems(cell) {
        const tags = tagsOf(cell);
        if (tags.length === 0) return undefined;
        const { Right } = vscode.NotebookCellStatusBarAlignment;
        const item = new vscode.NotebookCellStatusBarItem(`$(tag) ${tags.join(", ")}`, Right);
        const isParameters = tags.includes("parameters");
        item.tooltip = isParameters
          ? vscode.l10n.t("Parameters: bnlab run -p name=value and bnlab sweep set what this cell declares")
          : vscode.l10n.t("Tags of the cell");
        item.accessibilityInformation = { label: vscode.l10n.t("Tags: {0}", tags.join(", ")) };
        item.command = {
          command: Command.editCellTags,
          title: vscode.l10n.t("Edit Tags"),
          arguments: [cell],
        };
        return item;
      },
    }),
  );
}
