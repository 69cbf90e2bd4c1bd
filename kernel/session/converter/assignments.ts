// What an assignment gives a value: from the syntax alone.
import ts from "typescript";

/** The names that a node gives a value, if it is an assignment: those within a pattern too. */
export function assignedBy(node: ts.Node): ts.Identifier[] {
  if (!isAssignment(node)) return [];
  const found: ts.Identifier[] = [];
  const collect = (target: ts.Node): void => {
    if (ts.isIdentifier(target)) found.push(target);
    else if (ts.isShorthandPropertyAssignment(target)) found.push(target.name);
    else if (ts.isPropertyAssignment(target)) collect(target.initializer);
    else if (ts.isSpreadElement(target) || ts.isSpreadAssignment(target)) collect(target.expression);
    else if (ts.isParenthesizedExpression(target) || ts.isNonNullExpression(target))
      collect(target.expression);
    else if (ts.isBinaryExpression(target))
      collect(target.left); // a default
    else if (ts.isArrayLiteralExpression(target)) target.elements.forEach(collect);
    else if (ts.isObjectLiteralExpression(target)) target.properties.forEach(collect);
  };
  if (ts.isBinaryExpression(node)) collect(node.left);
  else if (ts.isForOfStatement(node) || ts.isForInStatement(node)) collect(node.initializer);
  else collect(node.operand);
  return found;
}

type Assignment =
  | ts.BinaryExpression
  | ts.PrefixUnaryExpression
  | ts.PostfixUnaryExpression
  | ts.ForInOrOfStatement;

function isAssignment(node: ts.Node): node is Assignment {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
  }
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) return true;
  const isUnary = ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node);
  return (
    isUnary &&
    (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
  );
}
