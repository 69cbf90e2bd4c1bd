// Language features in cells: thin providers over the kernel's language service.
import * as vscode from "vscode";
import type { KernelController } from "../notebook/kernelController";
import type { VariableStore } from "../views/variableStore";
import { quietBuiltinTypeScript } from "./builtinTypeScript";
import { registerCodeActions } from "./codeActions";
import { registerCompletions } from "./completions";
import { registerDiagnostics } from "./diagnostics";
import { registerHover } from "./hover";
import { registerNavigation } from "./navigation";
import { registerSemanticTokens } from "./semanticTokens";
import { registerShapeHints } from "./shapeHints";
import { registerSignatureHelp } from "./signatureHelp";

export function registerLanguage(
  controller: KernelController,
  store: VariableStore,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  return vscode.Disposable.from(
    quietBuiltinTypeScript(controller),
    registerCodeActions(controller),
    registerCompletions(controller),
    registerDiagnostics(controller, (error) => log.error(error instanceof Error ? error : String(error))),
    registerHover(controller),
    registerNavigation(controller),
    registerSemanticTokens(controller),
    registerShapeHints(controller, store),
    registerSignatureHelp(controller),
  );
}
