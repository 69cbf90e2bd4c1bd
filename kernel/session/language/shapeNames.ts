// What a walk through shapes asks of the syntax: what is assigned where, and by whom.
import ts from "typescript";
import { assignedBy } from "../converter/assignments";

const SyntaxKind = ts.SyntaxKind;

/** Methods that change which layers a row has, or what is in a list. */
export const rowChanges: ReadonlySet<string> = new Set([
  ...["append", "extend", "insert", "set", "pop"],
  ...["push", "shift", "unshift", "splice", "reverse", "copyWithin"],
]);

/** Those of lists that tensors have as well, whom they leave as they are. */
export const listChanges: ReadonlySet<string> = new Set(["sort", "fill"]);

/** The line before a cell's text ends where its first line ends. */
export function isBefore(node: ts.Node, file: ts.SourceFile): boolean {
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line === 0;
}

/** What a name stands for: in `{ x }` the variable, not the property. */
export function variableAt(node: ts.Node, checker: ts.TypeChecker): ts.Symbol | undefined {
  return ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
}

export function assignedIn(node: ts.Node): ts.Identifier[] {
  const names: ts.Identifier[] = [];
  const look = (each: ts.Node): void => {
    names.push(...assignedBy(each));
    ts.forEachChild(each, look);
  };
  look(node);
  return names;
}

export function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment;
}

/** `this.x` in a constructor. */
export function isOwnProperty({ expression }: ts.PropertyAccessExpression): boolean {
  const container = ts.findAncestor(expression, ts.isFunctionLike);
  return expression.kind === SyntaxKind.ThisKeyword && container?.kind === SyntaxKind.Constructor;
}

/** What another function than its own assigns to, or changes as a row: when it does, nobody can tell. */
export function unstableNames(file: ts.SourceFile, checker: ts.TypeChecker): ReadonlySet<ts.Symbol> {
  const found = new Set<ts.Symbol>();
  const add = (node: ts.Node, isForeign: (declaration: ts.Node | undefined) => boolean) => {
    const symbol = variableAt(node, checker);
    if (symbol && isForeign(symbol.valueDeclaration)) found.add(symbol);
  };
  const look = (node: ts.Node): void => {
    const container = ts.findAncestor(node, ts.isFunctionLike);
    const isForeign = (declaration: ts.Node | undefined) =>
      container !== (declaration && ts.findAncestor(declaration, ts.isFunctionLike));
    for (const name of assignedBy(node)) add(name, isForeign);
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression;
      if (rowChanges.has(name.text))
        add(ts.isPropertyAccessExpression(expression) ? expression.name : expression, isForeign);
    }
    if (
      ts.isBinaryExpression(node) &&
      ts.isPropertyAccessExpression(node.left) &&
      !isOwnProperty(node.left)
    ) {
      if (isAssignment(node.operatorToken.kind)) add(node.left.name, () => true);
    }
    ts.forEachChild(node, look);
  };
  look(file);
  return found;
}
