// The extension's entry where there is Node: kernels are processes, and their command line does the exports.
import * as vscode from "vscode";
import { start } from "../extension";
import type { Platform } from "../notebook/platform";
import { exportNotebook } from "./exports";
import type { House } from "./house";
import { installJupyterKernel } from "./jupyterKernel";
import { KernelProcess } from "./kernelProcess";
import { launchOf } from "./launch";

export function activate(context: vscode.ExtensionContext): void {
  const { extensionUri, globalStorageUri } = context;
  start(context, (log) => nodePlatform({ extensionUri, globalStorageUri, log }));
}

function nodePlatform(house: House): Platform {
  const entry = vscode.Uri.joinPath(house.extensionUri, "dist/kernel/main.js").fsPath;
  return {
    startKernel: (notebook) => new KernelProcess(launchOf(notebook, entry, house.log)),
    node: {
      exportNotebook: (notebook, what, given) => exportNotebook(house, notebook, what, given),
      installJupyterKernel: () => installJupyterKernel(house),
    },
  };
}
