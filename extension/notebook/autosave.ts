// Saves a notebook when its cells have run, where the settings ask for it.
import * as vscode from "vscode";
import { Setting, settingSection } from "../ids";

export async function autosave(notebook: vscode.NotebookDocument): Promise<void> {
  const wanted = vscode.workspace.getConfiguration(settingSection, notebook.uri).get(Setting.autosaveOutputs);
  if (wanted && notebook.isDirty && !notebook.isUntitled) await notebook.save();
}
