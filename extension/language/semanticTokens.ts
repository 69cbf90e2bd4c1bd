// The colors of names by what they are.
import * as vscode from "vscode";
import { semanticTokenModifiers, semanticTokenTypes } from "../../kernel/protocol";
import type { KernelController } from "../notebook/kernelController";
import { CellSnapshot, idOf, rangeOf, selector } from "./cells";

const legend = new vscode.SemanticTokensLegend([...semanticTokenTypes], [...semanticTokenModifiers]);

export function registerSemanticTokens(controller: KernelController): vscode.Disposable {
  const provider: vscode.DocumentSemanticTokensProvider = {
    async provideDocumentSemanticTokens(document) {
      const { version } = document;
      const found = await CellSnapshot.of(controller, document)?.ask("semanticTokens", {
        cell: idOf(document),
      });
      if (!found || document.version !== version) return undefined;
      const builder = new vscode.SemanticTokensBuilder(legend);
      for (const token of found) builder.push(rangeOf(document, token), token.type, token.modifiers);
      return builder.build();
    },
  };
  return vscode.languages.registerDocumentSemanticTokensProvider(selector, provider, legend);
}
