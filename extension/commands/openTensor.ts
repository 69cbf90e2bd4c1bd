// Opens a tensor in its viewer: that of a line in the view of variables, that of a name (a hover's), or one picked from a list.
import * as vscode from "vscode";
import type { RunCommand } from "./command";
import { pickVariable, variableOf } from "./variable";

export const openTensor: RunCommand = async (context, argument) => {
  const place =
    variableOf(context, argument) ??
    (await pickVariable(context, ({ kind }) => kind === "tensor", {
      title: vscode.l10n.t("Tensors of this notebook"),
      none: vscode.l10n.t("There is no tensor to look at: run a cell that makes one."),
    }));
  if (place) context.views.tensors.open(place);
};
