// What a person is asked before an assistant runs code.
import * as vscode from "vscode";
import { codeOf, type Inputs } from "./code";

export function confirmationOf<T extends keyof Inputs>(
  name: T,
  input: Inputs[T],
): vscode.PreparedToolInvocation {
  if (name === "bnlab_run_cells") {
    const { cells } = input as Inputs["bnlab_run_cells"];
    return asked(
      vscode.l10n.t("Running cells"),
      vscode.l10n.t("Run cells of a notebook?"),
      cells
        ? vscode.l10n.t("Cells {0} run in the notebook's kernel, as if you ran them.", cells.join(", "))
        : vscode.l10n.t("All code cells run in the notebook's kernel, as if you ran them."),
    );
  }
  const code = codeOf(name, input);
  if (code !== undefined) {
    const message = new vscode.MarkdownString(
      vscode.l10n.t("It runs among the notebook's variables; no cell changes."),
    );
    message.appendCodeblock(code, "typescript");
    return asked(vscode.l10n.t("Running code"), vscode.l10n.t("Run this code?"), message);
  }
  return { invocationMessage: vscode.l10n.t("Looking at the notebook") };
}

const asked = (
  invocationMessage: string,
  title: string,
  message: string | vscode.MarkdownString,
): vscode.PreparedToolInvocation => ({ invocationMessage, confirmationMessages: { title, message } });
