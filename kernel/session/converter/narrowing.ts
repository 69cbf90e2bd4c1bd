// What a cell has found out about a constant, `assertIsString(x)`: later cells are to know it, too.
import ts from "typescript";
import { parseBound } from "./scopes";

/** Names that a statement at the cell's top may tell more of than their declaration: by a call, or by `if (…) throw …`. */
export function namesToldOf(text: string): string[] {
  const names = new Set<string>();
  const collect = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    else if (!ts.isFunctionLike(node)) ts.forEachChild(node, collect);
  };
  for (const statement of parseBound(text).statements) {
    if (ts.isExpressionStatement(statement) && ts.isCallExpression(statement.expression)) {
      statement.expression.arguments.forEach(collect);
    } else if (ts.isIfStatement(statement) && !statement.elseStatement && endsIn(statement.thenStatement)) {
      collect(statement.expression);
    }
  }
  return [...names];
}

function endsIn(statement: ts.Statement): boolean {
  if (ts.isBlock(statement)) return statement.statements.some(endsIn);
  return ts.isThrowStatement(statement);
}

/** Returns the types of the names that stand in a block at a module's end, where they are narrower than declared. */
export function narrowedIn(block: ts.Block, checker: ts.TypeChecker): Map<string, string> {
  const found = new Map<string, string>();
  for (const statement of block.statements) {
    const { expression } = statement as ts.ExpressionStatement;
    const symbol = checker.getSymbolAtLocation(expression);
    const declaration = symbol?.valueDeclaration;
    const list = ts.findAncestor(declaration, ts.isVariableDeclarationList);
    if (!symbol || !list || !(list.flags & ts.NodeFlags.Const)) continue; // a `let` may be given another value
    const type = checker.getTypeAtLocation(expression);
    if (type === checker.getTypeOfSymbol(symbol) || type.flags & ts.TypeFlags.Never) continue;
    const { NoTruncation, UseAliasDefinedOutsideCurrentScope: asNamed } = ts.TypeFormatFlags;
    found.set((expression as ts.Identifier).text, checker.typeToString(type, block, NoTruncation | asNamed));
  }
  return found;
}
