// Operators between tensors: JavaScript takes them all and means none, so they are found here, and the method is named.
import ts from "typescript";
import type { CodeHost } from "./codeHost";

const SyntaxKind = ts.SyntaxKind;

const arithmetic = new Map<ts.SyntaxKind, [sign: string, method: string]>([
  [SyntaxKind.PlusToken, ["+", "add"]],
  [SyntaxKind.MinusToken, ["-", "sub"]],
  [SyntaxKind.AsteriskToken, ["*", "mul"]],
  [SyntaxKind.SlashToken, ["/", "div"]],
  [SyntaxKind.PercentToken, ["%", "remainder"]],
  [SyntaxKind.AsteriskAsteriskToken, ["**", "pow"]],
  [SyntaxKind.PlusEqualsToken, ["+=", "add"]],
  [SyntaxKind.MinusEqualsToken, ["-=", "sub"]],
  [SyntaxKind.AsteriskEqualsToken, ["*=", "mul"]],
  [SyntaxKind.SlashEqualsToken, ["/=", "div"]],
  [SyntaxKind.PercentEqualsToken, ["%=", "remainder"]],
  [SyntaxKind.AsteriskAsteriskEqualsToken, ["**=", "pow"]],
  [SyntaxKind.LessThanToken, ["<", "lt"]],
  [SyntaxKind.LessThanEqualsToken, ["<=", "le"]],
  [SyntaxKind.GreaterThanToken, [">", "gt"]],
  [SyntaxKind.GreaterThanEqualsToken, [">=", "ge"]],
]);

const equality = new Map<ts.SyntaxKind, [sign: string, method: string]>([
  [SyntaxKind.EqualsEqualsToken, ["==", "eq"]],
  [SyntaxKind.ExclamationEqualsToken, ["!=", "ne"]],
  [SyntaxKind.EqualsEqualsEqualsToken, ["===", "eq"]],
  [SyntaxKind.ExclamationEqualsEqualsToken, ["!==", "ne"]],
]);

/** What is said of the right operand where the left is a number. */
const mirrored: Record<string, string> = {
  ...{ add: "add", mul: "mul", eq: "eq", ne: "ne" },
  ...{ lt: "gt", gt: "lt", le: "ge", ge: "le" },
};

