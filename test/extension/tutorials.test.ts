// Tutorials as copies of the reader's own: named as they are, kept as they were left, counted as their cells run.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import { Command, extensionId } from "../../extension/ids";
import { activeNotebook, closeNotebook, run, setText, textOf, until } from "./notebooks";

const file = "12-verdict.ipynb";
/** What the view hands to the command. */
const tutorial = { language: "en", file };
const open = async () => {
  await vscode.commands.executeCommand(Command.openTutorial, tutorial);
  return until("the tutorial", () => {
    const notebook = activeNotebook();
    return notebook?.uri.path.endsWith(`/tutorials/en/${file}`) && notebook;
  });
};

describe("tutorials", () => {
  afterEach(closeNotebook);

  it("open under their own names, keep what is changed and shown, and leave the original alone", async () => {
    await vscode.extensions.getExtension(extensionId)?.activate();
    const notebook = await open();
    assert.ok(!notebook.isUntitled && !notebook.isDirty);
    const cells = notebook.getCells();
    const at = cells.findIndex(({ kind }) => kind === vscode.NotebookCellKind.Code);
    assert.ok(cells.every(({ outputs }) => outputs.length === 0));
    await setText(cells[at]!, '"my own " + 1');
    await run(notebook, at, at + 1);
    await until("it is saved", () => !notebook.isDirty);
    assert.match(readFileSync(notebook.uri.fsPath, "utf8"), /my own 1/);
    await closeNotebook();
    const again = await open();
    assert.equal(again.cellAt(at).document.getText(), '"my own " + 1');
    assert.equal(textOf(again, at), "'my own 1'");
    const home = vscode.extensions.getExtension(extensionId)!.extensionUri;
    const original = vscode.Uri.joinPath(home, "notebooks/en", file).fsPath;
    assert.doesNotMatch(readFileSync(original, "utf8"), /my own/);
  });
});
