// Opens a script with `// %%` before each cell as a notebook, unsaved: the one in front, or one that is chosen.
import * as vscode from "vscode";
import { parseScript } from "../../kernel/document/script";
import { kernelspec, notebookMetadata, notebookType } from "../ids";
import type { RunCommand } from "./command";

/** An argument, a `Uri`, says which. */
export const openScript: RunCommand = async (_, argument) => {
  const front = vscode.window.activeTextEditor?.document;
  const isScript = front && ["typescript", "javascript"].includes(front.languageId);
  const [chosen] =
    argument instanceof vscode.Uri
      ? [argument]
      : isScript && front.uri.scheme !== "vscode-notebook-cell"
        ? [front.uri]
        : ((await vscode.window.showOpenDialog({ filters: { TypeScript: ["ts", "js"] } })) ?? []);
  if (!chosen) return;
  const { cells } = parseScript((await vscode.workspace.openTextDocument(chosen)).getText());
  const data = new vscode.NotebookData(
    cells.map(({ cell_type, source, metadata }) => {
      const isCode = cell_type === "code";
      const kind = isCode ? vscode.NotebookCellKind.Code : vscode.NotebookCellKind.Markup;
      const cell = new vscode.NotebookCellData(kind, source, isCode ? kernelspec.language : "markdown");
      cell.metadata = { metadata };
      return cell;
    }),
  );
  data.metadata = { metadata: notebookMetadata, nbformat: 4, nbformat_minor: 5 };
  await vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(notebookType, data));
};