/** TypeScript's words without addresses of the machine: `import("/home/…/tensor").Tensor`. */
export function worded({ messageText }: Pick<ts.Diagnostic, "messageText">, { engine }: CodeHost): string {
  return ts
    .flattenDiagnosticMessageText(messageText, "\n")
    .replaceAll(/(?:typeof )?import\("[^"]*"\)\.?/g, "")
    .replace(/ Do you need to change your target library\?.*$/s, ` ${engine} has none.`)
    .replace(/ Do you need to install type definitions for node\?.*$/s, ` It is Node's: ${engine} has none.`);
}

/** TypeScript's numbers for what is said here in words of tensors: of operators, of an index, of a condition. */
const operatorCode = 2365;
const indexCode = 7053;
const conditionCode = 2774;
/** A property that is not there. */
const propertyCode = 2339;

/** What TypeScript itself says in such places. */
const replaced: ReadonlySet<number> = new Set([
  ...[operatorCode, indexCode, conditionCode],
  ...[propertyCode, 2551, 2550],
  ...[2356, 2362, 2363, 2367, 2469, 2736, 2839, 2872, 2873, 7015],
]);

/** TypeScript's diagnostics of a cell, with those of tensors in their words. */
export function withTensorMistakes(
  found: readonly ts.Diagnostic[],
  program: ts.Program,
  file: ts.SourceFile,
  { typesFolder }: CodeHost,
): ts.Diagnostic[] {
  const tensors = program.getSourceFile(`${typesFolder}/bnlab/tensor/tensor.d.ts`);
  const mistakes = tensors ? tensorMistakes(program, file, tensors) : [];
  const isSaid = ({ start = 0, code }: ts.Diagnostic) =>
    replaced.has(code) && mistakes.some((m) => start >= m.start! && start < m.start! + m.length!);
  return [...found.filter((diagnostic) => !isSaid(diagnostic)), ...mistakes].sort(
    (a, b) => a.start! - b.start!,
  );
}

/** @param tensors the file that declares them. */
function tensorMistakes(program: ts.Program, file: ts.SourceFile, tensors: ts.SourceFile): ts.Diagnostic[] {
  const checker = program.getTypeChecker();
  const mistakes: ts.Diagnostic[] = [];

  const say = (node: ts.Node, code: number, messageText: string) => {
    const start = node.getStart(file);
    const category = ts.DiagnosticCategory.Error;
    mistakes.push({ file, start, length: node.end - start, category, code, messageText });
  };
  const isTensor = (node: ts.Expression) =>
    !isComputed(node) && isTensorType(checker.getTypeAtLocation(node), checker, tensors);
  const isNumber = (node: ts.Expression) =>
    (checker.getTypeAtLocation(node).flags & ts.TypeFlags.NumberLike) !== 0;
  const isText = (node: ts.Expression) =>
    (checker.getTypeAtLocation(node).flags & ts.TypeFlags.StringLike) !== 0;

  /** As it stands where it is short, else a letter. */
  const shown = (node: ts.Expression, letter: string) => {
    const text = node.getText(file);
    return /^[\w$.]{1,20}$/.test(text) ? text : letter;
  };
  const callOf = (method: string, left: ts.Expression, right: ts.Expression) => {
    const [x, y] = [shown(left, "x"), shown(right, "y")];
    if (isTensor(left)) return `${x}.${method}(${y})`;
    const turned = mirrored[method];
    return turned ? `${y}.${turned}(${x})` : `tensor(${x}).${method}(${y})`;
  };

  const condition = (node: ts.Expression) => {
    if (!isTensor(node)) return;
    const text = `a tensor is true as a condition, whatever is in it: ${shown(node, "x")}.item() is the number in it`;
    say(node, conditionCode, text);
  };

  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node)) binary(node);
    else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) unary(node);
    else if (ts.isElementAccessExpression(node)) index(node);
    else if (ts.isPropertyAccessExpression(node)) dataMember(node);
    else if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node))
      condition(node.expression);
    else if (ts.isConditionalExpression(node) || (ts.isForStatement(node) && node.condition))
      condition(node.condition!);
    ts.forEachChild(node, visit);
  };

  const binary = (node: ts.BinaryExpression) => {
    const { left, right, operatorToken } = node;
    const { kind } = operatorToken;
    if (kind === SyntaxKind.AmpersandAmpersandToken || kind === SyntaxKind.BarBarToken) condition(left);
    const operator = arithmetic.get(kind);
    if (operator) {
      const [sign, method] = operator;
      if (!(isTensor(left) || isTensor(right)) || (sign.startsWith("+") && (isText(left) || isText(right))))
        return;
      const isAssigned =
        kind >= SyntaxKind.FirstCompoundAssignment && kind <= SyntaxKind.LastCompoundAssignment;
      const called = callOf(method, left, right);
      say(
        node,
        operatorCode,
        `tensors have no ${sign}: ${isAssigned ? `${shown(left, "x")} = ` : ""}${called}`,
      );
      return;
    }
    const equal = equality.get(kind);
    if (!equal) return;
    const [sign, method] = equal;
    const both = [left, right];
    if (!both.some(isTensor) || !both.every((side) => isTensor(side) || isNumber(side))) return;
    if (sign.length === 3 && both.every(isTensor)) return; // whether they are one and the same
    const whole = both.every(isTensor) ? `, ${callOf("equal", left, right)} true or false` : "";
    say(
      node,
      operatorCode,
      `${sign} compares no tensors: ${callOf(method, left, right)} gives a mask${whole}`,
    );
  };

  const unary = (node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression) => {
    if (node.operator === SyntaxKind.ExclamationToken) condition(node.operand);
    else if (isTensor(node.operand)) {
      const sign = ts.tokenToString(node.operator)!;
      const x = shown(node.operand, "x");
      const called = { "-": `${x}.neg()`, "++": `${x} = ${x}.add(1)`, "--": `${x} = ${x}.sub(1)` }[sign];
      say(node, operatorCode, `tensors have no ${sign}${called ? `: ${called}` : ""}`);
    }
  };

  const index = ({ expression, argumentExpression }: ts.ElementAccessExpression) => {
    if (!isTensor(expression) || !isNumber(argumentExpression)) return;
    const i = shown(argumentExpression, "i");
    const x = shown(expression, "x");
    say(
      argumentExpression.parent,
      indexCode,
      `tensors have no [${i}]: ${x}.at(${i}) or ${x}.select(0, ${i})`,
    );
  };

  /** A method of tensors on `.data`, which is PyTorch's idiom: there `.data` is what detach() gives. */
  const dataMember = ({ expression, name }: ts.PropertyAccessExpression) => {
    if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== "data") return;
    const owner = expression.expression;
    if (!isTensor(owner)) return;
    const has = (node: ts.Expression) => checker.getTypeAtLocation(node).getProperty(name.text) !== undefined;
    if (has(expression) || !has(owner)) return;
    const text = `.data is an array of the numbers: ${shown(owner, "x")}.detach().${name.text}`;
    say(name, propertyCode, text);
  };

  visit(file);
  return mistakes;
}

/** What comes of an operator is no tensor; it has been looked at for itself, and to ask for its type is dear. */
function isComputed(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isComputed(node.expression);
  return ts.isBinaryExpression(node) && arithmetic.has(node.operatorToken.kind);
}

/** `Tensor`, or a class that extends it; of a union, all. */
function isTensorType(type: ts.Type, checker: ts.TypeChecker, tensors: ts.SourceFile): boolean {
  if (type.isUnion()) return type.types.every((member) => isTensorType(member, checker, tensors));
  const { symbol } = type;
  if (symbol?.name === "Tensor") {
    return symbol.declarations?.some((node) => node.getSourceFile() === tensors) ?? false;
  }
  return type.isClass() && checker.getBaseTypes(type).some((base) => isTensorType(base, checker, tensors));
}
