// What a cell's text declares, uses and assigns at its top: from the syntax alone, no types.
import ts from "typescript";
import { assignedBy } from "../converter/assignments";
import { exportsIn, parseBound, symbolsIn } from "../converter/scopes";

export interface Declared {
  /** TypeScript's word for it: `const`, `function`, `class`, … */
  kind: string;
  /** Where its name stands in the cell. */
  start: number;
  /** A later cell may assign to it. */
  mutable: boolean;
}

export interface CellNames {
  declares: ReadonlyMap<string, Declared>;
  /** Declared, and not exported by the cell itself. */
  unexported: string[];
  /** Every identifier, whatever it stands for. */
  mentions: ReadonlySet<string>;
  /** What stands on the left of an assignment. */
  assigns: ReadonlySet<string>;
}

export function namesOf(text: string, fileName: string): CellNames {
  const file = parseBound(text, fileName);
  const exported = exportsIn(file);
  const declares = new Map<string, Declared>();
  for (const [name, { declarations }] of symbolsIn(file)) {
    const declaration = declarations?.[0];
    if (declaration) declares.set(name, describe(declaration));
  }
  const mentions = new Set<string>();
  const assigns = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) mentions.add(node.text);
    for (const { text } of assignedBy(node)) assigns.add(text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const unexported = [...declares.keys()].filter((name) => !exported.has(name));
  return { declares, unexported, mentions, assigns };
}

function describe(declaration: ts.Declaration): Declared {
  const start = (ts.getNameOfDeclaration(declaration) ?? declaration).getStart();
  const list = ts.findAncestor(declaration, ts.isVariableDeclarationList);
  const mutable = list !== undefined && !(list.flags & ts.NodeFlags.Constant);
  return { kind: kindOf(declaration, mutable), start, mutable };
}

function kindOf(declaration: ts.Declaration, mutable: boolean): string {
  const kind = ts.ScriptElementKind;
  if (ts.isFunctionDeclaration(declaration)) return kind.functionElement;
  if (ts.isClassDeclaration(declaration)) return kind.classElement;
  if (ts.isEnumDeclaration(declaration)) return kind.enumElement;
  if (ts.isInterfaceDeclaration(declaration)) return kind.interfaceElement;
  if (ts.isTypeAliasDeclaration(declaration)) return kind.typeElement;
  if (ts.isModuleDeclaration(declaration)) return kind.moduleElement;
  if (ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration)) {
    return mutable ? kind.letElement : kind.constElement;
  }
  return kind.alias;
}
