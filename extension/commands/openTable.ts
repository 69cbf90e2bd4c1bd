// Opens a list, a Map, a data set or a tensor of rows in the viewer of data: that of a line, of a name, or one picked from a list.
import * as vscode from "vscode";
import type { RunCommand } from "./command";
import { pickVariable, variableOf } from "./variable";

export const openTable: RunCommand = async (context, argument) => {
  const place =
    variableOf(context, argument) ??
    (await pickVariable(context, ({ rows }) => rows !== undefined, {
      title: vscode.l10n.t("Data of this notebook"),
      none: vscode.l10n.t(
        "There is no data to look at: run a cell that makes a list, a Map, a data set or columns of one length.",
      ),
    }));
  if (place) context.views.tables.open(place);
};
