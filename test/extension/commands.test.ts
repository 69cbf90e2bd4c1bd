// The commands, as the palette calls them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import { Command, extensionId, kernelspec } from "../../extension/ids";
import { closeNotebook, run, textOf, until } from "./notebooks";

const active = () => vscode.window.activeNotebookEditor?.notebook;

describe("commands", () => {
  afterEach(closeNotebook);

  it("New Notebook opens an empty TypeScript notebook that runs", async () => {
    await vscode.commands.executeCommand(Command.newNotebook);
    const notebook = await until("the notebook", active);
    assert.ok(notebook.isUntitled);
    assert.deepEqual(notebook.metadata.metadata.kernelspec, kernelspec);
    const { document } = notebook.cellAt(0);
    assert.equal(document.languageId, "typescript");
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), "1 + 2");
    await vscode.workspace.applyEdit(edit);
    await run(notebook);
    assert.equal(textOf(notebook, 0), "3");
  });

  it("Open Tutorial opens a copy, unsaved, without outputs", async () => {
    const opened = vscode.commands.executeCommand(Command.openTutorial);
    // The list fills from disk; accepting an empty list does nothing, so ask until it is accepted.
    const again = setInterval(
      () => vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem"),
      200,
    );
    await opened;
    clearInterval(again);
    const notebook = await until("the notebook", active);
    assert.ok(notebook.isUntitled);
    const extension = vscode.extensions.getExtension(extensionId);
    assert.ok(extension);
    const shipped = vscode.Uri.joinPath(extension.extensionUri, "notebooks/en/00-start.ipynb");
    const { cells } = JSON.parse(readFileSync(shipped.fsPath, "utf8")) as {
      cells: { source: string | string[] }[];
    };
    assert.deepEqual(
      notebook.getCells().map(({ document }) => document.getText()),
      cells.map(({ source }) => [source].flat().join("")),
    );
    assert.ok(notebook.getCells().every(({ outputs }) => outputs.length === 0));
  });
});
