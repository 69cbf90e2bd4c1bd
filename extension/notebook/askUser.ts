// A cell's question, asked in VS Code's own input box.
import * as vscode from "vscode";
import type { Questions } from "../../kernel/protocol";

/** Escape is an empty answer, as it is in a terminal; the box goes when the cell ends without one. */
export async function askUser(
  { prompt, password }: Questions["input_request"],
  ended: AbortSignal,
): Promise<string> {
  const cancellation = new vscode.CancellationTokenSource();
  ended.addEventListener("abort", () => cancellation.cancel());
  const options = { prompt, password, ignoreFocusOut: true };
  return (await vscode.window.showInputBox(options, cancellation.token)) ?? "";
}
