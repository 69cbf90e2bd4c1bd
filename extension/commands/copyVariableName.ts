// Copies a variable's name, of a member with the variable's before it.
import * as vscode from "vscode";
import type { RunCommand } from "./command";
import { variableOf } from "./variable";

export const copyVariableName: RunCommand = async (context, argument) => {
  const place = variableOf(context, argument);
  if (!place) return;
  await vscode.env.clipboard.writeText(
    place.member === undefined ? place.name : `${place.name}.${place.member}`,
  );
};
