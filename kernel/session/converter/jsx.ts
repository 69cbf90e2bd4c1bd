// Markup in a cell's code, which TypeScript reads as comparisons and regular expressions, and complains of those.
import ts from "typescript";
import { syntaxErrorsOf } from "./scopes";

/** Where the first markup stands, if the cell would be right were it allowed. */
export function jsxIn(source: string): ts.LineAndCharacter | undefined {
  const file = ts.createSourceFile("cell.tsx", source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TSX);
  if (syntaxErrorsOf(file).length > 0) return undefined;
  const find = (node: ts.Node): ts.Node | undefined =>
    ts.isJsxElement(node) || ts.isJsxSelfClosingElement(node) || ts.isJsxFragment(node)
      ? node
      : ts.forEachChild(node, find);
  const found = find(file);
  return found && file.getLineAndCharacterOfPosition(found.getStart());
}
