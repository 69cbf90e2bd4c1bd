// The extension's entry where there is Node: kernels are processes, and their command line does the exports.
import * as vscode from "vscode";
import { keptKernels } from "../../kernel/attach/registry";
import { start } from "../extension";
import type { Platform } from "../notebook/platform";
import { exportNotebook } from "./exports";
import type { House } from "./house";
import { installJupyterKernel } from "./jupyterKernel";
import { LastingKernel } from "./lastingKernel";
import { keptIn, launchOf } from "./launch";

export function activate(context: vscode.ExtensionContext): void {
  const { extensionUri, globalStorageUri, storageUri } = context;
  const workspace = storageUri?.toString() ?? "";
  start(context, (log) => nodePlatform({ extensionUri, globalStorageUri, workspace, log }));
}

function nodePlatform(house: House): Platform {
  const entry = vscode.Uri.joinPath(house.extensionUri, "dist/kernel/main.js").fsPath;
  const keptFor = (notebook: vscode.Uri) =>
    keptKernels(keptIn(house), { notebook: notebook.toString(), workspace: house.workspace });
  return {
    startKernel: (notebook, wanted) =>
      new LastingKernel(
        launchOf(notebook, entry, house),
        wanted === "new" ? [] : keptFor(notebook),
        wanted === "taken",
      ),
    isKept: (notebook) => keptFor(notebook).length > 0,
    node: {
      exportNotebook: (notebook, what, given) => exportNotebook(house, notebook, what, given),
      installJupyterKernel: () => installJupyterKernel(house),
    },
  };
}
