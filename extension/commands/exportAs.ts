// What exports have in common: the notebook as it stands now goes through `bnlab export`.
import * as vscode from "vscode";
import { Setting, settingSection } from "../ids";
import type { Export } from "../notebook/platform";
import type { Context } from "./command";
import { withNode } from "./needsNode";
import { targetOf } from "./target";

interface Format extends Omit<Export, "args"> {
  /** The option of `bnlab export`. */
  option: "--html" | "--live" | "--markdown" | "--pdf";
}

/** @param given where to, where it is a `Uri` */
export async function exportAs(
  context: Context,
  argument: unknown,
  given: unknown,
  { option, ...what }: Format,
): Promise<void> {
  const notebook = await targetOf(context, argument);
  if (!notebook) return;
  const hidesCode =
    option !== "--live" &&
    vscode.workspace.getConfiguration(settingSection, notebook.uri).get<boolean>(Setting.exportCode) ===
      false;
  const args: Export["args"] = (file, to, folder) => [
    ...["export", file, option, to, "--folder", folder],
    ...(hidesCode ? ["--no-code"] : []),
  ];
  await withNode(context, what.title, (node) => node.exportNotebook(notebook, { ...what, args }, given));
}
