// What a call takes, while its parentheses are open.
import * as vscode from "vscode";
import type { KernelController } from "../notebook/kernelController";
import { at, CellSnapshot, selector } from "./cells";

export function registerSignatureHelp(controller: KernelController): vscode.Disposable {
  const provider: vscode.SignatureHelpProvider = {
    async provideSignatureHelp(document, position) {
      const found = await CellSnapshot.of(controller, document)?.ask("signatureHelp", at(document, position));
      if (!found) return undefined;
      const help = new vscode.SignatureHelp();
      help.activeSignature = found.activeSignature;
      help.activeParameter = found.activeParameter;
      help.signatures = found.signatures.map(({ label, documentation, parameters }) => {
        const signature = new vscode.SignatureInformation(label, new vscode.MarkdownString(documentation));
        signature.parameters = parameters.map(
          (parameter) =>
            new vscode.ParameterInformation(
              parameter.label,
              new vscode.MarkdownString(parameter.documentation),
            ),
        );
        return signature;
      });
      return help;
    },
  };
  const metadata = { triggerCharacters: ["(", ",", "<"], retriggerCharacters: [")"] };
  return vscode.languages.registerSignatureHelpProvider(selector, provider, metadata);
}
