// Language features in cells: thin providers over the kernel's language service.
import * as vscode from "vscode";
import type { NotebookKernels } from "../notebook/controller";
import type { VariableStore } from "../views/variableStore";
import { quietBuiltinTypeScript } from "./builtinTypeScript";
import { registerCompletions } from "./completions";
import { registerDiagnostics } from "./diagnostics";
import { registerHover } from "./hover";
import { registerNavigation } from "./navigation";
import { registerSemanticTokens } from "./semanticTokens";
import { registerShapeHints } from "./shapeHints";
import { registerSignatureHelp } from "./signatureHelp";

export function registerLanguage(
  kernels: NotebookKernels,
  store: VariableStore,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  return vscode.Disposable.from(
    quietBuiltinTypeScript(kernels),
    registerCompletions(kernels),
    registerDiagnostics(kernels, (error) => log.error(error instanceof Error ? error : String(error))),
    registerHover(kernels),
    registerNavigation(kernels),
    registerSemanticTokens(kernels),
    registerShapeHints(kernels, store),
    registerSignatureHelp(kernels),
  );
}
