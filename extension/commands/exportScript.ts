// Writes the notebook as a script with `// %%` before each cell, as editors and jupytext read it.
import * as vscode from "vscode";
import { parseNotebook } from "../../kernel/document/notebookFile";
import { formatScript } from "../../kernel/document/script";
import { nameOf } from "../notebook/name";
import { fileTextOf } from "../notebook/notebookData";
import { saveText } from "../views/saveText";
import type { RunCommand } from "./command";
import { targetOf } from "./target";

/** A second argument, a `Uri`, says where to. */
export const exportScript: RunCommand = async (context, argument, target) => {
  const notebook = await targetOf(context, argument);
  if (!notebook) return;
  const text = formatScript(parseNotebook(await fileTextOf(notebook)));
  const name = nameOf(notebook.uri).replace(/\.ipynb$/, "");
  const given = target instanceof vscode.Uri ? target : undefined;
  await saveText({ name, ending: "ts", kind: "TypeScript", beside: notebook.uri, given }, text);
};
