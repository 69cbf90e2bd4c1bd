// Completions in cells; signature, documentation and imports come when one is looked at.
import * as vscode from "vscode";
import type { CompletionItem as Found, Json } from "../../kernel/protocol";
import type { KernelController } from "../notebook/kernelController";
import { at, CellSnapshot, rangeOf, selector } from "./cells";

const { CompletionItemKind: Kind } = vscode;

/** After these the options of a call are listed, without VS Code's snippets, and elsewhere nothing is. */
const quiet = ["{", ",", " "] as const;

/** TypeScript's words. */
const kinds: Record<string, vscode.CompletionItemKind> = {
  "primitive type": Kind.Keyword,
  keyword: Kind.Keyword,
  const: Kind.Constant,
  let: Kind.Variable,
  var: Kind.Variable,
  "local var": Kind.Variable,
  alias: Kind.Variable,
  parameter: Kind.Variable,
  property: Kind.Field,
  getter: Kind.Field,
  setter: Kind.Field,
  function: Kind.Function,
  "local function": Kind.Function,
  method: Kind.Method,
  construct: Kind.Method,
  call: Kind.Method,
  index: Kind.Method,
  enum: Kind.Enum,
  "enum member": Kind.EnumMember,
  module: Kind.Module,
  "external module name": Kind.Module,
  class: Kind.Class,
  "local class": Kind.Class,
  type: Kind.Class,
  interface: Kind.Interface,
  "type parameter": Kind.TypeParameter,
  warning: Kind.Text,
  script: Kind.File,
  directory: Kind.Folder,
  string: Kind.Constant,
};

class CellCompletion extends vscode.CompletionItem {
  constructor(
    found: Found,
    readonly snapshot: CellSnapshot,
    readonly document: vscode.TextDocument,
    readonly position: vscode.Position,
  ) {
    super({ label: found.label, description: found.importedFrom }, kinds[found.kind] ?? Kind.Property);
    this.name = found.label;
    this.data = found.data;
    this.sortText = found.sortText;
    this.insertText = found.insertText;
    this.filterText = found.filterText;
    if (found.deprecated) this.tags = [vscode.CompletionItemTag.Deprecated];
    if (found.replaced) {
      const replacing = rangeOf(document, found.replaced);
      this.range = { inserting: replacing.with({ end: position }), replacing };
    }
  }

  readonly name: string;
  readonly data: Json | undefined;
}

export function registerCompletions(controller: KernelController): vscode.Disposable {
  const provider: vscode.CompletionItemProvider<CellCompletion> = {
    async provideCompletionItems(document, position, _, { triggerCharacter }) {
      const snapshot = CellSnapshot.of(controller, document);
      const trigger = quiet.find((character) => character === triggerCharacter);
      const found = await snapshot?.ask("completions", { ...at(document, position), trigger });
      return found?.map((item) => new CellCompletion(item, snapshot!, document, position));
    },
    async resolveCompletionItem(item) {
      const { snapshot, document, position, name, data } = item;
      const details = await snapshot.ask("completionDetails", {
        ...at(document, position),
        label: name,
        data,
      });
      if (!details) return item;
      item.detail = details.signature;
      item.documentation = new vscode.MarkdownString(details.documentation);
      item.additionalTextEdits = details.edits.map(
        ({ text, ...span }) => new vscode.TextEdit(rangeOf(document, span), text),
      );
      return item;
    },
  };
  const triggers = [".", '"', "'", "`", "/", "@", ...quiet];
  return vscode.languages.registerCompletionItemProvider(selector, provider, ...triggers);
}
