// What the tests do with notebooks: write one, open it, run it, read what it shows.
import { mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { extensionId, notebookMetadata, notebookType } from "../../extension/ids";

/** A notebook file as a Jupyter front end leaves it, in a folder of its own in the workspace. */
export function writeNotebook(cells: string[], metadata: object = notebookMetadata): vscode.Uri {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (!workspace) throw new Error("writeNotebook: expected an open workspace folder");
  const file = path.join(mkdtempSync(path.join(workspace, "notebook-")), "test.ipynb");
  const code = cells.map((source, i) => ({
    cell_type: "code",
    id: `cell${i}`,
    execution_count: null,
    metadata: {},
    outputs: [],
    source,
  }));
  writeFileSync(file, JSON.stringify({ cells: code, metadata, nbformat: 4, nbformat_minor: 5 }));
  return vscode.Uri.file(file);
}

export const openNotebook = (cells: string[], metadata?: object): Promise<vscode.NotebookDocument> =>
  openFile(writeNotebook(cells, metadata));

/** As the explorer does: `openNotebookDocument` would keep the notebook open for minutes after its editor. */
export async function openFile(uri: vscode.Uri): Promise<vscode.NotebookDocument> {
  // A cell that is run before any kernel is there makes VS Code ask for one, and run nothing.
  await vscode.extensions.getExtension(extensionId)?.activate();
  await vscode.commands.executeCommand("vscode.openWith", uri, notebookType);
  return until("the editor", () => {
    const notebook = activeNotebook();
    return notebook?.uri.path === uri.path && notebook;
  });
}

export const activeNotebook = () => vscode.window.activeNotebookEditor?.notebook;

/** The notebook in front; what was changed in it is lost. */
export async function closeNotebook(): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
}

/** Starts all cells, or those in a range, as the buttons do; resolves when VS Code has handed them to the kernel. */
export async function start(
  notebook: vscode.NotebookDocument,
  first = 0,
  end = notebook.cellCount,
): Promise<void> {
  await vscode.commands.executeCommand("notebook.cell.execute", {
    ranges: [{ start: first, end }],
    document: notebook.uri,
  });
}

/** Runs all cells, or those in a range, until the last of them has ended; throws as soon as one fails. */
export async function run(
  notebook: vscode.NotebookDocument,
  first = 0,
  end = notebook.cellCount,
): Promise<void> {
  const cells = notebook.getCells(new vscode.NotebookRange(first, end));
  void start(notebook, first, end);
  await until("the cells to end", () => {
    const failed = cells.find((cell) => cell.executionSummary?.success === false);
    if (failed) throw new Error(`cell ${failed.index} failed: ${decode(failed.outputs.at(-1)?.items[0])}`);
    return cells.every((cell) => cell.executionSummary?.success);
  });
}

export const decode = (item: vscode.NotebookCellOutputItem | undefined) =>
  new TextDecoder().decode(item?.data);

const textTypes = /^(text\/|application\/vnd\.code\.notebook\.(stdout|stderr)$)/;

/** All the text that a cell shows, streams and values, in order. */
export function textOf(notebook: vscode.NotebookDocument, index: number): string {
  return notebook
    .cellAt(index)
    .outputs.flatMap((output) => output.items.filter(({ mime }) => textTypes.test(mime)))
    .map(decode)
    .join("");
}

/** Writes a cell anew. */
export async function setText(cell: vscode.NotebookCell, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(cell.document.uri, new vscode.Range(0, 0, cell.document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
}

/** Waits for a condition, as long as a test may take; says what it waited for when that is over. */
export async function until<T>(what: string, condition: () => T | undefined | false): Promise<T> {
  for (
    const end = Date.now() + 230_000;
    Date.now() < end;
    await new Promise((resolve) => setTimeout(resolve, 20))
  ) {
    const value = condition();
    if (value) return value;
  }
  throw new Error(`waited in vain for ${what}`);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
