// The notebook that a command is about.

import * as vscode from "vscode";
import { Command } from "../ids";
import { notebookInFront } from "../notebook/inFront";
import type { Context } from "./command";

/** What VS Code hands to a command in a notebook's toolbar. */
interface ToolbarArgument {
  notebookEditor?: { notebookUri?: vscode.Uri };
}

/**
 * The notebook in whose toolbar the command was called, else the one in front. Behind a page that is no notebook, as the walkthrough
 * is, the last one that was in front comes back there; where there is none, the user is told what to open.
 */
export async function targetOf(
  { controller, views }: Context,
  argument: unknown,
): Promise<vscode.NotebookDocument | undefined> {
  const open = vscode.workspace.notebookDocuments;
  const uri = (argument as ToolbarArgument | undefined)?.notebookEditor?.notebookUri?.toString();
  const named = open.find((notebook) => notebook.uri.toString() === uri);
  const inFront = named ?? notebookInFront();
  if (inFront) return inFront;
  const visible = vscode.window.visibleNotebookEditors.map(({ notebook }) => notebook);
  const behind = [views.active.notebook, ...visible, ...open].find(
    (notebook) => notebook !== undefined && !notebook.isClosed && controller.uses(notebook),
  );
  if (behind) await vscode.window.showNotebookDocument(behind);
  else void offerNotebooks();
  return behind;
}

async function offerNotebooks(): Promise<void> {
  const tutorial = vscode.l10n.t("Open Tutorial");
  const empty = vscode.l10n.t("New Notebook");
  const message = vscode.l10n.t("Open a notebook of BN Lab first: this acts on the one in front.");
  const chosen = await vscode.window.showInformationMessage(message, tutorial, empty);
  if (chosen === tutorial) await vscode.commands.executeCommand(Command.openTutorial);
  if (chosen === empty) await vscode.commands.executeCommand(Command.newNotebook);
}
