// Keeps VS Code's own TypeScript quiet in our cells: it knows them one by one, misses their names, and would answer twice.
import * as vscode from "vscode";
import { quietCellsPlugin } from "../ids";
import type { NotebookKernels } from "../notebook/controller";

interface TypeScriptFeatures {
  getAPI(version: 0): { configurePlugin(name: string, configuration: object): void } | undefined;
}

export function quietBuiltinTypeScript(kernels: NotebookKernels): vscode.Disposable {
  const features = vscode.extensions.getExtension<TypeScriptFeatures>("vscode.typescript-language-features");
  const tell = async () => {
    const others = vscode.workspace.notebookDocuments.filter((notebook) => !kernels.uses(notebook));
    const api = (await features?.activate())?.getAPI(0);
    api?.configurePlugin(quietCellsPlugin, { others: others.map(({ uri }) => uri.path) });
  };
  void tell();
  return vscode.Disposable.from(
    kernels.onDidChangeUse(tell),
    vscode.workspace.onDidOpenNotebookDocument(tell),
    vscode.workspace.onDidCloseNotebookDocument(tell),
  );
}
