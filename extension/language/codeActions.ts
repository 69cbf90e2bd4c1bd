// What can be done about mistakes in cells: fixes of one, of all that are sure, and imports in order.
import * as vscode from "vscode";
import type { TextEdit } from "../../kernel/protocol";
import type { KernelController } from "../notebook/kernelController";
import { CellSnapshot, idOf, rangeOf, selector } from "./cells";

const { CodeActionKind: Kind } = vscode;

export function registerCodeActions(controller: KernelController): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    async provideCodeActions(document, _range, { diagnostics, only }) {
      const snapshot = CellSnapshot.of(controller, document);
      if (!snapshot) return [];
      const isAsked = (kind: vscode.CodeActionKind) => only === undefined || only.intersects(kind);
      const actions: vscode.CodeAction[] = [];
      if (isAsked(Kind.QuickFix)) {
        for (const diagnostic of diagnostics.filter(isOurs)) {
          actions.push(...(await quickFixes(snapshot, document, diagnostic)));
        }
      }
      // As VS Code's own languages: these stand in the menu of source actions, and may run on save.
      if (only && isAsked(Kind.SourceFixAll)) {
        const edits = await snapshot.ask("fixAll", { cell: idOf(document) });
        actions.push(...whole(document, vscode.l10n.t("Fix all"), Kind.SourceFixAll, edits));
      }
      if (only && isAsked(Kind.SourceOrganizeImports)) {
        const edits = await snapshot.ask("organizeImports", { cell: idOf(document) });
        actions.push(
          ...whole(document, vscode.l10n.t("Organize imports"), Kind.SourceOrganizeImports, edits),
        );
      }
      return actions;
    },
  };
  return vscode.languages.registerCodeActionsProvider(selector, provider, {
    providedCodeActionKinds: [Kind.QuickFix, Kind.SourceFixAll, Kind.SourceOrganizeImports],
  });
}

async function quickFixes(
  snapshot: CellSnapshot,
  document: vscode.TextDocument,
  diagnostic: vscode.Diagnostic,
): Promise<vscode.CodeAction[]> {
  const start = document.offsetAt(diagnostic.range.start);
  const length = document.offsetAt(diagnostic.range.end) - start;
  const codes = [codeOf(diagnostic)];
  const found = (await snapshot.ask("fixes", { cell: idOf(document), start, length, codes })) ?? [];
  return found.map(({ title, cells }, i) => {
    const action = new vscode.CodeAction(title, Kind.QuickFix);
    action.diagnostics = [diagnostic];
    action.isPreferred = i === 0;
    action.edit = new vscode.WorkspaceEdit();
    for (const { cell, edits } of cells) {
      const changed = snapshot.document(cell);
      if (changed) action.edit.set(changed.uri, edits.map(toVSCode(changed)));
    }
    return action;
  });
}

/** One change of the whole cell, if there is something to change. */
function whole(
  document: vscode.TextDocument,
  title: string,
  kind: vscode.CodeActionKind,
  edits: TextEdit[] | undefined,
): vscode.CodeAction[] {
  if (!edits || edits.length === 0) return [];
  const action = new vscode.CodeAction(title, kind);
  action.edit = new vscode.WorkspaceEdit();
  action.edit.set(document.uri, edits.map(toVSCode(document)));
  return [action];
}

const isOurs = ({ source, code }: vscode.Diagnostic) => source === "BN Lab" && code !== undefined;
const codeOf = ({ code }: vscode.Diagnostic) => Number(String(code).replace(/^TS/, ""));
const toVSCode =
  (document: vscode.TextDocument) =>
  ({ text, ...span }: TextEdit) =>
    new vscode.TextEdit(rangeOf(document, span), text);
