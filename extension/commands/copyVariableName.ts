// Copies a variable's name, of a member with the variable's before it.
import * as vscode from "vscode";
import type { VariableNode } from "../views/variablesTree";
import type { RunCommand } from "./command";

export const copyVariableName: RunCommand = async (_, argument) => {
  const { variable, owner } = argument as VariableNode;
  await vscode.env.clipboard.writeText(owner === undefined ? variable.name : `${owner}.${variable.name}`);
};
