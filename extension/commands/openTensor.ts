// Opens a tensor in its viewer: that of a line in the view of variables, that of a name (a hover's), or one picked from a list.
import * as vscode from "vscode";
import { bytesText } from "../../kernel/words";
import type { VariableNode } from "../views/variablesTree";
import type { RunCommand } from "./command";

export const openTensor: RunCommand = async ({ views }, argument) => {
  if (isNode(argument)) {
    const { notebook, variable, owner } = argument;
    const place = owner === undefined ? { name: variable.name } : { name: owner, member: variable.name };
    views.viewers.open({ notebook, ...place });
    return;
  }
  const { notebook } = views.active;
  if (notebook && typeof argument === "string") {
    views.viewers.open({ notebook, name: argument });
    return;
  }
  const variables = notebook ? await views.store.latest(notebook) : [];
  const tensors = variables.filter(({ kind }) => kind === "tensor");
  if (!notebook || tensors.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("There is no tensor to look at: run a cell that makes one."),
    );
    return;
  }
  const choices = tensors.map(({ name, shape, dtype, bytes, preview }) => ({
    label: name,
    description: `[${shape?.join(", ")}] ${dtype}${bytes === undefined ? "" : ` · ${bytesText(bytes)}`}`,
    detail: preview,
  }));
  const choice = await vscode.window.showQuickPick(choices, {
    title: vscode.l10n.t("Tensors of this notebook"),
    matchOnDescription: true,
  });
  if (choice) views.viewers.open({ notebook, name: choice.label });
};

const isNode = (argument: unknown): argument is VariableNode =>
  typeof argument === "object" && argument !== null && "variable" in argument;
