// The variable that a command is about: a line of the view of variables hands it over, a hover its name, or the reader picks it.
import * as vscode from "vscode";
import type { Variable } from "../../kernel/protocol";
import { bytesText, countText } from "../../kernel/words";
import type { VariablePlace } from "../views/viewerPanels";
import type { Context } from "./command";

/** Returns the variable in the notebook that the views show; undefined where nothing was handed over. */
export function variableOf({ views }: Context, argument: unknown): VariablePlace | undefined {
  const { notebook } = views.active;
  if (!notebook) return undefined;
  if (typeof argument === "string") return { notebook, name: argument };
  const { name, owner } = (argument ?? {}) as { name?: unknown; owner?: unknown };
  if (typeof name !== "string") return undefined;
  return typeof owner === "string" ? { notebook, name: owner, member: name } : { notebook, name };
}

/** @param words the list's title, and what is said where there is nothing to pick */
export async function pickVariable(
  { views }: Context,
  fits: (variable: Variable) => boolean,
  { title, none }: { title: string; none: string },
): Promise<VariablePlace | undefined> {
  const { notebook } = views.active;
  const found = notebook ? (await views.store.latest(notebook)).filter(fits) : [];
  if (!notebook || found.length === 0) {
    void vscode.window.showInformationMessage(none);
    return undefined;
  }
  const choices = found.map(({ name, type, shape, dtype, rows, bytes, preview }) => {
    const kind = shape ? `[${shape.join(", ")}] ${dtype}` : `${type} [${countText(rows ?? 0)}]`;
    return {
      label: name,
      description: `${kind}${bytes === undefined ? "" : ` · ${bytesText(bytes)}`}`,
      detail: preview,
    };
  });
  const choice = await vscode.window.showQuickPick(choices, { title, matchOnDescription: true });
  return choice && { notebook, name: choice.label };
}
