// Copies a variable's value as a cell would show it in words; of a string its characters.
import * as vscode from "vscode";
import { gone } from "../views/viewerPanels";
import type { RunCommand } from "./command";
import { variableOf } from "./variable";

export const copyVariableValue: RunCommand = async (context, argument) => {
  const place = variableOf(context, argument);
  if (!place) return;
  const { notebook, name, member } = place;
  const request = member === undefined ? { names: [name] } : { of: name };
  const found = await context.views.store.look(notebook, { ...request, text: true });
  const variable = found?.find((each) => each.name === (member ?? name));
  if (variable) await vscode.env.clipboard.writeText(variable.text ?? variable.preview);
  else void vscode.window.showInformationMessage(gone(place));
};
