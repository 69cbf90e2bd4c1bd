// How strictly the types of a notebook's cells are checked: as the kernel that it was written for did.
import type * as vscode from "vscode";
import { type Checks, checksOf } from "../../kernel/protocol";

export function checksIn(notebook: vscode.NotebookDocument, { languageId }: vscode.TextDocument): Checks {
  const { metadata } = notebook.metadata as { metadata?: { kernelspec?: { name?: string } } };
  return checksOf(languageId, metadata?.kernelspec?.name);
}
