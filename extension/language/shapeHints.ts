// The shape of each tensor behind the name that a cell declares, once the cell has run.
import * as vscode from "vscode";
import type { SemanticToken } from "../../kernel/protocol";
import { Setting, settingSection } from "../ids";
import type { KernelController } from "../notebook/kernelController";
import type { VariableStore } from "../views/variableStore";
import { CellSnapshot, idOf, rangeOf, selector } from "./cells";

export function registerShapeHints(controller: KernelController, store: VariableStore): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.InlayHintsProvider = {
    onDidChangeInlayHints: changed.event,
    async provideInlayHints(document, range) {
      const snapshot = isWanted(document) ? CellSnapshot.of(controller, document) : undefined;
      const cell = snapshot?.notebook.getCells().find((one) => one.document === document);
      const variables = snapshot && store.get(snapshot.notebook);
      // A cell that has not run may declare anew what another one has made.
      if (!snapshot || !variables || cell?.executionSummary?.success === undefined) return [];
      const { version } = document;
      const tokens = await snapshot.ask("semanticTokens", { cell: idOf(document) });
      if (!tokens || document.version !== version) return [];
      const shapes = new Map(variables.map(({ name, shape, dtype }) => [name, { shape, dtype }]));
      return tokens.filter(isDeclaration).flatMap((token) => {
        const place = rangeOf(document, token);
        const { shape, dtype } = shapes.get(document.getText(place)) ?? {};
        if (!shape || !range.contains(place)) return [];
        const hint = new vscode.InlayHint(place.end, `[${shape.join(", ")}]`, vscode.InlayHintKind.Type);
        hint.paddingLeft = true;
        hint.tooltip = dtype;
        return [hint];
      });
    },
  };
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerInlayHintsProvider(selector, provider),
    store.onDidChange(() => changed.fire()),
    vscode.workspace.onDidChangeNotebookDocument(({ cellChanges }) => {
      if (cellChanges.some(({ executionSummary }) => executionSummary?.success !== undefined)) changed.fire();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${settingSection}.${Setting.shapeHints}`)) changed.fire();
    }),
  );
}

const isWanted = ({ uri }: vscode.TextDocument) =>
  vscode.workspace.getConfiguration(settingSection, uri).get<boolean>(Setting.shapeHints, true);

/** Whether it declares a variable that later cells see. */
const isDeclaration = ({ type, modifiers }: SemanticToken) =>
  type === "variable" && modifiers.includes("declaration") && !modifiers.includes("local");
