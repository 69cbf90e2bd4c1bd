// Asks for a cell's tags: that of a button or a tag, else the one in front.
import * as vscode from "vscode";
import { setTags, tagsOf } from "../notebook/cellTags";
import type { RunCommand } from "./command";

/** A second argument, a list of texts, says which. */
export const editCellTags: RunCommand = async (_, argument, given) => {
  const editor = vscode.window.activeNotebookEditor;
  const cell = isCell(argument)
    ? argument
    : editor && editor.selection.start < editor.notebook.cellCount
      ? editor.notebook.cellAt(editor.selection.start)
      : undefined;
  if (!cell) return;
  const text = Array.isArray(given)
    ? given.join(", ")
    : await vscode.window.showInputBox({
        title: vscode.l10n.t("Tags of the cell"),
        prompt: vscode.l10n.t(
          "Separated by commas. A cell with the tag parameters declares what runs may set.",
        ),
        value: tagsOf(cell).join(", "),
        placeHolder: "parameters",
      });
  if (text === undefined) return;
  const tags = text.split(",").map((tag) => tag.trim());
  await setTags(cell, [...new Set(tags.filter((tag) => tag !== ""))]);
};

const isCell = (argument: unknown): argument is vscode.NotebookCell =>
  typeof argument === "object" && argument !== null && "notebook" in argument && "document" in argument;
