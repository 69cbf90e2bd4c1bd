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
import { SpareKernel } from "./spareKernel";

export function activate(context: vscode.ExtensionContext): void {
  const { extensionUri, globalStorageUri, storageUri } = context;
  const workspace = storageUri?.toString() ?? "";
  const spare = new SpareKernel();
  context.subscriptions.push(spare);
  start(context, (log) => nodePlatform({ extensionUri, globalStorageUri, workspace, log }, spare));
}

function nodePlatform(house: House, spare: SpareKernel): Platform {
  const entry = vscode.Uri.joinPath(house.extensionUri, "dist/kernel/main.js").fsPath;
  const keptFor = (notebook: vscode.Uri) =>
    keptKernels(keptIn(house), { notebook: notebook.toString(), workspace: house.workspace });
  return {
    startKernel: (notebook, wanted) =>
      new LastingKernel(
        launchOf(notebook, entry, house),
        spare,
        wanted === "new" ? [] : keptFor(notebook),
        wanted === "taken",
      ),
    expect(notebook) {
      if (keptFor(notebook).length === 0) spare.prepare(launchOf(notebook, entry, house));
    },
    isKept: (notebook) => keptFor(notebook).length > 0,
    node: {
      exportNotebook: (notebook, what, given) => exportNotebook(house, notebook, what, given),
      installJupyterKernel: () => installJupyterKernel(house),
    },
  };
}
