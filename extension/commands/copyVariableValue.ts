// Copies a variable's value as a cell would show it in words; of a string its characters.
import * as vscode from "vscode";
import type { VariableNode } from "../views/variablesTree";
import type { RunCommand } from "./command";

export const copyVariableValue: RunCommand = async ({ views }, argument) => {
  const { notebook, variable, owner } = argument as VariableNode;
  const request = owner === undefined ? { names: [variable.name] } : { of: owner };
  const found = await views.store.look(notebook, { ...request, text: true });
  const text = found?.find(({ name }) => name === variable.name)?.text;
  await vscode.env.clipboard.writeText(text ?? variable.preview);
};
