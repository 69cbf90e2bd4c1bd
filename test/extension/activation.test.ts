// The extension stays out of the way until a notebook is opened.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { extensionId, notebookType } from "../../extension/ids";
import { closeNotebook, until, writeNotebook } from "./notebooks";

describe("activation", () => {
  afterEach(closeNotebook);

  it("waits for a notebook", async () => {
    const extension = vscode.extensions.getExtension(extensionId);
    assert.equal(extension?.isActive, false);
    await vscode.commands.executeCommand("vscode.openWith", writeNotebook(["1"]), notebookType);
    await until("the extension", () => extension.isActive);
  });
});
