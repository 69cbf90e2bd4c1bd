// Commands for which Node does the work; in a browser they say that there is none.
import * as vscode from "vscode";
import type { NodeWork } from "../notebook/platform";
import type { Context } from "./command";

/** @param title what was asked for, as the command is called */
export async function withNode(
  { platform: { node } }: Context,
  title: string,
  work: (node: NodeWork) => Promise<void>,
): Promise<void> {
  if (node) return work(node);
  void vscode.window.showInformationMessage(
    // One line: a notification shows no more of a message without buttons.
    vscode.l10n.t("{0} needs Node.js: use VS Code on a computer.", title),
  );
}
