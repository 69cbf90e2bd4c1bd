// Keeps VS Code's own TypeScript quiet in our cells: it knows them one by one, misses their names, and would answer twice.
import * as vscode from "vscode";
import { quietCellsPlugin } from "../ids";
import type { KernelController } from "../notebook/kernelController";

interface TypeScriptFeatures {
  getAPI(version: 0): { configurePlugin(name: string, configuration: object): void } | undefined;
}

export function quietBuiltinTypeScript(controller: KernelController): vscode.Disposable {
  const features = vscode.extensions.getExtension<TypeScriptFeatures>("vscode.typescript-language-features");
  const tell = async () => {
    const others = vscode.workspace.notebookDocuments.filter((notebook) => !controller.uses(notebook));
    const api = (await features?.activate())?.getAPI(0);
    api?.configurePlugin(quietCellsPlugin, { others: others.map(({ uri }) => uri.path) });
  };
  void tell();
  return vscode.Disposable.from(
    controller.onDidChangeUse(tell),
    vscode.workspace.onDidOpenNotebookDocument(tell),
    vscode.workspace.onDidCloseNotebookDocument(tell),
  );
}
