// Where names come from and go to, in all cells of a notebook: definitions, references, highlights, renaming.
import * as vscode from "vscode";
import type { KernelController } from "../notebook/kernelController";
import { at, CellSnapshot, idOf, rangeOf, selector } from "./cells";

export function registerNavigation(controller: KernelController): vscode.Disposable {
  const definitions: vscode.DefinitionProvider = {
    async provideDefinition(document, position) {
      const snapshot = CellSnapshot.of(controller, document);
      const found = await snapshot?.ask("definitions", at(document, position));
      return found?.flatMap((definition) => {
        if ("file" in definition) {
          const start = new vscode.Position(definition.line, definition.character);
          return [new vscode.Location(vscode.Uri.file(definition.file), start)];
        }
        return snapshot?.location(definition) ?? [];
      });
    },
  };
  const references: vscode.ReferenceProvider = {
    async provideReferences(document, position) {
      const snapshot = CellSnapshot.of(controller, document);
      const found = await snapshot?.ask("references", at(document, position));
      return found?.flatMap((reference) => snapshot?.location(reference) ?? []);
    },
  };
  const highlights: vscode.DocumentHighlightProvider = {
    async provideDocumentHighlights(document, position) {
      const found = await CellSnapshot.of(controller, document)?.ask("references", at(document, position));
      const { Read, Write } = vscode.DocumentHighlightKind;
      return found
        ?.filter(({ cell }) => cell === idOf(document))
        .map((place) => new vscode.DocumentHighlight(rangeOf(document, place), place.isWrite ? Write : Read));
    },
  };
  return vscode.Disposable.from(
    vscode.languages.registerDefinitionProvider(selector, definitions),
    vscode.languages.registerReferenceProvider(selector, references),
    vscode.languages.registerDocumentHighlightProvider(selector, highlights),
    vscode.languages.registerRenameProvider(selector, renames(controller)),
  );
}

function renames(controller: KernelController): vscode.RenameProvider {
  return {
    async prepareRename(document, position) {
      const found = await CellSnapshot.of(controller, document)?.ask("rename", at(document, position));
      if (!found) throw new Error(vscode.l10n.t("There is no name here that this notebook could change."));
      return rangeOf(document, found.span);
    },
    async provideRenameEdits(document, position, newName) {
      const snapshot = CellSnapshot.of(controller, document);
      const found = await snapshot?.ask("rename", at(document, position));
      if (!snapshot || !found) return undefined;
      const edit = new vscode.WorkspaceEdit();
      for (const place of found.places) {
        const location = snapshot.location(place);
        const text = `${place.before ?? ""}${newName}${place.after ?? ""}`;
        if (location) edit.replace(location.uri, location.range, text);
      }
      return edit;
    },
  };
}
